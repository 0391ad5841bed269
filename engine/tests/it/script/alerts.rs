//! The plan's alerts: each raised once and cleared once.

use engine::policy::{Alerts, Policy, Share};
use expect_test::expect;

use super::{check, policy, run, secs};

/// Windows of 50 s in fifths of 10 s.
fn watching() -> Policy {
    let mut policy = policy(1);
    policy.alerts = Some(Alerts {
        success_rate_drop: Share(500),
        store_latency_factor_milli: 2_000,
        agent_availability: Share(5_000),
        queue_length: 2,
        window: secs(50),
        min_calls: 2,
        standard_errors: 0,
    });
    policy
}

#[test]
fn a_long_queue_raises_its_alert_at_once_and_clears_it_at_the_next_look() {
    check(
        &watching(),
        "1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         4s call 3 arrives
         5s call 3 hangs up
         11s call 0 hangs up
         19s
         20s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s ALERT length of queue 0: 3
            3s call 2 waits in queue 0
            4s call 3 arrived: queue 0
            4s call 3 waits in queue 0
            5s call 3 abandoned waiting (waited 1s)
            11s call 0 abandoned waiting (waited 10s)
            20s alert over: length of queue 0
        "#]],
    );
}

#[test]
fn a_queue_that_is_long_only_within_a_step_raises_nothing() {
    let mut policy = watching();
    policy.queues[0].offer.retry_after.declined = secs(0);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         4s offer 0 declined",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            4s offer 0 declined: call 0
            4s agent 0 idle
            4s offer 1: call 1 -> agent 0 (attempt 1, eligible since 2s, free since 4s)
            4s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_call_that_comes_back_into_line_can_make_it_too_long() {
    check(
        &watching(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         4s agent 0 offline",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 0 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            4s agent 0 offline
            4s ! stop offer 0 to agent 0
            4s offer 0 declined: call 0
            4s agent 0 idle
            4s ALERT length of queue 0: 3
        "#]],
    );
}

#[test]
fn the_success_rate_is_compared_with_everything_before_the_window() {
    // Two connected calls fall out of the window at 60 s; two abandoned ones are in it at 70 s.
    check(
        &watching(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 beats
         0s agent 0 connects
         1s call 0 arrives
         1s offer 0 answered
         1s call 0 is bridged
         2s call 0 ends
         3s call 1 arrives
         3s offer 1 answered
         3s call 1 is bridged
         4s call 1 ends
         5s agent 0 offline
         --
         61s call 2 arrives
         62s call 2 hangs up
         63s call 3 arrives
         64s call 3 hangs up
         70s
         125s",
        expect![[r#"
            45s agent 0 not alive
            61s call 2 arrived: queue 0
            61s call 2 waits in queue 0
            62s call 2 abandoned waiting (waited 1s)
            63s call 3 arrived: queue 0
            63s call 3 waits in queue 0
            64s call 3 abandoned waiting (waited 1s)
            70s ALERT success rate: 0
        "#]],
    );
}

#[test]
fn unreachable_agents_who_want_work_raise_the_availability_alert() {
    check(
        &watching(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         --
         49s
         50s
         55s agent 0 beats
         55s agent 0 connects
         60s agent 1 available
         70s agent 1 offline
         95s agent 0 beats
         110s",
        expect![[r#"
            50s ALERT agent availability: 0
            55s agent 0 alive
            55s agent 0 reachable
            60s agent 1 available
            70s agent 1 offline
            90s alert over: agent availability
        "#]],
    );
}

#[test]
fn slow_commits_raise_the_store_alert_against_the_first_full_window() {
    check(
        &watching(),
        "1s store 10ms
         11s store 10ms
         49s store 10ms
         55s store 25ms
         65s store 30ms
         75s store 60ms
         85s store 1ms
         95s store 1ms
         150s
         200s",
        expect![[r#"
            70s ALERT store latency: 2166
            130s alert over: store latency
        "#]],
    );
}

#[test]
fn an_alert_is_over_when_the_policy_has_no_alerts_any_more() {
    super::check_with(
        &watching(),
        &[("quiet", &policy(1)), ("watching", &watching())],
        "1s call 0 arrives
         2s call 1 arrives
         3s call 2 arrives
         --
         4s policy quiet
         5s call 3 arrives
         6s policy watching",
        expect![[r#"
            4s policy applied
            4s alert over: length of queue 0
            5s call 3 arrived: queue 0
            5s call 3 waits in queue 0
            6s policy applied
            6s ALERT length of queue 0: 4
        "#]],
    );
}

#[test]
fn an_alert_about_a_removed_queue_is_over() {
    let mut two = watching();
    two.queues.push(engine::policy::QueuePolicy::default());
    super::check_with(
        &two,
        &[("one", &watching())],
        "1s call 0 arrives queue 1
         2s call 1 arrives queue 1
         3s call 2 arrives queue 1
         4s call 0 hangs up
         4s call 1 hangs up
         4s call 2 hangs up
         --
         5s policy one
         10s",
        expect![[r#"
            5s policy applied
            5s alert over: length of queue 1
        "#]],
    );
}

/// Two calls connected before 50 s, in windows of 50 s.
const TWO_CONNECTED: &str = "0s agent 0 works 0:1
    0s agent 0 available
    1s call 0 arrives
    1s offer 0 answered
    1s call 0 is bridged
    2s call 0 ends
    3s call 1 arrives
    3s offer 1 answered
    3s call 1 is bridged
    4s call 1 ends
    5s agent 0 offline
    60s";

#[test]
fn a_window_of_another_length_holds_nothing_of_the_old_one() {
    let mut long = watching();
    long.alerts.as_mut().expect("watched").window = secs(100);
    // Two lost calls in the old window; the new one begins at 80 s, and is full, and empty, at 180 s.
    let script = |change: &str| {
        format!(
            "{TWO_CONNECTED}
         --
         61s call 2 arrives
         62s call 2 hangs up
         63s call 3 arrives
         64s call 3 hangs up
         {change}
         79s call 4 arrives
         79s call 4 hangs up
         200s"
        )
    };
    super::check_with(
        &watching(),
        &[("long", &long)],
        &script("65s policy long"),
        expect![[r#"
            61s call 2 arrived: queue 0
            61s call 2 waits in queue 0
            62s call 2 abandoned waiting (waited 1s)
            63s call 3 arrived: queue 0
            63s call 3 waits in queue 0
            64s call 3 abandoned waiting (waited 1s)
            65s policy applied
            79s call 4 arrived: queue 0
            79s call 4 waits in queue 0
            79s call 4 abandoned waiting (waited 0s)
        "#]],
    );
    // The same length runs on.
    let mut same = watching();
    same.alerts.as_mut().expect("watched").queue_length = 9;
    super::check_with(
        &watching(),
        &[("same", &same)],
        &script("65s policy same"),
        expect![[r#"
            61s call 2 arrived: queue 0
            61s call 2 waits in queue 0
            62s call 2 abandoned waiting (waited 1s)
            63s call 3 arrived: queue 0
            63s call 3 waits in queue 0
            64s call 3 abandoned waiting (waited 1s)
            65s policy applied
            70s ALERT success rate: 0
            79s call 4 arrived: queue 0
            79s call 4 waits in queue 0
            79s call 4 abandoned waiting (waited 0s)
        "#]],
    );
}

#[test]
fn a_window_turned_off_and_on_again_begins_anew_and_the_history_stays() {
    super::check_with(
        &watching(),
        &[("quiet", &policy(1)), ("watching", &watching())],
        &format!(
            "{TWO_CONNECTED}
             --
             61s call 2 arrives
             62s call 2 hangs up
             63s policy quiet
             64s call 3 arrives
             65s call 3 hangs up
             66s policy watching
             69s call 4 arrives
             69s call 4 hangs up
             119s
             121s call 5 arrives
             122s call 5 hangs up
             123s call 6 arrives
             124s call 6 hangs up
             130s"
        ),
        expect![[r#"
            61s call 2 arrived: queue 0
            61s call 2 waits in queue 0
            62s call 2 abandoned waiting (waited 1s)
            63s policy applied
            64s call 3 arrived: queue 0
            64s call 3 waits in queue 0
            65s call 3 abandoned waiting (waited 1s)
            66s policy applied
            69s call 4 arrived: queue 0
            69s call 4 waits in queue 0
            69s call 4 abandoned waiting (waited 0s)
            121s call 5 arrived: queue 0
            121s call 5 waits in queue 0
            122s call 5 abandoned waiting (waited 1s)
            123s call 6 arrived: queue 0
            123s call 6 waits in queue 0
            124s call 6 abandoned waiting (waited 1s)
            130s ALERT success rate: 0
        "#]],
    );
}

/// One agent answers a call a second until `since`, then signs out: every call from then on hangs up.
fn a_call_a_second(since: u64, until: u64) -> String {
    let mut script = String::from(
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 0 beats
         0s agent 0 connects\n",
    );
    let mut push = |line: String| script.push_str(&format!("{line}\n"));
    for call in 0..until {
        if call == since {
            push(format!("{call}s agent 0 offline"));
        }
        push(format!("{call}s call {call} arrives"));
        if call < since {
            push(format!("{call}s offer {call} answered"));
            push(format!("{call}s call {call} is bridged"));
            push(format!("{call}.5s call {call} ends"));
        } else {
            push(format!("{call}s call {call} hangs up"));
        }
    }
    script
}

/// When the success rate raised its alert.
fn alarms(policy: &Policy, script: &str) -> String {
    let said = run(policy, &[], script, 0);
    let lines = said.lines().filter(|line| line.contains("success rate"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn where_the_window_has_too_few_calls_the_success_rate_reaches_back() {
    // 50 calls in a window of 50 s, and the rate is taken over 80: 20 lost of 80 at 190 s.
    let mut policy = watching();
    policy.alerts.as_mut().expect("watched").min_calls = 80;
    policy.alerts.as_mut().expect("watched").success_rate_drop = Share(2_000);
    expect![[r#"
        190s ALERT success rate: 7500
    "#]]
    .assert_eq(&alarms(&policy, &a_call_a_second(170, 230)));
}

#[test]
fn a_fall_that_chance_explains_is_not_shown() {
    // The same calls lost, of windows of 50: 7 of them, 17, then 47.
    for (standard_errors, expected) in [
        (
            0,
            expect![[r#"
                160s ALERT success rate: 8600
            "#]],
        ),
        (
            6,
            expect![[r#"
                170s ALERT success rate: 6600
            "#]],
        ),
        (
            12,
            expect![[r#"
                200s ALERT success rate: 600
            "#]],
        ),
    ] {
        let mut policy = watching();
        policy.alerts.as_mut().expect("watched").standard_errors = standard_errors;
        expected.assert_eq(&alarms(&policy, &a_call_a_second(153, 230)));
    }
}
