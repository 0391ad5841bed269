//! The figures of the README are what its scenarios print.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::report_json;
use serde_json::Value;
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All replications of a scenario of the plan; without its gates, whose baselines take longer.
fn measures(name: &str) -> Value {
    let mut overrides = Overrides::new();
    overrides.set("gates=null").unwrap();
    let path = root().join(format!("scenarios/plan/{name}.yaml"));
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
    let report: Value = serde_json::from_str(&report_json(&report)).unwrap();
    report["measures"].clone()
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// Three figures, as the terminal shows them.
fn seconds(span: f64) -> String {
    if span < 1.0 {
        format!("{span:.2} s")
    } else {
        format!("{span:.1} s")
    }
}

#[test]
fn what_the_plans_phases_do_is_what_they_print() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (label, name) in [
        ("legacy: ", "legacy"),
        ("phase 1: ", "phase-1"),
        ("phase 2: ", "phase-2"),
        ("phase 3: ", "phase-3"),
        ("phase 4: ", "phase-4"),
    ] {
        let measures = measures(name);
        let of = |id: &str, figure: &str| measures[id][figure].as_f64().unwrap();
        let mean = |id: &str| of(id, "mean");
        let expected = [
            format!(
                "{} % ({}–{})",
                percent(mean("connection_rate")),
                percent(of("connection_rate", "lower")),
                percent(of("connection_rate", "upper"))
            ),
            format!("{} %", percent(mean("abandonment_rate"))),
            seconds(mean("mean_wait")),
            format!("{} %", percent(mean("offer_reach_rate"))),
            seconds(mean("assignment_latency_p99")),
        ];
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {label}")))
            .unwrap();
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells[2..7], expected, "{name}: {row}");
    }
}
