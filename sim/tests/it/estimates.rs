//! Announced waits: gates that only an estimator which looks at the line can pass.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::report_json;
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

use crate::exact::birth_death::Station;

const OTHERS: [&str; 5] = [
    "queue_length",
    "head_of_line",
    "last_served",
    "moving_average",
    "ewma",
];

/// The gate on `estimate_within_30s` under an estimator: its limit, what was measured, its verdict.
fn gate(file: &str, estimator: &str, set: &[&str]) -> (f64, f64, String) {
    let mut overrides = Overrides::new();
    overrides.set(estimator).unwrap();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{file}"));
    let scenario = Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 2,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let report = run(&scenario, &options, &control).unwrap().report;
    let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
    let gates = report["gates"].as_array().unwrap();
    let gate = gates
        .iter()
        .find(|gate| gate["measure"] == "estimate_within_30s")
        .unwrap();
    (
        gate["limit"].as_f64().unwrap(),
        report["measures"]["estimate_within_30s"]["mean"]
            .as_f64()
            .unwrap(),
        gate["verdict"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn best_is_right_95_percent_as_often_as_exact_knowledge_allows_and_no_other_is() {
    let oracle = Station::erlang_a(480.0, 20.0, 20, 6.0)
        .solve()
        .told_within(30.0 / 3600.0);
    let of = |estimator: &str| {
        let estimator = format!("policy.queues.line.estimator={estimator}");
        gate(
            "theory/estimates.yaml",
            &estimator,
            &["experiment.horizon=50h"],
        )
    };
    let (limit, best, verdict) = of("best");
    assert!((limit - 0.95 * oracle).abs() < 0.001, "{limit}, {oracle}");
    assert_eq!(verdict, "pass", "{best}");
    // Nobody is right more often than can be: were it so, one of the two would be wrong.
    assert!(best < oracle + 0.01, "{best}, {oracle}");
    for other in OTHERS {
        let (_, measured, verdict) = of(other);
        assert_eq!(verdict, "fail", "{other} {measured}");
    }
}

#[test]
fn only_best_keeps_the_plans_target_through_an_hour_of_overload() {
    let of = |estimator: &str| {
        let estimator = format!("policy.queues.sales.estimator={estimator}");
        gate(
            "plan/estimates.yaml",
            &estimator,
            &["experiment.replications=60"],
        )
    };
    let (limit, best, verdict) = of("best");
    assert_eq!((limit, verdict.as_str()), (0.9, "pass"), "{best}");
    for other in OTHERS {
        let (_, measured, verdict) = of(other);
        assert_eq!(verdict, "fail", "{other} {measured}");
    }
}
