//! Tuning where the answer is known by arithmetic: it is found as often as promised, the same on any
//! number of threads, and what cannot be found is said.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use policy_file::{FileErrors, Overrides};
use reports::measures::Measure;
use reports::tune::{Cost, Outcome, Tuned, tune_json};
use serde_json::Value;
use sim::experiment::{Control, Options};
use sim::scenario::Scenario;
use sim::tune::{Parameter, Precision, Question, tune};
use sim::world::Checks;

/// How many searches with different seeds: in full for the proof.
fn searches(reduced: u64, full: u64) -> u64 {
    match std::env::var_os("LINEFINDER_PROOF") {
        Some(_) => full,
        None => reduced,
    }
}

fn scenario(path: &str, set: &[&str], further: &[String]) -> Result<Scenario, FileErrors> {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment)?;
    }
    for assignment in further {
        overrides.set(assignment)?;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{path}.yaml"));
    Scenario::read(&path, &overrides)
}

struct Asked<'a> {
    path: &'a str,
    set: &'a [&'a str],
    vary: &'a [&'a str],
    resolution: Option<&'a str>,
    cost: Cost,
    first: u32,
    most: u32,
}

fn tuned(asked: &Asked<'_>, seed: u64, threads: usize) -> Tuned {
    let seed = format!("experiment.seed={seed}");
    let set = [asked.set, &[&seed]].concat();
    let question = Question {
        parameters: asked
            .vary
            .iter()
            .map(|vary| Parameter::read(vary, asked.resolution).unwrap())
            .collect(),
        cost: asked.cost,
        precision: Precision {
            confidence: 0.95,
            first: asked.first,
            most: asked.most,
            indifference: 0.01,
        },
        scenario: &|further| scenario(asked.path, &set, further),
    };
    let options = Options {
        threads,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    tune(&question, &options, &control).unwrap()
}

fn chosen(tuned: &Tuned) -> String {
    tuned
        .choice()
        .map_or(String::new(), |point| point.values.join(", "))
}

/// How often the searches chose `right` and said so.
fn share_right(asked: &Asked<'_>, right: &str, n: u64) -> (f64, f64) {
    let (mut found, mut replications) = (0, 0);
    for seed in 0..n {
        let tuned = tuned(asked, 100 + seed, 2);
        let is_right = chosen(&tuned) == right && tuned.outcome == Outcome::Cheapest;
        found += u64::from(is_right);
        // A wrong answer is none that says it is not sure.
        let is_open = tuned.outcome == Outcome::PerhapsNotCheapest;
        assert!(
            is_right || is_open || n > 20,
            "seed {seed}: {}",
            tuned.answer()
        );
        replications += tuned.points.iter().map(|point| point.n as u64).sum::<u64>();
    }
    (found as f64 / n as f64, replications as f64 / n as f64)
}

fn row(what: &str, right: &str, n: u64, (share, replications): (f64, f64)) {
    println!(
        "| {what} | {right} | {n} | {:.1} % | {replications:.0} |",
        share * 100.0
    );
}

#[test]
fn as_many_agents_are_found_as_erlangs_formula_asks_for() {
    // 10.5 Erlang: P(wait) by agents; at most 20 % is asked.
    let exact = |agents: u32| erlang_c(10.5, agents);
    let right = (11..).find(|agents| exact(*agents) <= 0.2).unwrap();
    assert!(
        exact(right) < 0.17 && exact(right - 1) > 0.23,
        "far enough from the limit"
    );
    let asked = Asked {
        path: "theory/erlang-c",
        set: &[
            "experiment.horizon=24h",
            "experiment.warm_up=4h",
            "gates={ wait_probability: { at_most: 20% } }",
        ],
        vary: &["agents.all.count=12..24"],
        resolution: None,
        cost: Cost::Value,
        first: 8,
        most: 64,
    };
    let n = searches(4, 200);
    let result = share_right(&asked, &right.to_string(), n);
    row(
        "agents for P(wait) <= 20 %, M/M/n of 10.5 Erlang",
        &right.to_string(),
        n,
        result,
    );
    assert!(result.0 >= 0.95, "{}", result.0);
}

/// Erlang's delay formula (1917), by the recursion of his loss formula.
fn erlang_c(load: f64, agents: u32) -> f64 {
    let blocked = (1..=agents).fold(1.0, |blocked, k| {
        load * blocked / (f64::from(k) + load * blocked)
    });
    let n = f64::from(agents);
    n * blocked / (n - load * (1.0 - blocked))
}

/// A poll of p seconds finds an idle agent's caller after U(0, p): a median of p / 2.
const POLLED: [&str; 6] = [
    "experiment.horizon=4h",
    "experiment.warm_up=0s",
    "agents.all.count=40",
    "policy.queues.line.discovery={ poll: 10s }",
    "store={ ops_per_scan: 1, ops_per_waiting_call: 1 }",
    "gates={ assignment_latency_p50: { at_most: 2.1s } }",
];

fn polled(first: u32) -> Asked<'static> {
    Asked {
        path: "theory/erlang-a",
        set: &POLLED,
        vary: &["policy.queues.line.discovery.poll=0.4s..10s"],
        resolution: Some("0.4s"),
        cost: Cost::Measure(Measure::named("store_ops_per_hour").unwrap()),
        first,
        most: first * 8,
    }
}

#[test]
fn the_poll_interval_is_twice_the_median_latency_that_is_allowed() {
    // Half of 4 s is below 2.1 s, half of 4.4 s above.
    let n = searches(4, 200);
    let result = share_right(&polled(20), "4s", n);
    row(
        "poll interval for a median latency <= 2.1 s",
        "4s",
        n,
        result,
    );
    assert!(result.0 >= 0.95, "{}", result.0);
}

#[test]
fn a_set_is_searched_for_the_cheapest_that_holds() {
    let asked = Asked {
        vary: &[
            "policy.queues.line.discovery={ poll: 1s },{ poll: 3s },{ poll: 8s }",
            "policy.queues.line.rotation=longest_idle,top_down",
        ],
        resolution: None,
        first: 20,
        ..polled(20)
    };
    // Both rotations cost the same to the last commit.
    let tuned = tuned(&asked, 5, 2);
    assert_eq!(tuned.points.len(), 6);
    assert!(
        chosen(&tuned).starts_with("{ poll: 3s }"),
        "{}",
        tuned.answer()
    );
    assert_eq!(tuned.outcome, Outcome::AsGoodAsCheapest);
}

#[test]
fn the_plans_third_phase_may_poll_every_1_8_seconds() {
    // README: the whole range is searched for the proof.
    let asked = Asked {
        path: "plan/phase-3",
        set: &["policy.queues.sales.discovery={ poll: 10s }"],
        vary: &["policy.queues.sales.discovery.poll=1.7s..1.9s"],
        resolution: Some("0.1s"),
        first: 40,
        most: 400,
        ..polled(40)
    };
    let tuned = tuned(&asked, 7, 2);
    assert_eq!(tuned.outcome, Outcome::Cheapest, "{}", tuned.answer());
    assert_eq!(chosen(&tuned), "1.8s");
}

#[test]
fn a_search_is_the_same_on_any_number_of_threads() {
    let of = |threads| tune_json(&tuned(&polled(6), 3, threads));
    let one = of(1);
    assert_eq!(one, of(2));
    assert_eq!(one, of(3));
}

#[test]
fn what_holds_everywhere_and_nowhere_is_said() {
    let with = |gate: &'static str| {
        let mut set = POLLED.to_vec();
        set.push(gate);
        let asked = Asked {
            set: &set,
            vary: &["policy.queues.line.discovery.poll=1s..4s"],
            resolution: Some("1s"),
            ..polled(6)
        };
        tuned(&asked, 1, 2)
    };
    let all = with("gates={ assignment_latency_p50: { at_most: 9s } }");
    assert_eq!(
        (all.outcome, chosen(&all).as_str()),
        (Outcome::AllHold, "4s")
    );
    let none = with("gates={ assignment_latency_p50: { at_most: 1ms } }");
    assert_eq!((none.outcome, none.chosen), (Outcome::NothingHolds, None));
}

#[test]
fn what_changes_nothing_is_said() {
    let with = |vary: &'static str| {
        let asked = Asked {
            vary: &[vary],
            resolution: None,
            ..polled(6)
        };
        tuned(&asked, 1, 2).remarks
    };
    // Nobody is as patient as that.
    let idle = with("policy.queues.line.max_wait=20h,30h");
    assert!(
        idle.iter().any(|said| said.contains("has no effect")),
        "{idle:?}"
    );
    let polls = with("policy.queues.line.discovery.poll=1s,3s");
    assert!(
        polls.iter().all(|said| !said.contains("has no effect")),
        "{polls:?}"
    );
}

fn linefinder(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the command starts")
}

fn command(more: &[&str]) -> Output {
    let mut args = vec![
        "tune",
        "scenarios/theory/erlang-a.yaml",
        "--replications",
        "8",
    ];
    for assignment in &POLLED {
        args.extend(["--set", assignment]);
    }
    linefinder(&[&args, more].concat())
}

const POLL: &str = "policy.queues.line.discovery.poll";

#[test]
fn the_command_prints_what_to_paste_and_that_passes() {
    let folder = std::env::temp_dir().join(format!("linefinder-tune-{}", std::process::id()));
    let out = folder.to_string_lossy().into_owned();
    let vary = format!("{POLL}=0.4s..10s");
    let output = command(&["--vary", &vary, "--resolution", "0.4s", "--out", &out]);
    let table = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    // What the search itself was told stands before what it found.
    let own: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("  --set"))
        .collect();
    assert_eq!(own.len(), POLLED.len() + 1, "{table}");
    assert_eq!(own.last(), Some(&&*format!("  --set {POLL}=4s")), "{table}");
    let json = std::fs::read_to_string(folder.join("tune.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["outcome"], &json["method"]),
        (&"cheapest".into(), &"bisection".into())
    );
    assert_eq!(json["chosen"]["values"][0], "4s");
    let csv = std::fs::read_to_string(folder.join("tune.csv")).unwrap();
    let points = json["points"].as_array().unwrap().len();
    assert_eq!(csv.lines().count(), points + 1);
    for file in [
        "tune.html",
        "charts/cost.csv",
        "charts/gate-1-assignment-latency-p50.csv",
    ] {
        assert!(folder.join(file).exists(), "{file}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let mut run = vec![
        "run",
        "scenarios/theory/erlang-a.yaml",
        "--replications",
        "64",
    ];
    for assignment in &POLLED {
        run.extend(["--set", assignment]);
    }
    let pasted = format!("{POLL}=4s");
    run.extend(["--set", &pasted]);
    assert_eq!(linefinder(&run).status.code(), Some(0));
}

#[test]
fn exit_codes_tell_found_from_nothing_and_from_not_known() {
    let code = |gate: &str, more: &[&str]| {
        let gates = format!("gates={{ assignment_latency_p50: {{ {gate} }} }}");
        let vary = format!("{POLL}=1s..4s");
        let all = ["--vary", &vary, "--resolution", "1s", "--set", &gates];
        command(&[&all, more].concat()).status.code()
    };
    assert_eq!(code("at_most: 9s", &[]), Some(0));
    assert_eq!(code("at_most: 1ms", &[]), Some(1));
    // The limit is the very median of 3 s, and a few replications are all there are.
    assert_eq!(code("at_most: 1.5s", &["--max-replications", "8"]), Some(3));
}

#[test]
fn bad_input_is_one_clear_error() {
    let range = format!("{POLL}=1s..4s");
    let range = range.as_str();
    for (args, words) in [
        (&["--vary", "poll"][..], "PATH=LO..HI"),
        (
            &["--vary", "policy.queues.line.discovery.pole=1s..4s"],
            "unknown key",
        ),
        (&["--vary", "agents.nobody.count=1..4"], "no item `nobody`"),
        (&["--vary", "agents.all.count=1.5..4"], "whole number"),
        (
            &["--vary", range, "--vary", "agents.all.count=1..4"],
            "searched alone",
        ),
        (
            &[
                "--vary",
                "agents.all.count=1,2",
                "--vary",
                "agents.all.count=1,2",
            ],
            "varied once",
        ),
        (
            &["--vary", range, "--minimize", "store_ops"],
            "there is no measure `store_ops`",
        ),
        (
            &[
                "--vary",
                "policy.queues.line.rotation=top_down,random",
                "--minimize",
                "value",
            ],
            "whose values are numbers",
        ),
        (&["--vary", range, "--set", "gates=null"], "has no gates"),
        (
            &["--vary", range, "--minimize", "estimate_bias"],
            "no replication says anything",
        ),
        (
            &["--vary", range, "--max-replications", "4"],
            "the first look alone takes 8",
        ),
        (
            &["--vary", range, "--indifference", "2"],
            "--indifference 2",
        ),
        (
            &["--vary", range, "--resolution", "1/h"],
            "`s` and `/h` in 1s, 4s, 1/h",
        ),
    ] {
        let output = command(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}
