//! Controls have mean 0 in worlds that do everything, and none where arrivals are given.

use policy_file::Overrides;
use reports::stats::Controls;
use sim::scenario::Scenario;

use super::centre::{sample, sampler};

fn controls(file: &str, set: &[&str], replications: u32) -> Vec<Option<Controls>> {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).expect("a good assignment");
    }
    let scenario = Scenario::read(&crate::theory::scenarios().join(file), &overrides)
        .unwrap_or_else(|errors| panic!("{errors}"));
    sample(&sampler(&scenario), 0..replications)
        .controls()
        .collect()
}

/// Mean over standard error of each control, and its standard deviation.
fn judged(file: &str, set: &[&str], replications: u32) -> [(f64, f64); 3] {
    let all = controls(file, set, replications);
    let all: Vec<Controls> = all.into_iter().map(|c| c.expect("told")).collect();
    let n = all.len() as f64;
    [
        all.iter().map(|c| c.arrivals).collect::<Vec<f64>>(),
        all.iter().map(|c| c.talk).collect(),
        all.iter().map(|c| c.patience).collect(),
    ]
    .map(|values| {
        let mean = values.iter().sum::<f64>() / n;
        let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        let sd = (squares / (n - 1.0)).sqrt();
        (mean / (sd / n.sqrt()), sd)
    })
}

/// Redials, callbacks, classes, cut conversations, overload, slow agents, a factor of the day, mixtures and
/// survival curves: 4 standard errors are exceeded by chance once in 5,000 of these means. A conversation that is
/// counted twice when it was cut off, or a mean that leaves out a curve's tail, is seen.
#[test]
fn controls_have_mean_0() {
    let day_factor = "experiment.day_factor={ gamma: { shape: 28.7 } }";
    let short = "experiment.horizon=5h";
    let n = if super::is_proof() { 600 } else { 150 };
    for (file, set) in [
        ("plan/phase-4.yaml", vec![day_factor, short]),
        ("plan/callbacks.yaml", vec![short]),
        ("plan/legacy.yaml", vec![short]),
        ("faults/agents-vanish.yaml", vec![short]),
        ("bank-1999/january-day.yaml", vec![short]),
    ] {
        for (place, (z, sd)) in judged(file, &set, n).into_iter().enumerate() {
            assert!(sd > 0.0, "{file}: control {place} never varies");
            assert!(
                z.abs() < 4.0,
                "{file}: control {place} has mean {z:.1} standard errors"
            );
        }
    }
}

#[test]
fn given_arrivals_are_no_control_and_none_are_told_when_none_are_wanted() {
    let burst = "calls.line.arrivals={ burst: { every: 1h, calls: 50, within: 2m } }";
    let (short, warm_up) = ("experiment.horizon=6h", "experiment.warm_up=90m");
    let file = "theory/erlang-a.yaml";
    let [arrivals, talk, _] = judged(file, &[burst, short, warm_up], 20);
    assert_eq!(arrivals.1, 0.0);
    assert!(talk.1 > 0.0);
    let off = "experiment.control_variates=false";
    assert!(
        controls(file, &[short, "experiment.warm_up=1h", off], 2)
            .iter()
            .all(Option::is_none)
    );
}
