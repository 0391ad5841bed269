//! Head start and aging: who may pass whom.

use engine::policy::{Feature, Policy, Priority, Share};
use expect_test::expect;

use super::{check, policy, secs};

fn classes(priorities: &[(u64, u32)]) -> Policy {
    let mut policy = policy(1);
    policy.features.set(Feature::PriorityQueue, Share::ALL);
    policy.queues[0].priority = priorities
        .iter()
        .map(|(head_start, aging_milli)| Priority {
            head_start: secs(*head_start),
            aging_milli: *aging_milli,
        })
        .collect();
    policy
}

#[test]
fn a_class_with_a_head_start_passes_those_that_waited_less_than_it_longer() {
    check(
        &classes(&[(0, 1000), (60, 1000)]),
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         --
         0s call 0 arrives
         59s call 1 arrives class 1
         61s call 2 arrives class 1
         100s agent 0 available
         101s agent 1 available
         101s offer 0 declined
         110s call 1 hangs up",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            59s call 1 arrived: queue 0, class 1
            59s call 1 waits in queue 0
            61s call 2 arrived: queue 0, class 1
            61s call 2 waits in queue 0
            100s agent 0 available
            100s offer 0: call 1 -> agent 0 (attempt 1, eligible since 59s, free since 100s)
            100s ! ring agent 0 for call 1
            101s agent 1 available
            101s offer 1: call 0 -> agent 1 (attempt 1, eligible since 0s, free since 101s)
            101s ! ring agent 1 for call 0
            101s offer 0 declined: call 1
            101s agent 0 idle
            106s offer 2: call 2 -> agent 0 (attempt 1, eligible since 61s, free since 106s)
            106s ! ring agent 0 for call 2
            110s call 1 abandoned waiting (waited 51s)
        "#]],
    );
}

#[test]
fn equal_scores_go_by_arrival() {
    check(
        &classes(&[(0, 1000), (60, 1000)]),
        "0s agent 0 works 0:1
         --
         0s call 0 arrives
         60s call 1 arrives class 1
         100s agent 0 available",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            60s call 1 arrived: queue 0, class 1
            60s call 1 waits in queue 0
            100s agent 0 available
            100s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 100s)
            100s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn aging_lets_a_lower_class_catch_up() {
    // 60 + 0.5 x 100 = 110 against 100 at 100 s; 60 + 0.5 x 130 = 125 against 130 at 130 s.
    let policy = classes(&[(0, 1000), (60, 500)]);
    let line = "0s agent 0 works 0:1
         --
         0s call 0 arrives
         0s call 1 arrives class 1";
    check(
        &policy,
        &format!("{line}\n 100s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            0s call 1 arrived: queue 0, class 1
            0s call 1 waits in queue 0
            100s agent 0 available
            100s offer 0: call 1 -> agent 0 (attempt 1, eligible since 0s, free since 100s)
            100s ! ring agent 0 for call 1
        "#]],
    );
    check(
        &policy,
        &format!("{line}\n 130s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            0s call 1 arrived: queue 0, class 1
            0s call 1 waits in queue 0
            130s agent 0 available
            130s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 130s)
            130s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn without_the_feature_there_is_no_head_start() {
    let mut policy = classes(&[(0, 1000), (60, 1000)]);
    policy.features.set(Feature::PriorityQueue, Share(5_000));
    // Caller 0 is below 50 %, caller 2 is not.
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         0s call 0 arrives caller 2
         1s call 1 arrives class 1 caller 2
         2s call 2 arrives class 1 caller 0
         3s agent 0 available
         3s offer 0 declined
         4s call 2 hangs up
         9s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            1s call 1 arrived: queue 0, class 1
            1s call 1 waits in queue 0
            2s call 2 arrived: queue 0, class 1
            2s call 2 waits in queue 0
            3s agent 0 available
            3s offer 0: call 2 -> agent 0 (attempt 1, eligible since 2s, free since 3s)
            3s ! ring agent 0 for call 2
            3s offer 0 declined: call 2
            3s agent 0 idle
            4s call 2 abandoned waiting (waited 2s)
            8s offer 1: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 8s)
            8s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_class_not_named_has_no_head_start_and_ages_at_one() {
    check(
        &classes(&[(0, 1000), (60, 1000)]),
        "0s agent 0 works 0:1
         --
         0s call 0 arrives class 7
         1s call 1 arrives class 0
         2s agent 0 available",
        expect![[r#"
            0s call 0 arrived: queue 0, class 7
            0s call 0 waits in queue 0
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            2s agent 0 available
            2s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 2s)
            2s ! ring agent 0 for call 0
        "#]],
    );
}

/// The paths of what is wrong with the priorities.
fn wrong(priorities: &[(u64, u32)]) -> Vec<String> {
    match classes(priorities).check() {
        Ok(()) => Vec::new(),
        Err(errors) => errors.0.into_iter().map(|e| e.path).collect(),
    }
}

#[test]
fn a_lower_class_that_ages_slower_is_a_policy_error() {
    assert_eq!(
        wrong(&[(10, 400), (60, 500)]),
        ["queues.#0.priority.#0.aging"]
    );
    assert!(wrong(&[(10, 500), (60, 500)]).is_empty());
    assert!(wrong(&[(10, 1000), (60, 0)]).is_empty());
}

#[test]
fn two_classes_with_one_head_start_age_alike_or_one_is_passed_by_later_calls() {
    assert_eq!(
        wrong(&[(60, 1000), (60, 500)]),
        ["queues.#0.priority.#1.aging"]
    );
    assert_eq!(wrong(&[(0, 500)]), ["queues.#0.priority.#0.aging"]);
}

#[test]
fn no_class_ages_faster_than_those_not_named() {
    assert_eq!(wrong(&[(60, 2000)]), ["queues.#0.priority.#0.aging"]);
    assert_eq!(wrong(&[(0, 1001)]), ["queues.#0.priority.#0.aging"]);
}

#[test]
fn a_class_that_ages_slower_counts_for_nothing_without_the_feature() {
    // Call 0 is of the class but its caller is not among the half that has the feature: it is
    // served in order of arrival, not passed by whoever ages faster.
    let mut policy = classes(&[(0, 1000), (60, 500)]);
    policy.features.set(Feature::PriorityQueue, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:1
         --
         0s call 0 arrives class 1 caller 2
         1s call 1 arrives caller 2
         200s agent 0 available",
        expect![[r#"
            0s call 0 arrived: queue 0, class 1
            0s call 0 waits in queue 0
            1s call 1 arrived: queue 0
            1s call 1 waits in queue 0
            200s agent 0 available
            200s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 200s)
            200s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_lower_class_passes_once_it_has_waited_long_enough_and_not_before() {
    // Head start 60 s at 0.5x, and none at 1x that comes 10 s later: 60 + 0.5 (10 + w) = w at 130 s.
    let policy = classes(&[(0, 1000), (60, 500)]);
    let line = "0s agent 0 works 0:1
         --
         0s call 0 arrives class 1
         10s call 1 arrives";
    check(
        &policy,
        &format!("{line}\n 140s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0, class 1
            0s call 0 waits in queue 0
            10s call 1 arrived: queue 0
            10s call 1 waits in queue 0
            140s agent 0 available
            140s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 140s)
            140s ! ring agent 0 for call 0
        "#]],
    );
    check(
        &policy,
        &format!("{line}\n 140.000003s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0, class 1
            0s call 0 waits in queue 0
            10s call 1 arrived: queue 0
            10s call 1 waits in queue 0
            140.000003s agent 0 available
            140.000003s offer 0: call 1 -> agent 0 (attempt 1, eligible since 10s, free since 140.000003s)
            140.000003s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_higher_class_that_has_passed_falls_behind_again() {
    // Head start 60 s at 0.5x, 10 s after one at 1x: 60 + 0.5 w = 10 + w at 100 s.
    let policy = classes(&[(0, 1000), (60, 500)]);
    let line = "0s agent 0 works 0:1
         --
         0s call 0 arrives
         10s call 1 arrives class 1";
    check(
        &policy,
        &format!("{line}\n 109.999997s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            10s call 1 arrived: queue 0, class 1
            10s call 1 waits in queue 0
            109.999997s agent 0 available
            109.999997s offer 0: call 1 -> agent 0 (attempt 1, eligible since 10s, free since 109.999997s)
            109.999997s ! ring agent 0 for call 1
        "#]],
    );
    check(
        &policy,
        &format!("{line}\n 110s agent 0 available"),
        expect![[r#"
            0s call 0 arrived: queue 0
            0s call 0 waits in queue 0
            10s call 1 arrived: queue 0, class 1
            10s call 1 waits in queue 0
            110s agent 0 available
            110s offer 0: call 0 -> agent 0 (attempt 1, eligible since 0s, free since 110s)
            110s ! ring agent 0 for call 0
        "#]],
    );
}
