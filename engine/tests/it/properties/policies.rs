//! Random sound policies with short clocks, so that many things fall into one instant.

use core::time::Duration;

use engine::estimate::Estimator;
use engine::id::QueueId;
use engine::policy::{
    Alerts, Announce, AtClose, BreakerPolicy, CallbackPolicy, CarrierPolicy, Discovery, Feature,
    LegacyFailure, Policy, Priority, QueuePolicy, Rotation, SelectCall, Share, Transport,
    Treatment, Widen,
};

use super::draws::Draws;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A sound policy of one to three queues.
pub fn any_policy(draws: &mut Draws<'_>) -> Policy {
    let mut policy = Policy::default();
    let shares = [Share::ALL, Share(5_000), Share::NONE];
    for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
        let share = draws.of(&[
            Share::ALL,
            Share::ALL,
            Share::ALL,
            Share(7_000),
            Share(2_000),
        ]);
        policy.features.set(feature, share);
    }
    for feature in [
        Feature::AgentHeartbeat,
        Feature::EnhancedDiscovery,
        Feature::LoadBalancing,
    ] {
        policy
            .features
            .set(feature, draws.of(&[Share::NONE, Share(5_000), Share::ALL]));
    }
    for feature in [Feature::PriorityQueue, Feature::Callback] {
        policy.features.set(feature, draws.of(&shares));
    }
    policy.presence.heartbeat_timeout = secs(draws.of(&[45, 10]));
    policy.presence.device_grace = secs(draws.of(&[10, 0]));
    policy.legacy.on_failure = draws.of(&[LegacyFailure::Voicemail, LegacyFailure::HangUp]);
    policy.select_call = draws.of(&[SelectCall::LongestWaiting, SelectCall::LevelFirst]);
    policy.carrier = CarrierPolicy {
        calls_per_second_milli: draws.of(&[None, None, Some(1_000), Some(300)]),
    };
    let breaker = Some(BreakerPolicy {
        failures: 1 + draws.below(2) as u16,
        open: secs(5),
        max_open: secs(20),
    });
    policy.breakers.agent = draws.of(&[None, breaker]);
    policy.breakers.carrier = draws.of(&[None, breaker]);
    policy.alerts = draws.of(&[
        None,
        Some(Alerts {
            success_rate_drop: Share(500),
            store_latency_factor_milli: 2_000,
            agent_availability: Share(5_000),
            queue_length: 2,
            window: secs(25),
            min_calls: 1,
            standard_errors: 0,
        }),
    ]);
    let n = 1 + draws.below(3);
    policy.queues = (0..n).map(|i| any_queue(draws, i, n)).collect();
    policy.check().expect("drawn policies are sound");
    policy
}

fn any_queue(draws: &mut Draws<'_>, i: usize, n: usize) -> QueuePolicy {
    let mut queue = QueuePolicy {
        discovery: draws.of(&[
            Discovery::Events { reconcile: None },
            Discovery::Events {
                reconcile: Some(secs(10)),
            },
            Discovery::Poll(secs(10)),
        ]),
        slow_poll: secs(15),
        rotation: draws.of(&[
            Rotation::LongestIdle,
            Rotation::RoundRobin,
            Rotation::FewestCalls,
            Rotation::LeastTalkTime,
            Rotation::LeastOccupied,
            Rotation::TopDown,
            Rotation::Random,
            Rotation::BestScore,
        ]),
        wrap_up: secs(draws.of(&[0, 5])),
        max_length: draws.of(&[None, None, Some(1), Some(3)]),
        max_wait: draws.of(&[None, Some(secs(20))]),
        on_full: any_treatment(draws, i, n),
        on_timeout: any_treatment(draws, i, n),
        on_closed: any_treatment(draws, i, n),
        at_close: draws.of(&[AtClose::Serve, AtClose::Clear]),
        opens_at_start: draws.of(&[true, true, true, false]),
        estimator: draws.of(&Estimator::ALL),
        ..QueuePolicy::default()
    };
    queue.on_nobody = match draws.below(4) {
        0..=2 => Treatment::Wait,
        _ => any_treatment(draws, i, n),
    };
    let offer = &mut queue.offer;
    offer.timeout = secs(draws.of(&[15, 5]));
    offer.place_timeout = secs(draws.of(&[30, 5]));
    offer.max_attempts = draws.of(&[5, 1, 2]);
    offer.ring = draws.of(&[1, 1, 2, 8]);
    offer.tried_for = secs(draws.of(&[60, 0, 10]));
    offer.exhausted = secs(draws.of(&[30, 5]));
    offer.transport = draws.of(&[Transport::Push, Transport::Pull]);
    let rest = &mut offer.retry_after;
    rest.declined = secs(draws.of(&[5, 0]));
    rest.expired = secs(draws.of(&[10, 0]));
    rest.unreachable = secs(draws.of(&[20, 0]));
    rest.failed = secs(draws.of(&[2, 0]));
    if draws.yes() {
        queue.widen = Box::new([
            Widen {
                after: secs(draws.of(&[5, 0])),
                level: 2,
            },
            Widen {
                after: secs(15),
                level: 3,
            },
        ]);
    }
    if draws.yes() {
        queue.priority = Box::new([
            Priority::default(),
            Priority {
                head_start: secs(10),
                aging_milli: draws.of(&[1_000, 500, 0]),
            },
        ]);
    }
    if draws.yes() {
        queue.announce = Some(Announce {
            first: secs(draws.of(&[0, 5])),
            every: secs(10),
            position: true,
            wait: draws.yes(),
        });
    }
    if draws.yes() {
        queue.callback = Some(CallbackPolicy {
            offer_after: secs(draws.of(&[5, 0])),
            attempts: draws.of(&[2, 1]),
            retry_every: secs(10),
            ring: secs(5),
            scheduled: draws.yes(),
            expires: draws.of(&[None, Some(secs(15))]),
        });
    }
    queue
}

fn any_treatment(draws: &mut Draws<'_>, i: usize, n: usize) -> Treatment {
    let other = (i + 1 + draws.below(n)) % n;
    let over = if other == i {
        Treatment::HangUp
    } else {
        Treatment::Queue(QueueId(other as u16))
    };
    draws.of(&[
        Treatment::Voicemail,
        Treatment::HangUp,
        Treatment::Callback,
        over,
    ])
}
