//! Callers without `enhanced_queue`: one attempt to one agent believed available.

use engine::policy::{Feature, LegacyFailure, Policy, QueuePolicy, Share, Treatment};
use expect_test::expect;

use super::{check, policy, secs};

fn legacy() -> Policy {
    Policy {
        queues: vec![QueuePolicy::default(); 2],
        ..Policy::default()
    }
}

#[test]
fn a_believed_available_agent_is_dialled_once_and_connected() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 rings
         5s offer 0 answered
         5s call 0 is bridged
         65s call 0 ends",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            2s offer 0 rang
            5s offer 0 answered: call 0
            5s ! bridge call 0 with agent 0
            5s call 0 connected: agent 0 (attempts 1, waited 4s)
            65s call 0 ended: agent 0 (talked 60s)
            65s agent 0 idle
        "#]],
    );
}

#[test]
fn nobody_believed_available_means_voicemail() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         9s call 0 leaves a message",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s ! call 0 to voicemail
            1s call 0 hears the greeting
            9s call 0 left a message
        "#]],
    );
}

#[test]
fn a_ghost_is_dialled_until_the_dial_timeout_and_there_is_no_second_attempt() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         --
         1s call 0 arrives
         2s offer 0 rings
         60s call 0 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            2s offer 0 rang
            22s ! stop offer 0 to agent 0
            22s offer 0 expired: call 0
            22s agent 0 idle
            22s ! call 0 to voicemail
            22s call 0 hears the greeting
            60s call 0 abandoned at the greeting (waited 59s)
        "#]],
    );
}

#[test]
fn a_legacy_attempt_that_fails_may_end_with_a_goodbye() {
    let mut policy = legacy();
    policy.legacy.on_failure = LegacyFailure::HangUp;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         1s offer 0 unreachable
         2s agent 0 offline
         3s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s ! call 0 goodbye
            1s call 0 failed
            2s agent 0 offline
            3s call 1 arrived: queue 0 (legacy)
            3s ! call 1 goodbye
            3s call 1 refused: nobody
        "#]],
    );
}

#[test]
fn a_legacy_agent_that_was_missed_does_not_rest_and_is_believed_again() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         1s offer 0 declined
         1s call 1 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            1s offer 0 declined: call 0
            1s agent 0 idle
            1s ! call 0 to voicemail
            1s call 0 hears the greeting
            1s call 1 arrived: queue 0 (legacy)
            1s offer 1: call 1 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 1s)
            1s ! dial agent 0 from call 1
        "#]],
    );
}

#[test]
fn a_legacy_caller_hangs_up_while_ringing_or_at_the_greeting() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 rings
         3s call 0 hangs up
         4s agent 0 offline
         5s call 1 arrives
         6s call 1 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            2s offer 0 rang
            3s ! stop offer 0 to agent 0
            3s offer 0 withdrawn: call 0
            3s agent 0 idle
            3s call 0 abandoned ringing (waited 2s)
            4s agent 0 offline
            5s call 1 arrived: queue 0 (legacy)
            5s ! call 1 to voicemail
            5s call 1 hears the greeting
            6s call 1 abandoned at the greeting (waited 1s)
        "#]],
    );
}

#[test]
fn a_legacy_claim_that_is_not_bridged_fails() {
    check(
        &legacy(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 answered
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            2s offer 0 answered: call 0
            2s ! bridge call 0 with agent 0
            12s ! stop offer 0 to agent 0
            12s offer 0 undone: call 0
            12s agent 0 idle
            12s ! call 0 to voicemail
            12s call 0 hears the greeting
        "#]],
    );
}

#[test]
fn a_closed_queue_refuses_a_legacy_call_or_tries_the_other_queue() {
    let mut policy = legacy();
    policy.queues[0].on_closed = Treatment::HangUp;
    policy.queues[1].on_closed = Treatment::Queue(engine::id::QueueId(0));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s queue 1 closes
         --
         1s call 0 arrives queue 1
         2s queue 0 closes
         3s call 1 arrives queue 1",
        expect![[r#"
            1s call 0 arrived: queue 1 (legacy)
            1s call 0 overflowed: queue 1 -> queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! dial agent 0 from call 0
            2s queue 0 closed
            3s call 1 arrived: queue 1 (legacy)
            3s call 1 overflowed: queue 1 -> queue 0
            3s ! call 1 goodbye
            3s call 1 refused: closed
        "#]],
    );
}

#[test]
fn a_legacy_call_is_never_offered_a_callback() {
    let mut policy = legacy();
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].on_closed = Treatment::Callback;
    policy.queues[0].callback = Some(super::callbacks::callback());
    policy.queues[0].max_wait = Some(secs(5));
    check(
        &policy,
        "0s queue 0 closes
         --
         1s call 0 arrives
         60s",
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s ! call 0 goodbye
            1s call 0 refused: closed
        "#]],
    );
}

#[test]
fn a_legacy_call_takes_an_idle_agent_that_no_held_call_may_have_yet() {
    let mut policy = policy(1);
    policy.features.set(Feature::EnhancedQueue, Share(5_000));
    policy.queues[0].discovery = engine::policy::Discovery::Poll(secs(10));
    // Caller 0 is below 50 %, caller 2 is not.
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives caller 0
         2s call 1 arrives caller 2
         10s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0 (legacy)
            2s offer 0: call 1 -> agent 0 at arrival (attempt 1, eligible since 2s, free since 0s)
            2s ! dial agent 0 from call 1
            10s queue 0 scanned: 1 waiting
        "#]],
    );
}
