//! From the answer to the bridge.

use expect_test::expect;

use super::{check, policy};

#[test]
fn a_claim_not_bridged_within_ten_seconds_is_undone_and_the_call_is_at_the_head_of_the_line() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         --
         1s call 0 arrives
         2s call 1 arrives
         3s agent 0 available
         4s offer 0 answered
         14s
         15s agent 1 available
         15s call 0 is bridged
         16s call 1 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s agent 0 available
            3s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 3s)
            3s ! ring agent 0 for call 0
            4s offer 0 answered: call 0
            4s ! bridge call 0 with agent 0
            14s ! stop offer 0 to agent 0
            14s offer 0 undone: call 0
            14s agent 0 idle
            15s agent 1 available
            15s offer 1: call 0 -> agent 1 (attempt 2, eligible since 14s, free since 15s)
            15s ! ring agent 1 for call 0
            15s refused: StaleOffer
            16s offer 2: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 16s)
            16s ! ring agent 0 for call 1
            16s ! stop offer 2 to agent 0
            16s offer 2 withdrawn: call 1
            16s agent 0 idle
            16s call 1 abandoned ringing (waited 14s)
        "#]],
    );
}

#[test]
fn the_head_of_the_line_is_before_every_score() {
    let mut policy = policy(1);
    policy.features.set(
        engine::policy::Feature::PriorityQueue,
        engine::policy::Share::ALL,
    );
    policy.queues[0].priority = Box::new([
        engine::policy::Priority::default(),
        engine::policy::Priority {
            head_start: super::secs(600),
            aging_milli: 1000,
        },
    ]);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         --
         1s call 0 arrives
         2s offer 0 answered
         3s call 1 arrives class 1
         12s
         13s agent 1 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            3s call 1 arrived: queue 0, class 1
            3s call 1 waits in queue 0
            12s ! stop offer 0 to agent 0
            12s offer 0 undone: call 0
            12s agent 0 idle
            13s agent 1 available
            13s offer 1: call 0 -> agent 1 (attempt 2, eligible since 12s, free since 13s)
            13s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_failed_bridge_undoes_the_claim_at_once() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s offer 0 answered
         3s call 0 is not bridged
         4s offer 1 answered
         5s offer 1 carrier failed",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            3s ! stop offer 0 to agent 0
            3s offer 0 undone: call 0
            3s agent 0 idle
            3s offer 1: call 0 -> agent 1 (attempt 2, eligible since 3s, free since 0s)
            3s ! ring agent 1 for call 0
            4s offer 1 answered: call 0
            4s ! bridge call 0 with agent 1
            5s ! stop offer 1 to agent 1
            5s offer 1 undone: call 0
            5s agent 1 idle
            5s offer 2: call 0 -> agent 0 (attempt 3, eligible since 5s, free since 5s)
            5s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_word_about_a_bridge_that_was_given_up_is_not_taken_for_the_next_agents() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s offer 0 answered
         13s offer 1 answered
         14s offer 0 bridged
         14s offer 0 not bridged
         15s offer 1 bridged",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            12s ! stop offer 0 to agent 0
            12s offer 0 undone: call 0
            12s agent 0 idle
            12s offer 1: call 0 -> agent 1 (attempt 2, eligible since 12s, free since 0s)
            12s ! ring agent 1 for call 0
            13s offer 1 answered: call 0
            13s ! bridge call 0 with agent 1
            14s refused: StaleOffer
            14s refused: StaleOffer
            15s call 0 connected: agent 1 (attempts 2, waited 14s)
        "#]],
    );
}

#[test]
fn a_call_whose_claims_are_undone_too_often_rests_exhausted() {
    let mut policy = policy(1);
    policy.queues[0].offer.max_attempts = 1;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         2s offer 0 answered
         3s call 0 is not bridged
         4s call 1 arrives
         5s offer 1 declined
         33s",
        expect![[r#"
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            3s ! stop offer 0 to agent 0
            3s offer 0 undone: call 0
            3s agent 0 idle
            3s call 0 exhausted
            4s call 1 arrived: queue 0
            4s call 1 waits in queue 0
            5s offer 1: call 1 -> agent 0 (attempt 1, eligible since 4s, free since 5s)
            5s ! ring agent 0 for call 1
            5s offer 1 declined: call 1
            5s agent 0 idle
            5s call 1 exhausted
            33s offer 2: call 0 -> agent 0 (attempt 2, eligible since 33s, free since 10s)
            33s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_bridge_without_a_claim_is_refused() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         1s call 0 is bridged
         1s call 0 is not bridged
         2s offer 0 answered
         3s call 0 is bridged
         4s call 0 is bridged
         4s call 0 is not bridged
         4s offer 0 answered",
        expect![[r#"
            1s refused: WrongState
            1s refused: WrongState
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            3s call 0 connected: agent 0 (attempts 1, waited 3s)
            4s refused: StaleOffer
            4s refused: StaleOffer
            4s refused: StaleOffer
        "#]],
    );
}
