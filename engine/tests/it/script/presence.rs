//! Status, heartbeat lease, device and its grace: each with its own clock.

use engine::policy::{Feature, Policy, Share};
use expect_test::expect;

use super::{check, policy, secs};

fn discovery() -> Policy {
    let mut policy = policy(1);
    policy.features.set(Feature::EnhancedDiscovery, Share::ALL);
    policy
}

#[test]
fn a_new_agent_is_offline_without_heartbeat_and_device() {
    check(
        &policy(1),
        "1s agent 0 works 0:1
         2s call 0 arrives
         3s agent 0 beats
         3s agent 0 connects
         4s agent 0 available",
        expect![[r#"
            2s call 0 arrived: queue 0
            2s call 0 waits in queue 0
            3s agent 0 alive
            3s agent 0 reachable
            4s agent 0 available
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
            4s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_heartbeat_is_a_lease_and_each_one_extends_it() {
    check(
        &discovery(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 connects
         --
         1s agent 0 beats
         31s agent 0 beats
         75s
         76s
         80s agent 0 beats",
        expect![[r#"
            1s agent 0 alive
            76s agent 0 not alive
            80s agent 0 alive
        "#]],
    );
}

#[test]
fn an_agent_whose_lease_ran_out_is_not_offered_a_call_until_it_beats_again() {
    check(
        &discovery(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 connects
         0s agent 0 beats
         --
         46s call 0 arrives
         50s agent 0 beats",
        expect![[r#"
            45s agent 0 not alive
            46s call 0 arrived: queue 0
            46s call 0 waits in queue 0
            50s agent 0 alive
            50s offer 0: call 0 -> agent 0 (attempt 1, eligible since 46s, free since 50s)
            50s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_device_that_comes_back_within_its_grace_was_never_gone() {
    check(
        &discovery(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 connects
         0s agent 0 beats
         --
         1s agent 0 disconnects
         2s agent 0 disconnects
         10.9s agent 0 connects
         12s agent 0 disconnects
         21s agent 0 beats
         22s
         23s agent 0 connects",
        expect![[r#"
            22s agent 0 unreachable
            23s agent 0 reachable
        "#]],
    );
}

#[test]
fn an_agent_in_its_grace_may_be_offered_a_call() {
    check(
        &discovery(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 connects
         0s agent 0 beats
         --
         1s agent 0 disconnects
         2s call 0 arrives",
        expect![[r#"
            2s call 0 arrived: queue 0
            2s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 2s, free since 0s)
            2s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn without_a_grace_a_disconnected_device_is_unreachable_at_once() {
    let mut policy = discovery();
    policy.presence.device_grace = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 connects
         --
         1s agent 0 disconnects
         2s agent 0 disconnects",
        expect![[r#"
            1s agent 0 unreachable
        "#]],
    );
}

#[test]
fn presence_that_changes_during_an_offer_or_a_call_changes_nothing_about_it() {
    check(
        &discovery(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 connects
         0s agent 0 beats
         0s call 0 arrives
         0s offer 0 rings
         --
         1s agent 0 disconnects
         11s
         12s offer 0 answered
         12s call 0 is bridged
         50s call 0 ends
         51s call 1 arrives",
        expect![[r#"
            11s agent 0 unreachable
            12s offer 0 answered: call 0
            12s ! bridge call 0 with agent 0
            12s call 0 connected: agent 0 (attempts 1, waited 12s)
            45s agent 0 not alive
            50s call 0 ended: agent 0 (talked 38s)
            50s agent 0 idle
            51s call 1 arrived: queue 0
            51s call 1 waits in queue 0
        "#]],
    );
}

#[test]
fn an_agent_on_break_is_signed_in_and_gets_no_call() {
    let mut policy = policy(1);
    policy.queues[0].on_nobody = engine::policy::Treatment::HangUp;
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s agent 0 break 3
         3s call 1 arrives
         4s agent 0 break 3
         5s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s ! call 0 goodbye
            1s call 0 refused: nobody
            2s agent 0 on break 3
            3s call 1 arrived: queue 0
            3s call 1 waits in queue 0
            5s agent 0 available
            5s offer 0: call 1 -> agent 0 (attempt 1, eligible since 3s, free since 5s)
            5s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn status_changes_during_an_offer_decline_it_and_during_a_call_wait() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 rings
         3s agent 0 break 1
         4s agent 1 available
         5s offer 1 answered
         6s agent 1 offline
         7s call 0 is bridged
         67s call 0 ends
         68s agent 1 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 rang
            3s agent 0 on break 1
            3s ! stop offer 0 to agent 0
            3s offer 0 declined: call 0
            3s agent 0 idle
            4s agent 1 available
            4s offer 1: call 0 -> agent 1 (attempt 2, eligible since 3s, free since 4s)
            4s ! ring agent 1 for call 0
            5s offer 1 answered: call 0
            5s ! bridge call 0 with agent 1
            6s agent 1 offline
            7s call 0 connected: agent 1 (attempts 2, waited 6s)
            67s call 0 ended: agent 1 (talked 60s)
            67s agent 1 idle
            68s agent 1 available
        "#]],
    );
}

#[test]
fn an_agent_learns_another_queue_and_its_waiting_call_is_matched() {
    check(
        &policy(2),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives queue 1
         2s agent 0 works 0:1 1:3
         3s agent 0 works 1:1
         3s offer 0 declined
         4s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 1
            1s call 0 waits in queue 1
            3s offer 0: call 0 -> agent 0 (attempt 1, eligible since 3s, free since 0s)
            3s ! ring agent 0 for call 0
            3s offer 0 declined: call 0
            3s agent 0 idle
            4s call 1 arrived: queue 0
            4s call 1 waits in queue 0
        "#]],
    );
}

#[test]
fn wrap_up_lasts_at_most_its_span_and_the_agent_may_be_ready_earlier() {
    let mut policy = policy(1);
    policy.queues[0].wrap_up = secs(30);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         --
         10s call 0 ends
         11s call 1 arrives
         41s offer 1 answered
         41s call 1 is bridged
         50s call 1 hangs up
         51s agent 0 offline
         55s agent 0 ready
         56s agent 0 ready",
        expect![[r#"
            10s call 0 ended: agent 0 (talked 10s)
            10s agent 0 in wrap-up
            11s call 1 arrived: queue 0
            11s call 1 waits in queue 0
            40s agent 0 idle
            40s offer 1: call 1 -> agent 0 (attempt 1, eligible since 11s, free since 40s)
            40s ! ring agent 0 for call 1
            41s offer 1 answered: call 1
            41s ! bridge call 1 with agent 0
            41s call 1 connected: agent 0 (attempts 1, waited 30s)
            50s call 1 ended: agent 0 (talked 9s)
            50s agent 0 in wrap-up
            51s agent 0 offline
            55s agent 0 idle
            56s refused: WrongState
        "#]],
    );
}

#[test]
fn another_assignment_leaves_a_free_agent_free_since_when_it_was_and_in_its_place() {
    let mut policy = policy(2);
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(10));
    policy.queues[0].widen = Box::new([engine::policy::Widen {
        after: secs(0),
        level: 2,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         1s agent 1 available
         --
         2s call 0 arrives
         3s call 1 arrives
         4s agent 0 works 0:1 1:1
         5s agent 1 works 0:2 1:1
         10s",
        expect![[r#"
            2s call 0 arrived: queue 0
            2s call 0 waits in queue 0
            3s call 1 arrived: queue 0
            3s call 1 waits in queue 0
            10s queue 0 scanned: 2 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 2s, free since 0s)
            10s ! ring agent 0 for call 0
            10s offer 1: call 1 -> agent 1 (attempt 1, eligible since 3s, free since 1s)
            10s ! ring agent 1 for call 1
        "#]],
    );
}

#[test]
fn a_call_is_eligible_for_an_agent_since_the_agent_works_at_its_level() {
    let mut policy = policy(1);
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(10));
    check(
        &policy,
        "0s agent 0 works 0:3
         0s agent 0 available
         --
         2s call 0 arrives
         4s agent 0 works 0:1
         6s agent 0 works 0:1
         10s",
        expect![[r#"
            2s call 0 arrived: queue 0
            2s call 0 waits in queue 0
            10s queue 0 scanned: 1 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 4s, free since 0s)
            10s ! ring agent 0 for call 0
        "#]],
    );
}
