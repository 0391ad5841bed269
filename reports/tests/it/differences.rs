//! Differences of estimates beside SciPy's tests.

use reports::stats::{Difference, Estimate};

const A: [f64; 6] = [12.1, 9.8, 11.4, 10.9, 13.2, 10.1];
const B: [f64; 6] = [12.9, 10.1, 12.6, 11.2, 14.4, 10.6];
const LONGER: [f64; 8] = [11.0, 14.2, 9.1, 12.3, 15.0, 8.8, 10.7, 13.9];

fn of(values: &[f64]) -> Estimate {
    Estimate::of_mean(values).expect("values")
}

fn agrees(value: f64, golden: f64, what: &str) {
    assert!(
        (value / golden - 1.0).abs() < 1e-9,
        "{what}: {value}, {golden}"
    );
}

// Golden values: SciPy 1.17.1, `stats.ttest_rel(B, A)`, its `confidence_interval()`, and
// `ttest_rel(B - 1.5, A, alternative="less")` beside `ttest_rel(B + 1.5, A, alternative="greater")`.
#[test]
fn paired_differences_agree_with_scipy() {
    let difference = Difference::paired(&of(&B), &of(&A)).expect("six pairs");
    agrees(difference.point, 0.7166666666666665, "mean");
    agrees(difference.p_value(0.0), 0.008388458032104678, "p");
    let interval = difference.interval(0.95);
    agrees(interval.lower, 0.2793318599301074, "lower");
    agrees(interval.upper, 1.1540014734032256, "upper");
    agrees(
        difference.p_not_within(1.5),
        0.002908779183077315,
        "equivalence",
    );
    assert_eq!(difference.p_not_within(0.7), 1.0);
}

// Golden values: SciPy 1.17.1, `stats.ttest_ind(LONGER, A, equal_var=False)`.
#[test]
fn independent_differences_agree_with_scipy() {
    let difference = Difference::independent(&of(&LONGER), &of(&A)).expect("enough of both");
    agrees(difference.df, 11.149759093989593, "degrees");
    agrees(difference.p_value(0.0), 0.5368199693182051, "p");
    let interval = difference.interval(0.95);
    agrees(interval.lower, -1.5301023618979506, "lower");
    agrees(interval.upper, 2.780102361897954, "upper");
    assert!(Difference::paired(&of(&A), &of(&LONGER)).is_none());
}

// Golden values: the effect at which SciPy's non-central t gives a power of exactly 0.9, in
// standard errors, by df and level. The sum of two quantiles is its usual approximation.
#[test]
fn the_smallest_effect_has_the_power_it_says() {
    for (n, level, exact) in [
        (10_u32, 0.05, 3.651055466604101),
        (40_u32, 0.05, 3.3244266946787513),
        (40_u32, 0.0071428571428571435, 4.1674037100362575),
        (100_u32, 0.01, 3.9234579127525957),
    ] {
        let difference = Difference {
            point: 0.0,
            se: 1.0,
            df: f64::from(n) - 1.0,
        };
        // Two-sided: half of the level on each side.
        let effect = difference.detectable(level / 2.0, 0.9).expect("an error");
        assert!(
            (effect / exact - 1.0).abs() < 0.02,
            "{n}, {level}: {effect}, {exact}"
        );
    }
}

#[test]
fn what_never_differs_is_known_exactly() {
    let same = Difference::paired(&of(&A), &of(&A)).expect("pairs");
    assert_eq!((same.point, same.se, same.p_value(0.0)), (0.0, 0.0, 1.0));
    assert_eq!(same.p_not_within(0.1), 0.0);
    let constant = Difference::independent(&of(&[2.0; 4]), &of(&[1.0; 4])).expect("enough");
    assert_eq!((constant.p_value(0.0), constant.p_value(1.0)), (0.0, 1.0));
}
