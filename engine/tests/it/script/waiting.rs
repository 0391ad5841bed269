//! What callers hear while they wait, and how the choice of agents widens.

use engine::policy::{Announce, Policy, Priority, Widen};
use expect_test::expect;

use super::{check, policy, secs};

fn announcing() -> Policy {
    let mut policy = policy(1);
    policy.features.set(
        engine::policy::Feature::PriorityQueue,
        engine::policy::Share::ALL,
    );
    policy.queues[0].priority = Box::new([
        Priority::default(),
        Priority {
            head_start: secs(60),
            aging_milli: 1000,
        },
    ]);
    policy.queues[0].announce = Some(Announce {
        first: secs(2),
        every: secs(10),
        position: true,
        wait: false,
    });
    policy
}

#[test]
fn callers_hear_their_place_after_joining_and_then_regularly() {
    check(
        &announcing(),
        "1s call 0 arrives
         2s call 1 arrives
         9s call 2 arrives class 1
         14s call 0 hangs up
         25s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 0 was told: place 1
            4s call 1 was told: place 2
            9s call 2 arrived: queue 0, class 1
            9s call 2 waits in queue 0
            11s call 2 was told: place 1
            13s call 0 was told: place 2
            14s call 1 was told: place 3
            14s call 0 abandoned waiting (waited 13s)
            21s call 2 was told: place 1
            24s call 1 was told: place 2
        "#]],
    );
}

#[test]
fn nothing_is_announced_while_it_rings_and_ringing_calls_are_not_ahead() {
    check(
        &announcing(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s call 1 arrives
         5s offer 0 rings
         8s offer 0 declined
         12.5s agent 0 offline
         13s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            4s call 1 was told: place 1
            5s offer 0 rang
            8s offer 0 declined: call 0
            8s agent 0 idle
            12.5s agent 0 offline
            13s call 0 was told: place 1
        "#]],
    );
}

#[test]
fn an_announcement_at_joining_follows_the_place_in_line() {
    let mut policy = announcing();
    if let Some(announce) = &mut policy.queues[0].announce {
        announce.first = secs(0);
    }
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            2s call 1 was told: place 1
        "#]],
    );
}

#[test]
fn an_estimator_that_has_seen_nothing_is_silent() {
    let mut policy = announcing();
    if let Some(announce) = &mut policy.queues[0].announce {
        announce.wait = true;
    }
    check(
        &policy,
        "1s call 0 arrives
         4s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            3s call 0 was told: place 1
        "#]],
    );
}

fn widening() -> Policy {
    let mut policy = policy(1);
    policy.queues[0].widen = Box::new([
        Widen {
            after: secs(10),
            level: 2,
        },
        Widen {
            after: secs(20),
            level: 4,
        },
    ]);
    policy
}

#[test]
fn higher_levels_serve_a_call_when_it_has_waited_long_enough() {
    check(
        &widening(),
        "0s agent 0 works 0:2
         0s agent 0 available
         0s agent 1 works 0:4
         0s agent 1 available
         0s agent 2 works 0:5
         0s agent 2 available
         --
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            11s offer 0: call 0 -> agent 0 (attempt 1, eligible since 11s, free since 0s)
            11s ! ring agent 0 for call 0
            22s offer 1: call 1 -> agent 1 (attempt 1, eligible since 22s, free since 0s)
            22s ! ring agent 1 for call 1
            41s ! stop offer 0 to agent 0
            41s offer 0 unreachable: call 0
            41s agent 0 idle
            52s ! stop offer 1 to agent 1
            52s offer 1 unreachable: call 1
            52s agent 1 idle
        "#]],
    );
}

#[test]
fn the_lower_level_is_asked_first_whoever_is_idle_longest() {
    check(
        &widening(),
        "0s agent 0 works 0:2
         0s agent 0 available
         0s agent 1 works 0:1
         --
         1s call 0 arrives
         10s agent 1 available
         12s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            10s agent 1 available
            10s offer 0: call 0 -> agent 1 (attempt 1, eligible since 1s, free since 10s)
            10s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_call_that_widened_while_it_rang_goes_to_the_next_level() {
    check(
        &widening(),
        "0s agent 0 works 0:2
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s offer 0 rings
         12s offer 0 declined",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 1 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 1 for call 0
            2s offer 0 rang
            12s offer 0 declined: call 0
            12s agent 1 idle
            12s offer 1: call 0 -> agent 0 (attempt 2, eligible since 12s, free since 0s)
            12s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn widening_at_once_is_at_once() {
    let mut policy = policy(1);
    policy.queues[0].widen = Box::new([Widen {
        after: secs(0),
        level: 3,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:3
         0s agent 0 available
         --
         1s call 0 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
        "#]],
    );
}
