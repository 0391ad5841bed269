//! Random sound policies.

use std::time::Duration;

use engine::estimate::Estimator;
use engine::id::QueueId;
use engine::policy::{
    Alerts, Announce, AtClose, BreakerPolicy, Breakers, CallbackPolicy, CarrierPolicy, Discovery,
    Feature, Features, Legacy, LegacyFailure, OfferPolicy, Policy, Presence, Priority, QueuePolicy,
    RetryAfter, Rotation, SelectCall, Share, Transport, Treatment, Widen,
};

use super::rng::Rng;

/// A policy of `queues` queues whose spans are multiples of `grid` microseconds.
pub(crate) fn draw(rng: &mut Rng, grid: u64, queues: u64) -> Policy {
    let mut spans = Spans { grid };
    let policy = Policy {
        features: features(rng),
        presence: Presence {
            heartbeat_timeout: spans.one_of(rng, &[8, 15, 45]),
            device_grace: spans.one_of(rng, &[0, 1, 5, 10]),
        },
        legacy: Legacy {
            dial_timeout: spans.one_of(rng, &[3, 8, 20]),
            on_failure: rng.pick(&[LegacyFailure::Voicemail, LegacyFailure::HangUp]),
        },
        select_call: rng.pick(&[SelectCall::LongestWaiting, SelectCall::LevelFirst]),
        queues: (0..queues)
            .map(|i| queue(rng, &mut spans, i, queues))
            .collect(),
        carrier: CarrierPolicy {
            calls_per_second_milli: rng.maybe(35, |rng| rng.pick(&[200, 500, 1000, 3000])),
        },
        breakers: Breakers {
            agent: rng.maybe(40, |rng| breaker(rng, &mut spans)),
            carrier: rng.maybe(40, |rng| breaker(rng, &mut spans)),
        },
        alerts: rng.maybe(40, |rng| Alerts {
            success_rate_drop: Share(rng.pick(&[0, 500, 3000])),
            store_latency_factor_milli: rng.pick(&[1000, 1500, 2000]),
            agent_availability: Share(rng.pick(&[2500, 5000, 9000])),
            queue_length: rng.pick(&[0, 1, 3, 8]),
            window: spans.one_of(rng, &[20, 50, 100]),
            min_calls: rng.pick(&[0, 1, 5]),
            standard_errors: rng.pick(&[0, 0, 1, 2]),
        }),
    };
    if let Err(errors) = policy.check() {
        panic!("a drawn policy is sound: {errors}");
    }
    policy
}

/// Spans in grid steps.
struct Spans {
    grid: u64,
}

impl Spans {
    fn one_of(&mut self, rng: &mut Rng, steps: &[u64]) -> Duration {
        Duration::from_micros(rng.pick(steps) * self.grid)
    }
}

fn features(rng: &mut Rng) -> Features {
    let mut features = Features::default();
    for feature in Feature::ALL {
        let mostly = matches!(feature, Feature::EnhancedQueue);
        features.set(feature, share(rng, mostly));
    }
    features
}

/// Nobody, everybody, or some.
pub(crate) fn share(rng: &mut Rng, mostly: bool) -> Share {
    match rng.below(if mostly { 8 } else { 4 }) {
        0 => Share::NONE,
        1 => Share(rng.between(1, 9_999) as u16),
        2 => Share(5_000),
        3.. => Share::ALL,
    }
}

fn breaker(rng: &mut Rng, spans: &mut Spans) -> BreakerPolicy {
    let open = spans.one_of(rng, &[2, 5, 15]);
    BreakerPolicy {
        failures: rng.between(1, 3) as u16,
        open,
        max_open: open * rng.pick(&[1, 3, 4]),
    }
}

fn queue(rng: &mut Rng, spans: &mut Spans, index: u64, queues: u64) -> QueuePolicy {
    let discovery = match rng.below(4) {
        0 => Discovery::Poll(spans.one_of(rng, &[1, 5, 10])),
        1 => Discovery::Events {
            reconcile: Some(spans.one_of(rng, &[5, 10])),
        },
        2.. => Discovery::Events { reconcile: None },
    };
    QueuePolicy {
        discovery,
        slow_poll: spans.one_of(rng, &[5, 10, 30]),
        rotation: rng.pick(&[
            Rotation::LongestIdle,
            Rotation::RoundRobin,
            Rotation::FewestCalls,
            Rotation::LeastTalkTime,
            Rotation::LeastOccupied,
            Rotation::TopDown,
            Rotation::Random,
            Rotation::BestScore,
        ]),
        offer: offer(rng, spans),
        widen: widen(rng, spans),
        wrap_up: spans.one_of(rng, &[0, 0, 3, 10]),
        max_length: rng.maybe(30, |rng| rng.between(0, 6) as u32),
        max_wait: rng.maybe(40, |rng| spans.one_of(rng, &[5, 20, 60])),
        on_full: treatment(rng, index, queues, false),
        on_timeout: treatment(rng, index, queues, false),
        on_nobody: treatment(rng, index, queues, true),
        on_closed: treatment(rng, index, queues, false),
        at_close: rng.pick(&[AtClose::Serve, AtClose::Clear]),
        opens_at_start: rng.percent(90),
        priority: priorities(rng, spans),
        announce: rng.maybe(50, |rng| {
            let wait = rng.percent(70);
            Announce {
                first: spans.one_of(rng, &[0, 2, 5]),
                every: spans.one_of(rng, &[3, 10, 45]),
                position: !wait || rng.percent(70),
                wait,
            }
        }),
        estimator: rng.pick(&Estimator::ALL),
        callback: rng.maybe(60, |rng| CallbackPolicy {
            offer_after: spans.one_of(rng, &[0, 3, 10, 40]),
            attempts: rng.between(1, 3) as u16,
            retry_every: spans.one_of(rng, &[2, 10, 30]),
            ring: spans.one_of(rng, &[3, 8]),
            scheduled: rng.percent(60),
            expires: rng.maybe(40, |rng| spans.one_of(rng, &[2, 10, 40, 120])),
        }),
    }
}

fn offer(rng: &mut Rng, spans: &mut Spans) -> OfferPolicy {
    OfferPolicy {
        timeout: spans.one_of(rng, &[3, 8, 15]),
        place_timeout: spans.one_of(rng, &[3, 10, 30]),
        max_attempts: rng.pick(&[1, 2, 5]),
        ring: rng.pick(&[1, 1, 1, 2, 3, 8]),
        tried_for: spans.one_of(rng, &[0, 5, 20, 60]),
        exhausted: spans.one_of(rng, &[1, 5, 20]),
        transport: rng.pick(&[Transport::Push, Transport::Push, Transport::Pull]),
        retry_after: RetryAfter {
            declined: spans.one_of(rng, &[0, 2, 5]),
            expired: spans.one_of(rng, &[0, 2, 10]),
            unreachable: spans.one_of(rng, &[0, 5, 30]),
            failed: spans.one_of(rng, &[0, 2, 5]),
        },
        confirm: rng.percent(20),
    }
}

fn widen(rng: &mut Rng, spans: &Spans) -> Box<[Widen]> {
    let mut after = rng.pick(&[0, 2, 5]);
    let mut level = 1;
    (0..rng.below(4))
        .map(|_| {
            level += rng.between(1, 2) as u8;
            let step = Widen {
                after: Duration::from_micros(after * spans.grid),
                level,
            };
            after += rng.pick(&[1, 3, 20]);
            step
        })
        .collect()
}

fn treatment(rng: &mut Rng, index: u64, queues: u64, may_wait: bool) -> Treatment {
    match rng.below(8) {
        0 => Treatment::HangUp,
        1 | 2 => Treatment::Callback,
        3..=5 if queues > 1 => {
            let other = (index + rng.between(1, queues - 1)) % queues;
            Treatment::Queue(QueueId(other as u16))
        }
        6.. if may_wait => Treatment::Wait,
        3.. => Treatment::Voicemail,
    }
}

/// Larger head starts age more slowly or alike, and none ages faster than 1x.
fn priorities(rng: &mut Rng, spans: &Spans) -> Box<[Priority]> {
    let all: &[&[(u64, u32)]] = &[
        &[],
        &[(0, 1000), (10, 1000)],
        &[(20, 500), (5, 1000)],
        &[(60, 0), (10, 500), (0, 1000)],
        &[(0, 1000), (3, 750)],
        &[(5, 1000), (5, 1000), (1, 1000)],
    ];
    let mut chosen = rng.pick(all).to_vec();
    if chosen.len() > 1 && rng.percent(30) {
        chosen.reverse();
    }
    chosen
        .into_iter()
        .map(|(steps, aging_milli)| Priority {
            head_start: Duration::from_micros(steps * spans.grid),
            aging_milli,
        })
        .collect()
}
