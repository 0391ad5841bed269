//! Polling, slow polling, events, and the safety scan.

use engine::policy::{Discovery, Policy};
use expect_test::expect;

use super::{check, policy, secs};

fn polling() -> Policy {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    policy
}

#[test]
fn a_scan_runs_on_its_grid_from_the_epoch_and_matches_what_waits() {
    check(
        &polling(),
        "3s agent 0 works 0:1
         3s agent 0 available
         4s call 0 arrives
         10s
         25s",
        expect![[r#"
            3s agent 0 available
            4s call 0 arrived: queue 0
            4s call 0 waits in queue 0
            10s queue 0 scanned: 1 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 4s, free since 3s)
            10s ! ring agent 0 for call 0
            20s queue 0 scanned: 0 waiting
        "#]],
    );
}

#[test]
fn under_poll_the_next_offer_waits_for_the_next_scan() {
    check(
        &polling(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         4s call 0 arrives
         11s offer 0 declined
         20s",
        expect![[r#"
            4s call 0 arrived: queue 0
            4s call 0 waits in queue 0
            10s queue 0 scanned: 1 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 4s, free since 0s)
            10s ! ring agent 0 for call 0
            11s offer 0 declined: call 0
            11s agent 0 idle
            20s queue 0 scanned: 1 waiting
            20s offer 1: call 0 -> agent 1 (attempt 2, eligible since 11s, free since 0s)
            20s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn an_arrival_in_the_instant_of_a_scan_waits_for_the_next() {
    check(
        &polling(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         10s call 0 arrives
         20s",
        expect![[r#"
            10s queue 0 scanned: 0 waiting
            10s call 0 arrived: queue 0
            10s call 0 waits in queue 0
            20s queue 0 scanned: 1 waiting
            20s offer 0: call 0 -> agent 0 (attempt 1, eligible since 10s, free since 0s)
            20s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn one_scan_makes_every_possible_match() {
    check(
        &polling(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         10s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            10s queue 0 scanned: 3 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 0s)
            10s ! ring agent 0 for call 0
            10s offer 1: call 1 -> agent 1 (attempt 1, eligible since 2s, free since 0s)
            10s ! ring agent 1 for call 1
        "#]],
    );
}

#[test]
fn events_match_in_the_step_in_which_a_match_becomes_possible() {
    check(
        &policy(1),
        "1s call 0 arrives
         2s agent 0 works 0:1
         3s agent 0 available
         4s call 1 arrives
         5s offer 0 answered
         6s call 0 is bridged
         7s call 0 ends",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            3s agent 0 available
            3s offer 0: call 0 -> agent 0 (attempt 1, eligible since 2s, free since 3s)
            3s ! ring agent 0 for call 0
            4s call 1 arrived: queue 0
            4s call 1 waits in queue 0
            5s offer 0 answered: call 0
            5s ! bridge call 0 with agent 0
            6s call 0 connected: agent 0 (attempts 1, waited 5s)
            7s call 0 ended: agent 0 (talked 1s)
            7s agent 0 idle
            7s offer 1: call 1 -> agent 0 (attempt 1, eligible since 4s, free since 7s)
            7s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn the_safety_scan_of_an_events_queue_has_nothing_to_rescue() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Events {
        reconcile: Some(secs(30)),
    };
    check(
        &policy,
        "1s call 0 arrives
         30s agent 0 works 0:1
         30s agent 0 available
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            30s queue 0 scanned: 1 waiting
            30s agent 0 available
            30s offer 0: call 0 -> agent 0 (attempt 1, eligible since 30s, free since 30s)
            30s ! ring agent 0 for call 0
            60s ! stop offer 0 to agent 0
            60s offer 0 unreachable: call 0
            60s agent 0 idle
            60s queue 0 scanned: 1 waiting
        "#]],
    );
}

#[test]
fn a_match_made_possible_in_the_instant_of_the_safety_scan_is_no_rescue() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Events {
        reconcile: Some(secs(30)),
    };
    policy.queues[0].wrap_up = secs(20);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         10s call 0 ends
         --
         11s call 1 arrives
         30s",
        expect![[r#"
            11s call 1 arrived: queue 0
            11s call 1 waits in queue 0
            30s agent 0 idle
            30s queue 0 scanned: 1 waiting
            30s offer 1: call 1 -> agent 0 (attempt 1, eligible since 11s, free since 30s)
            30s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_call_nobody_may_serve_now_blocks_no_other() {
    let mut policy = policy(1);
    policy.features.set(
        engine::policy::Feature::AgentHeartbeat,
        engine::policy::Share(5_000),
    );
    // Caller 0 needs a heartbeat, caller 2 does not.
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         1s call 0 arrives caller 0
         2s call 1 arrives caller 2
         3s agent 0 available
         4s agent 0 beats",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s agent 0 available
            3s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 3s)
            3s ! ring agent 0 for call 1
            4s agent 0 alive
        "#]],
    );
}
