//! Comparisons: planted differences are found and covered, no difference is not, pairing is worth
//! something, and the command says what it did and why.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::compare::{Compared, Question, Side, Verdict};
use reports::measures::Measure;
use reports::sample::{Evidence, SampleTable};
use serde_json::Value;
use sim::experiment::{Contender, Control, Options, Pairing, Sampler, compare};
use sim::scenario::Scenario;
use sim::world::Checks;

/// A small centre, quick to simulate: an M/M/n+M of 10 agents for 3 hours, some 120 calls.
const SMALL: [&str; 6] = [
    "experiment.horizon=3h",
    "experiment.warm_up=0s",
    "calls.line.arrivals={ poisson: 40/h }",
    "agents.all.count=10",
    "gates=null",
    "store={ ops_per_scan: 1, ops_per_waiting_call: 1 }",
];

const MEASURES: [&str; 5] = [
    "abandonment_rate",
    "mean_wait",
    "service_level",
    "occupancy",
    "connected_calls",
];

fn scenario(path: &str, set: &[&str]) -> Scenario {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{path}.yaml"));
    Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

fn small(set: &[&str]) -> Scenario {
    scenario("theory/erlang-a", &[&SMALL, set].concat())
}

fn options(threads: usize) -> Options {
    Options {
        threads,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    }
}

fn question(ids: &[&str], margins: &[(&str, f64)]) -> Question {
    let margin = |id: &str| margins.iter().find(|(of, _)| *of == id).map(|of| of.1);
    Question {
        measures: ids
            .iter()
            .map(|id| (Measure::named(id).unwrap(), margin(id)))
            .collect(),
        confidence: 0.95,
        command: String::new(),
        engine: String::new(),
    }
}

fn samples(scenario: &Scenario, n: u32) -> SampleTable {
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let sampler = Sampler::new(scenario, [], options(2)).unwrap();
    sampler.run(0..n, &control).unwrap().own
}

/// The comparison of two tables as if they were two runs.
fn compared(
    question: &Question,
    base: SampleTable,
    other: SampleTable,
    is_paired: bool,
) -> Compared {
    let side = |samples, unpaired| Side {
        name: String::new(),
        scenario: String::new(),
        policy_digest: String::new(),
        world_digest: String::new(),
        trace_digest: String::new(),
        seed: 0,
        unpaired,
        samples,
    };
    let why = (!is_paired).then(|| "as was asked".to_string());
    Compared::new(question.clone(), vec![side(base, None), side(other, why)])
}

/// How many experiments of each kind: in full for the proof.
fn experiments(reduced: usize, full: usize) -> usize {
    match std::env::var_os("LINEFINDER_PROOF") {
        Some(_) => full,
        None => reduced,
    }
}

fn row(what: &str, claim: &str, n: usize, found: f64) {
    println!("| {what} | {claim} | {n} | {:.2} % |", found * 100.0);
}

/// Far enough above `rate` that chance alone exceeds it in fewer than one of a thousand sets of `n`.
fn at_most(rate: f64, n: usize) -> f64 {
    rate + 3.1 * (rate * (1.0 - rate) / n as f64).sqrt()
}

#[test]
fn where_nothing_differs_something_is_said_to_in_5_of_100_comparisons_at_most() {
    let (per, n) = (20, experiments(150, 2_000));
    let pool = |seed: &str| {
        samples(
            &small(&[&format!("experiment.seed={seed}")]),
            (per * n) as u32,
        )
    };
    let (a, b) = (pool("101"), pool("202"));
    let question = question(&MEASURES, &[]);
    for is_paired in [true, false] {
        let alarms = (0..n).filter(|place| {
            let part = |of: &SampleTable| of.slice(place * per..(place + 1) * per);
            let compared = compared(&question, part(&a), part(&b), is_paired);
            assert_eq!(compared.family, MEASURES.len());
            compared
                .comparisons
                .iter()
                .any(|one| one.verdict != Verdict::NoneSeen)
        });
        let rate = alarms.count() as f64 / n as f64;
        let how = if is_paired {
            "pairs"
        } else {
            "independent runs"
        };
        row(
            &format!("false alarms among 5 measures, {how}"),
            "at most 5 %",
            n,
            rate,
        );
        assert!(rate <= at_most(0.05, n), "{how}: {rate}");
    }
}

#[test]
fn a_planted_difference_is_found_and_its_interval_covers_what_many_days_give() {
    let (per, n) = (40, experiments(100, 2_000));
    let base = samples(&small(&[]), (per * n) as u32);
    let other = samples(
        &small(&["policy.queues.line.discovery={ poll: 20s }"]),
        (per * n) as u32,
    );
    let question = question(&["mean_wait", "service_level", "occupancy"], &[]);
    let truth = compared(&question, base.clone(), other.clone(), true);
    let part = |of: &SampleTable, place: usize| of.slice(place * per..(place + 1) * per);
    let all: Vec<Compared> = (0..n)
        .map(|place| compared(&question, part(&base, place), part(&other, place), true))
        .collect();
    for (measure, true_one) in truth.comparisons.iter().enumerate() {
        let id = true_one.measure.id;
        let truth = true_one.change.as_ref().unwrap().difference;
        let covers = all.iter().filter(|one| {
            let (lower, upper) = one.comparisons[measure]
                .change
                .as_ref()
                .unwrap()
                .interval
                .bounds();
            (lower..=upper).contains(&truth)
        });
        let rate = covers.count() as f64 / n as f64;
        row(
            &format!("intervals of {id} that cover it"),
            "about 95 %",
            n,
            rate,
        );
        assert!(1.0 - rate <= at_most(0.06, n), "{id}: {rate}");
        let worse = all
            .iter()
            .filter(|one| one.comparisons[measure].verdict == Verdict::Worse);
        let found = worse.count() as f64 / n as f64;
        match id {
            // A poll every 20 s costs 10 s on average: more than most sets of 40 short days need.
            "mean_wait" | "service_level" => assert!(found > 0.7, "{id}: {found}"),
            // Agents are as busy: callers wait, and hardly anybody hangs up.
            _ => assert!(found <= at_most(0.05, n), "{id}: {found}"),
        }
    }
}

#[test]
fn a_difference_of_the_size_it_says_it_sees_is_seen_nine_times_in_ten() {
    let (per, n) = (20, experiments(200, 2_000));
    let pool = |seed: &str| {
        samples(
            &small(&[&format!("experiment.seed={seed}")]),
            (per * n) as u32,
        )
    };
    let (a, b) = (pool("303"), pool("404"));
    // One measure: its level is that of the test. The size is what the comparisons say on average.
    let question = question(&["occupancy"], &[]);
    let said: Vec<f64> = (0..n)
        .map(|place| {
            let part = |of: &SampleTable| of.slice(place * per..(place + 1) * per);
            let compared = compared(&question, part(&a), part(&b), false);
            compared.comparisons[0]
                .change
                .as_ref()
                .unwrap()
                .smallest_effect
                .unwrap()
        })
        .collect();
    let planted = said.iter().sum::<f64>() / n as f64;
    let seen = (0..n).filter(|place| {
        let part = |of: &SampleTable| of.slice(place * per..(place + 1) * per);
        let compared = compared(&question, part(&a), part(&b), false);
        let change = compared.comparisons[0].change.clone().unwrap();
        // Moved by the planted effect, the interval leaves 0 out.
        change.interval.lower + planted > 0.0
    });
    let power = seen.count() as f64 / n as f64;
    row(
        "a difference of the size that is seen, seen",
        "90 %",
        n,
        power,
    );
    let far = 3.1 * (0.09 / n as f64).sqrt();
    assert!(
        (0.9 - far - 0.01..0.9 + far + 0.01).contains(&power),
        "{power}"
    );
}

#[test]
fn pairing_is_worth_something_for_the_plans_policies() {
    let set = ["experiment.replications=10", "experiment.horizon=4h"];
    let contenders = ["phase-2", "phase-3"].map(|name| Contender {
        name: name.to_string(),
        scenario: scenario(&format!("plan/{name}"), &set),
    });
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let ids = [
        "mean_wait",
        "service_level",
        "handled_per_agent_hour",
        "store_ops_per_hour",
    ];
    let run = |pairing, threads| {
        compare(
            &contenders,
            question(&ids, &[]),
            pairing,
            &options(threads),
            &control,
        )
        .unwrap()
    };
    let paired = run(Pairing::Auto, 1);
    for one in &paired.comparisons {
        let ratio = one.change.as_ref().unwrap().variance_ratio.unwrap();
        assert!(ratio > 2.0, "{}: {ratio}", one.measure.id);
    }
    assert_eq!(
        reports::compare::compare_json(&paired),
        reports::compare::compare_json(&run(Pairing::Auto, 2)),
        "threads change nothing"
    );
    let apart = run(Pairing::Never, 2);
    let width = |of: &Compared| {
        let (lower, upper) = of.comparisons[0].change.as_ref().unwrap().interval.bounds();
        upper - lower
    };
    assert!(width(&apart) > width(&paired));
    assert_eq!(apart.sides[1].seed, apart.sides[0].seed + 1);
}

#[test]
fn one_measure_of_one_pair_is_what_a_plain_t_test_says() {
    let (a, b) = (
        small(&[]),
        small(&["policy.queues.line.discovery={ poll: 5s }"]),
    );
    let (a, b) = (samples(&a, 6), samples(&b, 6));
    let question = question(&["connected_calls"], &[]);
    let own = |of: &SampleTable| -> Vec<f64> {
        let measure = Measure::named("connected_calls").unwrap();
        let all = of.by_replication(measure, reports::measures::Part::Whole);
        all.unwrap().into_iter().flatten().collect()
    };
    let (x, y) = (own(&a), own(&b));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let variance = |values: &[f64]| {
        let centre = mean(values);
        values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
    };
    let d: Vec<f64> = y.iter().zip(&x).map(|(y, x)| y - x).collect();
    let se = (variance(&d) / 6.0).sqrt();
    let paired = compared(&question, a.clone(), b.clone(), true);
    let change = paired.comparisons[0].change.as_ref().unwrap();
    assert!((change.difference - mean(&d)).abs() < 1e-9 && (change.se - se).abs() < 1e-9);
    // t(0.975, 5)
    assert!((change.interval.upper - mean(&d) - 2.570_581_835_636_314 * se).abs() < 1e-9);
    let welch = compared(&question, a, b, false);
    let change = welch.comparisons[0].change.as_ref().unwrap();
    let apart = (variance(&x) / 6.0 + variance(&y) / 6.0).sqrt();
    assert!((change.se - apart).abs() < 1e-9 && !change.is_paired);
    assert!(change.variance_ratio.is_none());
}

#[test]
fn equivalence_needs_a_margin_and_forgives_what_is_worse_by_less() {
    let (per, n) = (40, 30);
    let base = samples(&small(&[]), per * n);
    let other = samples(
        &small(&["policy.queues.line.discovery={ poll: 1s }"]),
        per * n,
    );
    let verdict = |margins: &[(&str, f64)]| {
        let compared = compared(
            &question(&["mean_wait"], margins),
            base.clone(),
            other.clone(),
            true,
        );
        (compared.comparisons[0].verdict, compared.is_worse())
    };
    // Half a second on average.
    assert_eq!(verdict(&[]), (Verdict::Worse, true));
    assert_eq!(verdict(&[("mean_wait", 0.2)]), (Verdict::Worse, true));
    assert_eq!(verdict(&[("mean_wait", 2.0)]), (Verdict::Equivalent, false));
}

#[test]
fn what_a_replication_cannot_say_is_not_paired_with_another_one() {
    let base = samples(&small(&[]), 4);
    assert!(base.matches(&base, Measure::named("connected_calls").unwrap()));
    assert!(!base.matches(
        &base.slice(0..3),
        Measure::named("connected_calls").unwrap()
    ));
    let only = base.only(|quantity| quantity.measure.id == "wait_p90");
    let estimate = |of: &SampleTable| {
        let measure = Measure::named("wait_p90").unwrap();
        Evidence::from(of).estimate(measure, reports::measures::Part::Whole)
    };
    assert_eq!(estimate(&only), estimate(&base));
    assert_eq!(only.quantities().len(), 1);
}

fn linefinder(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linefinder"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the command starts")
}

/// `compare` of short days of the plan.
fn command(args: &[&str]) -> Output {
    let short = ["--replications", "4", "--set", "experiment.horizon=2h"];
    linefinder(&[&["compare"], args, &short].concat())
}

fn json(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

const PHASE_2: &str = "scenarios/plan/phase-2.yaml";
const PHASE_3: &str = "scenarios/plan/phase-3.yaml";

#[test]
fn worlds_that_differ_are_run_apart_and_it_says_so() {
    let further = "agents.day.wrap_up={ constant: 25s }";
    let apart = json(&command(&[PHASE_3, "--against", further, "--json"]));
    assert_eq!(apart["comparisons"][0]["difference"]["method"], "welch");
    let runs = &apart["runs"];
    assert!(
        runs[1]["unpaired"]
            .as_str()
            .unwrap()
            .contains("worlds differ"),
        "{runs}"
    );
    assert_eq!((&runs[0]["seed"], &runs[1]["seed"]), (&7.into(), &8.into()));
    let forced = [
        PHASE_3,
        "--against",
        further,
        "--pairing",
        "always",
        "--json",
    ];
    let forced = json(&command(&forced));
    assert_eq!(forced["comparisons"][0]["difference"]["method"], "paired");
    assert_eq!(forced["runs"][1]["seed"], 7);
}

#[test]
fn policies_of_one_scenario_are_compared_with_the_baseline_that_is_named() {
    let policies = [
        "scenarios/policies/phase-2.yaml",
        "scenarios/policies/phase-3.yaml",
    ];
    let args = [PHASE_3, "--policy", policies[0], policies[1], "--json"];
    let own = json(&command(&args));
    assert_eq!(own["runs"][0]["name"], "phase-2");
    let two = json(&command(&[PHASE_2, PHASE_3, "--json"]));
    assert_eq!(
        own["comparisons"][0]["difference"],
        two["comparisons"][0]["difference"]
    );
    let turned = [&args[..], &["--baseline", "phase-3"]].concat();
    let turned = json(&command(&turned));
    assert_eq!(turned["runs"][0]["name"], "phase-3");
    let estimate = |of: &Value| {
        of["comparisons"][0]["difference"]["estimate"]
            .as_f64()
            .unwrap()
    };
    assert!((estimate(&own) + estimate(&turned)).abs() < 1e-12);
    let single = json(&command(&[PHASE_3, "--policy", policies[0], "--json"]));
    assert_eq!(
        (&single["runs"][0]["name"], &single["runs"][1]["name"]),
        (&"phase-3".into(), &"phase-2".into())
    );
}

#[test]
fn something_worse_fails_only_when_that_is_asked_for() {
    let args = [
        PHASE_3,
        "--against",
        "policy.queues.sales.discovery={ poll: 20s }",
        "--measure",
        "mean_wait",
    ];
    let code = |more: &[&str]| command(&[&args[..], more].concat()).status.code();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--fail-if-worse"]), Some(1));
    assert_eq!(
        code(&["--fail-if-worse", "--margin", "mean_wait=1m"]),
        Some(0)
    );
}

#[test]
fn the_table_fits_a_terminal_and_the_folder_has_everything() {
    let folder = std::env::temp_dir().join(format!("linefinder-compare-{}", std::process::id()));
    let out = folder.to_string_lossy().into_owned();
    let output = command(&[PHASE_2, PHASE_3, "--out", &out]);
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    for word in [
        "paired: the same callers",
        "Holm",
        "B - A",
        "sees",
        "reach_rate",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let page = std::fs::read_to_string(folder.join("compare.html")).unwrap();
    assert!(page.contains("mean_wait, replication by replication"));
    let csv = std::fs::read_to_string(folder.join("compare.csv")).unwrap();
    assert_eq!(csv.lines().count(), 8);
    let widths: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{csv}");
    for chart in ["differences-b", "scatter-b-mean-wait", "spread-b-mean-wait"] {
        assert!(
            folder.join(format!("charts/{chart}.csv")).exists(),
            "{chart}"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn bad_input_is_one_clear_error() {
    for (args, words) in [
        (&[PHASE_3][..], "nothing to be compared with"),
        (
            &[PHASE_2, PHASE_3, "--measure", "mean_weight"],
            "there is no measure `mean_weight`",
        ),
        (
            &[PHASE_2, PHASE_3, "--margin", "mean_wait"],
            "expected MEASURE=VALUE",
        ),
        (
            &[PHASE_2, PHASE_3, "--margin", "mean_wait=2"],
            "needs a unit",
        ),
        (
            &[PHASE_2, PHASE_3, "--margin", "reach_rate=1%"],
            "written in points",
        ),
        (
            &[PHASE_2, PHASE_3, "--margin", "mean_wait=10%"],
            "write the size, as in 0.5s",
        ),
        (
            &[PHASE_2, PHASE_3, "--margin", "reach_rate=0 points"],
            "must be above 0",
        ),
        (
            &[PHASE_2, PHASE_3, "--baseline", "phase-4"],
            "nothing that is compared has this name",
        ),
        (
            &[PHASE_2, PHASE_3, "--against", "a=b"],
            "about one scenario",
        ),
        (
            &[PHASE_3, "--policy", "no/such.yaml"],
            "there is no such file",
        ),
        (&[PHASE_3, "--policy", PHASE_2], "a policy is expected here"),
        (
            &[PHASE_3, "--against", "agents.day.counts=3"],
            "unknown key",
        ),
        (&[PHASE_3, "no/such.yaml"], "no/such.yaml"),
    ] {
        let output = command(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
    let one = linefinder(&[
        "compare",
        PHASE_2,
        PHASE_3,
        "--set",
        "experiment.replications=1",
    ]);
    assert_eq!(one.status.code(), Some(2));
    let early = [
        "--set",
        "calls.sales.arrivals={ poisson: 0.001/d }",
        "--set",
        "experiment.seed=1",
    ];
    let empty = command(&[&[PHASE_2, PHASE_3], &early[..]].concat());
    assert_eq!(
        empty.status.code(),
        Some(4),
        "{}",
        String::from_utf8_lossy(&empty.stderr)
    );
}
