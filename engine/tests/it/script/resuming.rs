//! After the driver was away: nothing expires that was answered meanwhile, and what nobody was there to
//! decide or to say is decided and said at the end, once, at the pace the carrier allows.

use engine::policy::{Announce, Discovery, Feature, Share};
use expect_test::expect;

use super::{check, policy, secs};

#[test]
fn leases_graces_and_ring_deadlines_are_extended_by_the_gap() {
    let mut policy = policy(1);
    policy.features.set(Feature::AgentHeartbeat, Share::ALL);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 0 beats
         0s agent 0 connects
         0s agent 1 connects
         0s call 0 arrives
         1s offer 0 rings
         8s agent 1 disconnects
         --
         100s resumed since 10s
         105s
         106s
         109s
         135s",
        expect![[r#"
            106s ! stop offer 0 to agent 0
            106s offer 0 expired: call 0
            106s agent 0 idle
            108s agent 1 unreachable
            116s offer 1: call 0 -> agent 0 (attempt 2, eligible since 106s, free since 116s)
            116s ! ring agent 0 for call 0
            135s agent 0 not alive
        "#]],
    );
}

#[test]
fn an_answer_that_came_in_the_gap_is_in_time() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         1s offer 0 rings
         --
         100s resumed since 10s
         100s offer 0 answered",
        expect![[r#"
            100s offer 0 answered: call 0
            100s ! bridge call 0 with agent 0
        "#]],
    );
}

#[test]
fn what_else_came_due_in_the_gap_happens_at_its_end() {
    let mut policy = policy(1);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].wrap_up = secs(10);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         5s call 0 ends
         6s agent 0 offline
         7s call 1 arrives
         --
         100s resumed since 10s",
        expect![[r#"
            100s agent 0 idle
            100s ! call 1 to voicemail
            100s call 1 hears the greeting
        "#]],
    );
}

#[test]
fn what_came_due_before_the_gap_fires_before_it_and_its_offers_live_through_it() {
    let mut policy = policy(1);
    policy.queues[0].wrap_up = secs(3);
    // The after-call work ends at 8 s, before the gap; the driver had not looked since 6 s.
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         5s call 0 ends
         6s call 1 arrives
         --
         100s resumed since 10s
         127s
         128s",
        expect![[r#"
            8s agent 0 idle
            8s offer 1: call 1 -> agent 0 (attempt 1, eligible since 6s, free since 8s)
            8s ! ring agent 0 for call 1
            128s ! stop offer 1 to agent 0
            128s offer 1 unreachable: call 1
            128s agent 0 idle
        "#]],
    );
}

#[test]
fn nothing_is_decided_in_the_gap_and_an_offer_has_its_whole_time_after_it() {
    let mut events = policy(1);
    events.queues[0].wrap_up = secs(10);
    // The after-call work ends at 15 s, in the gap: nobody could have rung the agent before 200 s.
    check(
        &events,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         5s call 0 ends
         6s call 1 arrives
         --
         200s resumed since 10s
         229s
         230s",
        expect![[r#"
            200s agent 0 idle
            200s offer 1: call 1 -> agent 0 (attempt 1, eligible since 6s, free since 200s)
            200s ! ring agent 0 for call 1
            230s ! stop offer 1 to agent 0
            230s offer 1 unreachable: call 1
            230s agent 0 idle
        "#]],
    );
    // ... nor did a scan run: it runs once at the end, and goes on at its own moments.
    let mut polled = policy(1);
    polled.queues[0].discovery = Discovery::Poll(secs(60));
    check(
        &polled,
        "0s agent 0 works 0:1
         0s agent 0 available
         5s call 0 arrives
         --
         200s resumed since 10s
         229s
         230s
         240s",
        expect![[r#"
            200s queue 0 scanned: 1 waiting
            200s offer 0: call 0 -> agent 0 (attempt 1, eligible since 5s, free since 0s)
            200s ! ring agent 0 for call 0
            230s ! stop offer 0 to agent 0
            230s offer 0 unreachable: call 0
            230s agent 0 idle
            240s queue 0 scanned: 1 waiting
        "#]],
    );
}

#[test]
fn legs_are_paced_after_the_gap_as_before_it() {
    let mut policy = policy(1);
    policy.carrier.calls_per_second_milli = Some(100);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         5s call 0 arrives
         6s call 1 arrives
         6s call 2 arrives
         7s offer 0 answered
         --
         100s resumed since 10s
         109s
         110s
         119s",
        expect![[r#"
            100s offer 1: call 1 -> agent 1 (attempt 1, eligible since 6s, free since 0s)
            100s ! ring agent 1 for call 1
            107s ! stop offer 0 to agent 0
            107s offer 0 undone: call 0
            107s agent 0 idle
            110s offer 2: call 0 -> agent 2 (attempt 2, eligible since 107s, free since 0s)
            110s ! ring agent 2 for call 0
        "#]],
    );
}

#[test]
fn a_caller_hears_one_announcement_for_all_that_fell_into_the_gap() {
    let mut policy = policy(1);
    policy.queues[0].announce = Some(Announce {
        first: secs(10),
        every: secs(20),
        position: true,
        wait: true,
    });
    check(
        &policy,
        "0s agent 0 works 0:1
         0s call 0 arrives
         --
         100s resumed since 11s
         119s
         120s",
        expect![[r#"
            10s call 0 was told: place 1
            100s call 0 was told: place 1
            120s call 0 was told: place 1
        "#]],
    );
}

#[test]
fn a_gap_that_begins_in_the_future_is_refused() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         29s resumed since 30s
         30s resumed since 31s",
        expect![[r#"
            29s refused: BadGap
            30s ! stop offer 0 to agent 0
            30s offer 0 unreachable: call 0
            30s agent 0 idle
            30s refused: BadGap
        "#]],
    );
}

#[test]
fn a_gap_of_nothing_changes_nothing() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         --
         10s resumed since 10s
         30s",
        expect![[r#"
            30s ! stop offer 0 to agent 0
            30s offer 0 unreachable: call 0
            30s agent 0 idle
        "#]],
    );
}

#[test]
fn a_gap_begins_no_earlier_than_the_last_step() {
    // The lease of 19 s until 64 s gets the second from the last step on top, not the twenty since 0 s.
    let mut policy = policy(1);
    policy.features.set(Feature::AgentHeartbeat, Share::ALL);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 connects
         19s agent 0 beats
         --
         20s resumed since 0s
         64s
         100s",
        expect![[r#"
            65s agent 0 not alive
        "#]],
    );
}

#[test]
fn a_gap_that_is_told_again_is_no_further_gap() {
    let mut policy = policy(1);
    policy.features.set(Feature::AgentHeartbeat, Share::ALL);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 connects
         0s agent 0 beats
         --
         20s resumed since 10s
         20s resumed since 10s
         20s resumed since 0s
         100s",
        expect![[r#"
            55s agent 0 not alive
        "#]],
    );
}
