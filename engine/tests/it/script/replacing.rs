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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            20s policy applied
            61s ! call 0 goodbye
            61s call 0 timed out (waited 60s)
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            20s policy applied
            20s ! call 0 goodbye
            20s call 0 timed out (waited 19s)
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s offer 0 declined: call 0
            2s agent 0 idle
            2s call 0 exhausted
            3s policy applied
            4s agent 0 offline
            61s ! call 0 goodbye
            61s call 0 timed out (waited 60s)
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            12s policy applied
            13s agent 1 available
            14s offer 0 declined: call 0
            14s agent 0 idle
            14s offer 1: call 0 -> agent 1 (attempt 2, eligible since 14s, free since 13s)
            14s ! ring agent 1 for call 0
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            40s policy applied
            51s call 0 was told: place 1
            55s policy applied
            60s policy applied
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s policy applied
            2s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 0s)
            2s ! ring agent 0 for call 0
            3s policy applied
            4s agent 1 available
            5s call 1 arrived: queue 0
            5s call 1 waits in queue 0
            10s queue 0 scanned: 1 waiting
            10s offer 1: call 1 -> agent 1 (attempt 1, eligible since 5s, free since 4s)
            10s ! ring agent 1 for call 1
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0, class 1
            2s call 1 waits in queue 0
            3s policy applied
            4s agent 0 available
            4s offer 0: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
            4s ! ring agent 0 for call 1
        "#]],
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
        expect![[r#"
            2s policy applied
            3s call 0 arrived: queue 0
            3s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 3s, free since 1s)
            3s ! ring agent 0 for call 0
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 1
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s refused: BadPolicy
            3s offer 0 answered: call 0
            3s ! bridge call 0 with agent 0
            4s call 0 connected: agent 0 (attempts 1, waited 3s)
            5s refused: BadPolicy
            6s call 0 ended: agent 0 (talked 2s)
            6s agent 0 in wrap-up
            7s refused: BadPolicy
            8s agent 0 idle
            9s policy applied
            10s refused: UnknownQueue
            11s call 1 arrived: queue 0
            11s offer 1: call 1 -> agent 0 at arrival (attempt 1, eligible since 11s, free since 8s)
            11s ! ring agent 0 for call 1
            12s refused: UnknownQueue
        "#]],
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
        expect![[r#"
            1s refused: UnknownQueue
            2s policy applied
            3s call 0 arrived: queue 1
            3s call 0 waits in queue 1
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 4s, free since 0s)
            4s ! ring agent 0 for call 0
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s refused: BadPolicy
            3s agent 0 available
            3s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 3s)
            3s ! ring agent 0 for call 0
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            8s call 1 arrived: queue 0
            8s call 1 waits in queue 0
            9s policy applied
            9s offer 0: call 0 -> agent 0 (attempt 1, eligible since 6s, free since 0s)
            9s ! ring agent 0 for call 0
            10s agent 1 available
            13s offer 1: call 1 -> agent 1 (attempt 1, eligible since 13s, free since 10s)
            13s ! ring agent 1 for call 1
        "#]],
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
        expect![[r#"
            1s call 0 arrived: queue 0 (legacy)
            1s ! call 0 to voicemail
            1s call 0 hears the greeting
            2s enhanced_queue 100%
            3s call 1 arrived: queue 0
            3s call 1 waits in queue 0
            4s refused: BadShare
        "#]],
    );
}

#[test]
fn a_share_set_at_run_time_outlives_every_policy_until_it_is_cleared() {
    let mut pushed = policy(1);
    pushed.features.set(Feature::EnhancedQueue, Share(7_000));
    pushed.features.set(Feature::Callback, Share(2_000));
    check_with(
        &policy(1),
        &[("pushed", &pushed)],
        "1s feature enhanced_queue 0%
         2s policy pushed
         3s call 0 arrives
         4s feature enhanced_queue cleared
         5s call 1 arrives
         6s feature enhanced_queue cleared
         7s feature callback cleared",
        expect![[r#"
            1s enhanced_queue 0%
            2s policy applied
            3s call 0 arrived: queue 0 (legacy)
            3s ! call 0 to voicemail
            3s call 0 hears the greeting
            4s enhanced_queue 70%
            5s call 1 arrived: queue 0
            5s call 1 waits in queue 0
        "#]],
    );
}

#[test]
fn the_last_share_set_counts_and_clearing_returns_to_the_policy_in_force() {
    check_with(
        &policy(1),
        &[],
        "1s feature callback 50%
         2s feature callback 10%
         3s feature callback cleared",
        expect![[r#"
            1s callback 50%
            2s callback 10%
            3s callback 0%
        "#]],
    );
}

#[test]
fn busy_shares_count_from_when_a_rotation_looks_at_them() {
    // Agent 0 has talked since 0 s, but only the last 10 s of it are counted; agent 1 talks for
    // the 400 s after them.
    let mut balanced = policy(1);
    balanced.queues[0].rotation = Rotation::LeastOccupied;
    check_with(
        &policy(1),
        &[("balanced", &balanced)],
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         3600s policy balanced
         3610s call 0 ends
         3611s agent 0 break 1
         3611s agent 1 available
         3611s call 1 arrives
         3611s offer 1 answered
         3611s call 1 is bridged
         4011s call 1 ends
         4012s agent 0 available
         --
         4013s call 2 arrives",
        expect![[r#"
            4013s call 2 arrived: queue 0
            4013s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 4013s, free since 4012s)
            4013s ! ring agent 0 for call 2
        "#]],
    );
}
