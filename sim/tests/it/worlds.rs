//! Promises of whole runs: same bytes on any number of threads and with any further polls, and
//! invariants between all steps of every scenario of the library.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::report_json;
use sim::experiment::{Control, Options, Run, run};
use sim::scenario::Scenario;
use sim::world::Checks;

fn library() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut files: Vec<PathBuf> = [
        "plan",
        "theory",
        "published",
        "bank-1999",
        "faults",
        "scale",
    ]
    .iter()
    .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
    .map(|entry| entry.unwrap().path())
    .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
    .filter(|path| {
        // A columns file and a plan are no scenarios.
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| !name.starts_with("columns") && name != "rollout.yaml")
    })
    .collect();
    files.sort();
    files
}

/// It needs a log that is not everywhere; `replay` looks at it.
fn is_replay(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("replay-"))
}

fn read(path: &Path, set: &[&str]) -> Scenario {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    Scenario::read(path, &overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

fn run_on(scenario: &Scenario, threads: usize, checks: Checks) -> Run {
    let options = Options {
        threads,
        rows: false,
        checks,
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(scenario, &options, &control).unwrap_or_else(|e| panic!("{}: {e}", scenario.name))
}

fn plan(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/plan/{name}.yaml"))
}

fn fault(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/faults/{name}.yaml"))
}

#[test]
fn one_thread_and_three_give_the_same_bytes() {
    let scenario = read(&plan("phase-4"), &["experiment.replications=5"]);
    let one = run_on(&scenario, 1, Checks::default());
    let three = run_on(&scenario, 3, Checks::default());
    assert_eq!(report_json(&one.report), report_json(&three.report));
}

#[test]
fn further_polls_change_no_output() {
    // What came due while the server was away is told at one moment, however often one looks before.
    for path in ["legacy", "phase-2", "phase-4"]
        .map(plan)
        .into_iter()
        .chain(["server-restart", "store-slow", "carrier-limit"].map(fault))
    {
        let scenario = read(&path, &["experiment.replications=2"]);
        let quiet = run_on(&scenario, 2, Checks::default());
        let polled = run_on(
            &scenario,
            2,
            Checks {
                extra_polls: true,
                ..Checks::default()
            },
        );
        assert_eq!(
            quiet.report.meta.trace_digest,
            polled.report.meta.trace_digest
        );
    }
}

#[test]
fn invariants_hold_between_all_steps_of_every_scenario() {
    // Counting hundreds of agents anew after each of a million heartbeats would take for ever.
    let is_large = |path: &PathBuf| {
        path.parent()
            .is_some_and(|folder| folder.ends_with("scale"))
            || path.ends_with("faults/alerts.yaml")
    };
    let small = library()
        .into_iter()
        .filter(|path| !is_replay(path) && !is_large(path));
    for path in small {
        // Long enough for every scheduled fault to strike.
        let is_faulty = path.components().any(|part| part.as_os_str() == "faults");
        let short = [
            "experiment.replications=1",
            "experiment.days=null",
            if is_faulty {
                "experiment.horizon=5h"
            } else {
                "experiment.horizon=90m"
            },
            "experiment.warm_up=0s",
        ];
        let scenario = read(&path, &short);
        let checks = Checks {
            extra_polls: true,
            after_step: Some(|engine| {
                engine::invariants::check(engine).map_err(|broken| broken.to_string())
            }),
        };
        run_on(&scenario, 1, checks);
    }
}

#[test]
fn a_server_that_is_away_for_hours_fails_its_callers_and_its_uptime() {
    let restart = fault("server-restart");
    let up = |away: &str| {
        let fault = format!("faults=[{{ at: 2h, for: {away}, server: restart }}]");
        let report = run_on(
            &read(&restart, &["experiment.replications=4", &fault]),
            2,
            Checks::default(),
        )
        .report;
        let measures = report_json(&report);
        let measures: serde_json::Value = serde_json::from_str(&measures).unwrap();
        (
            measures["measures"]["uptime"]["mean"].as_f64().unwrap(),
            measures["outcomes"]["failed"].as_u64().unwrap_or(0),
        )
    };
    let (short, failed) = up("8s");
    assert!(
        short == 1.0 && failed == 0,
        "the carrier waits 15 s: {short}, {failed}"
    );
    let (long, failed) = up("2h");
    // Some 450 callers in each of the four days.
    assert!(long < 0.98 && failed > 1_000, "{long}, {failed}");
}

#[test]
fn answers_sent_to_a_server_that_is_away_are_webhooks_too() {
    let restart = fault("server-restart");
    // Ten callers at once; what meets the server away is no arrival: agents pick up, calls are joined.
    let measures = |away: &str| {
        let fault = format!("faults=[{{ at: 3602s, for: {away}, server: restart }}]");
        let report = run_on(
            &read(
                &restart,
                &[
                    "experiment.replications=4",
                    "experiment.warm_up=59m",
                    "experiment.horizon=70m",
                    "calls[0].arrivals={ burst: { every: 1h, calls: 10, within: 1s } }",
                    // Without the heartbeats, of which there are many times as many.
                    "agents[0].heartbeat=null",
                    "agents[1].heartbeat=null",
                    "policy.features.agent_heartbeat=0%",
                    "policy.features.enhanced_discovery=0%",
                    &fault,
                ],
            ),
            2,
            Checks::default(),
        )
        .report;
        let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
        let of = |id: &str| report["measures"][id]["mean"].as_f64().unwrap();
        (of("uptime"), of("added_response_latency_p99"))
    };
    let (up, latency) = measures("10s");
    assert!(up == 1.0, "the carrier waits 15 s: {up}");
    assert!((1.0..=10.1).contains(&latency), "{latency}");
    let (up, _) = measures("25s");
    assert!(up < 1.0, "{up}");
}

#[test]
fn a_fault_is_not_survived_without_the_safeguard_that_its_scenario_names() {
    let passes = |name: &str, without: &[&str]| {
        let report = run_on(&read(&fault(name), without), 2, Checks::default()).report;
        let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
        let gates = report["gates"].as_array().unwrap().clone();
        gates.iter().all(|gate| gate["verdict"] == "pass")
    };
    for (name, without) in [
        ("agents-vanish", "policy.features.enhanced_discovery=0%"),
        ("carrier-down", "policy.breakers=null"),
        // Legs ring late, or are given up in the carrier's line.
        ("carrier-limit", "policy.carrier=null"),
        // A lease of one heartbeat and a little.
        ("heartbeats-lost", "policy.presence.heartbeat_timeout=20s"),
        // An offer is given up before its commit is done.
        ("store-slow", "policy.queues.sales.offer.place_timeout=1s"),
        // It is back only after the carrier has given up on its callers.
        (
            "server-restart",
            "faults=[{ at: 2h, for: 20s, server: restart }]",
        ),
        // Nobody is told.
        ("store-slow", "policy.alerts.store_latency_factor=1000"),
        ("alerts", "policy.alerts=null"),
        // Nobody is told.
        ("carrier-down-an-hour", "policy.alerts.standard_errors=100"),
    ] {
        assert!(passes(name, &[]), "{name}");
        assert!(!passes(name, &[without]), "{name} with {without}");
    }
}

/// Who reads "would fail if" must find something that can fail.
#[test]
fn a_scenario_that_says_when_it_fails_has_gates() {
    let is_plan = |path: &Path| path.ends_with("plan/rollout.yaml");
    for path in library()
        .iter()
        .filter(|path| !is_replay(path) && !is_plan(path))
    {
        let scenario = read(path, &[]);
        let description = scenario.description.to_lowercase();
        let says_so = ["fails if", "fails when", "would fail", "it fails"];
        let says_so = says_so.iter().any(|words| description.contains(words));
        assert!(!says_so || !scenario.gates.is_empty(), "{}", path.display());
    }
}

#[test]
fn on_healthy_days_the_success_rate_raises_an_alert_one_day_in_twenty_at_most() {
    let days = &["experiment.replications=200", "gates=null"];
    let report = run_on(&read(&plan("phase-3"), days), 2, Checks::default()).report;
    let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
    let alerts = report["measures"]["alerts_success_rate"]["mean"].as_f64();
    let alerts = alerts.expect("counted");
    assert!(alerts <= 0.05, "{alerts} a day");
}

#[test]
fn a_store_slower_than_a_claims_time_leaves_no_call_behind() {
    // 3 s a commit: bridges take effect after their claims were undone, conversations end that the
    // engine never heard of. A call without an outcome fails the run.
    let slow = "faults=[{ at: 1h, for: 1h, store: slow(x1000) }]";
    let set = ["experiment.replications=4", "experiment.horizon=3h", slow];
    let report = run_on(&read(&fault("store-slow"), &set), 2, Checks::default()).report;
    let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
    let reached = report["measures"]["reach_rate"]["mean"].as_f64().unwrap();
    assert!(reached > 0.9, "{reached}");
}

#[test]
fn phase_4_carries_more_calls_than_phase_3() {
    let passes = |without: &[&str]| {
        let mut set = vec!["experiment.replications=60"];
        set.extend(without);
        let report = run_on(&read(&plan("phase-4-busy"), &set), 2, Checks::default()).report;
        let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
        let gates = report["gates"].as_array().unwrap().clone();
        gates.iter().all(|gate| gate["verdict"] == "pass")
    };
    assert!(passes(&[]));
    assert!(!passes(&["policy.queues.sales.offer.ring=1"]));
    assert!(!passes(&["policy=../policies/phase-3.yaml"]));
}

#[test]
fn alerts_are_silent_until_something_is_wrong() {
    let report = run_on(
        &read(&fault("alerts"), &["faults=[]"]),
        2,
        Checks::default(),
    )
    .report;
    let report: serde_json::Value = serde_json::from_str(&report_json(&report)).unwrap();
    for kind in [
        "success_rate",
        "store_latency",
        "agent_availability",
        "queue_length",
        "open",
    ] {
        let raised = &report["measures"][format!("alerts_{kind}")]["mean"];
        assert_eq!(raised.as_f64(), Some(0.0), "{kind}");
    }
}

#[test]
fn changing_the_policy_changes_nobody_in_the_world() {
    let digests: Vec<String> = ["legacy", "phase-1", "phase-2", "phase-3", "phase-4"]
        .iter()
        .map(|name| read(&plan(name), &[]).world_digest)
        .collect();
    assert!(
        digests.windows(2).all(|pair| pair[0] == pair[1]),
        "the plan's scenarios share one world: {digests:?}"
    );
}

/// The same digests in debug and release builds, on any machine: an unintended change of
/// behaviour shows here. Renew with `UPDATE_EXPECT=1`.
#[test]
fn digests_of_short_runs_are_the_recorded_ones() {
    let of = |name: &str| {
        let scenario = read(&plan(name), &["experiment.replications=2"]);
        run_on(&scenario, 2, Checks::default())
            .report
            .meta
            .trace_digest
    };
    expect_test::expect!["1eb5e634fcd5368c7501c14ce0221a1c"].assert_eq(&of("legacy"));
    expect_test::expect!["924d56d82342918855116dee62be2201"].assert_eq(&of("phase-4"));
}

#[test]
fn the_readme_of_the_scenarios_lists_every_file_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let listed: Vec<String> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(file, _)| file.to_string())
        .collect();
    let mut there: Vec<String> = library()
        .into_iter()
        .chain([root.join("plan/rollout.yaml")])
        .chain(
            std::fs::read_dir(root.join("policies"))
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        )
        .map(|path| {
            let parts: Vec<_> = path.iter().map(|p| p.to_string_lossy()).collect();
            parts[parts.len() - 2..].join("/")
        })
        .collect();
    let mut sorted = listed.clone();
    sorted.sort();
    there.sort();
    assert_eq!(sorted, there);
    for file in listed {
        if is_replay(Path::new(&file)) && crate::traces::bank().is_none() {
            continue;
        }
        let kinds = sim::cli::main(
            ["linefinder", "check"]
                .map(Into::into)
                .into_iter()
                .chain([root.join(&file).into_os_string()]),
        );
        assert_eq!(kinds, sim::cli::Exit::Passed, "{file}");
    }
}
