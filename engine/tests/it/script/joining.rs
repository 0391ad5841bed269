//! Who is let in: full, closed, nobody; each with each treatment.

use engine::id::QueueId;
use engine::policy::{Feature, Policy, Share, Treatment};
use expect_test::expect;

use super::callbacks::callback;
use super::{check, policy, secs};

/// Queue 0 is full with one call.
fn small(on_full: Treatment) -> Policy {
    let mut policy = policy(2);
    policy.queues[0].max_length = Some(1);
    policy.queues[0].on_full = on_full;
    policy
}

#[test]
fn a_full_queue_sends_to_voicemail() {
    check(
        &small(Treatment::Voicemail),
        "0s call 0 arrives
         --
         1s call 1 arrives
         9s call 1 leaves a message
         10s call 0 hangs up
         11s call 2 arrives",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s ! call 1 to voicemail
            1s call 1 hears the greeting
            9s call 1 left a message
            10s call 0 abandoned waiting (waited 10s)
            11s call 2 arrived: queue 0
            11s call 2 waits in queue 0
        "#]],
    );
}

#[test]
fn a_full_queue_says_goodbye() {
    check(
        &small(Treatment::HangUp),
        "0s call 0 arrives
         --
         1s call 1 arrives",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s ! call 1 goodbye
            1s call 1 refused: full
        "#]],
    );
}

#[test]
fn ringing_calls_count_as_waiting_and_talking_ones_do_not() {
    check(
        &small(Treatment::HangUp),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         1s call 1 arrives
         2s offer 0 answered
         3s call 2 arrives
         4s call 0 is bridged
         5s call 3 arrives",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s ! call 1 goodbye
            1s call 1 refused: full
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            3s call 2 arrived: queue 0
            3s ! call 2 goodbye
            3s call 2 refused: full
            4s call 0 connected: agent 0 (attempts 1, waited 4s)
            5s call 3 arrived: queue 0
            5s call 3 waits in queue 0
        "#]],
    );
}

#[test]
fn a_full_queue_offers_a_callback_and_the_one_not_taken_is_refused() {
    let mut policy = small(Treatment::Callback);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].callback = Some(callback());
    check(
        &policy,
        "0s call 0 arrives
         --
         1s call 1 arrives
         2s call 2 arrives
         3s call 3 arrives
         4s call 1 wants a callback
         5s call 3 hangs up
         30s",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s ! offer call 1 a callback
            1s call 1 was offered a callback
            2s call 2 arrived: queue 0
            2s ! offer call 2 a callback
            2s call 2 was offered a callback
            3s call 3 arrived: queue 0
            3s ! offer call 3 a callback
            3s call 3 was offered a callback
            4s ! call 1 confirm callback
            4s call 1 takes a callback
            5s call 3 refused: full
            22s ! call 2 goodbye
            22s call 2 refused: full
            30s ! offer call 0 a callback
            30s call 0 was offered a callback
        "#]],
    );
}

#[test]
fn without_the_callback_feature_a_callback_treatment_says_goodbye() {
    let mut policy = small(Treatment::Callback);
    policy.queues[0].callback = Some(callback());
    check(
        &policy,
        "0s call 0 arrives
         --
         1s call 1 arrives",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s ! call 1 goodbye
            1s call 1 refused: full
        "#]],
    );
}

#[test]
fn a_full_queue_overflows_and_the_call_keeps_its_arrival() {
    check(
        &small(Treatment::Queue(QueueId(1))),
        "0s agent 0 works 1:1
         0s call 0 arrives
         --
         1s call 1 arrives
         5s agent 0 available",
        expect![[r#"
            1s call 1 arrived: queue 0
            1s call 1 overflowed: queue 0 -> queue 1
            1s call 1 waits in queue 1
            5s agent 0 available
            5s offer 0: call 1 -> agent 0 (attempt 1, eligible since 1s, free since 5s)
            5s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn queues_that_overflow_into_each_other_end_the_call_after_as_many_hops_as_queues() {
    let mut policy = small(Treatment::Queue(QueueId(1)));
    policy.queues[1].max_length = Some(1);
    policy.queues[1].on_full = Treatment::Queue(QueueId(0));
    check(
        &policy,
        "0s call 0 arrives
         0s call 1 arrives
         --
         1s call 2 arrives",
        expect![[r#"
            1s call 2 arrived: queue 0
            1s call 2 overflowed: queue 0 -> queue 1
            1s call 2 overflowed: queue 1 -> queue 0
            1s ! call 2 goodbye
            1s call 2 refused: full
        "#]],
    );
}

#[test]
fn a_closed_queue_treats_calls_until_it_opens() {
    let mut policy = policy(1);
    policy.queues[0].opens_at_start = false;
    policy.queues[0].on_closed = Treatment::HangUp;
    check(
        &policy,
        "1s call 0 arrives
         2s queue 0 opens
         2s queue 0 opens
         3s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s ! call 0 goodbye
            1s call 0 refused: closed
            2s queue 0 open
            3s call 1 arrived: queue 0
            3s call 1 waits in queue 0
        "#]],
    );
}

#[test]
fn a_closed_queue_sends_to_voicemail_to_another_queue_or_offers_a_callback() {
    let mut policy = policy(3);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].on_closed = Treatment::Voicemail;
    policy.queues[1].on_closed = Treatment::Queue(QueueId(0));
    policy.queues[2].on_closed = Treatment::Callback;
    policy.queues[2].callback = Some(callback());
    check(
        &policy,
        "0s queue 0 closes
         0s queue 1 closes
         0s queue 2 closes
         --
         1s call 0 arrives queue 0
         2s call 1 arrives queue 1
         3s call 2 arrives queue 2
         4s call 2 wants a callback at 90s
         89s agent 0 works 2:1
         89s agent 0 available
         90s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s ! call 0 to voicemail
            1s call 0 hears the greeting
            2s call 1 arrived: queue 1
            2s call 1 overflowed: queue 1 -> queue 0
            2s ! call 1 to voicemail
            2s call 1 hears the greeting
            3s call 2 arrived: queue 2
            3s ! offer call 2 a callback
            3s call 2 was offered a callback
            4s ! call 2 confirm callback
            4s call 2 takes a callback
            89s agent 0 available
            90s call 2 is called back for agent 0 (attempt 1)
            90s ! call back call 2 for agent 0
        "#]],
    );
}

#[test]
fn with_nobody_signed_in_a_call_waits_or_gets_its_treatment() {
    let mut policy = policy(4);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[1].on_nobody = Treatment::Voicemail;
    policy.queues[2].on_nobody = Treatment::Queue(QueueId(0));
    policy.queues[3].on_nobody = Treatment::Callback;
    policy.queues[3].callback = Some(callback());
    check(
        &policy,
        "1s call 0 arrives queue 0
         2s call 1 arrives queue 1
         3s call 2 arrives queue 2
         4s call 3 arrives queue 3",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s ! call 1 to voicemail
            2s call 1 hears the greeting
            3s call 2 arrived: queue 2
            3s call 2 overflowed: queue 2 -> queue 0
            3s call 2 waits in queue 0
            4s call 3 arrived: queue 3
            4s ! offer call 3 a callback
            4s call 3 was offered a callback
        "#]],
    );
}

#[test]
fn closed_comes_before_full_and_full_before_nobody() {
    let mut policy = policy(1);
    policy.queues[0].max_length = Some(0);
    policy.queues[0].on_full = Treatment::HangUp;
    policy.queues[0].on_closed = Treatment::HangUp;
    policy.queues[0].on_nobody = Treatment::HangUp;
    policy.queues[0].max_wait = Some(secs(1));
    check(
        &policy,
        "1s call 0 arrives
         2s queue 0 closes
         3s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s ! call 0 goodbye
            1s call 0 refused: full
            2s queue 0 closed
            3s call 1 arrived: queue 0
            3s ! call 1 goodbye
            3s call 1 refused: closed
        "#]],
    );
}
