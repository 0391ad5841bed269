//! All eight rotations; frozen keys, newcomers, ties.

use engine::policy::{Policy, Rotation};
use expect_test::expect;

use super::{check, policy, secs};

fn rotating(rotation: Rotation) -> Policy {
    let mut policy = policy(1);
    policy.queues[0].rotation = rotation;
    policy
}

/// Three agents, all idle from 5700 s. Agent 1: one call, asked first, talked for 5500 s. Agent 0:
/// one call of 300 s long ago, declined one at 5550 s, was on a break until 5700 s. Agent 2: two
/// calls of 100 s, the last until 5100 s. Six of the rotations give the six orders of three agents.
const DAY: &str = "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 2 works 0:1
         0s agent 1 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         0s agent 0 available
         0s call 1 arrives
         0s offer 1 answered
         0s call 1 is bridged
         300s call 1 ends
         301s agent 0 break 1
         4000s agent 2 available
         4000s call 2 arrives
         4000s offer 2 answered
         4000s call 2 is bridged
         4100s call 2 ends
         5000s call 3 arrives
         5000s offer 3 answered
         5000s call 3 is bridged
         5100s call 3 ends
         5500s call 0 ends
         5540s agent 1 break 1
         5540s agent 2 break 1
         5550s agent 0 available
         5550s call 4 arrives
         5550s offer 4 declined
         5551s call 4 hangs up
         5600s agent 0 break 1
         5600s agent 2 available
         5650s agent 1 available
         5700s agent 0 available
         --
         ";

/// Who gets the next three calls.
fn next_three(rotation: Rotation, expected: expect_test::Expect) {
    check(
        &rotating(rotation),
        &format!(
            "{DAY}5800s call 5 arrives
         5801s call 6 arrives
         5802s call 7 arrives"
        ),
        expected,
    );
}

#[test]
fn longest_idle_asks_who_has_been_idle_since_the_earliest_moment() {
    next_three(
        Rotation::LongestIdle,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 2 at arrival (attempt 1, eligible since 5800s, free since 5600s)
        5800s ! ring agent 2 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 1 at arrival (attempt 1, eligible since 5801s, free since 5650s)
        5801s ! ring agent 1 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 0 at arrival (attempt 1, eligible since 5802s, free since 5700s)
        5802s ! ring agent 0 for call 7
    "#]],
    );
}

#[test]
fn round_robin_asks_who_was_asked_the_longest_ago() {
    next_three(
        Rotation::RoundRobin,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5800s, free since 5650s)
        5800s ! ring agent 1 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 2 at arrival (attempt 1, eligible since 5801s, free since 5600s)
        5801s ! ring agent 2 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 0 at arrival (attempt 1, eligible since 5802s, free since 5700s)
        5802s ! ring agent 0 for call 7
    "#]],
    );
}

#[test]
fn fewest_calls_asks_who_has_had_the_fewest() {
    next_three(
        Rotation::FewestCalls,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5800s, free since 5650s)
        5800s ! ring agent 1 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 0 at arrival (attempt 1, eligible since 5801s, free since 5700s)
        5801s ! ring agent 0 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 2 at arrival (attempt 1, eligible since 5802s, free since 5600s)
        5802s ! ring agent 2 for call 7
    "#]],
    );
}

#[test]
fn least_talk_time_asks_who_has_talked_least() {
    next_three(
        Rotation::LeastTalkTime,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 2 at arrival (attempt 1, eligible since 5800s, free since 5600s)
        5800s ! ring agent 2 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 0 at arrival (attempt 1, eligible since 5801s, free since 5700s)
        5801s ! ring agent 0 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 1 at arrival (attempt 1, eligible since 5802s, free since 5650s)
        5802s ! ring agent 1 for call 7
    "#]],
    );
}

#[test]
fn least_occupied_asks_who_was_busy_for_the_lowest_share() {
    next_three(
        Rotation::LeastOccupied,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 5800s, free since 5700s)
        5800s ! ring agent 0 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 2 at arrival (attempt 1, eligible since 5801s, free since 5600s)
        5801s ! ring agent 2 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 1 at arrival (attempt 1, eligible since 5802s, free since 5650s)
        5802s ! ring agent 1 for call 7
    "#]],
    );
}

#[test]
fn top_down_asks_the_lowest_number() {
    next_three(
        Rotation::TopDown,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 5800s, free since 5700s)
        5800s ! ring agent 0 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 1 at arrival (attempt 1, eligible since 5801s, free since 5650s)
        5801s ! ring agent 1 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 2 at arrival (attempt 1, eligible since 5802s, free since 5600s)
        5802s ! ring agent 2 for call 7
    "#]],
    );
}

#[test]
fn random_asks_the_kth_idle_agent_by_a_hash_of_the_call() {
    next_three(
        Rotation::Random,
        expect![[r#"
        5800s call 5 arrived: queue 0
        5800s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 5800s, free since 5700s)
        5800s ! ring agent 0 for call 5
        5801s call 6 arrived: queue 0
        5801s offer 6: call 6 -> agent 1 at arrival (attempt 1, eligible since 5801s, free since 5650s)
        5801s ! ring agent 1 for call 6
        5802s call 7 arrived: queue 0
        5802s offer 7: call 7 -> agent 2 at arrival (attempt 1, eligible since 5802s, free since 5600s)
        5802s ! ring agent 2 for call 7
    "#]],
    );
}

#[test]
fn best_score_asks_the_least_loaded_band_then_answers_then_handle_time() {
    next_three(
        Rotation::BestScore,
        expect![[r#"
            5800s call 5 arrived: queue 0
            5800s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 5800s, free since 5700s)
            5800s ! ring agent 0 for call 5
            5801s call 6 arrived: queue 0
            5801s offer 6: call 6 -> agent 2 at arrival (attempt 1, eligible since 5801s, free since 5600s)
            5801s ! ring agent 2 for call 6
            5802s call 7 arrived: queue 0
            5802s offer 7: call 7 -> agent 1 at arrival (attempt 1, eligible since 5802s, free since 5650s)
            5802s ! ring agent 1 for call 7
        "#]],
    );
}

#[test]
fn random_spreads_over_all_idle_agents() {
    let mut script = String::new();
    for agent in 0..4 {
        script.push_str(&format!(
            "0s agent {agent} works 0:1\n0s agent {agent} available\n"
        ));
    }
    let mut engine = engine::Engine::new(rotating(Rotation::Random)).expect("a sound policy");
    let mut out = engine::Outbox::new();
    let none = super::read::Names::new(&[]);
    for line in script.lines() {
        if let super::read::Line::Input(input) = super::read::line(line, &none) {
            engine
                .handle(engine::Timestamp::ZERO, input, &mut out)
                .expect("taken");
        }
    }
    let mut asked = [0u32; 4];
    for call in 0..400 {
        out.clear();
        for words in [
            format!("0s call {call} arrives"),
            format!("0s call {call} hangs up"),
        ] {
            if let super::read::Line::Input(input) = super::read::line(&words, &none) {
                engine
                    .handle(engine::Timestamp::ZERO, input, &mut out)
                    .expect("taken");
            }
        }
        for output in out.iter() {
            if let engine::What::Event(engine::Event::OfferMade { offer, .. }) = output.what {
                asked[offer.agent().index()] += 1;
            }
        }
    }
    // Binomial(400, 1/4): 100 +- 4 standard deviations of 8.7.
    assert!(asked.iter().all(|n| (65..=135).contains(n)), "{asked:?}");
}

#[test]
fn busy_shares_of_different_moments_are_compared_as_of_now() {
    // Agent 0 was busy for the whole first half-hour and idle for the two hours since; agent 1 was
    // busy for ten minutes just now. Today agent 0's share is 0.75 / 256, agent 1's 0.37.
    check(
        &rotating(Rotation::LeastOccupied),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         1800s call 0 ends
         1801s agent 0 break 1
         8400s agent 1 available
         8400s call 1 arrives
         8400s offer 1 answered
         8400s call 1 is bridged
         9000s call 1 ends
         9000s agent 0 available
         --
         9001s call 2 arrives",
        expect![[r#"
            9001s call 2 arrived: queue 0
            9001s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 9001s, free since 9000s)
            9001s ! ring agent 0 for call 2
        "#]],
    );
}

#[test]
fn newcomers_start_at_the_median_of_their_colleagues() {
    // Agents 0 and 1 have had one call, agent 2 two: the median is one. The newcomer, idle for the
    // shortest time, comes after both and before agent 2.
    check(
        &rotating(Rotation::FewestCalls),
        &format!(
            "{DAY}5800s agent 3 works 0:1
         5800s agent 3 available
         5801s call 5 arrives
         5802s call 6 arrives
         5803s call 7 arrives
         5804s call 8 arrives"
        ),
        expect![[r#"
            5800s agent 3 available
            5801s call 5 arrived: queue 0
            5801s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5801s, free since 5650s)
            5801s ! ring agent 1 for call 5
            5802s call 6 arrived: queue 0
            5802s offer 6: call 6 -> agent 0 at arrival (attempt 1, eligible since 5802s, free since 5700s)
            5802s ! ring agent 0 for call 6
            5803s call 7 arrived: queue 0
            5803s offer 7: call 7 -> agent 3 at arrival (attempt 1, eligible since 5803s, free since 5800s)
            5803s ! ring agent 3 for call 7
            5804s call 8 arrived: queue 0
            5804s offer 8: call 8 -> agent 2 at arrival (attempt 1, eligible since 5804s, free since 5600s)
            5804s ! ring agent 2 for call 8
        "#]],
    );
}

/// The median, not the least: agent 1 has had a second call too, agent 0 alone one.
#[test]
fn newcomers_do_not_start_at_the_least_of_their_colleagues() {
    check(
        &rotating(Rotation::FewestCalls),
        &format!(
            "{DAY}5800s call 5 arrives
         5801s offer 5 answered
         5801s call 5 is bridged
         5850s call 5 ends
         5900s agent 3 works 0:1
         5900s agent 3 available
         5901s call 6 arrives
         5902s call 7 arrives
         5903s call 8 arrives
         5904s call 9 arrives"
        ),
        expect![[r#"
            5800s call 5 arrived: queue 0
            5800s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5800s, free since 5650s)
            5800s ! ring agent 1 for call 5
            5801s offer 5 answered: call 5
            5801s ! bridge call 5 with agent 1
            5801s call 5 connected: agent 1 (attempts 1, waited 1s)
            5850s call 5 ended: agent 1 (talked 49s)
            5850s agent 1 idle
            5900s agent 3 available
            5901s call 6 arrived: queue 0
            5901s offer 6: call 6 -> agent 0 at arrival (attempt 1, eligible since 5901s, free since 5700s)
            5901s ! ring agent 0 for call 6
            5902s call 7 arrived: queue 0
            5902s offer 7: call 7 -> agent 2 at arrival (attempt 1, eligible since 5902s, free since 5600s)
            5902s ! ring agent 2 for call 7
            5903s call 8 arrived: queue 0
            5903s offer 8: call 8 -> agent 1 at arrival (attempt 1, eligible since 5903s, free since 5850s)
            5903s ! ring agent 1 for call 8
            5904s call 9 arrived: queue 0
            5904s offer 9: call 9 -> agent 3 at arrival (attempt 1, eligible since 5904s, free since 5900s)
            5904s ! ring agent 3 for call 9
        "#]],
    );
}

#[test]
fn counters_survive_signing_out_and_a_change_of_queues() {
    check(
        &rotating(Rotation::FewestCalls),
        &format!(
            "{DAY}5800s agent 2 offline
         5801s agent 2 works 0:1
         5802s agent 2 available
         5803s call 5 arrives
         5804s call 6 arrives
         5805s call 7 arrives"
        ),
        expect![[r#"
            5800s agent 2 offline
            5802s agent 2 available
            5803s call 5 arrived: queue 0
            5803s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5803s, free since 5650s)
            5803s ! ring agent 1 for call 5
            5804s call 6 arrived: queue 0
            5804s offer 6: call 6 -> agent 0 at arrival (attempt 1, eligible since 5804s, free since 5700s)
            5804s ! ring agent 0 for call 6
            5805s call 7 arrived: queue 0
            5805s offer 7: call 7 -> agent 2 at arrival (attempt 1, eligible since 5805s, free since 5802s)
            5805s ! ring agent 2 for call 7
        "#]],
    );
}

#[test]
fn a_break_ends_the_idle_time() {
    check(
        &rotating(Rotation::LongestIdle),
        &format!(
            "{DAY}5800s agent 2 break 1
         5801s agent 2 available
         5802s call 5 arrives"
        ),
        expect![[r#"
            5800s agent 2 on break 1
            5801s agent 2 available
            5802s call 5 arrived: queue 0
            5802s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 5802s, free since 5650s)
            5802s ! ring agent 1 for call 5
        "#]],
    );
}

#[test]
fn the_load_band_of_best_score_is_as_of_the_moment_the_agent_became_idle() {
    // Agent 0 was busy until 1800 s and comes back from a long break at 9000 s with next to no
    // load left; agent 1 was busy from 8400 s on.
    check(
        &rotating(Rotation::BestScore),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         1800s call 0 ends
         1801s agent 0 break 1
         8400s agent 1 available
         8400s call 1 arrives
         8400s offer 1 answered
         8400s call 1 is bridged
         8900s call 1 ends
         9000s agent 0 available
         --
         9001s call 2 arrives",
        expect![[r#"
            9001s call 2 arrived: queue 0
            9001s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 9001s, free since 9000s)
            9001s ! ring agent 0 for call 2
        "#]],
    );
}

#[test]
fn best_score_compares_loads_as_of_now() {
    // Agent 0 became idle at 1800 s with a busy share of 0.75, agent 1 at 3300 s with 0.37; by then
    // agent 0's has fallen to 0.24, although nothing has happened to it.
    check(
        &rotating(Rotation::BestScore),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         1800s call 0 ends
         2700s agent 1 available
         2700s call 1 arrives
         2700s offer 1 answered
         2700s call 1 is bridged
         3300s call 1 ends
         --
         3301s call 2 arrives",
        expect![[r#"
            3301s call 2 arrived: queue 0
            3301s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 3301s, free since 1800s)
            3301s ! ring agent 0 for call 2
        "#]],
    );
}

#[test]
fn best_score_takes_the_faster_of_agents_with_like_loads() {
    // Both were busy for 1000 s; agent 0 with one call, agent 1 with two. Their loads differ by 1 %.
    check(
        &rotating(Rotation::BestScore),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         1s agent 1 available
         1s call 1 arrives
         1s offer 1 answered
         1s call 1 is bridged
         500s call 1 ends
         500s call 2 arrives
         500s offer 2 answered
         500s call 2 is bridged
         1000s call 0 ends
         1001s call 2 ends
         --
         1002s call 3 arrives",
        expect![[r#"
            1002s call 3 arrived: queue 0
            1002s offer 3: call 3 -> agent 1 at arrival (attempt 1, eligible since 1002s, free since 1001s)
            1002s ! ring agent 1 for call 3
        "#]],
    );
}

#[test]
fn best_score_avoids_who_does_not_answer() {
    let mut policy = rotating(Rotation::BestScore);
    policy.queues[0].offer.retry_after.declined = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         --
         0s call 0 arrives
         0s offer 0 declined
         0s call 0 hangs up
         1s call 1 arrives
         1s offer 2 declined
         1s call 1 hangs up
         2s agent 1 available
         3s call 2 arrives",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s offer 0 declined: call 0
            0s agent 0 idle
            0s offer 1: call 0 -> agent 0 (attempt 2, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            0s ! stop offer 1 to agent 0
            0s offer 1 withdrawn: call 0
            0s agent 0 idle
            0s call 0 abandoned ringing (waited 0s)
            1s call 1 arrived: queue 0
            1s offer 2: call 1 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 1
            1s offer 2 declined: call 1
            1s agent 0 idle
            1s offer 3: call 1 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 1
            1s ! stop offer 3 to agent 0
            1s offer 3 withdrawn: call 1
            1s agent 0 idle
            1s call 1 abandoned ringing (waited 0s)
            2s agent 1 available
            3s call 2 arrived: queue 0
            3s offer 4: call 2 -> agent 1 at arrival (attempt 1, eligible since 3s, free since 2s)
            3s ! ring agent 1 for call 2
        "#]],
    );
}

#[test]
fn a_newcomer_takes_its_place_at_the_end_of_the_round() {
    // Asked last: agent 0, 1, 2 in this order. Agent 3 comes and is asked after all of them; so is
    // agent 4, who comes at the same place and has been idle for longer.
    check(
        &rotating(Rotation::RoundRobin),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         1s call 0 arrives
         1s call 0 hangs up
         2s call 1 arrives
         2s call 1 hangs up
         3s call 2 arrives
         3s call 2 hangs up
         4s agent 3 works 0:1
         4s agent 4 works 0:1
         5s agent 4 available
         6s agent 3 available
         --
         7s call 3 arrives
         7s call 4 arrives
         7s call 5 arrives
         7s call 6 arrives
         7s call 7 arrives",
        expect![[r#"
            7s call 3 arrived: queue 0
            7s offer 3: call 3 -> agent 0 at arrival (attempt 1, eligible since 7s, free since 1s)
            7s ! ring agent 0 for call 3
            7s call 4 arrived: queue 0
            7s offer 4: call 4 -> agent 1 at arrival (attempt 1, eligible since 7s, free since 2s)
            7s ! ring agent 1 for call 4
            7s call 5 arrived: queue 0
            7s offer 5: call 5 -> agent 2 at arrival (attempt 1, eligible since 7s, free since 3s)
            7s ! ring agent 2 for call 5
            7s call 6 arrived: queue 0
            7s offer 6: call 6 -> agent 4 at arrival (attempt 1, eligible since 7s, free since 5s)
            7s ! ring agent 4 for call 6
            7s call 7 arrived: queue 0
            7s offer 7: call 7 -> agent 3 at arrival (attempt 1, eligible since 7s, free since 6s)
            7s ! ring agent 3 for call 7
        "#]],
    );
}

#[test]
fn equals_in_a_rotation_go_by_idle_time_and_then_by_number() {
    for rotation in [
        Rotation::RoundRobin,
        Rotation::FewestCalls,
        Rotation::LeastTalkTime,
        Rotation::LeastOccupied,
        Rotation::BestScore,
        Rotation::LongestIdle,
    ] {
        check(
            &rotating(rotation),
            "0s agent 0 works 0:1
             0s agent 1 works 0:1
             0s agent 2 works 0:1
             1s agent 2 available
             2s agent 1 available
             2s agent 0 available
             --
             3s call 0 arrives
             3s call 1 arrives
             3s call 2 arrives",
            expect![[r#"
                3s call 0 arrived: queue 0
                3s offer 0: call 0 -> agent 2 at arrival (attempt 1, eligible since 3s, free since 1s)
                3s ! ring agent 2 for call 0
                3s call 1 arrived: queue 0
                3s offer 1: call 1 -> agent 0 at arrival (attempt 1, eligible since 3s, free since 2s)
                3s ! ring agent 0 for call 1
                3s call 2 arrived: queue 0
                3s offer 2: call 2 -> agent 1 at arrival (attempt 1, eligible since 3s, free since 2s)
                3s ! ring agent 1 for call 2
            "#]],
        );
    }
}

/// Agent 0 has finished a call of 900 s, agent 1 has never worked, and agent 2 comes: the (upper)
/// median of each of their figures is agent 0's.
const NEWCOMER: &str = "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         900s call 0 ends
         1000s agent 2 works 0:1
         1000s agent 2 available
         --
         ";

#[test]
fn a_newcomer_is_as_occupied_as_its_colleagues_are() {
    // Agent 2 starts with the share that agent 0 has at that moment.
    check(
        &rotating(Rotation::LeastOccupied),
        &format!(
            "{NEWCOMER}1001s agent 1 available
         1002s call 1 arrives
         1002s call 2 arrives
         1002s call 3 arrives"
        ),
        expect![[r#"
            1001s agent 1 available
            1002s call 1 arrived: queue 0
            1002s offer 1: call 1 -> agent 1 at arrival (attempt 1, eligible since 1002s, free since 1001s)
            1002s ! ring agent 1 for call 1
            1002s call 2 arrived: queue 0
            1002s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 1002s, free since 900s)
            1002s ! ring agent 0 for call 2
            1002s call 3 arrived: queue 0
            1002s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 1002s, free since 1000s)
            1002s ! ring agent 2 for call 3
        "#]],
    );
}

#[test]
fn a_newcomer_has_the_load_the_answers_and_the_handle_time_of_its_colleagues() {
    check(
        &rotating(Rotation::BestScore),
        &format!(
            "{NEWCOMER}1001s agent 1 available
         1002s call 1 arrives
         1002s call 2 arrives
         1002s call 3 arrives"
        ),
        expect![[r#"
            1001s agent 1 available
            1002s call 1 arrived: queue 0
            1002s offer 1: call 1 -> agent 1 at arrival (attempt 1, eligible since 1002s, free since 1001s)
            1002s ! ring agent 1 for call 1
            1002s call 2 arrived: queue 0
            1002s offer 2: call 2 -> agent 0 at arrival (attempt 1, eligible since 1002s, free since 900s)
            1002s ! ring agent 0 for call 2
            1002s call 3 arrived: queue 0
            1002s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 1002s, free since 1000s)
            1002s ! ring agent 2 for call 3
        "#]],
    );
}
