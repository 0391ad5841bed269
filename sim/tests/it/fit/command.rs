//! The command as a person meets it: files that run, one clear error for each kind of bad input.

use std::process::{Command, Output};

use serde_json::Value;

use super::recovery::{COLUMNS, Folder, log, simulated};

const TRUTH: &str = "
schema: 1
name: truth
policy: { schema: 1, features: { enhanced_queue: 100%, continuous_discovery: 100% }, queues: { line: { discovery: { events: true }, max_wait: 30m, on_timeout: hang_up, on_nobody: wait } } }
experiment: { start: 2026-03-02T00:00, days: 14, warm_up: 0s, seed: 3, replications: 1 }
calls:
  - queue: line
    arrivals: { profile: { step: 2h, from: 09:00, rates: [ 50/h, 40/h ] } }
    classes: { a: { share: 60%, patience: { exponential: { mean: 90s } }, talk: { exponential: { mean: 180s } } }, b: { share: 40%, patience: { exponential: { mean: 90s } }, talk: { gamma: { shape: 3, mean: 150s } } } }
agents: [ { group: agents, queues: { line: 1 }, staffing: { step: 2h, from: 09:00, counts: [ 3, 3 ] } } ]
";

fn folder(name: &str) -> Folder {
    let (scenario, rows) = simulated(TRUTH);
    Folder::with(
        name,
        &[
            ("log.csv", &log(&scenario, &rows)),
            ("columns.yaml", COLUMNS),
        ],
    )
}

fn linefinder(folder: &Folder, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(args)
        .current_dir(&folder.0)
        .output()
        .expect("the command starts")
}

fn fit(folder: &Folder, more: &[&str]) -> Output {
    let mut args = vec![
        "fit",
        "log.csv",
        "--columns",
        "columns.yaml",
        "--out",
        "fitted.yaml",
    ];
    args.extend(more);
    linefinder(folder, &args)
}

/// Its exit code and what it said.
fn refused(folder: &Folder, more: &[&str]) -> (i32, String) {
    let output = fit(folder, more);
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn what_is_written_passes_check_and_runs_and_is_the_same_on_any_number_of_threads() {
    let folder = folder("command");
    let mut texts: Vec<Vec<String>> = Vec::new();
    for threads in ["1", "3"] {
        let more = [
            "--alike",
            "daily",
            "--hold-out",
            "last-3",
            "--replications",
            "6",
            "--no-calibration",
            "--threads",
            threads,
        ];
        let output = fit(&folder, &more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            table.contains("days kept aside, from the calendar (6 replications)"),
            "{table}"
        );
        assert!(
            table.lines().all(|line| line.chars().count() <= 100),
            "{table}"
        );
        let read = |name: &str| std::fs::read_to_string(folder.0.join(name)).unwrap();
        let names = [
            "fitted.yaml",
            "fitted.fit/policy.yaml",
            "fitted.fit/fit.json",
            "fitted.fit/fit.html",
        ];
        texts.push(names.iter().map(|name| read(name)).chain([table]).collect());
    }
    assert_eq!(texts[0], texts[1]);
    let json: Value = serde_json::from_str(&texts[0][2]).unwrap();
    let held = &json["predictions"][2];
    assert_eq!(held["title"], "days kept aside, from the calendar");
    assert_eq!(held["days"].as_array().unwrap().len(), 3);
    assert_eq!(json["classes"].as_object().unwrap().len(), 2);
    for prediction in json["predictions"].as_array().unwrap() {
        // Each class's calls are counted on both sides, and together they are all calls.
        let classes = prediction["classes"].as_array().unwrap();
        assert_eq!(classes.len(), 2, "{prediction}");
        let share = |of: &str| {
            let hung_up =
                |class: &Value| class[of].as_f64().unwrap() * class["calls"].as_f64().unwrap();
            let calls = |class: &Value| class["calls"].as_f64().unwrap();
            classes.iter().map(hung_up).sum::<f64>() / classes.iter().map(calls).sum::<f64>()
        };
        let figures = prediction["figures"].as_array().unwrap();
        let all = figures
            .iter()
            .find(|figure| figure["id"] == "abandonment_rate")
            .unwrap();
        assert!((share("recorded") - all["recorded"].as_f64().unwrap()).abs() < 1e-9);
        assert!((share("predicted") - all["predicted"].as_f64().unwrap()).abs() < 0.02);
    }
    assert!(texts[0][4].contains("hung up: a"), "{}", texts[0][4]);
    // The page names no place of this machine, and each chart has its numbers beside it.
    assert!(!texts[0][3].contains(&folder.0.display().to_string()));
    let charts = std::fs::read_dir(folder.0.join("fitted.fit/charts"))
        .unwrap()
        .count();
    assert_eq!(charts, texts[0][3].matches("<figure").count());
    let checked = linefinder(&folder, &["check", "fitted.yaml", "fitted.fit/policy.yaml"]);
    assert_eq!(
        checked.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    let run = linefinder(&folder, &["run", "fitted.yaml", "--replications", "2"]);
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let left = std::fs::read_dir(&folder.0).unwrap().flatten();
    let mut left: Vec<String> = left
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["columns.yaml", "fitted.fit", "fitted.yaml", "log.csv"]
    );
}

#[test]
fn curves_of_classes_that_are_gone_are_removed() {
    let folder = folder("stale");
    std::fs::create_dir_all(folder.0.join("fitted.fit")).unwrap();
    for name in ["patience-gone.csv", "talk-gone.csv", "notes.txt"] {
        std::fs::write(folder.0.join("fitted.fit").join(name), "mine").unwrap();
    }
    let (code, said) = refused(&folder, &["--replications", "0", "--alike", "daily"]);
    assert_eq!(code, 0, "{said}");
    let is_there = |name: &str| folder.0.join("fitted.fit").join(name).exists();
    assert!(!is_there("patience-gone.csv") && !is_there("talk-gone.csv"));
    assert!(is_there("notes.txt") && is_there("policy.yaml"));
}

#[test]
fn each_kind_of_bad_input_has_one_clear_error_and_writes_nothing() {
    let folder = folder("refused");
    let without = |key: &str| {
        let lines = COLUMNS.lines().filter(|line| !line.starts_with(key));
        lines.collect::<Vec<_>>().join("\n")
    };
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    write("no-agent.yaml", &without("agent"));
    write("no-patience.yaml", &without("patience"));
    write("no-talk.yaml", &without("talk"));
    write(
        "nobody.yaml",
        &COLUMNS.replace(
            "agent: agent",
            "agent: { column: outcome, missing: [ connected, abandoned ] }",
        ),
    );
    write("wrong.yaml", &COLUMNS.replace("wait: wait", "wait: waited"));
    write(
        "zone.yaml",
        &COLUMNS.replace(
            "arrived_at: arrived",
            "arrived_at: { column: arrived, timezone: Mars/Olympus }",
        ),
    );
    write(
        "legs.yaml",
        &format!("{COLUMNS}legs: {{ call: arrived, parent: agent, hung_up: {{ outcome: x }} }}\n"),
    );
    write(
        "other.csv",
        "arrived,class,outcome,wait,talk,agent,answered\n2026-04-06T10:00:00,c,connected,5,60,a1,2026-04-06T10:00:05\n",
    );
    write(
        "policy.yaml",
        "schema: 1\nqueues: { sales: {}, support: {} }\n",
    );
    let columns = |name: &'static str| vec!["--columns", name];
    for (more, expected) in [
        (vec!["--out", "fitted"], "its name must end in .yaml"),
        (vec!["--out", "a b.yaml"], "is no name for a scenario"),
        (columns("none.yaml"), "none.yaml"),
        (
            columns("policy.yaml"),
            "this is a policy; a columns file is expected here",
        ),
        (
            columns("no-agent.yaml"),
            "has no key `agent`: who served a call, from which staffing is told",
        ),
        (
            columns("no-patience.yaml"),
            "has no key `patience`: who hung up after which wait",
        ),
        (
            columns("no-talk.yaml"),
            "has no key `talk`: how long calls talked",
        ),
        (
            columns("nobody.yaml"),
            "has no service by a named agent, from which staffing is told",
        ),
        (columns("wrong.yaml"), "the log has no column `waited`"),
        (
            columns("zone.yaml"),
            "`Mars/Olympus` is not a time zone such as Europe/Berlin",
        ),
        (columns("legs.yaml"), "needs the key `answered`"),
        (
            vec!["--hold-out", "2026-05-01"],
            "has no calls on 2026-05-01, which is to be kept aside",
        ),
        (vec!["--hold-out", "last-14"], "left to fit when"),
        (
            vec!["--hold-out", "some"],
            "expected every-5, last-7, or dates such as 2026-03-02",
        ),
        (
            vec!["--leave-out", "2026-05-01"],
            "has no calls on 2026-05-01, which is to be left out",
        ),
        (vec!["--step", "7m"], "divides a day"),
        (
            vec!["--talk", "normal"],
            "expected one of best, data, exponential",
        ),
        (
            vec!["--policy", "policy.yaml"],
            "the policy has no queue `line`",
        ),
        (vec!["--head-start", "a"], "expected CLASS=SPAN"),
        (
            vec!["--predict", "none.csv", "--replications", "1"],
            "none.csv",
        ),
        (
            vec![
                "--predict",
                "other.csv",
                "--replications",
                "1",
                "--alike",
                "daily",
            ],
            "has calls of the class `c`, which the fitted log has not",
        ),
        (
            vec![
                "--predict",
                "other.csv",
                "--predict-days",
                "sun",
                "--replications",
                "1",
                "--alike",
                "daily",
            ],
            "has no date on sun",
        ),
    ] {
        // What is given twice counts once, the last.
        let mut args = vec!["fit", "log.csv"];
        let has = |flag: &str| more.contains(&flag);
        if !has("--columns") {
            args.extend(["--columns", "columns.yaml"]);
        }
        if !has("--out") {
            args.extend(["--out", "fitted.yaml"]);
        }
        args.extend(&more);
        let output = linefinder(&folder, &args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {said}");
        assert!(said.contains(expected), "{more:?}: {said}");
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        assert!(
            !folder.0.join("fitted.yaml").exists() && !folder.0.join("fitted.fit").exists(),
            "{more:?}"
        );
    }
    // A file where the folder must stand.
    write("fitted.fit", "mine");
    let (code, said) = refused(&folder, &[]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("is a file"), "{said}");
}
