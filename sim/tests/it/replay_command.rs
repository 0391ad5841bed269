//! Journals as their user meets them: recorded, replayed to the same outputs, damaged, and asked what
//! another policy would have made of the day.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use journal::{Reader, Row, Writer};
use serde_json::Value;

fn linefinder(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the command starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits by itself")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> Value {
    assert_eq!(code(output), 0, "{}", said(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("linefinder-replay-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// The journal of a scenario's first replication, and its report.
    fn record(&self, scenario: &str, set: &[&str]) -> (String, Value) {
        let path = self.file("day.jsonl");
        let mut args = vec![
            "run",
            scenario,
            "--replications",
            "1",
            "--json",
            "--journal",
        ];
        args.push(&path);
        for assignment in set {
            args.extend(["--set", assignment]);
        }
        let output = linefinder(&args);
        assert!(matches!(code(&output), 0 | 1 | 3), "{}", said(&output));
        let report = serde_json::from_slice(&output.stdout).expect("JSON");
        (path, report)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const BUSY: &str = "scenarios/plan/phase-3.yaml";
const SHORT: [&str; 3] = [
    "experiment.horizon=3h",
    "experiment.warm_up=0s",
    "gates=null",
];

#[test]
fn a_recorded_day_is_replayed_with_the_measures_of_its_run() {
    let folder = Folder::new("exact");
    let (journal, run) = folder.record(BUSY, &SHORT);
    let replay = json(&linefinder(&[
        "replay",
        &journal,
        "--horizon",
        "3h",
        "--json",
    ]));
    assert_eq!(replay["outcomes"], run["outcomes"]);
    // Latencies differ: a simulation knows when it rang, a journal when the server heard of it.
    for measure in [
        "reach_rate",
        "mean_wait",
        "wait_p90",
        "abandonment_rate",
        "service_level",
        "occupancy",
        "handled_per_agent_hour",
    ] {
        let (recorded, replayed) = (&run["measures"][measure], &replay["measures"][measure]);
        assert_eq!(recorded["mean"], replayed["mean"], "{measure}");
        assert!(
            replayed["lower"].is_null(),
            "{measure}: one day has no interval"
        );
    }
}

#[test]
fn the_table_says_what_was_replayed_and_the_folder_has_it() {
    let folder = Folder::new("table");
    let (journal, _) = folder.record(BUSY, &SHORT);
    let out = folder.file("out");
    let output = linefinder(&["replay", &journal, "--out", &out]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let table = printed(&output);
    for wanted in [
        "replayed to the same outputs",
        "rows",
        "0 in hand at the end",
        "reach_rate",
        "connected",
    ] {
        assert!(table.contains(wanted), "{wanted} is not in\n{table}");
    }
    assert!(said(&output).contains("inputs/s"));
    for file in ["report.json", "report.html", "calls.csv", "series.csv"] {
        assert!(folder.0.join("out").join(file).is_file(), "{file}");
    }
}

#[test]
fn restarts_callbacks_and_lost_webhooks_are_replayed_too() {
    for scenario in [
        "scenarios/faults/server-restart.yaml",
        "scenarios/faults/carrier-down.yaml",
        "scenarios/plan/callbacks.yaml",
        "scenarios/plan/legacy.yaml",
        "scenarios/plan/phase-2.yaml",
    ] {
        let folder = Folder::new("kinds");
        let (journal, _) = folder.record(scenario, &["gates=null"]);
        let output = linefinder(&["replay", &journal]);
        assert_eq!(code(&output), 0, "{scenario}: {}", said(&output));
    }
}

/// The journal with row `seq` changed, and sealed anew from there on: the chain is whole.
fn resealed(path: &str, change: impl Fn(&mut Row)) {
    let file = fs::read(path).unwrap();
    let reader = Reader::open(&*file).unwrap();
    let mut writer = Writer::new(Vec::new(), reader.header()).unwrap();
    for row in reader {
        let mut row = row.unwrap();
        change(&mut row);
        writer.row(&row).unwrap();
    }
    fs::write(path, writer.finish().unwrap()).unwrap();
}

#[test]
fn an_engine_that_says_something_else_is_caught_at_that_very_row() {
    let folder = Folder::new("differs");
    let (journal, _) = folder.record(BUSY, &SHORT);
    resealed(&journal, |row| {
        if row.seq == 1_234 {
            row.outputs[1] ^= 1;
        }
    });
    let output = linefinder(&["replay", &journal]);
    assert_eq!(code(&output), 1);
    let said = said(&output);
    assert!(said.contains("row 1234 at "), "{said}");
    assert!(said.contains("  input     "), "{said}");
    assert!(said.contains("  says      "), "{said}");
    assert!(printed(&output).is_empty());
}

#[test]
fn a_damaged_journal_is_named_with_line_row_and_remedy() {
    let folder = Folder::new("damaged");
    let (journal, _) = folder.record(BUSY, &SHORT);
    let whole = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let without: String = [&lines[..7], &lines[8..]].concat().concat();
    let cut: String = lines[..50].concat();
    for (text, wanted) in [
        (without.as_str(), "line 8, row 7: it is missing"),
        (
            cut.as_str(),
            "line 51, row 50: the file ends here without its last line",
        ),
        ("calls,1,2\n", "line 1, the header: unreadable"),
    ] {
        fs::write(&journal, text).unwrap();
        let output = linefinder(&["replay", &journal]);
        assert_eq!(code(&output), 2);
        let said = said(&output);
        assert!(said.contains(wanted), "{said}");
        assert!(said.contains("help: "), "{said}");
    }
    let output = linefinder(&["replay", &folder.file("nowhere.jsonl")]);
    assert_eq!(code(&output), 2);
}

fn verdicts(compared: &Value) -> Vec<(String, String)> {
    let rows = compared["comparisons"].as_array().expect("comparisons");
    let word = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| (word(row, "measure"), word(row, "verdict")))
        .collect()
}

#[test]
fn under_the_very_policy_of_the_record_nothing_is_different() {
    let folder = Folder::new("same");
    let (journal, _) = folder.record(BUSY, &SHORT);
    let policy = "scenarios/policies/phase-3.yaml";
    let args = [
        "replay",
        &journal,
        "--policy",
        policy,
        "--replications",
        "4",
        "--json",
    ];
    let compared = json(&linefinder(&args));
    for (measure, verdict) in verdicts(&compared) {
        assert!(
            ["same", "none_seen", "unknown"].contains(&verdict.as_str()),
            "{measure}: {verdict}"
        );
    }
}

#[test]
fn a_better_policy_would_have_been_better() {
    let folder = Folder::new("better");
    let (journal, _) = folder.record("scenarios/plan/phase-2.yaml", &SHORT);
    let policy = "scenarios/policies/phase-3.yaml";
    let args = [
        "replay",
        &journal,
        "--policy",
        policy,
        "--replications",
        "8",
        "--json",
    ];
    let output = linefinder(&args);
    let compared = json(&output);
    let verdicts = verdicts(&compared);
    let of = |id: &str| {
        verdicts
            .iter()
            .find(|(measure, _)| measure == id)
            .map(|(_, v)| v.as_str())
    };
    assert_eq!(
        of("mean_wait"),
        Some("better"),
        "{verdicts:?}\n{}",
        said(&output)
    );
}

#[test]
fn the_simulated_day_is_like_the_recorded_one() {
    let folder = Folder::new("like");
    let (journal, run) = folder.record("scenarios/plan/phase-2.yaml", &["gates=null"]);
    let policy = "scenarios/policies/phase-2.yaml";
    let mut args = vec![
        "replay",
        &journal,
        "--policy",
        policy,
        "--replications",
        "8",
        "--json",
    ];
    args.extend(["--warm-up", "30m", "--horizon", "10h"]);
    args.extend(["--measure", "abandonment_rate", "--measure", "mean_wait"]);
    let compared = json(&linefinder(&args));
    let rows = compared["comparisons"].as_array().expect("comparisons");
    let near = |id: &str, within: f64| {
        let row = rows.iter().find(|row| row["measure"] == id).expect("asked");
        let simulated = row["baseline_value"]["estimate"].as_f64().expect("a value");
        let recorded = run["measures"][id]["mean"].as_f64().expect("a value");
        assert!(
            (simulated - recorded).abs() < within,
            "{id}: {recorded}, {simulated}"
        );
    };
    near("abandonment_rate", 0.03);
    near("mean_wait", 4.0);
}

#[test]
fn what_a_policy_lacks_is_said() {
    let folder = Folder::new("lacks");
    let (journal, _) = folder.record(BUSY, &SHORT);
    let policy = folder.file("other.yaml");
    fs::write(&policy, "schema: 1\nqueues:\n  support: {}\n").unwrap();
    let output = linefinder(&["replay", &journal, "--policy", &policy]);
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert!(
        said(&output).contains("the policy has no queue `sales` (it has support)"),
        "{}",
        said(&output)
    );
}
