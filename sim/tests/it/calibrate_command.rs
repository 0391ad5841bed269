//! `linefinder calibrate` as its user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("linefinder-calibrate-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn join(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const THEORY: &str = "scenarios/theory/estimates.yaml";
const PLAN: &str = "scenarios/plan/estimates.yaml";

/// Few and short replications.
fn calibrate(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .arg("calibrate")
        .args(args)
        .args(["--replications", "3", "--set", "experiment.horizon=4h"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the command starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn shown(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn each_scenario_has_its_table_with_an_oracle_or_the_reason_why_there_is_none() {
    let text = shown(&calibrate(&[THEORY, PLAN]));
    let (theory, plan) = text.split_once("\nplan-estimates: 3 replications").unwrap();
    assert!(
        theory.starts_with("theory-estimates: 3 replications"),
        "{theory}"
    );
    assert!(theory.contains("\noracle  "), "{theory}");
    assert!(
        theory.contains("callers do not react to what they are told"),
        "{theory}"
    );
    assert!(
        plan.contains("no oracle: calls meet agents at scans, not at once"),
        "{plan}"
    );
    assert!(!plan.contains("of oracle"), "{plan}");
    for estimator in [
        "best",
        "queue_length",
        "head_of_line",
        "last_served",
        "moving_average",
        "ewma",
    ] {
        assert_eq!(
            text.matches(&format!("\n{estimator} ")).count(),
            // In two tables of two scenarios, and in as many comparisons with `best`.
            if estimator == "best" { 4 } else { 8 },
            "{estimator}"
        );
    }
}

#[test]
fn json_is_alone_on_standard_output_and_has_every_scenario() {
    let text = shown(&calibrate(&[THEORY, PLAN, "--json"]));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let of = |i: usize, key: &str| json["calibrations"][i][key].clone();
    assert_eq!(
        (of(0, "scenario"), of(1, "scenario")),
        ("theory-estimates".into(), "plan-estimates".into())
    );
    assert_eq!(of(0, "no_oracle"), serde_json::Value::Null);
    assert_eq!(of(1, "same_waits"), true);
    assert_eq!(
        json["calibrations"][0]["speakers"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn files_are_the_same_on_one_thread_and_on_three() {
    let folder = Folder::new("threads");
    let write = |threads: &str| {
        let out = folder.join(threads);
        let output = calibrate(&[THEORY, "--threads", threads, "--out", &out]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        files(Path::new(&out))
    };
    let one = write("1");
    let names: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "calibrate.html",
        "calibration.json",
        "calibration.csv",
        "reliability-best.csv",
        "errors-1.csv",
        "within-by-time-1.csv",
        "within-by-position-1.csv",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert!(one == write("3"), "threads show");
}

#[test]
fn several_scenarios_have_folders_of_their_names() {
    let folder = Folder::new("several");
    let output = calibrate(&[THEORY, PLAN, "--out", &folder.join("out")]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for name in ["theory-estimates", "plan-estimates"] {
        assert!(
            folder
                .0
                .join("out")
                .join(name)
                .join("calibrate.html")
                .is_file(),
            "{name}"
        );
    }
    let output = calibrate(&[THEORY, THEORY, "--out", &folder.join("twice")]);
    assert_eq!(output.status.code(), Some(4));
    assert!(
        said(&output).contains("second scenario named `theory-estimates`"),
        "{}",
        said(&output)
    );
}

#[test]
fn bad_input_is_named_and_exits_with_2() {
    for (args, words) in [
        (
            vec![THEORY, "--between", "3h"],
            "write two spans after the start",
        ),
        (
            vec![THEORY, "--between", "3h..3h"],
            "the first moment must come before the second",
        ),
        (vec![THEORY, "--between", "3 hours..4h"], "--between"),
        (
            vec![THEORY, "--between", "0s..1h"],
            "counts calls from 2 h to 4 h after its start",
        ),
        (vec!["scenarios/nowhere.yaml"], "scenarios/nowhere.yaml"),
        (vec![THEORY, "--set", "nothing.here=1"], "nothing"),
    ] {
        let output = calibrate(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{args:?}: {}", said(&output));
    }
}

#[test]
fn where_nobody_waits_nothing_was_measured() {
    let output = calibrate(&[THEORY, "--set", "agents.all.count=2000"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(
        said(&output).contains("no call waited and was connected"),
        "{}",
        said(&output)
    );
}

#[test]
fn only_calls_that_arrive_between_the_moments_are_looked_at() {
    let calls = |args: &[&str]| {
        let json: serde_json::Value = serde_json::from_str(&shown(&calibrate(args))).unwrap();
        json["calibrations"][0]["calls"].as_u64().unwrap()
    };
    let whole = calls(&[THEORY, "--json"]);
    let first = calls(&[THEORY, "--json", "--between", "2h..3h"]);
    let second = calls(&[THEORY, "--json", "--between", "3h..4h"]);
    assert_eq!(first + second, whole);
    assert!(first > 0 && second > 0);
}
