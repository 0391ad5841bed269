//! What the world tells the recorder is what happened: webhooks, commits, requests, true moments.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::{calls_csv, report_json};
use serde_json::Value;
use sim::experiment::{Control, Options, Run, run};
use sim::scenario::Scenario;
use sim::world::Checks;

fn run_of(path: &str, set: &[&str]) -> Run {
    let mut overrides = Overrides::new();
    overrides.set("gates=null").unwrap();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/{path}.yaml"));
    let scenario = Scenario::read(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 2,
        rows: true,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(&scenario, &options, &control).unwrap()
}

fn measures(path: &str, set: &[&str]) -> impl Fn(&str) -> f64 + use<> {
    let report: Value = serde_json::from_str(&report_json(&run_of(path, set).report)).unwrap();
    move |id| {
        let mean = &report["measures"][id]["mean"];
        mean.as_f64().unwrap_or_else(|| panic!("{id}: {mean}"))
    }
}

const FREE_SCANS: [&str; 2] = ["store.ops_per_scan=0", "store.ops_per_waiting_call=0"];

#[test]
fn an_outage_costs_the_same_uptime_however_often_the_queue_is_polled() {
    let downtime = |poll: &str| {
        let measures = measures(
            "plan/phase-2",
            &[
                "experiment.replications=4",
                "faults=[{ at: 2h, for: 60s, server: restart }]",
                &format!("policy.queues.sales.discovery={{ poll: {poll} }}"),
                &format!("policy.queues.sales.slow_poll={poll}"),
            ],
        );
        1.0 - measures("uptime")
    };
    let (rarely, often) = (downtime("10s"), downtime("500ms"));
    // The carrier waits 15 of the 60 s, of nine and a half hours. Nights and days differ in what is sent.
    assert!((0.0005..0.003).contains(&rarely), "{rarely}");
    assert!((rarely / often - 1.0).abs() < 0.1, "{rarely}, {often}");
}

#[test]
fn a_scan_that_changes_nothing_commits_nothing() {
    let store_ops = |path: &str, poll: &str| {
        let discovery = format!("policy.queues.sales.discovery={{ poll: {poll} }}");
        let slow_poll = format!("policy.queues.sales.slow_poll={poll}");
        let mut set = vec!["experiment.replications=2", &discovery, &slow_poll];
        set.extend(FREE_SCANS);
        measures(path, &set)("store_ops_per_hour")
    };
    // Nobody waits in the legacy flow, so that its scans find nothing at all.
    assert_eq!(
        store_ops("plan/legacy", "10s"),
        store_ops("plan/legacy", "1s")
    );
    let (rarely, often) = (
        store_ops("plan/phase-2", "10s"),
        store_ops("plan/phase-2", "1s"),
    );
    assert!((often / rarely - 1.0).abs() < 0.1, "{rarely}, {often}");
}

#[test]
fn a_scan_costs_what_the_store_says_beside_what_it_changes() {
    let of = |set: &[&str]| {
        let mut set = set.to_vec();
        set.push("experiment.replications=2");
        let measures = measures("plan/phase-2", &set);
        let scans = measures("discovery_scans_per_hour");
        (measures("store_ops_per_hour"), scans)
    };
    let (free, _) = of(&FREE_SCANS);
    let (dear, scans) = of(&["store.ops_per_scan=3", "store.ops_per_waiting_call=0"]);
    assert!(scans > 0.0);
    assert!(
        (dear - free - 3.0 * scans).abs() < 1e-6,
        "{free}, {dear}, {scans}"
    );
}

#[test]
fn legacy_adds_nothing_to_its_own_response_latency() {
    let legacy = measures("plan/legacy", &["experiment.replications=2"]);
    assert_eq!(legacy("added_response_latency_p99"), 0.0);
    assert_eq!(legacy("uptime"), 1.0);
}

#[test]
fn an_assignment_ends_when_the_device_rings_not_when_the_server_hears_of_it() {
    let first_call = |delay: &str| {
        let delay = format!("carrier.webhook_delay={delay}");
        let run = run_of("plan/phase-3", &["experiment.replications=1", &delay]);
        let csv = calls_csv(&run.report);
        let mut lines = csv.lines();
        let column = lines
            .next()
            .unwrap()
            .split(',')
            .position(|name| name == "assignment_latency");
        lines
            .next()
            .unwrap()
            .split(',')
            .nth(column.unwrap())
            .unwrap()
            .to_owned()
    };
    assert_eq!(first_call("{ constant: 40ms }"), first_call("null"));
    let slow = measures(
        "plan/phase-3",
        &[
            "experiment.replications=4",
            "carrier.webhook_delay={ constant: 3s }",
            "policy.queues.sales.offer.place_timeout=20s",
        ],
    );
    assert!(slow("assignment_latency_p50") < 0.3);
}

#[test]
fn an_assignment_waits_until_the_server_hears_that_the_agent_is_free() {
    // Everybody waits, for agents whose word that they are ready takes 3 s.
    let set = [
        "experiment.replications=1",
        "experiment.horizon=20h",
        "calls[0].arrivals={ poisson: 6/min }",
        "carrier={ webhook_delay: { constant: 3s } }",
        "policy.queues.line.offer.place_timeout=20s",
    ];
    let measures = measures("theory/erlang-c", &set);
    assert_eq!(measures("assignment_latency_p50").round(), 3.0);
}

#[test]
fn an_assignment_is_decided_committed_and_carried() {
    let three = measures("plan/phase-3", &["experiment.replications=2"]);
    // The store takes 3 ms on average, the carrier 150 ms.
    let (commit, carrier) = (three("assignment_commit"), three("assignment_carrier"));
    assert!((0.0025..0.0035).contains(&commit), "{commit}");
    assert!((0.145..0.155).contains(&carrier), "{carrier}");
}

#[test]
fn requests_are_what_the_server_sends_the_carrier_of_its_own_accord() {
    let set = [
        "experiment.replications=1",
        "experiment.horizon=40h",
        "experiment.warm_up=0s",
    ];
    let requests = |more: &[&str]| {
        let set: Vec<&str> = set.iter().chain(more).copied().collect();
        let measures = measures("theory/erlang-c", &set);
        (
            measures("carrier_requests_per_hour") * 40.0,
            measures("offered_calls"),
        )
    };
    // Each call takes one leg and a bridge, which answers the leg's webhook.
    let (pushed, calls) = requests(&[]);
    assert!((pushed / calls - 1.0).abs() < 0.01, "{pushed}, {calls}");
    // Accepted on the agent's screen, or dialled from the caller's own leg: none.
    let pulls = "policy.queues.line.offer={ transport: pull }";
    assert_eq!(requests(&[pulls]).0, 0.0);
    let legacy = measures("plan/legacy", &["experiment.replications=1"]);
    assert_eq!(legacy("carrier_requests_per_hour"), 0.0);
}

#[test]
fn a_callback_that_is_given_up_takes_two_requests() {
    // One caller, who finds nobody and takes a callback. The word that it is not answered would come
    // later than the engine waits for it.
    let measures = measures(
        "theory/erlang-c",
        &[
            "experiment.replications=1",
            "experiment.horizon=110m",
            "experiment.warm_up=0s",
            "calls[0].arrivals={ burst: { every: 1h, calls: 1, within: 1s } }",
            "calls[0].classes.all.callback={ accepts: 100%, answers: 0% }",
            "agents[0]={ group: all, staffing: { step: 30m, from: 00:00, counts: [0, 0, 0, 1] }, queues: { line: 1 } }",
            "carrier={ webhook_delay: { constant: 10m } }",
            "policy.features.callback=100%",
            "policy.queues.line.callback={ offer_after: 10s, attempts: 1, ring: 25s }",
        ],
    );
    assert_eq!(measures("callback_failed_calls"), 1.0);
    let requests = measures("carrier_requests_per_hour") * 110.0 / 60.0;
    assert_eq!(requests.round(), 2.0);
}
