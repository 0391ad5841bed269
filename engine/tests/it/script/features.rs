//! Feature shares: one bucket per caller, fixed at arrival.

use engine::id::CallerKey;
use engine::policy::{Discovery, Feature, Rotation, Share};
use expect_test::expect;

use super::{check, policy, secs};

#[test]
fn the_callers_of_a_small_share_are_among_those_of_a_larger_one() {
    let below = |share: u16| -> Vec<u64> {
        (0..400)
            .filter(|c| engine::bucket(CallerKey(*c)) < share)
            .collect()
    };
    let (small, large) = (below(1_000), below(2_500));
    assert!(small.iter().all(|c| large.contains(c)));
    assert!((20..=60).contains(&small.len()), "{}", small.len());
    assert!((70..=130).contains(&large.len()), "{}", large.len());
}

#[test]
fn a_caller_is_in_the_same_bucket_for_every_feature_and_every_call() {
    let mut policy = policy(1);
    policy.features.set(Feature::EnhancedQueue, Share::NONE);
    check(
        &policy,
        "0s feature enhanced_queue 50%
         --
         1s call 0 arrives caller 0
         2s call 1 arrives caller 2
         3s call 2 arrives caller 0
         4s call 3 arrives caller 2",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s call 1 arrived: queue 0 (legacy)
            2s ! call 1 to voicemail
            2s call 1 hears the greeting
            3s call 2 arrived: queue 0
            3s call 2 waits in queue 0
            4s call 3 arrived: queue 0 (legacy)
            4s ! call 3 to voicemail
            4s call 3 hears the greeting
        "#]],
    );
}

#[test]
fn a_waiting_call_keeps_the_features_it_arrived_with() {
    check(
        &policy(1),
        "0s agent 0 works 0:1
         --
         1s call 0 arrives
         2s feature enhanced_queue 0%
         3s feature enhanced_discovery 100%
         4s agent 0 available",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s enhanced_queue 0%
            3s enhanced_discovery 100%
            4s agent 0 available
            4s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 4s)
            4s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn each_presence_level_looks_for_its_own_agents() {
    let mut policy = policy(1);
    policy.features.set(Feature::AgentHeartbeat, Share::NONE);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 1 works 0:1
         0s agent 2 works 0:1
         0s agent 1 beats
         0s agent 2 beats
         0s agent 2 connects
         0s agent 0 available
         0s agent 1 available
         0s agent 2 available
         0s feature enhanced_discovery 100%
         --
         1s call 0 arrives
         2s call 1 arrives
         3s feature enhanced_discovery 0%
         3s feature agent_heartbeat 100%
         4s call 2 arrives
         5s feature agent_heartbeat 0%
         6s call 3 arrives",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s offer 0: call 0 -> agent 2 at arrival (attempt 1, eligible since 1s, free since 0s)
            1s ! ring agent 2 for call 0
            2s call 1 arrived: queue 0
            2s call 1 waits in queue 0
            3s enhanced_discovery 0%
            3s agent_heartbeat 100%
            4s call 2 arrived: queue 0
            4s offer 1: call 2 -> agent 1 at arrival (attempt 1, eligible since 4s, free since 0s)
            4s ! ring agent 1 for call 2
            5s agent_heartbeat 0%
            6s call 3 arrived: queue 0
            6s offer 2: call 3 -> agent 0 at arrival (attempt 1, eligible since 6s, free since 0s)
            6s ! ring agent 0 for call 3
        "#]],
    );
}

#[test]
fn without_continuous_discovery_a_call_waits_for_the_slow_scan() {
    let mut policy = policy(1);
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share::NONE);
    policy.queues[0].slow_poll = secs(30);
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         --
         1s call 0 arrives
         61s call 1 arrives
         90s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            30s queue 0 scanned: 1 waiting
            30s offer 0: call 0 -> agent 0 (attempt 1, eligible since 1s, free since 0s)
            30s ! ring agent 0 for call 0
            60s ! stop offer 0 to agent 0
            60s offer 0 unreachable: call 0
            60s agent 0 idle
            60s queue 0 scanned: 1 waiting
            61s call 1 arrived: queue 0
            61s call 1 waits in queue 0
            90s queue 0 scanned: 2 waiting
        "#]],
    );
}

#[test]
fn the_slow_scan_follows_a_slow_call_into_another_queue() {
    let mut policy = policy(2);
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share::NONE);
    policy.queues[0].max_wait = Some(secs(20));
    policy.queues[0].on_timeout = engine::policy::Treatment::Queue(engine::id::QueueId(1));
    policy.queues[1].slow_poll = secs(30);
    check(
        &policy,
        "0s agent 0 works 1:1
         0s agent 0 available
         --
         50s call 0 arrives
         51s feature continuous_discovery 100%
         89s
         90s",
        expect![[r#"
            30s queue 1 scanned: 0 waiting
            50s call 0 arrived: queue 0
            50s call 0 waits in queue 0
            51s continuous_discovery 100%
            60s queue 0 scanned: 1 waiting
            70s call 0 overflowed: queue 0 -> queue 1
            90s queue 1 scanned: 1 waiting
            90s offer 0: call 0 -> agent 0 (attempt 1, eligible since 70s, free since 0s)
            90s ! ring agent 0 for call 0
        "#]],
    );
}

#[test]
fn a_polled_queue_scans_once_for_callers_of_one_kind() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    policy.queues[0].slow_poll = secs(10);
    policy
        .features
        .set(Feature::ContinuousDiscovery, Share::NONE);
    check(
        &policy,
        "--
         10s
         11s feature continuous_discovery 100%
         20s
         21s feature continuous_discovery 50%
         30s",
        expect![[r#"
            10s queue 0 scanned: 0 waiting
            11s continuous_discovery 100%
            20s queue 0 scanned: 0 waiting
            21s continuous_discovery 50%
            30s queue 0 scanned: 0 waiting
            30s queue 0 scanned: 0 waiting
        "#]],
    );
}

#[test]
fn nothing_scans_while_no_call_can_be_in_line() {
    // Every call takes the legacy flow, also those whose caller would have continuous discovery.
    for discovery in [
        Discovery::Poll(secs(10)),
        Discovery::Events {
            reconcile: Some(secs(10)),
        },
    ] {
        let mut policy = policy(1);
        policy.queues[0].discovery = discovery;
        policy.features.set(Feature::EnhancedQueue, Share::NONE);
        check(
            &policy,
            "--
             100s",
            expect![""],
        );
    }
}

#[test]
fn scans_go_on_for_the_calls_that_wait_when_no_more_can_come() {
    let mut policy = policy(1);
    policy.queues[0].discovery = Discovery::Poll(secs(10));
    check(
        &policy,
        "--
         1s call 0 arrives
         2s feature enhanced_queue 0%
         25s call 0 hangs up
         60s
         61s feature enhanced_queue 100%
         70s",
        expect![[r#"
            1s call 0 arrived: queue 0
            1s call 0 waits in queue 0
            2s enhanced_queue 0%
            10s queue 0 scanned: 1 waiting
            20s queue 0 scanned: 1 waiting
            25s call 0 abandoned waiting (waited 24s)
            61s enhanced_queue 100%
            70s queue 0 scanned: 0 waiting
        "#]],
    );
}

#[test]
fn load_balancing_asks_the_best_agent_instead_of_the_queues_rotation() {
    let mut policy = policy(1);
    policy.queues[0].rotation = Rotation::TopDown;
    policy.queues[0].discovery = Discovery::Events { reconcile: None };
    // Caller 0 is below 50 %, caller 2 is not. Agent 0 has a call behind it, agent 1 none.
    policy.features.set(Feature::LoadBalancing, Share(5_000));
    check(
        &policy,
        "0s agent 0 works 0:1
         0s agent 0 available
         0s agent 1 works 0:1
         0s call 0 arrives caller 2
         0s offer 0 answered
         0s call 0 is bridged
         600s call 0 ends
         600s agent 1 available
         --
         601s call 1 arrives caller 2
         601s call 1 hangs up
         602s call 2 arrives caller 0",
        expect![[r#"
            601s call 1 arrived: queue 0
            601s offer 1: call 1 -> agent 0 at arrival (attempt 1, eligible since 601s, free since 600s)
            601s ! ring agent 0 for call 1
            601s ! stop offer 1 to agent 0
            601s offer 1 withdrawn: call 1
            601s agent 0 idle
            601s call 1 abandoned ringing (waited 0s)
            602s call 2 arrived: queue 0
            602s offer 2: call 2 -> agent 1 at arrival (attempt 1, eligible since 602s, free since 600s)
            602s ! ring agent 1 for call 2
        "#]],
    );
}
