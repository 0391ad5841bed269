//! A new policy, or one feature's share, while calls wait.

use engine::policy::{
    Announce, Discovery, Feature, Policy, Priority, Rotation, Share, Treatment, Widen,
};
use expect_test::expect;

use super::{check_with, policy, secs};

#[test]
fn waiting_calls_take_the_new_limits_from_when_they_joined() {
    let mut hasty = policy(1);
    hasty.queues[0].max_wait = Some(secs(60));
    hasty.queues[0].on_timeout = Treatment::HangUp;
    check_with(
        &policy(1),
        &[("hasty", &hasty)],
        "1s call 0 arrives
         20s policy hasty
         61s",
        expect![[""]],
    );
}

#[test]
fn a_limit_that_has_passed_already_acts_in_the_step_of_the_new_policy() {
    let mut hasty = policy(1);
    hasty.queues[0].max_wait = Some(secs(10));
    hasty.queues[0].on_timeout = Treatment::HangUp;
    check_with(
        &policy(1),
        &[("hasty", &hasty)],
        "1s call 0 arrives
         20s policy hasty",
        expect![[""]],
    );
}

#[test]
fn a_resting_call_takes_the_new_limits_and_goes_on_resting() {
    let mut before = policy(1);
    before.queues[0].offer.max_attempts = 1;
    let mut hasty = before.clone();
    hasty.queues[0].max_wait = Some(secs(60));
    hasty.queues[0].on_timeout = Treatment::HangUp;
    check_with(
        &before,
        &[("hasty", &hasty)],
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s offer 0 declined
         3s policy hasty
         4s agent 0 offline
         32s
         61s",
        expect![[""]],
    );
}

#[test]
fn open_offers_finish_and_an_overdue_ring_is_reprieved_by_a_longer_limit() {
    let mut hasty = policy(1);
    hasty.queues[0].max_wait = Some(secs(10));
    check_with(
        &hasty,
        &[("patient", &policy(1))],
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         --
         1s call 0 arrives
         12s policy patient
         13s agent 1 available
         14s offer 0 declined",
        expect![[""]],
    );
}

#[test]
fn announcements_go_on_where_they_would_have_been() {
    let mut telling = policy(1);
    telling.queues[0].announce = Some(Announce {
        first: secs(10),
        every: secs(20),
        position: true,
        wait: false,
    });
    check_with(
        &policy(1),
        &[("telling", &telling), ("silent", &policy(1))],
        "1s call 0 arrives
         40s policy telling
         55s policy telling
         60s policy silent
         100s",
        expect![[""]],
    );
}

#[test]
fn a_polled_queue_that_turns_to_events_is_matched_at_once_and_back() {
    let mut polled = policy(1);
    polled.queues[0].discovery = Discovery::Poll(secs(10));
    check_with(
        &polled,
        &[("events", &policy(1)), ("polled", &polled)],
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s policy events
         3s policy polled
         4s agent 1 works 0:1
         4s agent 1 available
         5s call 1 arrives
         10s",
        expect![[""]],
    );
}

#[test]
fn waiting_calls_are_weighed_by_the_new_classes() {
    let mut before = policy(1);
    before.features.set(Feature::PriorityQueue, Share::ALL);
    let mut after = before.clone();
    after.queues[0].priority = Box::new([
        Priority::default(),
        Priority {
            head_start: secs(60),
            aging_milli: 1000,
        },
    ]);
    check_with(
        &before,
        &[("after", &after)],
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s call 1 arrives class 1
         3s policy after
         4s agent 0 available",
        expect![[""]],
    );
}

#[test]
fn idle_agents_stand_in_the_new_rotation() {
    let mut down = policy(1);
    down.queues[0].rotation = Rotation::TopDown;
    check_with(
        &policy(1),
        &[("down", &down)],
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 1 available
         1s agent 0 available
         --
         2s policy down
         3s call 0 arrives",
        expect![[""]],
    );
}

#[test]
fn a_queue_that_holds_calls_or_their_after_call_work_cannot_be_removed() {
    let mut two = policy(2);
    two.queues[1].wrap_up = secs(30);
    check_with(
        &two,
        &[("one", &policy(1))],
        "0s agent 0 works 0:1 1:1
         0s agent 0 available
         --
         1s call 0 arrives queue 1
         2s policy one
         3s offer 0 answered
         4s call 0 is bridged
         5s policy one
         6s call 0 ends
         7s policy one
         8s agent 0 ready
         9s policy one
         10s call 1 arrives queue 1
         11s call 1 arrives queue 0
         12s queue 1 opens",
        expect![[""]],
    );
}

#[test]
fn a_new_queue_is_empty_and_open_and_agents_are_assigned_to_it() {
    check_with(
        &policy(1),
        &[("two", &policy(2))],
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s agent 0 works 0:1 1:1
         2s policy two
         3s call 0 arrives queue 1
         4s agent 0 works 0:1 1:1",
        expect![[""]],
    );
}

#[test]
fn a_wrong_policy_is_refused_and_changes_nothing() {
    let mut wrong = policy(1);
    wrong.queues[0].offer.ring = 0;
    check_with(
        &policy(1),
        &[("wrong", &wrong)],
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s policy wrong
         3s agent 0 available",
        expect![[""]],
    );
}

#[test]
fn a_call_that_has_widened_under_the_new_policy_is_matched_at_once() {
    let mut wider = policy(1);
    wider.queues[0].widen = Box::new([Widen {
        after: secs(5),
        level: 2,
    }]);
    check_with(
        &policy(1),
        &[("wider", &wider)],
        "0s agent 0 works 0:2
         0s agent 0 available
         --
         1s call 0 arrives
         8s call 1 arrives
         9s policy wider
         10s agent 1 works 0:2
         10s agent 1 available
         13s",
        expect![[""]],
    );
}

#[test]
fn a_share_set_at_run_time_counts_for_the_next_caller() {
    let legacy = Policy {
        queues: vec![engine::policy::QueuePolicy::default()],
        ..Policy::default()
    };
    check_with(
        &legacy,
        &[],
        "1s call 0 arrives
         2s feature enhanced_queue 100%
         3s call 1 arrives
         4s feature enhanced_queue 101%",
        expect![[""]],
    );
}
