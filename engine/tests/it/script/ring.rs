//! Parallel ring: one call rings several agents, the first answer wins.

use engine::policy::{Policy, Widen};
use expect_test::expect;

use super::{check, policy, secs};

fn parallel(k: u8) -> Policy {
    let mut policy = policy(1);
    policy.queues[0].offer.ring = k;
    policy
}

const THREE: &str = "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         --
         ";

#[test]
fn the_first_answer_wins_and_the_losers_are_withdrawn() {
    check(
        &parallel(3),
        &format!(
            "{THREE}0s call 0 arrives
         1s offer 0 rings
         1s offer 1 rings
         2s offer 1 answered
         2s offer 0 answered
         3s call 0 is bridged"
        ),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 1: call 0 -> agent 1 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 1 for call 0
            0s offer 2: call 0 -> agent 2 (attempt 3, eligible since 0s, free since 0s)
            0s ! ring agent 2 for call 0
            1s offer 0 rang
            1s offer 1 rang
            2s ! stop offer 0 to agent 0
            2s offer 0 withdrawn: call 0
            2s agent 0 idle
            2s ! stop offer 2 to agent 2
            2s offer 2 withdrawn: call 0
            2s agent 2 idle
            2s offer 1 answered: call 0
            2s ! bridge call 0 with agent 1
            2s refused: StaleOffer
            3s call 0 connected: agent 1 (attempts 3, waited 3s)
        "#]],
    );
}

#[test]
fn fewer_idle_agents_are_rung_when_there_are_fewer_and_none_is_added_later() {
    check(
        &parallel(2),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         --
         0s call 0 arrives
         1s agent 1 available
         2s offer 0 declined",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s agent 1 available
            2s offer 0 declined: call 0
            2s agent 0 idle
            2s offer 1: call 0 -> agent 1 (attempt 2, eligible since 2s, free since 1s)
            2s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn the_call_goes_on_when_the_last_of_its_offers_has_failed() {
    check(
        &parallel(2),
        &format!(
            "{THREE}0s call 0 arrives
         1s offer 0 declined
         2s offer 1 unreachable
         3s offer 2 answered"
        ),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 1: call 0 -> agent 1 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 1 for call 0
            1s offer 0 declined: call 0
            1s agent 0 idle
            2s offer 1 unreachable: call 0
            2s agent 1 idle
            2s offer 2: call 0 -> agent 2 (attempt 3, eligible since 2s, free since 0s)
            2s ! ring agent 2 for call 0
            3s offer 2 answered: call 0
            3s ! bridge call 0 with agent 2
        "#]],
    );
}

#[test]
fn a_hang_up_withdraws_all_offers_in_the_same_step() {
    check(
        &parallel(2),
        &format!(
            "{THREE}0s call 0 arrives
         1s offer 0 rings
         2s call 0 hangs up"
        ),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 1: call 0 -> agent 1 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 1 for call 0
            1s offer 0 rang
            2s ! stop offer 0 to agent 0
            2s offer 0 withdrawn: call 0
            2s agent 0 idle
            2s ! stop offer 1 to agent 1
            2s offer 1 withdrawn: call 0
            2s agent 1 idle
            2s call 0 abandoned ringing (waited 2s)
        "#]],
    );
}

#[test]
fn a_parallel_ring_reaches_up_to_the_level_the_call_has_widened_to() {
    let mut policy = parallel(3);
    policy.queues[0].widen = Box::new([Widen {
        after: secs(10),
        level: 2,
    }]);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:2
         0s agent 1 available
         0s agent 2 works 0:3
         0s agent 2 available
         --
         1s call 0 arrives
         5s agent 0 available
         12s offer 0 declined
         18s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            5s agent 0 available
            5s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 5s)
            5s ! ring agent 0 for call 0
            12s offer 0 declined: call 0
            12s agent 0 idle
            12s offer 1: call 0 -> agent 1 (attempt 2, eligible since 12s, free since 0s)
            12s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn the_losers_of_a_ring_are_free_for_the_next_call_in_the_same_step() {
    check(
        &parallel(3),
        &format!(
            "{THREE}0s call 0 arrives
         1s call 1 arrives
         2s offer 2 answered"
        ),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 1: call 0 -> agent 1 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 1 for call 0
            0s offer 2: call 0 -> agent 2 (attempt 3, eligible since 0s, free since 0s)
            0s ! ring agent 2 for call 0
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            2s ! stop offer 0 to agent 0
            2s offer 0 withdrawn: call 0
            2s agent 0 idle
            2s ! stop offer 1 to agent 1
            2s offer 1 withdrawn: call 0
            2s agent 1 idle
            2s offer 2 answered: call 0
            2s ! bridge call 0 with agent 2
            2s offer 3: call 1 -> agent 0 (attempt 1, eligible since 1s, free since 2s)
            2s ! ring agent 0 for call 1
            2s offer 4: call 1 -> agent 1 (attempt 2, eligible since 1s, free since 2s)
            2s ! ring agent 1 for call 1
        "#]],
    );
}
