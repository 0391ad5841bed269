//! How often the gate errs, on the simulator itself: false alarms of unchanged builds with fresh seeds,
//! and planted regressions found. `LINEFINDER_PROOF=1` runs the full counts and prints rows of
//! docs/proof.md.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::gate::Verdict;
use reports::regression::RegressionReport;
use sim::baseline::Baseline;
use sim::experiment::{Control, Options};
use sim::regression::{Asked, Planned, bless, report};
use sim::scenario::Scenario;
use sim::world::Checks;

fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some()
}

fn options() -> Options {
    Options {
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    }
}

/// Of the plan; a short morning unless the full counts are asked for.
fn scenario(name: &str, sets: &[&str]) -> Scenario {
    let horizon = if is_proof() { "10h" } else { "2h" };
    morning(name, sets, horizon)
}

fn morning(name: &str, sets: &[&str], horizon: &str) -> Scenario {
    let mut overrides = Overrides::new();
    for set in sets {
        overrides.set(set).unwrap();
    }
    overrides
        .set(&format!("experiment.horizon={horizon}"))
        .unwrap();
    let path = format!(
        "{}/../scenarios/plan/{name}.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    Scenario::read(Path::new(&path), &overrides).unwrap()
}

fn asked(seed: u64, replications: u32) -> Asked {
    Asked {
        seed: Some(seed),
        replications: Some(replications),
        ..Asked::default()
    }
}

/// A baseline of `scenarios` with this seed.
fn baseline(scenarios: &[Scenario], seed: u64, replications: u32) -> Baseline {
    let (stop, none) = (AtomicBool::new(false), |_, _| {});
    let control = Control {
        stop: &stop,
        progress: &none,
    };
    let mut baseline = Baseline::default();
    for scenario in scenarios {
        let asked = asked(seed, replications);
        let empty = Baseline::default();
        let blessed = bless(scenario, "", &empty, &asked, &options(), &control).unwrap();
        baseline.scenarios.insert(blessed.name, blessed.entry);
    }
    baseline
}

/// `scenarios` beside it, with this seed.
fn gate(scenarios: &[Scenario], baseline: &Baseline, asked: &Asked) -> RegressionReport {
    let (stop, none) = (AtomicBool::new(false), |_, _| {});
    let control = Control {
        stop: &stop,
        progress: &none,
    };
    let ran: Vec<_> = scenarios
        .iter()
        .map(|scenario| {
            let planned = Planned::new(scenario.clone(), "", baseline, "", asked).unwrap();
            planned.run(&options(), &control).unwrap()
        })
        .collect();
    report(&ran, "", "")
}

/// Fresh seeds, never the same twice.
fn seeds(repeat: u64) -> (u64, u64) {
    (1_000_000 + 2 * repeat, 1_000_001 + 2 * repeat)
}

#[test]
fn an_unchanged_build_with_fresh_seeds_fails_at_most_ten_times_in_a_thousand() {
    let (repeats, replications) = if is_proof() { (1000, 20) } else { (24, 6) };
    // Two scenarios of a command, a morning each: how often a gate errs is no matter of how long days are.
    let horizon = if is_proof() { "4h" } else { "2h" };
    let scenarios = ["phase-3", "phase-2"].map(|name| morning(name, &[], horizon));
    let (mut unpaired, mut paired, mut open) = (0, 0, 0);
    for repeat in 0..repeats {
        let (then, now) = seeds(repeat);
        let mut baseline = baseline(&scenarios, then, replications);
        let report = gate(&scenarios, &baseline, &asked(now, replications));
        assert!(report.scenarios.iter().all(|scenario| !scenario.is_paired));
        unpaired += u32::from(report.verdict() == Verdict::Fail);
        open += u32::from(report.verdict() == Verdict::Inconclusive);
        // Independent draws that are taken for pairs differ in every replication and in nothing else:
        // no pair of real ones is as noisy.
        for entry in baseline.scenarios.values_mut() {
            entry.seed = now;
        }
        let report = gate(&scenarios, &baseline, &asked(now, replications));
        assert!(report.scenarios.iter().all(|scenario| scenario.is_paired));
        paired += u32::from(report.verdict() == Verdict::Fail);
    }
    println!(
        "| other seeds, Welch | {replications} + {replications} | {repeats} | {unpaired} | {open} |"
    );
    println!("| other seeds taken for pairs | {replications} | {repeats} | {paired} | |");
    let most = (repeats / 100) as u32;
    assert!(
        unpaired <= most && paired <= most,
        "{unpaired} {paired} of {repeats}"
    );
}

/// A planted regression, and the measure that must show it.
struct Plant {
    name: &'static str,
    scenario: &'static str,
    set: &'static str,
    shows: &'static str,
    /// Replications of the full proof.
    replications: u32,
    is_paired: bool,
}

const PLANTS: [Plant; 4] = [
    Plant {
        name: "longest idle lost: top down",
        scenario: "phase-3",
        set: "policy.queues.sales.rotation=top_down",
        shows: "occupancy_spread",
        replications: 20,
        is_paired: true,
    },
    Plant {
        name: "longest idle lost: top down, other seeds",
        scenario: "phase-3",
        set: "policy.queues.sales.rotation=top_down",
        shows: "occupancy_spread",
        replications: 20,
        is_paired: false,
    },
    Plant {
        name: "a poll of 12 s in place of 10 s",
        scenario: "phase-2",
        set: "policy.queues.sales.slow_poll=12s",
        shows: "mean_wait",
        replications: 20,
        is_paired: true,
    },
    Plant {
        name: "a poll of 12 s in place of 10 s, other seeds",
        scenario: "phase-2",
        set: "policy.queues.sales.slow_poll=12s",
        shows: "assignment_latency_p99",
        replications: 20,
        is_paired: false,
    },
];

#[test]
fn planted_regressions_are_found_in_nine_of_ten() {
    let repeats = if is_proof() { 200 } else { 4 };
    for plant in PLANTS {
        let replications = if is_proof() { plant.replications } else { 8 };
        let good = [scenario(plant.scenario, &[])];
        let bad = [scenario(plant.scenario, &[plant.set])];
        let (mut failed, mut found, mut size, mut sees) = (0, 0, 0.0, 0.0);
        for repeat in 0..repeats {
            let (then, other) = seeds(repeat);
            let now = if plant.is_paired { then } else { other };
            let baseline = baseline(&good, then, replications);
            let report = gate(&bad, &baseline, &asked(now, replications));
            failed += u32::from(report.verdict() == Verdict::Fail);
            let shown = report.scenarios[0].findings.iter();
            let mut shown = shown.map(|shown| &shown.finding);
            let finding = shown
                .find(|finding| finding.measure.id == plant.shows)
                .unwrap();
            found += u32::from(finding.verdict == Verdict::Fail);
            size += finding.worsening().unwrap() / f64::from(repeats as u32);
            sees += finding.detectable.unwrap() / f64::from(repeats as u32);
        }
        println!(
            "| {} | `{}` | {} | {size:.3} | {sees:.3} | {replications} | {found} of {repeats} | {failed} of {repeats} |",
            plant.name, plant.scenario, plant.shows
        );
        let least = (repeats * 9).div_ceil(10) as u32;
        // A short morning may show it by another measure.
        let shown = if is_proof() { found } else { failed };
        assert!(shown >= least, "{}: {shown} of {repeats}", plant.name);
    }
}
