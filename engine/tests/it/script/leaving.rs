//! How calls leave a line without an agent: hang-ups, the longest wait, closing time.

use engine::id::QueueId;
use engine::policy::{AtClose, Feature, Policy, Share, Treatment};
use expect_test::expect;

use super::callbacks::callback;
use super::{check, policy, secs};

fn patient(on_timeout: Treatment) -> Policy {
    let mut policy = policy(2);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].on_timeout = on_timeout;
    policy
}

#[test]
fn a_caller_hangs_up_waiting_ringing_claimed_talking_or_at_the_greeting() {
    check(
        &patient(Treatment::Voicemail),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s call 0 hangs up
         3s agent 0 available
         4s call 1 arrives
         5s offer 0 rings
         6s call 1 hangs up
         7s call 2 arrives
         8s offer 1 answered
         9s call 2 hangs up
         10s call 3 arrives
         11s offer 2 answered
         11s call 3 is bridged
         12s call 3 hangs up
         13s agent 0 offline
         20s call 4 arrives
         41s call 4 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 0 abandoned waiting (waited 1s)
            3s agent 0 available
            4s call 1 arrived: queue 0
            4s offer 0: call 1 -> agent 0 at arrival (attempt 1, eligible since 4s, free since 3s)
            4s ! ring agent 0 for call 1
            5s offer 0 rang
            6s ! stop offer 0 to agent 0
            6s offer 0 withdrawn: call 1
            6s agent 0 idle
            6s call 1 abandoned ringing (waited 2s)
            7s call 2 arrived: queue 0
            7s offer 1: call 2 -> agent 0 at arrival (attempt 1, eligible since 7s, free since 6s)
            7s ! ring agent 0 for call 2
            8s offer 1 answered: call 2
            8s ! bridge call 2 with agent 0
            9s ! stop offer 1 to agent 0
            9s offer 1 withdrawn: call 2
            9s agent 0 idle
            9s call 2 abandoned claimed (waited 2s)
            10s call 3 arrived: queue 0
            10s offer 2: call 3 -> agent 0 at arrival (attempt 1, eligible since 10s, free since 9s)
            10s ! ring agent 0 for call 3
            11s offer 2 answered: call 3
            11s ! bridge call 3 with agent 0
            11s call 3 connected: agent 0 (attempts 1, waited 1s)
            12s call 3 ended: agent 0 (talked 1s)
            12s agent 0 idle
            13s agent 0 offline
            20s call 4 arrived: queue 0
            20s call 4 waits in queue 0
            40s ! call 4 to voicemail
            40s call 4 hears the greeting
            41s call 4 abandoned at the greeting (waited 21s)
        "#]],
    );
}

#[test]
fn after_the_longest_wait_a_call_goes_to_voicemail_or_is_ended() {
    check(
        &patient(Treatment::Voicemail),
        "1s call 0 arrives
         30s call 0 leaves a message",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            21s ! call 0 to voicemail
            21s call 0 hears the greeting
            30s call 0 left a message
        "#]],
    );
    check(
        &patient(Treatment::HangUp),
        "1s call 0 arrives
         30s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            21s ! call 0 goodbye
            21s call 0 timed out (waited 20s)
        "#]],
    );
}

#[test]
fn after_the_longest_wait_a_call_overflows_with_its_arrival_time() {
    check(
        &patient(Treatment::Queue(QueueId(1))),
        "0s agent 0 works 1:1
         --
         1s call 0 arrives
         2s call 1 arrives queue 1
         30s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 1
            2s call 1 waits in queue 1
            21s call 0 overflowed: queue 0 -> queue 1
            30s agent 0 available
            30s offer 0: call 0 -> agent 0 (attempt 1, eligible since 21s, free since 30s)
            30s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn after_the_longest_wait_a_callback_is_offered_and_if_not_taken_the_call_timed_out() {
    let mut policy = patient(Treatment::Callback);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].callback = Some(callback());
    check(
        &policy,
        "1s call 0 arrives
         2s call 1 arrives
         25s call 1 wants a callback
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            21s ! offer call 0 a callback
            21s call 0 was offered a callback
            22s ! offer call 1 a callback
            22s call 1 was offered a callback
            25s ! call 1 confirm callback
            25s call 1 takes a callback
            41s ! call 0 goodbye
            41s call 0 timed out (waited 40s)
        "#]],
    );
}

#[test]
fn the_longest_wait_hits_while_ringing_and_the_ring_finishes_with_an_answer() {
    check(
        &patient(Treatment::Voicemail),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         15s agent 0 available
         16s offer 0 rings
         25s offer 0 answered
         26s call 0 is bridged",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            15s agent 0 available
            15s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 15s)
            15s ! ring agent 0 for call 0
            16s offer 0 rang
            25s offer 0 answered: call 0
            25s ! bridge call 0 with agent 0
            26s call 0 connected: agent 0 (attempts 1, waited 25s)
        "#]],
    );
}

#[test]
fn the_longest_wait_hits_while_ringing_and_the_call_times_out_when_the_ring_fails() {
    check(
        &patient(Treatment::Voicemail),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         --
         1s call 0 arrives
         15s agent 0 available
         16s offer 0 rings
         22s agent 1 available
         25s offer 0 declined",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            15s agent 0 available
            15s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 15s)
            15s ! ring agent 0 for call 0
            16s offer 0 rang
            22s agent 1 available
            25s offer 0 declined: call 0
            25s agent 0 idle
            25s ! call 0 to voicemail
            25s call 0 hears the greeting
        "#]],
    );
}

#[test]
fn the_longest_wait_hits_a_claim_and_the_call_times_out_when_it_is_undone() {
    check(
        &patient(Treatment::Voicemail),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         15s agent 0 available
         16s offer 0 answered
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            15s agent 0 available
            15s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 15s)
            15s ! ring agent 0 for call 0
            16s offer 0 answered: call 0
            16s ! bridge call 0 with agent 0
            26s ! stop offer 0 to agent 0
            26s offer 0 undone: call 0
            26s agent 0 idle
            26s ! call 0 to voicemail
            26s call 0 hears the greeting
        "#]],
    );
}

#[test]
fn the_longest_wait_hits_a_resting_call() {
    let mut policy = patient(Treatment::HangUp);
    policy.queues[0].offer.max_attempts = 1;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 declined
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 declined: call 0
            2s agent 0 idle
            2s call 0 exhausted
            21s ! call 0 goodbye
            21s call 0 timed out (waited 20s)
        "#]],
    );
}

#[test]
fn at_close_waiting_calls_are_still_served() {
    let mut policy = policy(1);
    policy.queues[0].at_close = AtClose::Serve;
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s queue 0 closes
         3s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s queue 0 closed
            3s agent 0 available
            3s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 3s)
            3s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn at_close_waiting_and_resting_calls_are_cleared_in_order_and_rings_finish() {
    let mut policy = policy(1);
    policy.queues[0].at_close = AtClose::Clear;
    policy.queues[0].on_closed = Treatment::HangUp;
    policy.queues[0].offer.max_attempts = 1;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         1s call 0 arrives
         2s offer 0 declined
         3s call 1 arrives
         7s offer 1 answered
         8s call 2 arrives
         9s agent 1 available
         10s call 3 arrives
         --
         11s queue 0 closes
         11s queue 0 closes
         12s offer 2 declined
         13s call 1 is bridged",
        expect![[r#"
            11s queue 0 closed
            11s ! call 0 goodbye
            11s call 0 refused: closed
            11s ! call 3 goodbye
            11s call 3 refused: closed
            12s offer 2 declined: call 2
            12s agent 1 idle
            12s ! call 2 goodbye
            12s call 2 refused: closed
            13s call 1 connected: agent 0 (attempts 1, waited 10s)
        "#]],
    );
}

#[test]
fn at_close_waiting_calls_may_move_to_another_queue() {
    let mut policy = policy(2);
    policy.queues[0].at_close = AtClose::Clear;
    policy.queues[0].on_closed = Treatment::Queue(QueueId(1));
    check(
        &policy,
        "1s call 0 arrives
         2s call 1 arrives
         --
         11s queue 0 closes",
        expect![[r#"
            11s queue 0 closed
            11s call 0 overflowed: queue 0 -> queue 1
            11s call 1 overflowed: queue 0 -> queue 1
        "#]],
    );
}

#[test]
fn a_policy_that_clears_at_close_clears_who_waits_in_a_queue_that_is_closed() {
    let mut serving = policy(2);
    serving.queues[0].at_close = AtClose::Serve;
    let mut clearing = serving.clone();
    for queue in &mut clearing.queues {
        queue.at_close = AtClose::Clear;
        queue.on_closed = Treatment::HangUp;
    }
    // Call 0 is ringing and may be answered yet, call 3 waits in a queue that is open.
    super::check_with(
        &serving,
        &[("clearing", &clearing)],
        "0s agent 0 works 0:1
         0s agent 0 available
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         3s call 3 arrives queue 1
         4s queue 0 closes
         --
         5s policy clearing
         6s offer 0 declined
         7s queue 0 opens
         8s policy clearing",
        expect![[r#"
            5s policy applied
            5s ! call 1 goodbye
            5s call 1 refused: closed
            5s ! call 2 goodbye
            5s call 2 refused: closed
            6s offer 0 declined: call 0
            6s agent 0 idle
            6s ! call 0 goodbye
            6s call 0 refused: closed
            7s queue 0 open
            8s policy applied
        "#]],
    );
}
