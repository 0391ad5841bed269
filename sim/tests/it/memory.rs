//! Memory does not grow with finished calls.
//!
//! The peak is that of a process of its own: the test starts itself again, alone. It is read from
//! `/proc`; elsewhere the test says that it has not looked.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use sim::experiment::{Control, Options, run};
use sim::scenario::Scenario;
use sim::world::Checks;

const ALONE: &str = "LINEFINDER_MEASURES_MEMORY_ALONE";
const NAME: &str = "memory::memory_does_not_grow_with_finished_calls";

/// KiB that this process has had at most.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Abandonment, redials, priorities, callbacks: everything that keeps something per call.
fn run_for(hours: u32) -> u64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/plan/callbacks.yaml");
    let mut overrides = Overrides::new();
    for assignment in [
        "gates={}".to_owned(),
        "experiment.replications=1".to_owned(),
        format!("experiment.horizon={hours}h"),
        "calls.0.arrivals={ poisson: 230/h }".to_owned(),
    ] {
        overrides.set(&assignment).unwrap();
    }
    let scenario = Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 1,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(&scenario, &options, &control)
        .unwrap_or_else(|error| panic!("{error}"))
        .calls
}

#[test]
fn memory_does_not_grow_with_finished_calls() {
    let Some(_) = peak_kib() else {
        println!("SKIPPED: no /proc/self/status here");
        return;
    };
    if std::env::var_os(ALONE).is_some() {
        let few = run_for(24);
        let before = peak_kib().unwrap();
        let many = run_for(24 * 20);
        println!("MEASURED {few} {many} {}", peak_kib().unwrap() - before);
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let measured = said.split("MEASURED ").nth(1).expect("it measures");
    let numbers: Vec<u64> = measured
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    let [few, many, grown_kib] = numbers[..] else {
        panic!("{said}");
    };
    println!("{few} and {many} calls: {grown_kib} KiB more");
    assert!(many > 15 * few && many - few > 100_000, "{few} {many}");
    // A row per call would be 100 bytes for each of them: ten times this.
    assert!(grown_kib < 1_500, "{grown_kib} KiB for {many} calls");
}
