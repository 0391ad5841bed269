//! The simulator, its engine included, against exact solutions and other people's printed figures.
//!
//! Each measure must lie within 4 standard errors of the exact value. By default few replications
//! are run and the errors are wide; `LINEFINDER_PROOF=1` runs until every relative half-width is
//! at most 1 % (`make proof`).

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::report::{Figure, RunReport};
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

use crate::exact::birth_death::Station;

pub(crate) fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some_and(|value| value == "1")
}

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

/// Runs a scenario of the library with some keys changed.
fn run_with(file: &str, set: &[String]) -> RunReport {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).expect("a good assignment");
    }
    let scenario = Scenario::read(&scenarios().join(file), &overrides).expect("a good scenario");
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
    run(&scenario, &options, &control).expect("it runs").report
}

fn figure<'a>(report: &'a RunReport, id: &str) -> &'a Figure {
    report.figure(id).expect("a known measure")
}

/// The measure is within 4 standard errors of the exact value; in a proof it is known to 1 %.
fn agrees(what: &str, report: &RunReport, id: &str, exact: f64) {
    let figure = figure(report, id);
    let (mean, se) = (
        figure.mean.expect("measured"),
        figure.se.expect("replicated"),
    );
    assert!(
        (mean - exact).abs() <= 4.0 * se,
        "{what}: {id} is {mean:.6} +- {se:.6} (standard error), exactly {exact:.6}"
    );
    let half_width = 1.96 * se / exact;
    let wanted = if is_proof() { 0.01 } else { 0.25 };
    assert!(
        half_width <= wanted,
        "{what}: {id} is known to {:.1} % only",
        half_width * 100.0
    );
    if is_proof() {
        println!(
            "| {what} | {id} | {exact:.6} | {mean:.6} | {:.2} |",
            (mean - exact) / se
        );
    }
}

fn effort(hours: u32, replications: u32) -> [String; 2] {
    let (hours, replications) = if is_proof() {
        (hours * 10, replications * 10)
    } else {
        (hours, replications)
    };
    [
        format!("experiment.horizon={hours}h"),
        format!("experiment.replications={replications}"),
    ]
}

#[test]
fn erlang_a_agrees_with_its_exact_solution() {
    for agents in [31, 33] {
        for theta in [0.5, 1.0, 2.0, 4.0] {
            let what = format!("Erlang-A, {agents} agents, theta {theta}/h");
            let mut set = vec![
                format!("agents.all.count={agents}"),
                format!(
                    "calls.line.classes.all.patience={{ exponential: {{ mean: {}s }} }}",
                    3600.0 / theta
                ),
            ];
            set.extend(effort(150, 12));
            let report = run_with("theory/erlang-a.yaml", &set);
            let exact = Station::erlang_a(120.0, 4.0, agents, theta).solve();
            agrees(&what, &report, "queue_length_mean", exact.mean_queue());
            agrees(&what, &report, "wait_probability", exact.wait_probability());
            agrees(&what, &report, "occupancy", exact.occupancy());
            agrees(&what, &report, "abandonment_rate", exact.abandonment());
            agrees(&what, &report, "mean_wait", exact.mean_wait() * 3600.0);
        }
    }
}

#[test]
fn erlang_c_agrees_with_its_exact_solution() {
    for (arrivals, talk, agents) in [(210.0, 180.0, 13), (120.0, 900.0, 35)] {
        let what = format!("Erlang-C, {arrivals}/h, {talk} s, {agents} agents");
        let mut set = vec![
            format!("agents.all.count={agents}"),
            format!("calls.line.arrivals={{ poisson: {arrivals}/h }}"),
            format!("calls.line.classes.all.talk={{ exponential: {{ mean: {talk}s }} }}"),
        ];
        set.extend(effort(400, 12));
        let report = run_with("theory/erlang-c.yaml", &set);
        let exact = Station::erlang_c(arrivals, 3600.0 / talk, agents).solve();
        agrees(&what, &report, "wait_probability", exact.wait_probability());
        agrees(&what, &report, "mean_wait", exact.mean_wait() * 3600.0);
        agrees(&what, &report, "occupancy", exact.occupancy());
    }
}

/// Our mean and a printed one with its 95 % half-width differ by less than the joint interval
/// with the family's error of 1 % shared among `family` comparisons (two-sided normal quantile).
fn agrees_with_print(report: &RunReport, id: &str, scale: f64, printed: f64, half_width: f64) {
    // 13 comparisons at a family-wise 99 %: z(1 - 0.01/13/2).
    const Z: f64 = 3.364;
    let figure = figure(report, id);
    let (mean, se) = (
        figure.mean.expect("measured") * scale,
        figure.se.expect("replicated") * scale,
    );
    let joint = (se * se + (half_width / 1.96).powi(2)).sqrt();
    assert!(
        (mean - printed).abs() <= Z * joint,
        "{}: {id} is {mean:.4} +- {se:.4}, printed {printed} +- {half_width} (95 %)",
        report.meta.scenario
    );
}

fn days(reduced: u32, full: u32) -> Vec<String> {
    let n = if is_proof() { full } else { reduced };
    vec![format!("experiment.replications={n}")]
}

// Printed values without an interval are rounded: half a unit of the last digit.

#[test]
fn mmc_agrees_with_contact_centers() {
    let report = run_with("published/mmc.yaml", &days(100, 2000));
    agrees_with_print(&report, "connected_within_threshold", 1.0, 1816.158, 3.5);
    agrees_with_print(&report, "service_level_strict", 1.0, 0.902, 0.002);
    agrees_with_print(&report, "asa", 1.0 / 60.0, 0.099, 0.0025);
    agrees_with_print(&report, "occupancy", 1.0, 0.695, 0.0015);
}

#[test]
fn mmc_with_abandonment_agrees_with_contact_centers() {
    let report = run_with("published/mmc-abandon.yaml", &days(100, 2000));
    agrees_with_print(&report, "abandoned_calls", 1.0, 58.609, 0.95);
    agrees_with_print(&report, "connected_within_threshold", 1.0, 1906.008, 2.2);
    agrees_with_print(&report, "service_level_strict", 1.0, 0.968, 0.0005);
    agrees_with_print(&report, "asa", 1.0 / 60.0, 0.024, 0.0005);
    agrees_with_print(&report, "occupancy", 1.0, 0.675, 0.0015);
}

#[test]
fn the_call_center_of_ssj_agrees() {
    let report = run_with("published/ssj-call-center.yaml", &days(300, 10_000));
    agrees_with_print(&report, "offered_calls", 1.0, 1660.366, 1.55);
    agrees_with_print(&report, "abandoned_calls", 1.0 / 1660.0, 0.020, 0.0005);
    let wait = figure(&report, "mean_wait").mean.expect("measured");
    let offered = figure(&report, "offered_calls").mean.expect("measured");
    // SSJ counts every call that waited less than the threshold, hang-ups included (its
    // `endWait`): the connected within T and those that the service level leaves out.
    let connected = figure(&report, "connected_within_threshold");
    let level = figure(&report, "service_level").mean.expect("measured");
    let within = connected.mean.expect("measured");
    let hung_up = offered - within / level;
    let good = (within + hung_up) / 1660.0;
    let error = 4.0 * connected.se.expect("replicated") / 1660.0 + 0.001;
    assert!((good - 0.925).abs() < error, "{good} +- {error}");
    let per_day = wait * offered / 1660.0;
    assert!(
        (per_day - 4.713).abs() < if is_proof() { 0.12 } else { 0.8 },
        "{per_day}"
    );
}

#[test]
fn the_multi_skill_model_of_contact_centers_agrees() {
    let report = run_with("published/simple-msk.yaml", &days(100, 1000));
    agrees_with_print(&report, "connected_calls", 1.0, 4297.305, 27.2);
    agrees_with_print(&report, "abandoned_calls", 1.0, 910.335, 34.2);
    agrees_with_print(&report, "service_level_strict", 1.0, 0.501, 0.0075);
}
