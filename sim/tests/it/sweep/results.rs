//! What a sweep says: the figures of runs, paired changes, designs, tables and charts.

use std::fs;

use serde_json::Value;

use super::{Folder, code, finished, linefinder, said, sweep};

fn sweep_json(command: &mut std::process::Command) -> Value {
    let output = finished(command);
    serde_json::from_slice(&output.stdout).expect("nothing but JSON")
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_points_figures_and_gates_are_those_of_a_run() {
    let folder = Folder::new();
    let sweep = sweep_json(sweep(&folder.at("out"), &["--json"]).arg("--threads=2"));
    let output = linefinder()
        .args([
            "run",
            "scenarios/plan/phase-2.yaml",
            "--replications",
            "10",
            "--json",
        ])
        .args(["--set", "experiment.horizon=2h"])
        .args([
            "--set",
            "gates.utilization={ lift_at_least: 1%, over: ../policies/legacy.yaml }",
        ])
        .args(["--set", "policy.queues.sales.slow_poll=5s"])
        .output()
        .unwrap();
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    let point = &sweep["points"][1];
    assert_eq!(point["values"]["policy.queues.sales.slow_poll"], "5s");
    assert_eq!(point["trace_digest"], run["trace_digest"]);
    let mut n_compared = 0;
    for (id, measure) in point["measures"].as_object().unwrap() {
        for key in ["mean", "se", "lower", "upper", "n", "unit"] {
            assert_eq!(measure[key], run["measures"][id][key], "{id} {key}");
        }
        n_compared += 1;
    }
    assert!(n_compared > 40, "{n_compared}");
    let gates = |report: &Value| -> Vec<Value> {
        let gates = report["gates"].as_array().unwrap();
        gates.iter().map(|gate| gate["verdict"].clone()).collect()
    };
    assert_eq!(gates(point), gates(&run));
    assert!(gates(point).len() > 3);
}

#[test]
fn changes_are_paired_on_the_same_draws() {
    let folder = Folder::new();
    let sweep = sweep_json(&mut sweep(&folder.at("out"), &["--json"]));
    let measure = |point: usize| &sweep["points"][point]["measures"]["mean_wait"];
    assert!(measure(0).get("change").is_none());
    let change = &measure(2)["change"];
    let difference = number(&measure(2)["mean"]) - number(&measure(0)["mean"]);
    assert!((number(&change["mean"]) - difference).abs() < 1e-12);
    // Independent runs would have a standard error of the root of both squares.
    let independent = number(&measure(0)["se"]).hypot(number(&measure(2)["se"]));
    assert!(
        number(&change["se"]) < 0.8 * independent,
        "{change} {independent}"
    );
    assert!(
        number(&change["lower"]) > 0.0,
        "a slower poll is waited for"
    );
}

#[test]
fn a_latin_hypercube_runs_where_its_seed_says() {
    let points = |seed: &str| -> Vec<(String, String)> {
        let sweep = sweep_json(
            linefinder()
                .args([
                    "sweep",
                    "scenarios/plan/phase-2.yaml",
                    "--replications",
                    "2",
                ])
                .args(["--set", "experiment.horizon=1h", "--seed", seed, "--json"])
                .args(["--vary", "policy.queues.sales.slow_poll=log:1s..60s"])
                .args(["--vary", "policy.queues.sales.offer.timeout=10s..20s"])
                .args(["--latin-hypercube", "5"]),
        );
        let points = sweep["points"].as_array().unwrap().iter();
        let value = |point: &Value, path: &str| point["values"][path].as_str().unwrap().to_owned();
        points
            .map(|point| {
                (
                    value(point, "policy.queues.sales.slow_poll"),
                    value(point, "policy.queues.sales.offer.timeout"),
                )
            })
            .collect()
    };
    let seven = points("7");
    let mut strata: Vec<u32> = seven
        .iter()
        .map(|(_, timeout)| {
            let seconds: f64 = timeout.strip_suffix('s').unwrap().parse().unwrap();
            ((seconds - 10.0) / 2.0) as u32
        })
        .collect();
    strata.sort_unstable();
    assert_eq!(strata, [0, 1, 2, 3, 4]);
    assert_eq!(points("7"), seven);
    assert_ne!(points("8"), seven);
}

#[test]
fn files_may_vary_and_words_are_drawn_as_dots() {
    let folder = Folder::new();
    let out = folder.at("out");
    finished(
        linefinder()
            .args([
                "sweep",
                "scenarios/plan/phase-3.yaml",
                "--replications",
                "3",
            ])
            .args(["--set", "experiment.horizon=1h", "--measure", "mean_wait"])
            .args([
                "--vary",
                "policy=../policies/phase-2.yaml,../policies/phase-3.yaml",
            ])
            .arg("--out")
            .arg(&out),
    );
    let csv = fs::read_to_string(out.join("charts/mean-wait.csv")).unwrap();
    assert!(
        csv.contains(",../policies/phase-2.yaml,") || csv.contains(",1,"),
        "{csv}"
    );
    let plan = fs::read_to_string(out.join("plan.json")).unwrap();
    assert!(plan.contains("\"written\": \"../policies/phase-2.yaml\""));
    assert!(plan.contains("\"written\": \"../policies/phase-3.yaml\""));
}

#[test]
fn two_parameters_are_a_curve_for_each_value_of_the_second() {
    let folder = Folder::new();
    let out = folder.at("out");
    let output = finished(&mut sweep(
        &out,
        &["--vary", "policy.queues.sales.rotation=longest_idle,random"],
    ));
    let csv = fs::read_to_string(out.join("charts/abandonment-rate.csv")).unwrap();
    let curves = |name: &str| csv.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!(curves("sales.rotation longest_idle,"), 3, "{csv}");
    assert_eq!(curves("sales.rotation random,"), 3, "{csv}");
    let page = fs::read_to_string(out.join("sweep.html")).unwrap();
    for part in [
        "id=\"curves\"",
        "id=\"points\"",
        "id=\"changes\"",
        "id=\"gates\"",
        "class=\"band first\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("abandonment_rate\n"), "{table}");
    assert!(table.contains("all gates are shown to hold at "), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 110),
        "{table}"
    );
    // A row per point and measure, each with as many cells as the heading.
    let csv = fs::read_to_string(out.join("sweep.csv")).unwrap();
    let cells = |line: &str| line.matches(',').count();
    let heading = csv.lines().next().unwrap();
    assert!(
        csv.lines().all(|line| cells(line) == cells(heading)),
        "{csv}"
    );
    assert!(csv.contains(",abandonment_rate,ratio,"));
}

#[test]
fn without_a_folder_nothing_is_left_behind() {
    let folder = Folder::new();
    let output = linefinder()
        .args([
            "sweep",
            "scenarios/theory/erlang-a.yaml",
            "--days",
            "1",
            "--replications",
            "2",
        ])
        .args([
            "--set",
            "experiment.warm_up=0s",
            "--vary",
            "agents.0.count=3,4",
        ])
        .env("TMPDIR", &folder.0)
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(!output.stdout.is_empty());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn the_readmes_table_of_polls_is_what_its_sweep_says() {
    let sweep = sweep_json(
        linefinder()
            .args(["sweep", "scenarios/plan/phase-3.yaml", "--json"])
            .args(["--set", "policy.queues.sales.discovery={ poll: 10s }"])
            .args(["--vary", "policy.queues.sales.discovery.poll=2s,10s"]),
    );
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    for (point, poll) in [(0, "2 s"), (1, "10 s")] {
        let measure = |id: &str| &sweep["points"][point]["measures"][id];
        let latency = number(&measure("assignment_latency_p99")["mean"]);
        let latency = match latency < 9.995 {
            true => format!("{latency:.2} s"),
            false => format!("{latency:.1} s"),
        };
        let lost = measure("abandonment_rate");
        let percent = |key: &str| format!("{:.1}", 100.0 * number(&lost[key]));
        let n = format!("{:.0}", number(&measure("store_ops_per_hour")["mean"]));
        let (thousands, rest) = n.split_at(n.len() - 3);
        let row = format!(
            "| poll every {poll} | {latency} | {} % ({}–{}) | {thousands},{rest} |",
            percent("mean"),
            percent("lower"),
            percent("upper"),
        );
        assert!(readme.contains(&row), "{row}: `.ci/showcase` renews it");
    }
}
