//! The simulator, its engine included, against exact solutions and other people's printed figures.
//!
//! Each measure must lie within 4 standard errors of the exact value. By default few calls are
//! simulated and the errors are wide; `LINEFINDER_PROOF=1` simulates until every relative
//! half-width (95 %) is at most 1 % (`make proof`). Seeds are fixed: a build passes or does not.

mod printed;
mod random;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::gate::Verdict;
use reports::record::CallRow;
use reports::report::{Figure, RunReport};
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some_and(|value| value == "1")
}

pub(crate) fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

/// Runs a scenario of the library with some keys changed.
fn run_with(file: &str, set: &[String]) -> RunReport {
    simulate(file, set, false)
}

/// A row per call of each replication.
fn run_rows(file: &str, set: &[String]) -> Vec<Vec<CallRow>> {
    simulate(file, set, true).rows
}

fn simulate(file: &str, set: &[String], rows: bool) -> RunReport {
    let mut overrides = Overrides::new();
    // Other parameters than the file's: its gates are about its own.
    overrides.set("gates=null").expect("a good assignment");
    for assignment in set {
        overrides.set(assignment).expect("a good assignment");
    }
    simulate_with(file, &overrides, rows)
}

fn simulate_with(file: &str, overrides: &Overrides, rows: bool) -> RunReport {
    let scenario = Scenario::read(&scenarios().join(file), overrides)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 2,
        rows,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(&scenario, &options, &control).expect("it runs").report
}

/// A measure of the whole run, or of one class.
fn figure<'a>(report: &'a RunReport, id: &str, class: Option<&str>) -> &'a Figure {
    let figures = match class {
        None => &report.figures,
        Some(name) => {
            let parts = &report.by_class;
            let part = parts.iter().find(|part| part.name == name);
            &part.expect("a known class").figures
        }
    };
    let figure = figures.iter().find(|figure| figure.measure.id == id);
    figure.expect("a known measure")
}

/// A stationary model and what is known of it.
struct Model {
    /// For people: the model and its parameters.
    what: String,
    /// A file of `scenarios/`.
    file: &'static str,
    /// Its keys that are changed.
    set: Vec<String>,
    seed: u64,
    /// Calls an hour, all classes together.
    arrivals: f64,
    /// Hours until the empty start is forgotten.
    warm_up: f64,
    expected: Vec<Expected>,
}

/// One measure's exact value.
struct Expected {
    id: &'static str,
    class: Option<&'static str>,
    exact: f64,
}

impl Expected {
    fn whole(id: &'static str, exact: f64) -> Self {
        Expected {
            id,
            class: None,
            exact,
        }
    }
}

/// 1 %, or so wide that a quick run gets there.
fn wanted() -> f64 {
    if is_proof() { 0.01 } else { 0.25 }
}

/// A scenario's horizon is ten years at most; a quiet line takes more replications instead.
const LONGEST_HOURS: f64 = 9.0 * 365.0 * 24.0;

/// Enough that the spread over replications is well known: 4 standard errors of 31 degrees of
/// freedom are exceeded by chance once in 2,700 measures.
const REPLICATIONS: u32 = 32;

/// Calls of the first run, all replications together.
const FIRST_CALLS: f64 = 60_000.0;

/// Runs longer by this over what the last run's errors ask for.
const MARGIN: f64 = 1.15;

impl Model {
    /// Simulates until every measure is known well enough, then compares each with its exact
    /// value. A longer run has a seed of its own: what was seen before only says how long.
    fn check(&self) {
        let mut calls = FIRST_CALLS;
        for round in 0.. {
            let report = self.run(calls, self.seed + 1_000 * round);
            let worst = self.worst(&report);
            if worst <= 1.0 {
                self.judge(&report, calls);
                return;
            }
            assert!(
                round < 6,
                "{}: {calls} calls are not enough: half-widths are {worst:.1} times too wide",
                self.what
            );
            // A short run sees too little of the rare long queues: no more than 30 times at once.
            calls *= (MARGIN * worst * worst).min(30.0);
        }
    }

    fn run(&self, calls: f64, seed: u64) -> RunReport {
        let all_hours = calls / self.arrivals;
        let replications = REPLICATIONS.max((all_hours / LONGEST_HOURS).ceil() as u32);
        let hours = all_hours / f64::from(replications);
        let (warm_up, hours) = (self.warm_up * 3600.0, hours * 3600.0);
        let mut set = self.set.clone();
        set.push(format!("experiment.warm_up={}s", warm_up.ceil()));
        set.push(format!(
            "experiment.horizon={}s",
            (warm_up + hours).ceil() + 1.0
        ));
        set.push(format!("experiment.replications={replications}"));
        set.push(format!("experiment.seed={seed}"));
        run_with(self.file, &set)
    }

    /// The widest relative half-width over the wanted one.
    fn worst(&self, report: &RunReport) -> f64 {
        let relative = |expected: &Expected| {
            let se = figure(report, expected.id, expected.class).se;
            se.map_or(f64::INFINITY, |se| 1.96 * se / expected.exact)
        };
        let widths = self.expected.iter().map(relative);
        widths.fold(0.0, f64::max) / wanted()
    }

    fn judge(&self, report: &RunReport, calls: f64) {
        let what = &self.what;
        for Expected { id, class, exact } in &self.expected {
            let figure = figure(report, id, *class);
            let (mean, se) = (
                figure.mean.expect("measured"),
                figure.se.expect("replicated"),
            );
            let of = class.map_or(String::new(), |class| format!(" of {class}"));
            assert!(
                (mean - exact).abs() <= 4.0 * se,
                "{what}: {id}{of} is {mean:.6} +- {se:.6} (standard error), exactly {exact:.6}"
            );
            println!(
                "| {what} | {id}{of} | {exact:.6} | {mean:.6} | {:.2} % | {:+.2} | {:.1} |",
                196.0 * se / exact,
                (mean - exact) / se,
                calls / 1e6,
            );
        }
    }
}

/// A comparison that cannot fail proves nothing: an exact value that is 5 % off is found out.
#[test]
fn a_value_that_is_wrong_is_found_out() {
    let mut model = rows::erlang_a_half_hour();
    model.expected = vec![Expected::whole("occupancy", 0.704_297 * 1.05)];
    let report = model.run(FIRST_CALLS, model.seed);
    let judged = std::panic::catch_unwind(|| model.judge(&report, FIRST_CALLS));
    assert!(judged.is_err());
}

/// As they are, the files of `theory/` and `published/` hold their gates around the exact or printed
/// figures; with a tenth more talk they do not.
#[test]
fn the_gates_of_the_library_hold_and_a_biased_world_fails_them() {
    let verdict = |file: &str, set: &[(&str, &str)]| {
        let mut overrides = Overrides::new();
        for (path, value) in set {
            overrides
                .set(&format!("{path}={value}"))
                .expect("a good assignment");
        }
        simulate_with(file, &overrides, false).verdict()
    };
    let talk = "calls.0.classes.all.talk";
    for (file, path, longer) in [
        (
            "theory/erlang-a.yaml",
            talk,
            "{ exponential: { mean: 16.5m } }",
        ),
        (
            "theory/erlang-c.yaml",
            talk,
            "{ exponential: { mean: 3.3m } }",
        ),
        (
            "published/mmc.yaml",
            talk,
            "{ exponential: { mean: 2.2m } }",
        ),
        (
            "published/mmc-abandon.yaml",
            talk,
            "{ exponential: { mean: 2.2m } }",
        ),
        (
            "published/ssj-call-center.yaml",
            talk,
            "{ exponential: { mean: 110s } }",
        ),
        // Of the first of three lines only, but much longer.
        (
            "published/simple-msk.yaml",
            talk,
            "{ exponential: { mean: 200s } }",
        ),
    ] {
        assert_eq!(verdict(file, &[]), Verdict::Pass, "{file}");
        let biased = [(path, longer), ("experiment.replications", "20")];
        assert_eq!(verdict(file, &biased), Verdict::Fail, "{file}");
    }
}
