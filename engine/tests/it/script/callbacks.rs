//! Callbacks: the queue entry keeps its place; an agent is reserved before the caller is called.

use engine::policy::{AtClose, CallbackPolicy, Feature, Policy, Share, Treatment, Widen};
use expect_test::expect;

use super::{check, check_with, policy, secs};

/// Offered after 30 s, two attempts a minute apart, at a chosen time if wanted.
pub fn callback() -> CallbackPolicy {
    CallbackPolicy {
        offer_after: secs(30),
        attempts: 2,
        retry_every: secs(60),
        ring: secs(25),
        scheduled: true,
        expires: None,
    }
}

fn offering() -> Policy {
    let mut policy = policy(1);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].callback = Some(callback());
    policy
}

#[test]
fn a_callback_is_offered_once_after_its_wait_and_may_be_ignored() {
    check(
        &offering(),
        "1s call 0 arrives
         300s call 0 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            31s ! offer call 0 a callback
            31s call 0 was offered a callback
            300s call 0 abandoned waiting (waited 299s)
        "#]],
    );
}

#[test]
fn a_callback_that_comes_due_in_a_ring_is_offered_when_the_ring_has_failed() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         30s offer 0 rings
         31s
         44s
         46s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            30s offer 0 rang
            45s ! stop offer 0 to agent 0
            45s offer 0 expired: call 0
            45s agent 0 idle
            45s ! offer call 0 a callback
            45s call 0 was offered a callback
        "#]],
    );
}

#[test]
fn a_callback_keeps_its_place_and_is_placed_when_an_agent_is_reserved() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s call 1 arrives
         32s call 0 wants a callback
         40s agent 0 available
         50s call 0 picks up
         51s offer 0 rings
         52s offer 0 answered
         53s call 0 is bridged
         100s call 0 ends",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            31s ! offer call 0 a callback
            31s call 0 was offered a callback
            32s ! offer call 1 a callback
            32s call 1 was offered a callback
            32s ! call 0 confirm callback
            32s call 0 takes a callback
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            50s offer 0: call 0 -> agent 0 (attempt 1, eligible since 50s, free since 40s)
            50s ! ring agent 0 for call 0
            51s offer 0 rang
            52s offer 0 answered: call 0
            52s ! bridge call 0 with agent 0
            53s call 0 connected: agent 0 (attempts 1, waited 52s, a callback)
            100s call 0 ended: agent 0 (talked 47s)
            100s agent 0 idle
            100s offer 1: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 100s)
            100s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_caller_may_choose_a_time_and_comes_due_with_its_arrival_time() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s call 1 arrives
         32s call 0 wants a callback at 100s
         50s agent 0 available
         51s offer 0 answered
         52s call 1 is bridged
         90s call 2 arrives
         110s call 1 ends",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            31s ! offer call 0 a callback
            31s call 0 was offered a callback
            32s ! offer call 1 a callback
            32s call 1 was offered a callback
            32s ! call 0 confirm callback
            32s call 0 takes a callback
            50s agent 0 available
            50s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 50s)
            50s ! ring agent 0 for call 1
            51s offer 0 answered: call 1
            51s ! bridge call 1 with agent 0
            52s call 1 connected: agent 0 (attempts 1, waited 50s)
            90s call 2 arrived: queue 0
            90s call 2 waits in queue 0
            110s call 1 ended: agent 0 (talked 58s)
            110s agent 0 idle
            110s call 0 is called back for agent 0 (attempt 1)
            110s ! call back call 0 for agent 0
        "#]],
    );
}

#[test]
fn callbacks_not_offered_past_unwanted_or_twice_are_refused() {
    let mut unscheduled = offering();
    if let Some(callback) = &mut unscheduled.queues[0].callback {
        callback.scheduled = false;
    }
    check(
        &offering(),
        "1s call 0 arrives
         2s call 0 wants a callback
         31s call 0 wants a callback at 30s
         32s call 0 wants a callback
         33s call 0 wants a callback
         33s call 0 hangs up",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s refused: NoCallbackOffered
            31s ! offer call 0 a callback
            31s call 0 was offered a callback
            31s refused: NoCallbackOffered
            32s ! call 0 confirm callback
            32s call 0 takes a callback
            33s refused: WrongState
            33s refused: WrongState
        "#]],
    );
    check(
        &unscheduled,
        "1s call 0 arrives
         31s call 0 wants a callback at 100s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            31s ! offer call 0 a callback
            31s call 0 was offered a callback
            31s refused: NoCallbackOffered
        "#]],
    );
    check(
        &policy(1),
        "1s call 0 arrives
         31s call 0 wants a callback",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            31s refused: NoCallbackOffered
        "#]],
    );
}

#[test]
fn a_callback_offered_before_a_ring_is_not_taken_during_it() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         1s call 0 arrives
         31s agent 0 available
         --
         32s call 0 wants a callback
         33s offer 0 declined
         34s call 0 wants a callback",
        expect![[r#"
            32s refused: WrongState
            33s offer 0 declined: call 0
            33s agent 0 idle
            34s ! call 0 confirm callback
            34s call 0 takes a callback
        "#]],
    );
}

#[test]
fn a_callback_that_falls_due_during_a_ring_is_offered_when_the_call_is_back_in_line() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s agent 0 available
         1s call 0 arrives
         25s offer 0 rings
         --
         35.5s offer 0 declined
         37s",
        expect![[r#"
            35.5s offer 0 declined: call 0
            35.5s agent 0 idle
            35.5s ! offer call 0 a callback
            35.5s call 0 was offered a callback
        "#]],
    );
}

#[test]
fn an_unanswered_callback_is_tried_again_and_fails_when_the_attempts_are_used_up() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         1s call 0 arrives
         32s call 0 wants a callback
         --
         40s agent 0 available
         50s call 0 does not pick up
         51s call 0 does not pick up
         51s call 0 picks up
         110s
         200s",
        expect![[r#"
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            50s call 0 missed its callback
            50s agent 0 idle
            51s refused: WrongState
            51s refused: WrongState
            110s call 0 is called back for agent 0 (attempt 2)
            110s ! call back call 0 for agent 0
            165s ! stop calling back call 0
            165s call 0 missed its callback
            165s agent 0 idle
            165s call 0 callback failed
        "#]],
    );
}

#[test]
fn a_callback_in_line_whose_caller_cannot_hang_up_refuses_to() {
    check(
        &offering(),
        "1s call 0 arrives
         32s call 0 wants a callback
         --
         33s call 0 hangs up
         34s call 0 ends
         35s call 0 leaves a message",
        expect![[r#"
            33s refused: WrongState
            34s refused: WrongState
            35s refused: WrongState
        "#]],
    );
}

#[test]
fn a_caller_who_hangs_up_while_being_called_back_did_not_pick_up() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         --
         40s agent 0 available
         50s call 0 hangs up",
        expect![[r#"
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            50s call 0 missed its callback
            50s agent 0 idle
        "#]],
    );
}

#[test]
fn the_agent_fails_after_the_caller_answered_and_the_caller_is_next() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         1s call 1 arrives
         31s call 1 wants a callback
         --
         32s call 0 hangs up
         33s call 2 arrives
         40s agent 0 available
         50s call 1 picks up
         51s offer 0 unreachable
         52s agent 1 available
         53s call 1 hangs up",
        expect![[r#"
            32s call 0 abandoned waiting (waited 32s)
            33s call 2 arrived: queue 0
            33s call 2 waits in queue 0
            40s agent 0 available
            40s call 1 is called back for agent 0 (attempt 1)
            40s ! call back call 1 for agent 0
            50s offer 0: call 1 -> agent 0 (attempt 1, eligible since 50s, free since 40s)
            50s ! ring agent 0 for call 1
            51s offer 0 unreachable: call 1
            51s agent 0 idle
            52s agent 1 available
            52s offer 1: call 1 -> agent 1 (attempt 2, eligible since 51s, free since 52s)
            52s ! ring agent 1 for call 1
            53s ! stop offer 1 to agent 1
            53s offer 1 withdrawn: call 1
            53s agent 1 idle
            53s call 1 abandoned on a callback (waited 52s)
            53s offer 2: call 2 -> agent 1 (attempt 1, eligible since 33s, free since 53s)
            53s ! ring agent 1 for call 2
        "#]],
    );
}

#[test]
fn an_agent_that_signed_out_while_reserved_is_not_rung_and_the_caller_is_next() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         31s call 1 arrives
         --
         40s agent 0 available
         41s agent 0 offline
         50s call 0 picks up
         52s agent 1 available",
        expect![[r#"
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            41s agent 0 offline
            50s agent 0 idle
            52s agent 1 available
            52s offer 0: call 0 -> agent 1 (attempt 1, eligible since 50s, free since 52s)
            52s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_reserved_agent_that_signs_out_and_in_again_is_rung() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         --
         40s agent 0 available
         41s agent 0 break 1
         42s agent 0 available
         50s call 0 picks up",
        expect![[r#"
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            41s agent 0 on break 1
            42s agent 0 available
            50s offer 0: call 0 -> agent 0 (attempt 1, eligible since 50s, free since 40s)
            50s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_callback_widens_with_its_whole_wait() {
    let mut policy = offering();
    policy.queues[0].widen = Box::new([Widen {
        after: secs(60),
        level: 2,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:2
         0s agent 0 available
         0s call 0 arrives
         30s call 0 wants a callback
         --
         60s",
        expect![[r#"
            60s call 0 is called back for agent 0 (attempt 1)
            60s ! call back call 0 for agent 0
        "#]],
    );
}

#[test]
fn callbacks_count_as_held_calls_and_have_no_longest_wait() {
    let mut policy = offering();
    policy.queues[0].max_length = Some(1);
    policy.queues[0].max_wait = Some(secs(40));
    policy.queues[0].on_full = Treatment::HangUp;
    check(
        &policy,
        "0s call 0 arrives
         30s call 0 wants a callback at 90s
         --
         50s call 1 arrives
         100s call 2 arrives
         200s",
        expect![[r#"
            50s call 1 arrived: queue 0
            50s ! call 1 goodbye
            50s call 1 refused: full
            100s call 2 arrived: queue 0
            100s ! call 2 goodbye
            100s call 2 refused: full
        "#]],
    );
}

#[test]
fn closing_time_does_not_break_a_promised_callback() {
    let mut policy = offering();
    policy.queues[0].at_close = AtClose::Clear;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         --
         40s queue 0 closes
         41s agent 0 available
         42s call 0 picks up
         43s offer 0 declined
         44s agent 1 available",
        expect![[r#"
            40s queue 0 closed
            41s agent 0 available
            41s call 0 is called back for agent 0 (attempt 1)
            41s ! call back call 0 for agent 0
            42s offer 0: call 0 -> agent 0 (attempt 1, eligible since 42s, free since 41s)
            42s ! ring agent 0 for call 0
            43s offer 0 declined: call 0
            43s agent 0 idle
            44s agent 1 available
            44s offer 1: call 0 -> agent 1 (attempt 2, eligible since 43s, free since 44s)
            44s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_callback_line_takes_the_widening_of_a_new_policy() {
    let mut wider = offering();
    wider.queues[0].widen = Box::new([Widen {
        after: secs(60),
        level: 2,
    }]);
    check_with(
        &offering(),
        &[("wider", &wider)],
        "0s agent 0 works 0:2
         0s agent 0 available
         0s call 0 arrives
         30s call 0 wants a callback
         --
         40s policy wider
         60s",
        expect![[r#"
            40s policy applied
            60s call 0 is called back for agent 0 (attempt 1)
            60s ! call back call 0 for agent 0
        "#]],
    );
}

#[test]
fn a_caller_called_back_has_no_longest_wait_under_a_new_policy_either() {
    let mut hasty = offering();
    hasty.queues[0].max_wait = Some(secs(5));
    check_with(
        &offering(),
        &[("hasty", &hasty)],
        "0s agent 0 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         40s agent 0 available
         41s call 0 picks up
         41s offer 0 declined
         --
         42s policy hasty
         60s call 0 hangs up",
        expect![[r#"
            42s policy applied
            46s offer 1: call 0 -> agent 0 (attempt 2, eligible since 41s, free since 46s)
            46s ! ring agent 0 for call 0
            60s ! stop offer 1 to agent 0
            60s offer 1 withdrawn: call 0
            60s agent 0 idle
            60s call 0 abandoned on a callback (waited 60s)
        "#]],
    );
}

#[test]
fn a_caller_who_was_called_back_cannot_take_another_callback() {
    check(
        &offering(),
        "0s agent 0 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         40s agent 0 available
         41s call 0 picks up
         41s offer 0 declined
         --
         42s call 0 wants a callback
         43s call 0 hangs up",
        expect![[r#"
            42s refused: WrongState
            43s call 0 abandoned on a callback (waited 43s)
        "#]],
    );
}

#[test]
fn a_callback_being_placed_takes_the_widening_of_a_new_policy() {
    let mut wider = offering();
    wider.queues[0].widen = Box::new([Widen {
        after: secs(60),
        level: 2,
    }]);
    check_with(
        &offering(),
        &[("wider", &wider)],
        "0s agent 0 works 0:1
         0s agent 1 works 0:2
         0s agent 1 available
         0s call 0 arrives
         30s call 0 wants a callback
         40s agent 0 available
         --
         41s policy wider
         50s call 0 picks up
         51s offer 0 unreachable
         60s",
        expect![[r#"
            41s policy applied
            50s offer 0: call 0 -> agent 0 (attempt 1, eligible since 50s, free since 40s)
            50s ! ring agent 0 for call 0
            51s offer 0 unreachable: call 0
            51s agent 0 idle
            60s offer 1: call 0 -> agent 1 (attempt 2, eligible since 60s, free since 0s)
            60s ! ring agent 1 for call 0
        "#]],
    );
}

/// A callback is owed for 200 s.
fn expiring() -> Policy {
    let mut policy = offering();
    policy.queues[0].callback = Some(CallbackPolicy {
        expires: Some(secs(200)),
        ..callback()
    });
    policy
}

#[test]
fn a_callback_that_nobody_makes_in_time_expires() {
    // Nobody ever works: without `expires` the call would have no outcome.
    check(
        &expiring(),
        "1s call 0 arrives
         32s call 0 wants a callback
         --
         231s
         232s
         9999s",
        expect![[r#"
            232s call 0 callback expired
        "#]],
    );
}

#[test]
fn a_callback_at_a_chosen_time_is_owed_from_then_on() {
    check(
        &expiring(),
        "1s call 0 arrives
         32s call 0 wants a callback at 500s
         --
         699s
         700s",
        expect![[r#"
            700s call 0 callback expired
        "#]],
    );
}

#[test]
fn a_callback_between_attempts_expires() {
    let mut patient = expiring();
    patient.queues[0].callback = Some(CallbackPolicy {
        retry_every: secs(900),
        expires: Some(secs(200)),
        ..callback()
    });
    check(
        &patient,
        "0s agent 0 works 0:1
         1s call 0 arrives
         32s call 0 wants a callback
         33s agent 0 available
         --
         34s call 0 does not pick up
         232s",
        expect![[r#"
            34s call 0 missed its callback
            34s agent 0 idle
            232s call 0 callback expired
        "#]],
    );
}

#[test]
fn an_attempt_that_is_being_made_when_the_callback_expires_is_the_last() {
    let script = |then: &str| {
        format!(
            "0s agent 0 works 0:1
             1s call 0 arrives
             32s call 0 wants a callback
             --
             230s agent 0 available
             232s
             {then}"
        )
    };
    check(
        &expiring(),
        &script("235s call 0 does not pick up"),
        expect![[r#"
            230s agent 0 available
            230s call 0 is called back for agent 0 (attempt 1)
            230s ! call back call 0 for agent 0
            235s call 0 missed its callback
            235s agent 0 idle
            235s call 0 callback expired
        "#]],
    );
    // Who picks up is connected, however long that takes.
    check(
        &expiring(),
        &script(
            "235s call 0 picks up
             236s offer 0 declined
             436s offer 3 answered
             436s call 0 is bridged",
        ),
        expect![[r#"
            230s agent 0 available
            230s call 0 is called back for agent 0 (attempt 1)
            230s ! call back call 0 for agent 0
            235s offer 0: call 0 -> agent 0 (attempt 1, eligible since 235s, free since 230s)
            235s ! ring agent 0 for call 0
            236s offer 0 declined: call 0
            236s agent 0 idle
            241s offer 1: call 0 -> agent 0 (attempt 2, eligible since 236s, free since 241s)
            241s ! ring agent 0 for call 0
            271s ! stop offer 1 to agent 0
            271s offer 1 unreachable: call 0
            271s agent 0 idle
            331s offer 2: call 0 -> agent 0 (attempt 3, eligible since 271s, free since 331s)
            331s ! ring agent 0 for call 0
            361s ! stop offer 2 to agent 0
            361s offer 2 unreachable: call 0
            361s agent 0 idle
            421s offer 3: call 0 -> agent 0 (attempt 4, eligible since 361s, free since 421s)
            421s ! ring agent 0 for call 0
            436s offer 3 answered: call 0
            436s ! bridge call 0 with agent 0
            436s call 0 connected: agent 0 (attempts 4, waited 435s, a callback)
        "#]],
    );
}

#[test]
fn a_new_policy_says_how_long_a_callback_is_owed() {
    check_with(
        &offering(),
        &[("expiring", &expiring()), ("offering", &offering())],
        "1s call 0 arrives
         2s call 1 arrives
         32s call 0 wants a callback
         132s call 1 wants a callback
         --
         210s policy expiring
         220s policy offering
         250s policy expiring
         332s",
        expect![[r#"
            210s policy applied
            220s policy applied
            250s policy applied
            250s call 0 callback expired
            332s call 1 callback expired
        "#]],
    );
}
