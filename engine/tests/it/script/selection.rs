//! Which call a freed agent gets, over all its queues.

use engine::policy::{Feature, Policy, Priority, SelectCall, Share, Widen};
use expect_test::expect;

use super::{check, policy, secs};

fn two(select_call: SelectCall) -> Policy {
    let mut policy = policy(2);
    policy.select_call = select_call;
    let widen = Box::new([Widen {
        after: secs(0),
        level: 3,
    }]);
    for queue in &mut policy.queues {
        queue.widen = widen.clone();
    }
    policy
}

const LINES: &str = "0s agent 0 works 0:2 1:1
         --
         1s call 0 arrives queue 0
         2s call 1 arrives queue 1
         3s call 2 arrives queue 0
         4s agent 0 available
         5s offer 0 answered
         5s call 0 is bridged
         5s call 1 is bridged
         6s call 0 ends
         6s call 1 ends";

#[test]
fn longest_waiting_takes_the_longest_waiting_call_of_all_queues() {
    check(
        &two(SelectCall::LongestWaiting),
        LINES,
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            4s agent 0 available
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 4s)
            4s ! ring agent 0 for call 0
            5s offer 0 answered: call 0
            5s ! bridge call 0 with agent 0
            5s call 0 connected: agent 0 (attempts 1, waited 4s)
            5s refused: StaleOffer
            6s call 0 ended: agent 0 (talked 1s)
            6s agent 0 idle
            6s offer 1: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 6s)
            6s ! ring agent 0 for call 1
            6s refused: WrongState
        "#]],
    );
}

#[test]
fn level_first_takes_the_queue_at_which_the_agent_is_better() {
    check(
        &two(SelectCall::LevelFirst),
        LINES,
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            4s agent 0 available
            4s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
            4s ! ring agent 0 for call 1
            5s offer 0 answered: call 1
            5s ! bridge call 1 with agent 0
            5s call 1 connected: agent 0 (attempts 1, waited 3s)
            5s refused: StaleOffer
            6s refused: WrongState
            6s call 1 ended: agent 0 (talked 1s)
            6s agent 0 idle
            6s offer 1: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 6s)
            6s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn within_a_level_level_first_takes_the_longest_waiting() {
    check(
        &two(SelectCall::LevelFirst),
        "0s agent 0 works 0:2 1:2
         --
         1s call 0 arrives queue 1
         2s call 1 arrives queue 0
         4s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 1
            1s call 0 waits in queue 1
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            4s agent 0 available
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 4s)
            4s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn calls_of_one_instant_are_taken_by_their_numbers() {
    check(
        &two(SelectCall::LongestWaiting),
        "0s agent 0 works 0:1 1:1
         --
         1s call 0 arrives queue 1
         1s call 1 arrives queue 0
         4s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 1
            1s call 0 waits in queue 1
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            4s agent 0 available
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 4s)
            4s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn scores_are_compared_over_all_queues() {
    let mut policy = two(SelectCall::LongestWaiting);
    policy.features.set(Feature::PriorityQueue, Share::ALL);
    policy.queues[1].priority = Box::new([Priority {
        head_start: secs(30),
        aging_milli: 1000,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:1 1:1
         --
         1s call 0 arrives queue 0
         30s call 1 arrives queue 1
         31s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            30s call 1 arrived: queue 1
            30s call 1 waits in queue 1
            31s agent 0 available
            31s offer 0: call 1 -> agent 0 (attempt 1, eligible since 30s, free since 31s)
            31s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn one_freed_agent_and_two_calls_of_different_reach() {
    // Call 0 has not widened to agent 0's level; call 1's queue has agent 0 at level 1.
    let mut policy = policy(2);
    policy.queues[0].widen = Box::new([Widen {
        after: secs(60),
        level: 2,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:2 1:1
         --
         1s call 0 arrives queue 0
         2s call 1 arrives queue 1
         3s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            3s agent 0 available
            3s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 3s)
            3s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_call_that_only_its_scan_finds_is_passed_over_and_it_shows() {
    // Caller 2 is not among the half with continuous discovery: call 0 waits for its scan at 60 s.
    let mut policy = policy(1);
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives caller 2
         2s call 1 arrives caller 0
         3s offer 0 answered
         4s call 1 is bridged",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s offer 0: call 1 -> agent 0 at arrival (attempt 1, eligible since 2s, free since 0s)
            2s ! ring agent 0 for call 1
            3s offer 0 answered: call 1
            3s ! bridge call 1 with agent 0
            4s call 1 connected: agent 0 (attempts 1, waited 2s, INVERSION)
        "#]],
    );
}

#[test]
fn a_call_that_the_agent_cannot_be_offered_is_not_passed_over() {
    // Before call 3: one that has not widened to agent 0, one it declined, one that needs its device.
    let mut policy = two(SelectCall::LongestWaiting);
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(100));
    policy.queues[0].widen = Box::new([Widen {
        after: secs(90),
        level: 3,
    }]);
    policy.queues[1].offer.retry_after.declined = secs(0);
    policy
        .features
        .set(Feature::EnhancedDiscovery, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:2 1:1
         --
         1s call 0 arrives queue 0 caller 2
         2s call 1 arrives queue 1 caller 2
         3s call 2 arrives queue 1 caller 0
         4s call 3 arrives queue 1 caller 2
         5s agent 0 available
         6s offer 0 declined
         7s offer 1 answered
         8s call 3 is bridged",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            3s call 2 arrived: queue 1
            3s call 2 waits in queue 1
            4s call 3 arrived: queue 1
            4s call 3 waits in queue 1
            5s agent 0 available
            5s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 5s)
            5s ! ring agent 0 for call 1
            6s offer 0 declined: call 1
            6s agent 0 idle
            6s offer 1: call 3 -> agent 0 (attempt 1, eligible since 4s, free since 6s)
            6s ! ring agent 0 for call 3
            7s offer 1 answered: call 3
            7s ! bridge call 3 with agent 0
            8s call 3 connected: agent 0 (attempts 1, waited 4s)
        "#]],
    );
}

#[test]
fn under_level_first_a_better_level_is_no_inversion() {
    let mut policy = two(SelectCall::LevelFirst);
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(100));
    let lines = |levels: &str| {
        format!(
            "0s agent 0 works {levels}
         --
         1s call 0 arrives queue 0
         2s call 1 arrives queue 1
         4s agent 0 available
         5s offer 0 answered
         5s call 1 is bridged"
        )
    };
    check(
        &policy,
        &lines("0:2 1:1"),
        expect![[r#"
        1s call 0 arrived: queue 0
        1s call 0 waits in queue 0
        2s call 1 arrived: queue 1
        2s call 1 waits in queue 1
        4s agent 0 available
        4s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
        4s ! ring agent 0 for call 1
        5s offer 0 answered: call 1
        5s ! bridge call 1 with agent 0
        5s call 1 connected: agent 0 (attempts 1, waited 3s)
    "#]],
    );
    check(
        &policy,
        &lines("0:1 1:2"),
        expect![[r#"
        1s call 0 arrived: queue 0
        1s call 0 waits in queue 0
        2s call 1 arrived: queue 1
        2s call 1 waits in queue 1
        4s agent 0 available
        4s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
        4s ! ring agent 0 for call 1
        5s offer 0 answered: call 1
        5s ! bridge call 1 with agent 0
        5s call 1 connected: agent 0 (attempts 1, waited 3s, INVERSION)
    "#]],
    );
}

#[test]
fn a_callback_is_judged_when_its_agent_is_reserved() {
    let mut policy = two(SelectCall::LongestWaiting);
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(200));
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[1].callback = Some(super::callbacks::callback());
    check(
        &policy,
        "0s agent 0 works 0:1 1:1
         0s call 0 arrives queue 0
         1s call 1 arrives queue 1
         31s call 1 wants a callback
         --
         40s agent 0 available
         41s call 1 picks up
         42s offer 0 answered
         42s call 1 is bridged",
        expect![[r#"
            40s agent 0 available
            40s call 1 is called back for agent 0 (attempt 1)
            40s ! call back call 1 for agent 0
            41s offer 0: call 1 -> agent 0 (attempt 1, eligible since 41s, free since 40s)
            41s ! ring agent 0 for call 1
            42s offer 0 answered: call 1
            42s ! bridge call 1 with agent 0
            42s call 1 connected: agent 0 (attempts 1, waited 41s, a callback, INVERSION)
        "#]],
    );
}
