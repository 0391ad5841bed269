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

/// One leg every ten seconds; call 0 was called back and picks up at 45 s, when no leg can be placed
/// for its agent before 50 s. Agent 1 is there for others.
const PICKED_UP: &str = "0s agent 0 works 0:1 1:1
         0s agent 1 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         40s agent 0 available
         41s call 1 arrives
         45s call 0 picks up
         --
         ";

fn calling_back(milli: u32) -> Policy {
    let mut policy = paced(milli);
    policy.features.set(
        engine::policy::Feature::Callback,
        engine::policy::Share::ALL,
    );
    policy.queues[0].callback = Some(super::callbacks::callback());
    policy.queues[1].offer.transport = Transport::Pull;
    policy
}

#[test]
fn the_leg_of_an_agent_kept_for_a_callback_waits_for_the_carrier_and_comes_first() {
    check(
        &calling_back(100),
        &format!(
            "{PICKED_UP}46s agent 1 available
         47s call 2 arrives queue 1
         48s call 0 picks up
         48s call 0 does not pick up
         50s
         51s offer 0 answered
         51s call 0 is bridged
         60s"
        ),
        expect![[r#"
            46s agent 1 available
            47s call 2 arrived: queue 1
            47s call 2 waits in queue 1
            48s refused: WrongState
            48s refused: WrongState
            50s offer 0: call 0 -> agent 0 (attempt 1, eligible since 45s, free since 40s)
            50s ! ring agent 0 for call 0
            51s offer 0 answered: call 0
            51s ! bridge call 0 with agent 0
            51s call 0 connected: agent 0 (attempts 1, waited 51s, a callback)
            60s offer 1: call 1 -> agent 1 (attempt 1, eligible since 41s, free since 46s)
            60s ! ring agent 1 for call 1
        "#]],
    );
}

#[test]
fn a_caller_that_has_picked_up_and_hangs_up_frees_the_agent() {
    check(
        &calling_back(100),
        &format!("{PICKED_UP}46s call 0 hangs up\n 50s"),
        expect![[r#"
            46s agent 0 idle
            46s call 0 abandoned on a callback (waited 46s)
            50s offer 0: call 1 -> agent 0 (attempt 1, eligible since 41s, free since 46s)
            50s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn an_agent_that_leaves_before_its_leg_leaves_the_caller_at_the_head_of_the_line() {
    check(
        &calling_back(100),
        &format!("{PICKED_UP}46s agent 0 break 1\n 49s agent 1 available\n 50s"),
        expect![[r#"
            46s agent 0 on break 1
            46s agent 0 idle
            49s agent 1 available
            50s offer 0: call 0 -> agent 1 (attempt 1, eligible since 46s, free since 49s)
            50s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn an_agent_is_kept_for_a_leg_no_longer_than_a_leg_may_take() {
    check(
        &calling_back(10),
        &format!("{PICKED_UP}75s\n 76s call 2 arrives queue 1\n 140s"),
        expect![[r#"
            71s ! offer call 1 a callback
            71s call 1 was offered a callback
            75s agent 0 idle
            76s call 2 arrived: queue 1
            76s offer 0: call 2 -> agent 0 at arrival (attempt 1, eligible since 76s, free since 75s)
            76s ! ring agent 0 for call 2
            106s ! stop offer 0 to agent 0
            106s offer 0 unreachable: call 2
            106s agent 0 idle
        "#]],
    );
}

#[test]
fn callers_that_pick_up_are_given_legs_in_that_order() {
    check(
        &calling_back(100),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         0s call 1 arrives
         30s call 0 wants a callback
         30s call 1 wants a callback
         40s agent 0 available
         41s agent 1 available
         --
         51s call 1 picks up
         52s call 0 picks up
         60s
         70s",
        expect![[r#"
            50s call 1 is called back for agent 1 (attempt 1)
            50s ! call back call 1 for agent 1
            60s offer 0: call 1 -> agent 1 (attempt 1, eligible since 51s, free since 41s)
            60s ! ring agent 1 for call 1
            70s offer 1: call 0 -> agent 0 (attempt 1, eligible since 52s, free since 40s)
            70s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn agents_that_place_their_own_legs_are_rung_at_once() {
    let mut pull = calling_back(100);
    pull.queues[0].offer.transport = Transport::Pull;
    super::check_with(
        &calling_back(100),
        &[("pull", &pull)],
        &format!("{PICKED_UP}46s policy pull"),
        expect![[r#"
            46s policy applied
            46s offer 0: call 0 -> agent 0 (attempt 1, eligible since 45s, free since 40s)
            46s ! ring agent 0 for call 0
        "#]],
    );
}
