//! Agents as they really are: who is gone answers nothing, who is there in an ideal world is seen.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use policy_file::Overrides;
use reports::render::{calls_csv, report_json};
use serde_json::Value;
use sim::experiment::{Control, Options, Run, run};
use sim::scenario::Scenario;
use sim::world::Checks;

/// One call, after five minutes, to three ideal agents.
const THREE: &str = "
schema: 1
name: three
description: three agents
policy:
  schema: 1
  features: { enhanced_queue: 100%, continuous_discovery: 100% }
  queues:
    sales: { discovery: { events: true }, offer: { timeout: 15s, retry_after: { expired: 30m, unreachable: 30m } } }
experiment: { start: 2026-03-02T08:00, horizon: 8m, warm_up: 0s, seed: 7, replications: 1 }
calls:
  - queue: sales
    arrivals: { burst: { every: 5m, calls: 1, within: 1ms } }
    classes: { all: { patience: { constant: 40s }, talk: { constant: 100s } } }
agents:
  - { group: g, count: 3, queues: { sales: 1 } }
";

pub(crate) fn run_of(text: &str, set: &[&str]) -> Run {
    let mut overrides = Overrides::new();
    for assignment in set {
        overrides.set(assignment).unwrap();
    }
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/plan");
    let scenario = Scenario::parse(text, "three.yaml", &base, &overrides)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let options = Options {
        threads: 1,
        rows: true,
        checks: Checks::default(),
        command: String::new(),
    };
    let control = Control {
        stop: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    run(&scenario, &options, &control).unwrap_or_else(|e| panic!("{e}"))
}

/// What becomes of the callers: outcome, whole seconds waited and talked; sorted.
fn fates(set: &[&str]) -> Vec<String> {
    let csv = calls_csv(&run_of(THREE, set).report);
    let whole = |cell: &str| cell.parse::<f64>().map_or(0.0, f64::round);
    let mut fates: Vec<String> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| format!("{} {} {}", cells[3], whole(cells[4]), whole(cells[5])))
        .collect();
    fates.sort();
    fates
}

fn mean(set: &[&str], measure: &str) -> Option<f64> {
    let report: Value = serde_json::from_str(&report_json(&run_of(THREE, set).report)).unwrap();
    assert!(report["measures"][measure].is_object(), "{measure}");
    report["measures"][measure]["mean"].as_f64()
}

const SLOW_TO_ANSWER: &str = "agents.g.answers={ delay: { constant: 10s } }";

#[test]
fn a_phone_whose_network_is_lost_while_it_rings_is_not_answered() {
    assert_eq!(fates(&[SLOW_TO_ANSWER]), ["connected 10 100"]);
    let cut = "faults=[{ at: 303s, for: 1h, agents_unreachable: 100% }]";
    assert_eq!(fates(&[SLOW_TO_ANSWER, cut]), ["abandoned 40 0"]);
}

#[test]
fn a_phone_whose_registration_is_lost_while_it_rings_rings_out_and_the_next_agent_is_rung() {
    // Back after 2 s: the call that rang is lost to it all the same.
    let device = "agents.g.device={ up: { constant: 303s }, down: { constant: 2s } }";
    assert_eq!(fates(&[SLOW_TO_ANSWER, device]), ["connected 25 100"]);
}

#[test]
fn who_has_left_does_not_answer_whether_signed_out_or_not() {
    let early = "calls[0].arrivals={ burst: { every: 295s, calls: 1, within: 1ms } }";
    let shift = "agents.g.shifts=[08:00-08:05]";
    for forgets in ["0%", "100%"] {
        let forgets = format!("agents.g.forgets_to_sign_out={forgets}");
        assert_eq!(
            fates(&[SLOW_TO_ANSWER, early, shift, &forgets]),
            ["abandoned 40 0"]
        );
    }
    // A call in hand is finished.
    assert_eq!(fates(&[early, shift]), ["connected 0 100"]);
}

#[test]
fn a_conversation_ends_with_the_agents_network_but_not_with_its_registration() {
    let cut = "faults=[{ at: 330s, for: 10s, agents_unreachable: 100% }]";
    assert_eq!(fates(&[cut]), ["connected 0 30"]);
    let device = "agents.g.device={ up: { constant: 320s }, down: { constant: 10s } }";
    assert_eq!(fates(&[device]), ["connected 0 100"]);
}

#[test]
fn a_caller_who_was_cut_off_may_call_again() {
    let cut = "faults=[{ at: 330s, for: 1s, agents_unreachable: 100% }]";
    let redial = "calls[0].classes.all.redial={ after: { cut_off: 99% }, delay: { constant: 5s } }";
    assert_eq!(fates(&[cut, redial]), ["connected 0 100", "connected 0 30"]);
    assert_eq!(fates(&[redial]), ["connected 0 100"]);
}

#[test]
fn a_claim_whose_agent_loses_its_network_is_undone_at_once() {
    // Rung at 302 s, answered at once; cut at 303 s, before the bridge takes effect.
    let slow = "carrier={ command_delay: { constant: 2s } }";
    assert_eq!(fates(&[slow]), ["connected 4 100"]);
    let cut = "faults=[{ at: 303s, for: 1s, agents_unreachable: 100% }]";
    assert_eq!(fates(&[slow, cut]), ["connected 7 100"]);
}

#[test]
fn a_break_lasts_as_long_as_planned_whatever_came_of_an_earlier_one() {
    // They leave amid the first break and come back before it would have ended, at 08:06.
    let set = [
        "calls[0].arrivals={ burst: { every: 390s, calls: 1, within: 1ms } }",
        "agents.g.shifts=[08:00-08:02, 08:03-08:12]",
        "agents.g.breaks=[08:01-08:06, 08:04-08:08]",
        "experiment.horizon=12m",
    ];
    assert_eq!(fates(&set), ["abandoned 40 0"]);
    assert_eq!(fates(&[set[0], set[1], set[3]]), ["connected 0 100"]);
}

const ALERTS: &str = "policy.alerts={ agent_availability: 50%, window: 1m }";

#[test]
fn ideal_agents_are_seen_where_somebody_looks() {
    for watched in [ALERTS, "policy.features.agent_heartbeat=100%"] {
        for level in ["status", "heartbeat", "device"] {
            let accuracy = mean(&[watched], &format!("availability_accuracy_{level}"));
            assert_eq!(accuracy, Some(1.0), "{watched} {level}");
        }
    }
    assert_eq!(mean(&[ALERTS], "alerts_agent_availability"), Some(0.0));
    assert_eq!(mean(&[ALERTS], "alerts_open"), Some(0.0));
    let heartbeat = "policy.features.agent_heartbeat=100%";
    assert_eq!(fates(&[heartbeat]), ["connected 0 100"]);
}

#[test]
fn what_is_believed_from_heartbeats_has_no_value_where_nobody_looks_at_them() {
    assert_eq!(mean(&[], "availability_accuracy_status"), Some(1.0));
    assert_eq!(mean(&[], "availability_accuracy"), Some(1.0));
    assert_eq!(mean(&[], "availability_accuracy_heartbeat"), None);
    assert_eq!(mean(&[], "availability_accuracy_device"), None);
}

#[test]
fn legs_beyond_the_carriers_limit_ring_one_after_the_other() {
    let three = "calls[0].arrivals={ burst: { every: 5m, calls: 3, within: 1ms } }";
    let limit = "carrier={ calls_per_second: 0.5 }";
    let late = ["connected 0 100", "connected 2 100", "connected 4 100"];
    assert_eq!(fates(&[three]), ["connected 0 100"; 3]);
    assert_eq!(fates(&[three, limit]), late);
    // Given up in the carrier's line after a second, they ring nobody, and their agents rest.
    let hasty = "policy.queues.sales.offer.place_timeout=1s";
    let lost = ["abandoned 40 0", "abandoned 40 0", "connected 0 100"];
    assert_eq!(fates(&[three, limit, hasty]), lost);
    // A policy that knows the limit does not ask sooner.
    let paced = "policy.carrier={ calls_per_second: 0.5 }";
    assert_eq!(fates(&[three, limit, hasty, paced]), late);
    // The legacy flow dials within the caller's own leg, and an application places its own.
    let legacy = "policy.features.enhanced_queue=0%";
    assert_eq!(fates(&[three, limit, legacy]), ["connected 0 100"; 3]);
    let pull = "policy.queues.sales.offer.transport=pull";
    assert_eq!(fates(&[three, limit, pull]), ["connected 0 100"; 3]);
}

#[test]
fn a_leg_that_is_cancelled_in_the_carriers_line_costs_no_turn() {
    // Legs are dialled at 0, 2 and 4 s. The third is given up at 3 s, and its agent is rung for
    // another call: that leg takes the turn at 4 s.
    let set = [
        "calls[0].arrivals={ burst: { every: 5m, calls: 4, within: 1ms } }",
        "calls[0].classes.all.patience={ constant: 5s }",
        "carrier={ calls_per_second: 0.5 }",
        "policy.queues.sales.offer.place_timeout=3s",
        "policy.queues.sales.offer.retry_after.unreachable=0s",
    ];
    let fates = fates(&set);
    let others = ["connected 0 100", "connected 2 100", "connected 4 100"];
    assert_eq!(fates, [&["abandoned 5 0"][..], &others].concat());
}
