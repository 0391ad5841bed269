//! The carrier's calls per second: pacing decides who is offered next.

use engine::policy::{Discovery, Policy, Priority, Transport};
use expect_test::expect;

use super::{check, policy, secs};

fn paced(milli: u32) -> Policy {
    let mut policy = policy(2);
    policy.carrier.calls_per_second_milli = Some(milli);
    policy
}

const THREE: &str = "0s agent 0 works 0:1 1:1
         0s agent 0 available
         0s agent 1 works 0:1 1:1
         0s agent 1 available
         0s agent 2 works 0:1 1:1
         0s agent 2 available
         --
         ";

#[test]
fn legs_are_placed_no_faster_than_the_carrier_allows() {
    check(
        &paced(2_000),
        &format!(
            "{THREE}1s call 0 arrives
         1s call 1 arrives
         1s call 2 arrives
         3s"
        ),
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            1s call 2 arrived: queue 0
            1s call 2 waits in queue 0
            1.5s offer 1: call 1 -> agent 1 (attempt 1, eligible since 1s, free since 0s)
            1.5s ! ring agent 1 for call 1
            2s offer 2: call 2 -> agent 2 (attempt 1, eligible since 1s, free since 0s)
            2s ! ring agent 2 for call 2
        "#]],
    );
}

#[test]
fn who_is_offered_next_is_decided_when_the_leg_can_be_placed() {
    let mut policy = paced(1_000);
    policy.features.set(
        engine::policy::Feature::PriorityQueue,
        engine::policy::Share::ALL,
    );
    policy.queues[0].priority = Box::new([
        Priority::default(),
        Priority {
            head_start: secs(60),
            aging_milli: 1000,
        },
    ]);
    check(
        &policy,
        &format!(
            "{THREE}1s call 0 arrives
         1.1s call 1 arrives
         1.2s call 2 arrives
         1.5s call 3 arrives class 1
         1.6s call 1 hangs up
         3s"
        ),
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            1.1s call 1 arrived: queue 0
            1.1s call 1 waits in queue 0
            1.2s call 2 arrived: queue 0
            1.2s call 2 waits in queue 0
            1.5s call 3 arrived: queue 0, class 1
            1.5s call 3 waits in queue 0
            1.6s call 1 abandoned waiting (waited 0.5s)
            2s offer 1: call 3 -> agent 1 (attempt 1, eligible since 1.5s, free since 0s)
            2s ! ring agent 1 for call 3
            3s offer 2: call 2 -> agent 2 (attempt 1, eligible since 1.2s, free since 0s)
            3s ! ring agent 2 for call 2
        "#]],
    );
}

#[test]
fn a_leg_of_the_agents_own_application_is_not_paced() {
    let mut policy = paced(1_000);
    policy.queues[1].offer.transport = Transport::Pull;
    check(
        &policy,
        &format!(
            "{THREE}1s call 0 arrives queue 0
         1s call 1 arrives queue 1
         1s call 2 arrives queue 1
         3s"
        ),
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            1s call 1 arrived: queue 1
            1s offer 1: call 1 -> agent 1 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 1 for call 1
            1s call 2 arrived: queue 1
            1s offer 2: call 2 -> agent 2 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 2 for call 2
        "#]],
    );
}

#[test]
fn a_parallel_ring_takes_no_more_legs_than_there_are() {
    let mut policy = paced(1_000);
    policy.queues[0].offer.ring = 3;
    check(
        &policy,
        &format!(
            "{THREE}1s call 0 arrives
         1s call 1 arrives
         3s"
        ),
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            2s offer 1: call 1 -> agent 1 (attempt 1, eligible since 1s, free since 0s)
            2s ! ring agent 1 for call 1
        "#]],
    );
}

#[test]
fn under_poll_a_paced_scan_places_its_matches_and_no_later_ones() {
    let mut policy = paced(1_000);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         --
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         10.5s
         11.5s agent 2 available
         20s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            10s queue 0 scanned: 3 waiting
            10s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 0s)
            10s ! ring agent 0 for call 0
            11s offer 1: call 1 -> agent 1 (attempt 1, eligible since 2s, free since 0s)
            11s ! ring agent 1 for call 1
            11.5s agent 2 available
            20s queue 0 scanned: 1 waiting
            20s offer 2: call 2 -> agent 2 (attempt 1, eligible since 3s, free since 11.5s)
            20s ! ring agent 2 for call 2
        "#]],
    );
}

#[test]
fn a_callback_needs_a_leg_even_where_agents_place_their_own() {
    let mut policy = paced(100);
    policy.queues[0].offer.transport = Transport::Pull;
    policy.features.set(
        engine::policy::Feature::Callback,
        engine::policy::Share::ALL,
    );
    policy.queues[0].callback = Some(super::callbacks::callback());
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 2 works 0:1
         0s call 0 arrives
         0s call 1 arrives
         30s call 0 wants a callback
         30s call 1 wants a callback
         --
         40s agent 0 available
         41s agent 1 available
         42s call 2 arrives
         43s agent 2 available
         50s",
        expect![[r#"
            40s agent 0 available
            40s call 0 is called back for agent 0 (attempt 1)
            40s ! call back call 0 for agent 0
            41s agent 1 available
            42s call 2 arrived: queue 0
            42s offer 0: call 2 -> agent 1 at arrival (attempt 1, eligible since 42s, free since 41s)
            42s ! ring agent 1 for call 2
            43s agent 2 available
            50s call 1 is called back for agent 2 (attempt 1)
            50s ! call back call 1 for agent 2
        "#]],
    );
}
