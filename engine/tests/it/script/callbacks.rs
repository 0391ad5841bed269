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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
    );
    check(
        &unscheduled,
        "1s call 0 arrives
         31s call 0 wants a callback at 100s",
        expect![[""]],
    );
    check(
        &policy(1),
        "1s call 0 arrives
         31s call 0 wants a callback",
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
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
        expect![[""]],
    );
}
