//! How an offer ends, what it does to the agent and to the call, and that late answers are refused.

use engine::policy::Policy;
use expect_test::expect;

use super::{check, policy, secs};

const TWO: &str = "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s call 0 arrives
         --
         ";

fn two(script: &str, expected: expect_test::Expect) {
    check(&policy(1), &format!("{TWO}{script}"), expected);
}

#[test]
fn a_declined_offer_goes_to_the_next_agent() {
    two(
        "1s offer 0 rings
         2s offer 0 declined
         3s offer 1 rings
         4s offer 1 answered
         4s call 0 is bridged",
        expect![[r#"
            1s offer 0 rang
            2s offer 0 declined: call 0
            2s agent 0 idle
            2s offer 1: call 0 -> agent 1 (attempt 2, eligible since 2s, free since 0s)
            2s ! ring agent 1 for call 0
            3s offer 1 rang
            4s offer 1 answered: call 0
            4s ! bridge call 0 with agent 1
            4s call 0 connected: agent 1 (attempts 2, waited 4s)
        "#]],
    );
}

#[test]
fn the_ring_timeout_runs_from_the_ring() {
    two(
        "10s offer 0 placed
         29s offer 0 rings
         43s
         44s",
        expect![[r#"
            29s offer 0 rang
            44s ! stop offer 0 to agent 0
            44s offer 0 expired: call 0
            44s agent 0 idle
            44s offer 1: call 0 -> agent 1 (attempt 2, eligible since 44s, free since 0s)
            44s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn the_place_timeout_runs_from_the_command() {
    two(
        "29s offer 0 placed
         30s",
        expect![[r#"
            30s ! stop offer 0 to agent 0
            30s offer 0 unreachable: call 0
            30s agent 0 idle
            30s offer 1: call 0 -> agent 1 (attempt 2, eligible since 30s, free since 0s)
            30s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn an_unreachable_busy_or_carrier_failed_offer_goes_to_the_next_agent() {
    two(
        "1s offer 0 unreachable
         2s offer 1 busy
         4s offer 2 carrier failed
         6s",
        expect![[r#"
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 1 (attempt 2, eligible since 1s, free since 0s)
            1s ! ring agent 1 for call 0
            2s offer 1 failed: call 0
            2s agent 1 idle
            4s offer 2: call 0 -> agent 1 (attempt 3, eligible since 2s, free since 4s)
            4s ! ring agent 1 for call 0
            4s offer 2 failed: call 0
            4s agent 1 idle
            6s offer 3: call 0 -> agent 1 (attempt 4, eligible since 4s, free since 6s)
            6s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn late_answers_are_refused_by_number() {
    two(
        "1s offer 0 rings
         16s offer 0 answered
         17s offer 0 declined
         18s offer 0 rings
         19s offer 0 placed
         20s offer 0 unreachable
         21s offer 1 rings
         22s call 0 hangs up
         23s offer 1 answered",
        expect![[r#"
            1s offer 0 rang
            16s ! stop offer 0 to agent 0
            16s offer 0 expired: call 0
            16s agent 0 idle
            16s offer 1: call 0 -> agent 1 (attempt 2, eligible since 16s, free since 0s)
            16s ! ring agent 1 for call 0
            16s refused: StaleOffer
            17s refused: StaleOffer
            18s refused: StaleOffer
            19s refused: StaleOffer
            20s refused: StaleOffer
            21s offer 1 rang
            22s ! stop offer 1 to agent 1
            22s offer 1 withdrawn: call 0
            22s agent 1 idle
            22s call 0 abandoned ringing (waited 22s)
            23s refused: StaleOffer
        "#]],
    );
}

#[test]
fn an_answer_in_the_instant_of_the_timeout_is_late() {
    two(
        "1s offer 0 rings
         16s offer 0 answered",
        expect![[r#"
            1s offer 0 rang
            16s ! stop offer 0 to agent 0
            16s offer 0 expired: call 0
            16s agent 0 idle
            16s offer 1: call 0 -> agent 1 (attempt 2, eligible since 16s, free since 0s)
            16s ! ring agent 1 for call 0
            16s refused: StaleOffer
        "#]],
    );
}

#[test]
fn an_offer_may_be_answered_before_anything_else_was_heard_of_it() {
    two(
        "1s offer 0 answered
         2s offer 0 answered
         3s offer 0 rings
         4s offer 0 placed
         5s offer 0 declined",
        expect![[r#"
            1s offer 0 answered: call 0
            1s ! bridge call 0 with agent 0
            2s refused: WrongState
            3s refused: WrongState
            4s refused: WrongState
            5s refused: WrongState
        "#]],
    );
}

/// One agent, each rest different.
fn resting() -> Policy {
    let mut policy = policy(1);
    let after = &mut policy.queues[0].offer.retry_after;
    after.declined = secs(5);
    after.expired = secs(10);
    after.unreachable = secs(60);
    after.failed = secs(2);
    policy
}

#[test]
fn the_agent_rests_by_the_cause_and_only_then_is_asked_again() {
    check(
        &resting(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         0s offer 0 declined
         5s offer 1 rings
         30s offer 2 unreachable
         90s offer 3 busy
         92s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 0 declined: call 0
            0s agent 0 idle
            5s offer 1: call 0 -> agent 0 (attempt 2, eligible since 0s, free since 5s)
            5s ! ring agent 0 for call 0
            5s offer 1 rang
            20s ! stop offer 1 to agent 0
            20s offer 1 expired: call 0
            20s agent 0 idle
            30s offer 2: call 0 -> agent 0 (attempt 3, eligible since 20s, free since 30s)
            30s ! ring agent 0 for call 0
            30s offer 2 unreachable: call 0
            30s agent 0 idle
            90s offer 3: call 0 -> agent 0 (attempt 4, eligible since 30s, free since 90s)
            90s ! ring agent 0 for call 0
            90s offer 3 failed: call 0
            90s agent 0 idle
            92s offer 4: call 0 -> agent 0 (attempt 5, eligible since 90s, free since 92s)
            92s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn without_a_rest_the_only_agent_is_asked_again_at_once() {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.declined = secs(0);
    policy.queues[0].offer.max_attempts = 2;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         0s offer 0 declined
         0s offer 1 declined
         30s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 0 declined: call 0
            0s agent 0 idle
            0s offer 1: call 0 -> agent 0 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 1 declined: call 0
            0s agent 0 idle
            0s call 0 exhausted
            30s offer 2: call 0 -> agent 0 (attempt 3, eligible since 30s, free since 0s)
            30s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_rest_is_from_all_offers_and_ends_by_its_own_clock() {
    let mut policy = policy(2);
    policy.queues[0].offer.retry_after.declined = secs(5);
    check(
        &policy,
        "0s agent 0 works 0:1 1:1
         0s agent 0 available
         --
         0s call 0 arrives
         0s offer 0 declined
         1s call 0 hangs up
         2s call 1 arrives queue 1
         3s agent 0 break 1
         4s agent 0 available
         5s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 0 declined: call 0
            0s agent 0 idle
            1s call 0 abandoned waiting (waited 1s)
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            3s agent 0 on break 1
            4s agent 0 available
            5s offer 1: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 5s)
            5s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn an_agent_that_missed_the_call_lately_comes_after_all_others() {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.declined = secs(1);
    policy.queues[0].offer.tried_for = secs(20);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s call 0 arrives
         0s offer 0 declined
         --
         1s offer 1 rings
         2s agent 1 available
         3s offer 1 declined
         4s offer 2 declined
         6s offer 3 declined
         8s call 0 hangs up",
        expect![[r#"
            1s offer 1: call 0 -> agent 0 (attempt 2, eligible since 0s, free since 1s)
            1s ! ring agent 0 for call 0
            1s offer 1 rang
            2s agent 1 available
            3s offer 1 declined: call 0
            3s agent 0 idle
            3s offer 2: call 0 -> agent 1 (attempt 3, eligible since 3s, free since 2s)
            3s ! ring agent 1 for call 0
            4s offer 2 declined: call 0
            4s agent 1 idle
            4s offer 3: call 0 -> agent 0 (attempt 4, eligible since 4s, free since 4s)
            4s ! ring agent 0 for call 0
            6s offer 3 declined: call 0
            6s agent 0 idle
            6s offer 4: call 0 -> agent 1 (attempt 5, eligible since 6s, free since 5s)
            6s ! ring agent 1 for call 0
            8s ! stop offer 4 to agent 1
            8s offer 4 withdrawn: call 0
            8s agent 1 idle
            8s call 0 abandoned ringing (waited 8s)
        "#]],
    );
}

/// A second round is a round: everybody is asked again before anybody is asked a third time.
#[test]
fn when_every_candidate_was_tried_the_call_starts_anew() {
    let mut policy = policy(1);
    policy.queues[0].rotation = engine::policy::Rotation::TopDown;
    policy.queues[0].offer.retry_after.declined = secs(0);
    policy.queues[0].offer.tried_for = secs(60);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s call 0 arrives
         0s offer 0 declined
         --
         1s offer 1 declined
         2s offer 2 declined",
        expect![[r#"
            1s offer 1 declined: call 0
            1s agent 1 idle
            1s offer 2: call 0 -> agent 0 (attempt 3, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 2 declined: call 0
            2s agent 0 idle
            2s offer 3: call 0 -> agent 1 (attempt 4, eligible since 2s, free since 1s)
            2s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_tried_pair_is_forgotten_after_tried_for() {
    let mut policy = policy(1);
    policy.queues[0].rotation = engine::policy::Rotation::TopDown;
    policy.queues[0].offer.retry_after.declined = secs(0);
    policy.queues[0].offer.retry_after.expired = secs(0);
    policy.queues[0].offer.tried_for = secs(20);
    // Agent 0 misses the call at 0 s; at 16 s it is avoided, at 31 s no longer.
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         0s call 0 arrives
         0s offer 0 declined
         --
         1s offer 1 rings
         16s offer 2 rings
         31s",
        expect![[r#"
            1s offer 1 rang
            16s ! stop offer 1 to agent 1
            16s offer 1 expired: call 0
            16s agent 1 idle
            16s offer 2: call 0 -> agent 2 (attempt 3, eligible since 16s, free since 0s)
            16s ! ring agent 2 for call 0
            16s offer 2 rang
            31s ! stop offer 2 to agent 2
            31s offer 2 expired: call 0
            31s agent 2 idle
            31s offer 3: call 0 -> agent 0 (attempt 4, eligible since 31s, free since 0s)
            31s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_missed_call_is_offered_to_another_while_the_agent_may_serve_the_next_call() {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.declined = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s call 1 arrives
         --
         1s offer 0 declined
         2s agent 1 works 0:1
         2s agent 1 available",
        expect![[r#"
            1s offer 0 declined: call 0
            1s agent 0 idle
            1s offer 1: call 1 -> agent 0 (attempt 1, eligible since 0s, free since 1s)
            1s ! ring agent 0 for call 1
            2s agent 1 available
            2s offer 2: call 0 -> agent 1 (attempt 2, eligible since 2s, free since 2s)
            2s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn after_max_attempts_a_call_rests_exhausted_and_begins_anew() {
    let mut policy = policy(1);
    policy.queues[0].offer.max_attempts = 2;
    policy.queues[0].offer.exhausted = secs(30);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         0s call 0 arrives
         --
         1s offer 0 declined
         2s offer 1 declined
         3s call 1 arrives
         31.9s
         32s
         33s offer 3 declined",
        expect![[r#"
            1s offer 0 declined: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 1 (attempt 2, eligible since 1s, free since 0s)
            1s ! ring agent 1 for call 0
            2s offer 1 declined: call 0
            2s agent 1 idle
            2s call 0 exhausted
            3s call 1 arrived: queue 0
            3s offer 2: call 1 -> agent 2 at arrival (attempt 1, eligible since 3s, free since 0s)
            3s ! ring agent 2 for call 1
            32s offer 3: call 0 -> agent 0 (attempt 3, eligible since 32s, free since 6s)
            32s ! ring agent 0 for call 0
            33s ! stop offer 2 to agent 2
            33s offer 2 unreachable: call 1
            33s agent 2 idle
            33s offer 4: call 1 -> agent 1 (attempt 2, eligible since 33s, free since 7s)
            33s ! ring agent 1 for call 1
            33s offer 3 declined: call 0
            33s agent 0 idle
        "#]],
    );
}

#[test]
fn a_missed_offer_sends_the_agent_to_the_end_of_its_rotation_and_a_withdrawn_one_does_not() {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.declined = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         1s agent 1 works 0:1
         1s agent 1 available
         --
         2s call 0 arrives
         3s call 0 hangs up
         4s call 1 arrives
         5s offer 1 declined
         6s call 1 hangs up
         7s call 2 arrives",
        expect![[r#"
            2s call 0 arrived: queue 0
            2s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 2s, free since 0s)
            2s ! ring agent 0 for call 0
            3s ! stop offer 0 to agent 0
            3s offer 0 withdrawn: call 0
            3s agent 0 idle
            3s call 0 abandoned ringing (waited 1s)
            4s call 1 arrived: queue 0
            4s offer 1: call 1 -> agent 0 at arrival (attempt 1, eligible since 4s, free since 3s)
            4s ! ring agent 0 for call 1
            5s offer 1 declined: call 1
            5s agent 0 idle
            5s offer 2: call 1 -> agent 1 (attempt 2, eligible since 5s, free since 1s)
            5s ! ring agent 1 for call 1
            6s ! stop offer 2 to agent 1
            6s offer 2 withdrawn: call 1
            6s agent 1 idle
            6s call 1 abandoned ringing (waited 2s)
            7s call 2 arrived: queue 0
            7s offer 3: call 2 -> agent 1 at arrival (attempt 1, eligible since 7s, free since 6s)
            7s ! ring agent 1 for call 2
        "#]],
    );
}
