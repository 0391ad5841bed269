//! The Anonymous Bank log through Linefinder's own engine, beside what was recorded.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use sim::experiment::{Control, Options, run};
use sim::likeness::{Likeness, Pair};
use sim::scenario::Scenario;
use sim::world::Checks;

use crate::traces::bank;

fn replayed(month: &str, set: &[&str], checks: Checks) -> Option<Likeness> {
    bank()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../scenarios/bank-1999/replay-{month}.yaml"));
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let scenario = Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 2,
        rows: true,
        checks,
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let run = run(&scenario, &options, &control).unwrap_or_else(|error| panic!("{error}"));
    Some(Likeness::of(&scenario, &run.report.rows).expect("a log"))
}

/// Abandonment in %, waits of served and of abandoners in s, answered within 20 s in %.
fn figures(likeness: &Likeness) -> ([f64; 4], [f64; 4]) {
    let Pair {
        recorded,
        simulated,
    } = likeness.overall();
    let of = |tally: sim::likeness::Tally| {
        [
            100.0 * tally.abandonment().unwrap(),
            tally.mean_served_wait().unwrap(),
            tally.mean_abandoned_wait().unwrap(),
            100.0 * tally.within().unwrap(),
        ]
    };
    (of(recorded), of(simulated))
}

fn judge(month: &str, recorded: [f64; 4], study: [f64; 4]) {
    let Some(likeness) = replayed(month, &[], Checks::default()) else {
        return;
    };
    println!("{}", likeness.table());
    let (found, simulated) = figures(&likeness);
    for (found, recorded) in found.iter().zip(recorded) {
        assert!(
            (found - recorded).abs() <= 0.051,
            "{found} is not {recorded}"
        );
    }
    // The prototype of the study is another program: agree to what its figures' noise allows.
    for ((simulated, study), within) in simulated.iter().zip(study).zip([0.3, 1.5, 2.0, 1.0]) {
        assert!(
            (simulated - study).abs() <= within,
            "{simulated} is not {study}"
        );
    }
    assert!(likeness.verdict().unwrap().is_alike);
}

#[test]
fn january_replayed_is_like_january_recorded() {
    judge(
        "january",
        [10.28, 35.0, 60.7, 54.4],
        [10.96, 35.2, 56.7, 55.3],
    );
}

/// No figure was fitted to February.
#[test]
fn february_replayed_is_like_february_recorded() {
    judge(
        "february",
        [12.73, 40.8, 65.5, 52.1],
        [12.82, 40.8, 59.2, 51.9],
    );
}

#[test]
fn invariants_hold_between_all_steps_of_a_replay() {
    let checks = Checks {
        extra_polls: true,
        after_step: Some(sim::experiment::check_invariants),
    };
    // Friday, Saturday, Sunday.
    let set = ["experiment.days=3", "experiment.replications=1"];
    if let Some(likeness) = replayed("january", &set, checks) {
        let pair = likeness.overall();
        assert_eq!(pair.recorded.offered, pair.simulated.offered);
    }
}
