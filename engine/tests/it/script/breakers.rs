//! The breakers of agents' devices and of the carrier.

use engine::policy::{BreakerPolicy, Feature, Policy, Share};
use expect_test::expect;

use super::{check, policy, secs};

fn guarded() -> Policy {
    let mut policy = policy(1);
    policy.queues[0].offer.retry_after.unreachable = secs(0);
    policy.queues[0].offer.retry_after.expired = secs(0);
    policy.queues[0].offer.retry_after.failed = secs(0);
    policy.queues[0].offer.retry_after.declined = secs(0);
    policy.breakers.agent = Some(BreakerPolicy {
        failures: 2,
        open: secs(10),
        max_open: secs(30),
    });
    policy.breakers.carrier = Some(BreakerPolicy {
        failures: 2,
        open: secs(5),
        max_open: secs(15),
    });
    policy
}

#[test]
fn an_agents_breaker_opens_lets_one_probe_through_and_doubles_its_span_up_to_the_longest() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 unreachable
         12s offer 2 unreachable
         32s offer 3 unreachable
         61s
         62s offer 4 unreachable
         92s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s offer 1 unreachable: call 0
            2s agent 0 breaker open
            2s agent 0 idle
            12s agent 0 breaker half-open
            12s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 12s)
            12s ! ring agent 0 for call 0
            12s offer 2 unreachable: call 0
            12s agent 0 breaker open
            12s agent 0 idle
            32s agent 0 breaker half-open
            32s offer 3: call 0 -> agent 0 (attempt 4, eligible since 12s, free since 32s)
            32s ! ring agent 0 for call 0
            32s offer 3 unreachable: call 0
            32s agent 0 breaker open
            32s agent 0 idle
            62s agent 0 breaker half-open
            62s offer 4: call 0 -> agent 0 (attempt 5, eligible since 32s, free since 62s)
            62s ! ring agent 0 for call 0
            62s offer 4 unreachable: call 0
            62s agent 0 breaker open
            62s agent 0 idle
            62s call 0 exhausted
            92s agent 0 breaker half-open
            92s offer 5: call 0 -> agent 0 (attempt 6, eligible since 92s, free since 92s)
            92s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_probe_that_succeeds_closes_the_breaker_and_forgets_the_back_off() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 unreachable
         13s offer 2 answered
         14s call 0 is bridged
         15s call 0 ends
         16s call 1 arrives
         16s offer 3 unreachable
         17s offer 4 unreachable
         27s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s offer 1 unreachable: call 0
            2s agent 0 breaker open
            2s agent 0 idle
            12s agent 0 breaker half-open
            12s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 12s)
            12s ! ring agent 0 for call 0
            13s agent 0 breaker closed
            13s offer 2 answered: call 0
            13s ! bridge call 0 with agent 0
            14s call 0 connected: agent 0 (attempts 3, waited 14s)
            15s call 0 ended: agent 0 (talked 1s)
            15s agent 0 idle
            16s call 1 arrived: queue 0
            16s offer 3: call 1 -> agent 0 at arrival (attempt 1, eligible since 16s, free since 15s)
            16s ! ring agent 0 for call 1
            16s offer 3 unreachable: call 1
            16s agent 0 idle
            16s offer 4: call 1 -> agent 0 (attempt 2, eligible since 16s, free since 16s)
            16s ! ring agent 0 for call 1
            17s offer 4 unreachable: call 1
            17s agent 0 breaker open
            17s agent 0 idle
            27s agent 0 breaker half-open
            27s offer 5: call 1 -> agent 0 (attempt 3, eligible since 17s, free since 27s)
            27s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn rings_that_expire_count_and_declines_close() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         1s offer 0 rings
         17s offer 1 declined
         17s offer 2 rings
         33s offer 3 rings
         48s
         59s offer 4 rings
         60s offer 4 declined",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s offer 0 rang
            16s ! stop offer 0 to agent 0
            16s offer 0 expired: call 0
            16s agent 0 idle
            16s offer 1: call 0 -> agent 0 (attempt 2, eligible since 16s, free since 16s)
            16s ! ring agent 0 for call 0
            17s offer 1 declined: call 0
            17s agent 0 idle
            17s offer 2: call 0 -> agent 0 (attempt 3, eligible since 17s, free since 17s)
            17s ! ring agent 0 for call 0
            17s offer 2 rang
            32s ! stop offer 2 to agent 0
            32s offer 2 expired: call 0
            32s agent 0 idle
            32s offer 3: call 0 -> agent 0 (attempt 4, eligible since 32s, free since 32s)
            32s ! ring agent 0 for call 0
            33s offer 3 rang
            48s ! stop offer 3 to agent 0
            48s offer 3 expired: call 0
            48s agent 0 breaker open
            48s agent 0 idle
            58s agent 0 breaker half-open
            58s offer 4: call 0 -> agent 0 (attempt 5, eligible since 48s, free since 58s)
            58s ! ring agent 0 for call 0
            59s offer 4 rang
            60s offer 4 declined: call 0
            60s agent 0 breaker closed
            60s agent 0 idle
            60s call 0 exhausted
        "#]],
    );
}

#[test]
fn a_busy_line_or_a_failing_carrier_says_nothing_about_the_device() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 busy
         3s offer 2 carrier failed
         4s offer 3 unreachable",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s offer 1 failed: call 0
            2s agent 0 idle
            2s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 2s)
            2s ! ring agent 0 for call 0
            3s offer 2 failed: call 0
            3s agent 0 idle
            3s offer 3: call 0 -> agent 0 (attempt 4, eligible since 3s, free since 3s)
            3s ! ring agent 0 for call 0
            4s offer 3 unreachable: call 0
            4s agent 0 breaker open
            4s agent 0 idle
        "#]],
    );
}

#[test]
fn an_open_breaker_is_no_staff_and_keeps_other_levels_and_legacy_callers_away() {
    let mut policy = guarded();
    policy.features.set(Feature::EnhancedQueue, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         0s call 0 arrives caller 0
         1s offer 0 unreachable
         2s offer 1 unreachable
         3s call 1 arrives caller 2
         4s agent 0 offline
         5s agent 0 available
         12s",
        expect![[r#"
            0s call 0 arrived: queue 0
            0s offer 0: call 0 -> agent 0 at arrival (attempt 1, eligible since 0s, free since 0s)
            0s ! ring agent 0 for call 0
            1s offer 0 unreachable: call 0
            1s agent 0 idle
            1s offer 1: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s offer 1 unreachable: call 0
            2s agent 0 breaker open
            2s agent 0 idle
            3s call 1 arrived: queue 0 (legacy)
            3s ! call 1 to voicemail
            3s call 1 hears the greeting
            4s agent 0 offline
            5s agent 0 available
            12s agent 0 breaker half-open
            12s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 12s)
            12s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn the_carriers_breaker_opens_holds_offers_and_lets_one_probe_through() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s call 0 arrives
         0s call 1 arrives
         --
         1s offer 0 carrier failed
         2s offer 2 carrier failed
         3s offer 1 unreachable
         7s
         8s offer 3 carrier failed
         18s
         19s offer 4 placed",
        expect![[r#"
            1s offer 0 failed: call 0
            1s agent 0 idle
            1s offer 2: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s carrier breaker open
            2s offer 2 failed: call 0
            2s agent 0 idle
            3s offer 1 unreachable: call 1
            3s agent 1 idle
            7s carrier breaker half-open
            7s offer 3: call 0 -> agent 1 (attempt 3, eligible since 2s, free since 3s)
            7s ! ring agent 1 for call 0
            8s carrier breaker open
            8s offer 3 failed: call 0
            8s agent 1 idle
            18s carrier breaker half-open
            18s offer 4: call 1 -> agent 0 (attempt 2, eligible since 3s, free since 2s)
            18s ! ring agent 0 for call 1
            19s carrier breaker closed
            19s offer 5: call 0 -> agent 1 (attempt 4, eligible since 8s, free since 8s)
            19s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_carrier_probe_that_tells_nothing_is_followed_by_another() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s call 0 arrives
         0s call 1 arrives
         --
         1s offer 0 carrier failed
         2s offer 2 carrier failed
         3s call 1 hangs up
         4s call 2 arrives
         8s call 0 hangs up
         9s offer 4 rings",
        expect![[r#"
            1s offer 0 failed: call 0
            1s agent 0 idle
            1s offer 2: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            2s carrier breaker open
            2s offer 2 failed: call 0
            2s agent 0 idle
            3s ! stop offer 1 to agent 1
            3s offer 1 withdrawn: call 1
            3s agent 1 idle
            3s call 1 abandoned ringing (waited 3s)
            4s call 2 arrived: queue 0
            4s call 2 waits in queue 0
            7s carrier breaker half-open
            7s offer 3: call 0 -> agent 1 (attempt 3, eligible since 2s, free since 3s)
            7s ! ring agent 1 for call 0
            8s ! stop offer 3 to agent 1
            8s offer 3 withdrawn: call 0
            8s agent 1 idle
            8s call 0 abandoned ringing (waited 8s)
            8s offer 4: call 2 -> agent 1 (attempt 1, eligible since 4s, free since 8s)
            8s ! ring agent 1 for call 2
            9s carrier breaker closed
            9s offer 4 rang
        "#]],
    );
}

#[test]
fn an_old_leg_that_ends_while_the_probe_is_out_lets_no_second_one_through() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s agent 1 available
         0s agent 2 works 0:1
         0s agent 2 available
         0s call 0 arrives
         0s call 1 arrives
         0s call 2 arrives
         --
         1s offer 0 carrier failed
         1s offer 3 carrier failed
         2s call 3 arrives
         7s call 1 hangs up
         8s offer 4 rings",
        expect![[r#"
            1s offer 0 failed: call 0
            1s agent 0 idle
            1s offer 3: call 0 -> agent 0 (attempt 2, eligible since 1s, free since 1s)
            1s ! ring agent 0 for call 0
            1s carrier breaker open
            1s offer 3 failed: call 0
            1s agent 0 idle
            2s call 3 arrived: queue 0
            2s call 3 waits in queue 0
            6s carrier breaker half-open
            6s offer 4: call 3 -> agent 0 (attempt 1, eligible since 2s, free since 1s)
            6s ! ring agent 0 for call 3
            7s ! stop offer 1 to agent 1
            7s offer 1 withdrawn: call 1
            7s agent 1 idle
            7s call 1 abandoned ringing (waited 7s)
            8s carrier breaker closed
            8s offer 4 rang
            8s offer 5: call 0 -> agent 1 (attempt 3, eligible since 1s, free since 7s)
            8s ! ring agent 1 for call 0
        "#]],
    );
}

#[test]
fn a_callback_that_is_the_carriers_probe_does_not_stop_the_carrier_for_ever() {
    let mut policy = guarded();
    policy.features.set(Feature::Callback, Share::ALL);
    policy.queues[0].callback = Some(super::callbacks::callback());
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s call 0 arrives
         30s call 0 wants a callback
         40s call 1 arrives
         41s agent 0 available
         41s call 0 does not pick up
         42s offer 0 carrier failed
         43s offer 1 carrier failed
         --
         44s call 1 hangs up
         101s agent 1 available
         102s call 2 arrives
         103s call 0 does not pick up
         104s offer 2 rings",
        expect![[r#"
            44s call 1 abandoned waiting (waited 4s)
            48s carrier breaker half-open
            101s call 0 is called back for agent 0 (attempt 2)
            101s ! call back call 0 for agent 0
            101s agent 1 available
            102s call 2 arrived: queue 0
            102s call 2 waits in queue 0
            103s call 0 missed its callback
            103s agent 0 idle
            103s call 0 callback failed
            103s offer 2: call 2 -> agent 0 (attempt 1, eligible since 102s, free since 103s)
            103s ! ring agent 0 for call 2
            104s carrier breaker closed
            104s offer 2 rang
        "#]],
    );
}

#[test]
fn an_agent_that_walks_away_from_a_probe_proves_nothing_about_its_device() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 unreachable
         --
         12s
         13s agent 0 break 1
         14s agent 0 available
         14s offer 3 rings
         15s agent 0 offline
         16s agent 0 available
         17s offer 4 unreachable
         37s",
        expect![[r#"
            12s agent 0 breaker half-open
            12s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 12s)
            12s ! ring agent 0 for call 0
            13s agent 0 on break 1
            13s ! stop offer 2 to agent 0
            13s offer 2 declined: call 0
            13s agent 0 idle
            14s agent 0 available
            14s offer 3: call 0 -> agent 0 (attempt 4, eligible since 13s, free since 14s)
            14s ! ring agent 0 for call 0
            14s offer 3 rang
            15s agent 0 offline
            15s ! stop offer 3 to agent 0
            15s offer 3 declined: call 0
            15s agent 0 idle
            16s agent 0 available
            16s offer 4: call 0 -> agent 0 (attempt 5, eligible since 15s, free since 16s)
            16s ! ring agent 0 for call 0
            17s offer 4 unreachable: call 0
            17s agent 0 breaker open
            17s agent 0 idle
            17s call 0 exhausted
            37s agent 0 breaker half-open
        "#]],
    );
}

#[test]
fn a_caller_that_walks_away_from_a_probe_proves_nothing_about_the_device() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 unreachable
         --
         12s
         13s call 0 hangs up
         14s call 1 arrives
         15s offer 3 rings
         16s call 1 hangs up
         17s call 2 arrives
         18s offer 4 unreachable",
        expect![[r#"
            12s agent 0 breaker half-open
            12s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 12s)
            12s ! ring agent 0 for call 0
            13s ! stop offer 2 to agent 0
            13s offer 2 withdrawn: call 0
            13s agent 0 idle
            13s call 0 abandoned ringing (waited 13s)
            14s call 1 arrived: queue 0
            14s offer 3: call 1 -> agent 0 at arrival (attempt 1, eligible since 14s, free since 13s)
            14s ! ring agent 0 for call 1
            15s offer 3 rang
            16s ! stop offer 3 to agent 0
            16s offer 3 withdrawn: call 1
            16s agent 0 idle
            16s call 1 abandoned ringing (waited 2s)
            17s call 2 arrived: queue 0
            17s offer 4: call 2 -> agent 0 at arrival (attempt 1, eligible since 17s, free since 16s)
            17s ! ring agent 0 for call 2
            18s offer 4 unreachable: call 2
            18s agent 0 breaker open
            18s agent 0 idle
        "#]],
    );
}

#[test]
fn missed_offers_in_a_row_are_not_interrupted_by_an_agent_that_walks_away() {
    check(
        &guarded(),
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         1s offer 0 unreachable
         2s agent 0 break 1
         3s agent 0 available
         --
         4s offer 2 unreachable",
        expect![[r#"
            4s offer 2 unreachable: call 0
            4s agent 0 breaker open
            4s agent 0 idle
        "#]],
    );
}

#[test]
fn a_leg_of_the_agents_own_application_proves_nothing_about_the_carrier() {
    let mut policy = policy(2);
    policy.breakers.carrier = guarded().breakers.carrier;
    policy.queues[0].offer.retry_after.failed = secs(0);
    policy.queues[1].offer.transport = engine::policy::Transport::Pull;
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 1:1
         0s agent 1 available
         0s call 0 arrives
         1s offer 0 carrier failed
         2s offer 1 carrier failed
         --
         3s call 1 arrives queue 1
         7s
         8s offer 2 rings
         9s offer 3 rings",
        expect![[r#"
            3s call 1 arrived: queue 1
            3s offer 2: call 1 -> agent 1 at arrival (attempt 1, eligible since 3s, free since 0s)
            3s ! ring agent 1 for call 1
            7s carrier breaker half-open
            7s offer 3: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 2s)
            7s ! ring agent 0 for call 0
            8s offer 2 rang
            9s carrier breaker closed
            9s offer 3 rang
        "#]],
    );
}

/// The same without breakers.
fn unguarded() -> Policy {
    let mut policy = guarded();
    policy.breakers = engine::policy::Breakers::default();
    policy
}

/// Three calls wait for three agents behind the carrier's breaker, which opens at 2 s.
const CARRIER_DOWN: &str = "0s agent 0 works 0:1
    0s agent 0 available
    0s agent 1 works 0:1
    0s agent 2 works 0:1
    0s call 0 arrives
    1s offer 0 carrier failed
    2s offer 1 carrier failed
    2s agent 1 available
    2s agent 2 available
    3s call 1 arrives
    3s call 2 arrives
    --
    ";

#[test]
fn a_carriers_breaker_removed_while_half_open_admits_every_leg() {
    super::check_with(
        &guarded(),
        &[("unguarded", &unguarded()), ("guarded", &guarded())],
        &format!(
            "{CARRIER_DOWN}
             7s
             8s policy unguarded
             9s offer 2 carrier failed
             10s policy guarded
             11s offer 3 carrier failed"
        ),
        expect![[r#"
            7s carrier breaker half-open
            7s offer 2: call 0 -> agent 1 (attempt 3, eligible since 2s, free since 2s)
            7s ! ring agent 1 for call 0
            8s policy applied
            8s carrier breaker closed
            8s offer 3: call 1 -> agent 0 (attempt 1, eligible since 3s, free since 2s)
            8s ! ring agent 0 for call 1
            8s offer 4: call 2 -> agent 2 (attempt 1, eligible since 3s, free since 2s)
            8s ! ring agent 2 for call 2
            9s offer 2 failed: call 0
            9s agent 1 idle
            9s offer 5: call 0 -> agent 1 (attempt 4, eligible since 9s, free since 9s)
            9s ! ring agent 1 for call 0
            10s policy applied
            11s offer 3 failed: call 1
            11s agent 0 idle
            11s offer 6: call 1 -> agent 0 (attempt 2, eligible since 11s, free since 11s)
            11s ! ring agent 0 for call 1
        "#]],
    );
}

#[test]
fn a_carriers_breaker_removed_while_open_holds_nothing_back() {
    super::check_with(
        &guarded(),
        &[("unguarded", &unguarded())],
        &format!(
            "{CARRIER_DOWN}
             4s policy unguarded
             20s"
        ),
        expect![[r#"
            4s policy applied
            4s carrier breaker closed
            4s offer 2: call 0 -> agent 1 (attempt 3, eligible since 2s, free since 2s)
            4s ! ring agent 1 for call 0
            4s offer 3: call 1 -> agent 0 (attempt 1, eligible since 3s, free since 2s)
            4s ! ring agent 0 for call 1
            4s offer 4: call 2 -> agent 2 (attempt 1, eligible since 3s, free since 2s)
            4s ! ring agent 2 for call 2
        "#]],
    );
}

#[test]
fn a_devices_breaker_removed_by_a_policy_lets_the_agent_work_at_once() {
    let (mut guarded, mut unguarded) = (guarded(), unguarded());
    guarded.queues[0].offer.max_attempts = 9;
    unguarded.queues[0].offer.max_attempts = 9;
    super::check_with(
        &guarded,
        &[("unguarded", &unguarded), ("guarded", &guarded)],
        "0s agent 0 works 0:1
         0s agent 0 available
         0s call 0 arrives
         1s offer 0 unreachable
         2s offer 1 unreachable
         --
         5s policy unguarded
         6s offer 2 unreachable
         7s offer 3 unreachable
         8s policy guarded
         9s offer 4 unreachable
         10s offer 5 unreachable",
        expect![[r#"
            5s policy applied
            5s agent 0 breaker closed
            5s offer 2: call 0 -> agent 0 (attempt 3, eligible since 2s, free since 5s)
            5s ! ring agent 0 for call 0
            6s offer 2 unreachable: call 0
            6s agent 0 idle
            6s offer 3: call 0 -> agent 0 (attempt 4, eligible since 6s, free since 6s)
            6s ! ring agent 0 for call 0
            7s offer 3 unreachable: call 0
            7s agent 0 idle
            7s offer 4: call 0 -> agent 0 (attempt 5, eligible since 7s, free since 7s)
            7s ! ring agent 0 for call 0
            8s policy applied
            9s offer 4 unreachable: call 0
            9s agent 0 idle
            9s offer 5: call 0 -> agent 0 (attempt 6, eligible since 9s, free since 9s)
            9s ! ring agent 0 for call 0
            10s offer 5 unreachable: call 0
            10s agent 0 breaker open
            10s agent 0 idle
        "#]],
    );
}
