//! The order of one instant, one test each; timers stamp at their own deadline.

use engine::policy::{BreakerPolicy, Discovery, Feature, Policy, Share};
use engine::timers::Timer;
use engine::{Engine, Outbox, Timestamp};
use expect_test::expect;

use super::{check, policy, secs};

#[test]
fn due_timers_fire_before_the_input_of_their_instant() {
    let mut policy = policy(1);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].on_timeout = engine::policy::Treatment::HangUp;
    check(
        &policy,
        "0s call 0 arrives
         20s call 0 hangs up",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            20s ! call 0 goodbye
            20s call 0 timed out (waited 20s)
            20s refused: UnknownCall
        "#]],
    );
}

#[test]
fn the_timers_of_one_instant_fire_in_their_order() {
    // At 30 s: a lease (agent 1), a rest (agent 0), an offer to agent 2, a longest wait (call 1).
    let mut policy = policy(1);
    policy.presence.heartbeat_timeout = secs(30);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].offer.retry_after.declined = secs(30);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 2 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 declined
         0s agent 1 beats
         0s agent 2 available
         10s call 1 arrives
         15s offer 1 rings
         --
         30s",
        expect![[r#"
            30s agent 1 not alive
            30s ! stop offer 1 to agent 2
            30s offer 1 expired: call 0
            30s agent 2 idle
            30s ! call 0 to voicemail
            30s call 0 hears the greeting
            30s ! call 1 to voicemail
            30s call 1 hears the greeting
        "#]],
    );
}

#[test]
fn within_a_kind_timers_fire_by_number() {
    let mut policy = policy(1);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].on_timeout = engine::policy::Treatment::HangUp;
    check(
        &policy,
        "0s call 0 arrives
         0s call 1 arrives
         0s call 2 arrives
         5s call 1 hangs up
         5s call 3 arrives
         --
         25s",
        expect![[r#"
            20s ! call 0 goodbye
            20s call 0 timed out (waited 20s)
            20s ! call 2 goodbye
            20s call 2 timed out (waited 20s)
            25s ! call 3 goodbye
            25s call 3 timed out (waited 20s)
        "#]],
    );
}

#[test]
fn matches_follow_all_timers_of_an_instant() {
    // At 10 s agent 0's rest ends and call 0, which waits for it, has waited too long: the timers
    // come first, so nobody is rung for it.
    let mut policy = policy(1);
    policy.queues[0].max_wait = Some(secs(10));
    policy.queues[0].offer.retry_after.declined = secs(10);
    policy.queues[0].on_timeout = engine::policy::Treatment::HangUp;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         0s offer 0 declined
         10s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 0 declined: call 0
            0s agent 0 idle
            10s ! call 0 goodbye
            10s call 0 timed out (waited 10s)
        "#]],
    );
}

#[test]
fn matches_follow_the_timers_before_the_input_of_that_instant_is_heard() {
    // At 30 s the after-call work ends: the waiting call is matched before the new one arrives.
    let mut policy = policy(1);
    policy.queues[0].wrap_up = secs(10);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         20s call 0 ends
         21s call 1 arrives
         --
         30s call 1 hangs up",
        expect![[r#"
            30s agent 0 idle
            30s offer 1: call 1 -> agent 0 (attempt 1, eligible since 21s, free since 30s)
            30s ! ring agent 0 for call 1
            30s ! stop offer 1 to agent 0
            30s offer 1 withdrawn: call 1
            30s agent 0 idle
            30s call 1 abandoned ringing (waited 9s)
        "#]],
    );
}

#[test]
fn each_input_of_an_instant_is_followed_by_its_matches() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         0s call 1 arrives
         --
         5s agent 1 available
         5s agent 0 available",
        expect![[r#"
            5s agent 1 available
            5s offer 0: call 0 -> agent 1 (attempt 1, eligible since 0s, free since 5s)
            5s ! ring agent 1 for call 0
            5s agent 0 available
            5s offer 1: call 1 -> agent 0 (attempt 1, eligible since 0s, free since 5s)
            5s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn timers_made_for_this_instant_fire_before_the_next_input() {
    let mut policy = policy(1);
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].callback = Some(engine::policy::CallbackPolicy {
        offer_after: secs(0),
        ..super::callbacks::callback()
    });
    check(
        &policy,
        "0s call 0 arrives
         0s call 1 arrives
         0s call 0 wants a callback at 0s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            0s ! offer call 0 a callback
            0s call 0 was offered a callback
            0s call 1 arrived: queue 0
            0s call 1 waits in queue 0
            0s ! offer call 1 a callback
            0s call 1 was offered a callback
            0s ! call 0 confirm callback
            0s call 0 takes a callback
        "#]],
    );
}

#[test]
fn a_timer_acts_and_stamps_at_its_own_deadline_and_so_do_its_followers() {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.expired = secs(10);
    policy.queues[0].offer.place_timeout = secs(5);
    policy.queues[0].offer.retry_after.unreachable = secs(7);
    let mut engine = Engine::new(policy.clone()).expect("a sound policy");
    let mut out = Outbox::new();
    engine.advance_to(Timestamp::from_secs(100), &mut out);
    assert!(out.is_empty());
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         30s",
        expect![[r#"
            5s ! stop offer 0 to agent 0
            5s offer 0 unreachable: call 0
            5s agent 0 idle
            12s offer 1: call 0 -> agent 0 (attempt 2, eligible since 5s, free since 12s)
            12s ! ring agent 0 for call 0
            17s ! stop offer 1 to agent 0
            17s offer 1 unreachable: call 0
            17s agent 0 idle
            24s offer 2: call 0 -> agent 0 (attempt 3, eligible since 17s, free since 24s)
            24s ! ring agent 0 for call 0
            29s ! stop offer 2 to agent 0
            29s offer 2 unreachable: call 0
            29s agent 0 idle
        "#]],
    );
}

#[test]
fn a_refusal_leaves_the_outputs_of_the_timers_that_came_due() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         30s call 7 hangs up",
        expect![[r#"
            30s ! stop offer 0 to agent 0
            30s offer 0 unreachable: call 0
            30s agent 0 idle
            30s refused: UnknownCall
        "#]],
    );
}

#[test]
fn the_next_deadline_says_when_and_for_what() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    policy.breakers.agent = Some(BreakerPolicy {
        failures: 1,
        open: secs(3),
        max_open: secs(3),
    });
    let mut engine = Engine::new(policy).expect("a sound policy");
    assert_eq!(
        engine.next_deadline(),
        Some((Timestamp::from_secs(10), Timer::Scan))
    );
    let mut out = Outbox::new();
    engine.advance_to(Timestamp::from_secs(10), &mut out);
    assert_eq!(
        engine.next_deadline(),
        Some((Timestamp::from_secs(20), Timer::Scan))
    );
    let idle = Engine::new(Policy {
        queues: super::policy(1).queues,
        features: super::policy(1).features,
        ..Policy::default()
    });
    assert_eq!(idle.expect("a sound policy").next_deadline(), None);
}

#[test]
#[should_panic(expected = "time ran backwards")]
fn time_that_runs_backwards_is_a_bug_of_the_driver() {
    let mut engine = Engine::new(policy(1)).expect("a sound policy");
    let mut out = Outbox::new();
    engine.advance_to(Timestamp::from_secs(10), &mut out);
    engine.advance_to(Timestamp::from_secs(9), &mut out);
}
