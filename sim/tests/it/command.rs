//! The command as its user meets it: exit codes, and one clear error for each kind of bad input.

use std::process::{Command, Output};

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

const SMALL: [&str; 4] = ["--replications", "4", "--set", "experiment.horizon=2h"];

fn run(scenario: &str, more: &[&str]) -> Output {
    let mut args = vec!["run", scenario];
    args.extend(SMALL);
    args.extend(more);
    linefinder(&args)
}

#[test]
fn a_run_without_gates_passes_and_prints_a_table() {
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "experiment.warm_up=0s"],
    );
    assert_eq!(code(&output), 0, "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("abandonment_rate"), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
}

#[test]
fn a_failed_gate_exits_with_1_and_an_open_one_with_3() {
    let gate = |rule: &str| {
        let set = format!("gates={{ abandonment_rate: {{ {rule} }} }}");
        code(&run(
            "scenarios/theory/erlang-a.yaml",
            &["--set", "experiment.warm_up=0s", "--set", &set],
        ))
    };
    assert_eq!(gate("at_most: 50%"), 0);
    assert_eq!(gate("at_least: 50%"), 1);
    assert_eq!(gate("at_most: 1%"), 3);
}

#[test]
fn json_is_alone_on_standard_output() {
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "experiment.warm_up=0s", "--json"],
    );
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    assert_eq!(report["schema"], 1);
    assert!(report["speed"]["calls"].as_u64().is_some_and(|n| n > 0));
    assert!(report["measures"]["connection_rate"]["mean"].is_number());
}

#[test]
fn bad_input_is_named_with_its_place_and_exits_with_2() {
    let folder = std::env::temp_dir().join(format!("linefinder-bad-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let good = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/theory/erlang-a.yaml"
    ))
    .expect("the scenario");
    let garbage: String = (0..10_000_000u32)
        .map(|k| char::from(b'!' + (k.wrapping_mul(2_654_435_761) >> 25) as u8 % 90))
        .collect();
    let cases = [
        (
            "unknown-key",
            good.replace("count: 33", "cuont: 33"),
            "cuont",
        ),
        ("no-unit", good.replace("120/h", "120"), "unit"),
        ("share", good.replace("share: 100%", "share: 140%"), "140%"),
        (
            "queue",
            good.replace("queues: { line: 1 }", "queues: { lnie: 1 }"),
            "lnie",
        ),
        ("nan", good.replace("mean: 15m", "mean: .nan"), ".nan"),
        ("negative", good.replace("120/h", "-120/h"), "-120/h"),
        ("empty", String::new(), "empty"),
        ("garbage", garbage, "MiB"),
    ];
    for (name, text, expected) in cases {
        let path = folder.join(format!("{name}.yaml"));
        std::fs::write(&path, text).expect("written");
        let output = linefinder(&["run", &path.to_string_lossy()]);
        let said = said(&output);
        assert_eq!(code(&output), 2, "{name}: {said}");
        assert!(said.contains(&format!("{name}.yaml")), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
        assert!(
            !said.contains("panicked") && said.len() < 4_000,
            "{name}: {said}"
        );
    }
    for path in ["scenarios/nowhere.yaml", "scenarios"] {
        let output = linefinder(&["run", path]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert!(said(&output).contains(path), "{}", said(&output));
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn wrong_words_are_usage_errors() {
    assert_eq!(code(&linefinder(&["run"])), 2);
    assert_eq!(code(&linefinder(&["run", "x", "--threads", "0"])), 2);
    assert_eq!(code(&linefinder(&["--help"])), 0);
    let output = run(
        "scenarios/theory/erlang-a.yaml",
        &["--set", "agents.nobody.count=3"],
    );
    assert_eq!(code(&output), 2);
    assert!(said(&output).contains("nobody"), "{}", said(&output));
}
