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
        5s refused: WrongState
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
        5s refused: WrongState
        5s call 1 connected: agent 0 (attempts 1, waited 3s)
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
