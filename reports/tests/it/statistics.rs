//! Estimates against values computed with NumPy 2 and SciPy 1.17.1.

use reports::record::{Distribution, Histogram};
use reports::stats::{Controls, Estimate, Pooled, quantile};

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

/// Intercept, its standard error, degrees of freedom, variance ratio times (n - 2) / (n - k - 2), bounds.
const GOLDEN_CONTROLLED: [f64; 6] = [
    3.067735408624915,
    0.19075773837321444,
    20.0,
    0.048216217074861845,
    2.669821739095285,
    3.465649078154545,
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
fn the_interval_of_a_quantile_is_that_of_the_share_below_it() {
    // Spans below 512 us are exact: everything can be counted by hand.
    let spans = |r: u64| (0..200_u64).map(move |k| (k * 17 + r * 25) % (401 + 20 * r));
    let replications: Vec<Pooled> = (0..4)
        .map(|r| Pooled::of([&distribution(spans(r))]))
        .collect();
    let estimate = quantile(&replications, 0.9).unwrap();
    let mut all: Vec<u64> = (0..4).flat_map(spans).collect();
    all.sort_unstable();
    assert_eq!(
        estimate.point, all[719] as f64,
        "720 of 800 lie at or below it"
    );
    // The 720th in order is the last or not the last of its like; as far as it is into these.
    let below = |r: u64, at: u64| spans(r).filter(|span| *span < at).count() as f64;
    let equal = |r: u64, at: u64| spans(r).filter(|span| *span == at).count() as f64;
    let at = all[719];
    let sum = |f: &dyn Fn(u64) -> f64| (0..4).map(f).sum::<f64>();
    let into = (720.0 - sum(&|r| below(r, at))) / sum(&|r| equal(r, at));
    let shares: Vec<f64> = (0..4)
        .map(|r| (below(r, at) + into * equal(r, at)) / 200.0)
        .collect();
    let squares: f64 = shares
        .iter()
        .map(|share| (share - 0.9) * (share - 0.9))
        .sum();
    let se = (squares / 3.0 / 4.0 * (1.0 + 1.0 / 8.0)).sqrt();
    // t of 3 degrees of freedom for 80 %.
    let reach = 1.637_744_353_696_21 * se;
    let rank = |share: f64| all[(share * 800.0).ceil() as usize - 1] as f64;
    let interval = estimate.interval(0.8).unwrap();
    assert_eq!(interval.bounds(), (rank(0.9 - reach), rank(0.9 + reach)));
    assert!(reach > 0.01, "it is wide enough to tell");
}

/// 24 values with three controls of which two explain most. Golden: NumPy's least squares with an intercept.
fn with_controls(third: impl Fn(f64) -> f64) -> (Estimate, Estimate) {
    let numbers = (0..24_u32).map(|k| {
        let a = f64::from(k * 7 % 24) - 10.0;
        let b = f64::from(k * k * 5 % 23) - 9.0;
        let c = f64::from((k * 11 + 3) % 19) - 8.5;
        let rest = (f64::from(k * 13 % 7) - 3.0) * 0.4;
        (3.0 + 0.5 * a - 0.2 * b + 0.1 * c + rest, [a, b, third(c)])
    });
    let (values, controls): (Vec<f64>, Vec<[f64; 3]>) = numbers.unzip();
    let controls = controls
        .into_iter()
        .map(|[arrivals, talk, patience]| Controls {
            arrivals,
            talk,
            patience,
        });
    let plain = Estimate::of_mean(&values).unwrap();
    (plain.clone(), plain.controlled_by(controls.collect()))
}

#[test]
fn controls_are_regressed_out() {
    let (plain, controlled) = with_controls(|c| c);
    let interval = controlled.interval(0.95).unwrap();
    let got = [
        controlled.point,
        controlled.se().unwrap(),
        controlled.df(),
        controlled.variance_ratio().unwrap(),
        interval.lower,
        interval.upper,
    ];
    for (got, golden) in got.iter().zip(GOLDEN_CONTROLLED) {
        assert!(close(*got, golden), "{got} {golden}");
    }
    assert_eq!(
        controlled.sd, plain.sd,
        "the spread of replications is what it is"
    );
    assert_eq!((plain.variance_ratio(), plain.df()), (None, 23.0));
}

#[test]
fn controls_that_say_nothing_of_their_own_are_left_out() {
    let (_, two) = with_controls(|_| 0.0);
    let (_, constant) = with_controls(|_| -7.25);
    assert_eq!(two.df(), 21.0);
    assert_eq!(
        (constant.point, constant.df()),
        (two.point, two.df()),
        "fixed arrivals are no control"
    );
}

#[test]
fn few_replications_and_controls_that_explain_little_are_left_alone() {
    let values: Vec<f64> = (0..24_u32).map(|k| f64::from(k * k % 17)).collect();
    let control = |of: &dyn Fn(u32) -> f64| -> Vec<Controls> {
        let of = (0..24).map(of);
        of.map(|arrivals| Controls {
            arrivals,
            ..Controls::default()
        })
        .collect()
    };
    let plain = Estimate::of_mean(&values).unwrap();
    let useless = control(&|k| f64::from(k % 2) - 0.4);
    assert_eq!(plain.clone().controlled_by(useless).variance_ratio(), None);
    let good = control(&|k| f64::from(k * k % 17) - 8.0);
    assert!(
        plain
            .clone()
            .controlled_by(good.clone())
            .variance_ratio()
            .unwrap()
            < 1e-9
    );
    let few = Estimate::of_mean(&values[..19]).unwrap();
    assert_eq!(
        few.controlled_by(good[..19].to_vec()).variance_ratio(),
        None
    );
    assert_eq!(
        plain.controlled_by(good[..23].to_vec()).variance_ratio(),
        None
    );
}

#[test]
fn a_share_of_which_nothing_was_seen_is_not_known_to_be_nought() {
    let share = |pair: (f64, f64)| {
        let of = Estimate::of_ratio(&[pair; 5]).unwrap();
        of.within_range((0.0, 1.0))
    };
    let (none, all) = (share((0.0, 100.0)), share((100.0, 100.0)));
    // The exact interval of 0 among 500: 1 - 0.025^(1 / 500).
    let most = 0.007_350_610_051_907_7;
    let (lower, upper) = none.interval(0.95).unwrap().bounds();
    assert!(lower == 0.0 && (upper / most - 1.0).abs() < 1e-9, "{upper}");
    let (lower, upper) = all.interval(0.95).unwrap().bounds();
    assert!(upper == 1.0 && (lower - 1.0 + most).abs() < 1e-9, "{lower}");
    // The interval at 1 - p just touches the limit.
    assert!((none.p_value(most).unwrap() - 0.05).abs() < 1e-9);
    assert!((all.p_value(1.0 - most).unwrap() - 0.05).abs() < 1e-9);
    assert_eq!(
        (none.p_value(0.0), none.p_value(1.0)),
        (Some(1.0), Some(0.0))
    );
    assert!(!none.is_certain() && !all.is_certain());
    // What is no share, and is the same in every replication, is that.
    let span = Estimate::of_ratio(&[(0.0, 100.0); 5]).unwrap();
    let span = span.within_range((0.0, f64::INFINITY));
    assert!(span.is_certain() && span.interval(0.95).unwrap().upper == 0.0);
}

#[test]
fn a_count_that_was_never_seen_may_be_rare() {
    let never = Estimate::of_counts(&[0.0; 10]).unwrap();
    // The exact interval of a Poisson count of 0: -ln 0.025.
    let most = 3.688_879_454_113_936 / 10.0;
    assert!(close(never.interval(0.95).unwrap().upper, most));
    assert!(close(never.p_value(most).unwrap(), 0.05));
    assert_eq!((never.p_value(0.0), never.is_certain()), (Some(1.0), false));
    let always = Estimate::of_counts(&[2.0; 10]).unwrap();
    assert!(always.is_certain() && always.interval(0.95).unwrap().upper == 2.0);
}

#[test]
fn a_difference_is_of_the_shown_estimates_where_controls_help_it_and_plain_where_not() {
    let (_, one) = with_controls(|c| c);
    // As far apart as the controls of one of them: these explain it.
    let far = one.clone().divided_by(0.5);
    let difference = far.minus(&one).unwrap();
    assert!(close(difference.point, far.point - one.point));
    assert!(difference.variance_ratio().unwrap() < 0.9);
    // A shift is no variance: what cancels is not taken off twice, whatever the controls are.
    let values: Vec<f64> = (0..24_u32).map(|k| f64::from(k * 7 % 24)).collect();
    let controls = |of: &dyn Fn(usize) -> f64| -> Vec<Controls> {
        let each = (0..24).map(of);
        each.map(|arrivals| Controls {
            arrivals,
            ..Controls::default()
        })
        .collect()
    };
    let estimate = |by: f64, noise: f64| {
        let shifted: Vec<f64> = values.iter().map(|value| value + by).collect();
        let own = |k: usize| values[k] - 10.0 + noise * ((k * k % 5) as f64 - 1.2);
        Estimate::of_mean(&shifted)
            .unwrap()
            .controlled_by(controls(&own))
    };
    let (here, there) = (estimate(1.0, 0.5), estimate(0.0, -0.5));
    assert!(here.variance_ratio().is_some() && there.variance_ratio().is_some());
    let difference = here.minus(&there).unwrap();
    assert!(close(difference.point, 1.0), "{}", difference.point);
    assert_eq!(
        (difference.se(), difference.variance_ratio()),
        (Some(0.0), None)
    );
    assert!((here.point - there.point - 1.0).abs() > 0.1);
}

#[test]
fn a_paired_difference_is_controlled_as_a_whole() {
    // The other run is the same but for 1 and for what no control explains: controls cancel.
    let (_, one) = with_controls(|c| c);
    let difference = one.minus(&one).unwrap();
    assert_eq!((difference.point, difference.se()), (0.0, Some(0.0)));
    // Twice the one: their difference is the one again.
    let doubled = one.clone().divided_by(0.5);
    let difference = doubled.minus(&one).unwrap();
    assert!(close(difference.point, one.point));
    assert!(close(difference.se().unwrap(), one.se().unwrap()));
    assert!(close(doubled.lift_over(&one).unwrap().point, 1.0));
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
