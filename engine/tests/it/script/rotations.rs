//! All eight rotations; frozen keys, newcomers, ties.

use engine::policy::{Policy, Rotation};
use expect_test::expect;

use super::{check, policy, secs};

fn rotating(rotation: Rotation) -> Policy {
    let mut policy = policy(1);
    policy.queues[0].rotation = rotation;
    policy
}

/// Three agents; agent 0 talks for 60 s (calls 0), agent 1 for 30 s twice (calls 1, 2), agent 2 is
/// idle from 10 s and has had no call. All idle from 70 s.
const DAY: &str = "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 2 works 0:1
         0s agent 0 available
         0s call 0 arrives
         0s offer 0 answered
         0s call 0 is bridged
         0s agent 1 available
         0s call 1 arrives
         0s offer 1 answered
         0s call 1 is bridged
         30s call 1 ends
         30s call 2 arrives
         30s offer 2 answered
         30s call 2 is bridged
         31s agent 2 available
         60s call 0 ends
         65s call 2 ends
         --
         ";

/// Who gets the next three calls.
fn next_three(rotation: Rotation, expected: expect_test::Expect) {
    check(
        &rotating(rotation),
        &format!(
            "{DAY}70s call 3 arrives
         71s call 4 arrives
         72s call 5 arrives"
        ),
        expected,
    );
}

#[test]
fn longest_idle_asks_who_has_been_idle_since_the_earliest_moment() {
    next_three(Rotation::LongestIdle, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 71s, free since 60s)
        71s ! ring agent 0 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 72s, free since 65s)
        72s ! ring agent 1 for call 5
    "#]]);
}

#[test]
fn round_robin_asks_who_was_asked_the_longest_ago() {
    next_three(Rotation::RoundRobin, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 71s, free since 60s)
        71s ! ring agent 0 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 72s, free since 65s)
        72s ! ring agent 1 for call 5
    "#]]);
}

#[test]
fn fewest_calls_asks_who_has_had_the_fewest() {
    next_three(Rotation::FewestCalls, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 71s, free since 60s)
        71s ! ring agent 0 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 72s, free since 65s)
        72s ! ring agent 1 for call 5
    "#]]);
}

#[test]
fn least_talk_time_asks_who_has_talked_least() {
    next_three(Rotation::LeastTalkTime, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 71s, free since 60s)
        71s ! ring agent 0 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 72s, free since 65s)
        72s ! ring agent 1 for call 5
    "#]]);
}

#[test]
fn least_occupied_asks_who_was_busy_for_the_lowest_share() {
    next_three(Rotation::LeastOccupied, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 71s, free since 60s)
        71s ! ring agent 0 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 72s, free since 65s)
        72s ! ring agent 1 for call 5
    "#]]);
}

#[test]
fn top_down_asks_the_lowest_number() {
    next_three(Rotation::TopDown, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 0 at arrival (attempt 1, eligible since 70s, free since 60s)
        70s ! ring agent 0 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 1 at arrival (attempt 1, eligible since 71s, free since 65s)
        71s ! ring agent 1 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 2 at arrival (attempt 1, eligible since 72s, free since 31s)
        72s ! ring agent 2 for call 5
    "#]]);
}

#[test]
fn random_asks_the_kth_idle_agent_by_a_hash_of_the_call() {
    next_three(Rotation::Random, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 1 at arrival (attempt 1, eligible since 70s, free since 65s)
        70s ! ring agent 1 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 2 at arrival (attempt 1, eligible since 71s, free since 31s)
        71s ! ring agent 2 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 72s, free since 60s)
        72s ! ring agent 0 for call 5
    "#]]);
}

#[test]
fn best_score_asks_the_least_loaded_band_then_answers_then_handle_time() {
    next_three(Rotation::BestScore, expect![[r#"
        70s call 3 arrived: queue 0
        70s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 70s, free since 31s)
        70s ! ring agent 2 for call 3
        71s call 4 arrived: queue 0
        71s offer 4: call 4 -> agent 1 at arrival (attempt 1, eligible since 71s, free since 65s)
        71s ! ring agent 1 for call 4
        72s call 5 arrived: queue 0
        72s offer 5: call 5 -> agent 0 at arrival (attempt 1, eligible since 72s, free since 60s)
        72s ! ring agent 0 for call 5
    "#]]);
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
        for words in [format!("0s call {call} arrives"), format!("0s call {call} hangs up")] {
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
    // Agents 0 and 1 have had one and two calls, agent 2 none: the median is one. The newcomer
    // comes after agent 2 and, idle for a shorter time, after agent 0.
    check(
        &rotating(Rotation::FewestCalls),
        &format!(
            "{DAY}70s agent 3 works 0:1
         70s agent 3 available
         71s call 3 arrives
         72s call 4 arrives
         73s call 5 arrives
         74s call 6 arrives"
        ),
        expect![[r#"
            70s agent 3 available
            71s call 3 arrived: queue 0
            71s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 71s, free since 31s)
            71s ! ring agent 2 for call 3
            72s call 4 arrived: queue 0
            72s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 72s, free since 60s)
            72s ! ring agent 0 for call 4
            73s call 5 arrived: queue 0
            73s offer 5: call 5 -> agent 3 at arrival (attempt 1, eligible since 73s, free since 70s)
            73s ! ring agent 3 for call 5
            74s call 6 arrived: queue 0
            74s offer 6: call 6 -> agent 1 at arrival (attempt 1, eligible since 74s, free since 65s)
            74s ! ring agent 1 for call 6
        "#]],
    );
}

#[test]
fn counters_survive_a_break_and_a_change_of_queues() {
    check(
        &rotating(Rotation::FewestCalls),
        &format!(
            "{DAY}70s agent 1 offline
         71s agent 1 works 0:1
         72s agent 1 available
         73s call 3 arrives
         74s call 4 arrives
         75s call 5 arrives"
        ),
        expect![[r#"
            70s agent 1 offline
            72s agent 1 available
            73s call 3 arrived: queue 0
            73s offer 3: call 3 -> agent 2 at arrival (attempt 1, eligible since 73s, free since 31s)
            73s ! ring agent 2 for call 3
            74s call 4 arrived: queue 0
            74s offer 4: call 4 -> agent 0 at arrival (attempt 1, eligible since 74s, free since 60s)
            74s ! ring agent 0 for call 4
            75s call 5 arrived: queue 0
            75s offer 5: call 5 -> agent 1 at arrival (attempt 1, eligible since 75s, free since 72s)
            75s ! ring agent 1 for call 5
        "#]],
    );
}

#[test]
fn a_break_ends_the_idle_time() {
    check(
        &rotating(Rotation::LongestIdle),
        &format!(
            "{DAY}70s agent 2 break 1
         71s agent 2 available
         72s call 3 arrives"
        ),
        expect![[r#"
            70s agent 2 on break 1
            71s agent 2 available
            72s call 3 arrived: queue 0
            72s offer 3: call 3 -> agent 0 at arrival (attempt 1, eligible since 72s, free since 60s)
            72s ! ring agent 0 for call 3
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
