//! Estimates against values computed with NumPy 2 and SciPy 1.17.1.

use reports::record::{Distribution, Histogram};
use reports::stats::{Estimate, Pooled, quantile};

const PAIRS: [(f64, f64); 5] = [
    (90.0, 100.0),
    (171.0, 180.0),
    (130.0, 140.0),
    (70.0, 90.0),
    (101.0, 110.0),
];

/// Ratio of sums and its t interval: point, sd of the single ratios, se, bounds.
const GOLDEN_RATIO: [f64; 5] = [
    0.9064516129032258,
    0.0679254056036093,
    0.025958967638100156,
    0.8343779642684348,
    0.9785252615380169,
];

/// Difference and its se; lift, its se, and the p value of a lift of 0.1.
const GOLDEN_LIFT: [f64; 5] = [
    0.07580645161290323,
    0.003182135749928505,
    0.09126213592233001,
    0.0023732985211559025,
    0.021171623615101935,
];

fn close(value: f64, golden: f64) -> bool {
    (value - golden).abs() <= 1e-9 * golden.abs().max(1.0)
}

#[test]
fn a_ratio_of_sums_has_the_delta_method_interval() {
    let estimate = Estimate::of_ratio(&PAIRS).expect("denominators");
    let interval = estimate.interval(0.95).expect("five replications");
    let got = [
        estimate.point,
        estimate.sd.unwrap(),
        estimate.se().unwrap(),
        interval.lower,
        interval.upper,
    ];
    let golden = GOLDEN_RATIO;
    for (got, golden) in got.iter().zip(golden) {
        assert!(close(*got, golden), "{got} {golden}");
    }
}

#[test]
fn a_paired_lift_is_a_function_of_both_ratios() {
    let other: Vec<(f64, f64)> = PAIRS.iter().map(|(y, x)| (y - 0.1 * x + 3.0, *x)).collect();
    let (a, b) = (
        Estimate::of_ratio(&PAIRS).unwrap(),
        Estimate::of_ratio(&other).unwrap(),
    );
    let (difference, lift) = (a.minus(&b).unwrap(), a.lift_over(&b).unwrap());
    let got = [
        difference.point,
        difference.se().unwrap(),
        lift.point,
        lift.se().unwrap(),
        lift.p_value(0.1).unwrap(),
    ];
    let golden = GOLDEN_LIFT;
    for (got, golden) in got.iter().zip(golden) {
        assert!(close(*got, golden), "{got} {golden}");
    }
    assert!(a.minus(&Estimate::of_ratio(&PAIRS[..4]).unwrap()).is_none());
}

#[test]
fn one_replication_has_a_point_and_no_bounds() {
    let estimate = Estimate::of_ratio(&PAIRS[..1]).unwrap();
    assert_eq!(estimate.point, 0.9);
    assert_eq!((estimate.se(), estimate.interval(0.95)), (None, None));
    assert_eq!(Estimate::of_ratio(&[(0.0, 0.0)]), None);
    assert_eq!(Estimate::of_mean(&[]), None);
}

#[test]
fn equal_replications_have_an_interval_without_width() {
    let estimate = Estimate::of_mean(&[0.1, 0.1, 0.1]).unwrap();
    let interval = estimate.interval(0.99).unwrap();
    assert_eq!((interval.lower, interval.upper), (0.1, 0.1));
    assert_eq!(estimate.p_value(0.2), Some(0.0));
}

fn distribution(spans: impl Iterator<Item = u64>) -> Distribution {
    let mut histogram = Histogram::default();
    spans.for_each(|span| histogram.record(span));
    histogram.distribution()
}

#[test]
fn quantiles_agree_with_hdrhistogram_to_its_precision() {
    let spans: Vec<u64> = (1..40_000_u64).map(|k| k * k % 90_000_017).collect();
    let ours = Pooled::of([&distribution(spans.iter().copied())]);
    let mut theirs = hdrhistogram::Histogram::<u64>::new(3).unwrap();
    spans.iter().for_each(|span| theirs.record(*span).unwrap());
    for q in [0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
        let (ours, theirs) = (
            ours.quantile(q).unwrap(),
            theirs.value_at_quantile(q) as f64,
        );
        assert!((ours / theirs - 1.0).abs() < 0.005, "{q}: {ours} {theirs}");
    }
    let exact = spans.iter().filter(|span| **span <= 20_000_000).count() as f64;
    let share = ours.share_within(20_000_000).unwrap();
    assert!((share - exact / spans.len() as f64).abs() < 1e-3);
}

#[test]
fn the_jackknife_leaves_out_one_replication_at_a_time() {
    // Spans below 512 us are exact, so that the pseudo-values can be worked out by hand.
    let replications: Vec<Distribution> = (0..4_u64)
        .map(|r| distribution((0..25).map(|k| (k * 17 + r * 5) % 401)))
        .collect();
    let pooled: Vec<Pooled> = replications.iter().map(|d| Pooled::of([d])).collect();
    let estimate = quantile(&pooled, 0.9).unwrap();
    let left_out: Vec<f64> = (0..4)
        .map(|r| {
            let others = (0..4).filter(|other| *other != r);
            let rest: Vec<&Distribution> = others.map(|other| &replications[other]).collect();
            Pooled::of(rest).quantile(0.9).unwrap()
        })
        .collect();
    let centre = left_out.iter().sum::<f64>() / 4.0;
    let squares: f64 = left_out.iter().map(|q| (q - centre) * (q - centre)).sum();
    // Efron's formula: variance = (n - 1) / n x sum of squares.
    assert!(close(estimate.se().unwrap(), (0.75 * squares).sqrt()));
    assert!(squares > 0.0);
}

#[test]
fn a_quantile_that_rests_on_one_replication_has_no_bounds() {
    let pooled = [
        Pooled::of([&distribution([5, 6, 7].into_iter())]),
        Pooled::default(),
    ];
    let estimate = quantile(&pooled, 0.5).unwrap();
    assert_eq!((estimate.point, estimate.interval(0.95)), (6.0, None));
    assert!(quantile(&pooled[1..], 0.5).is_none());
}
