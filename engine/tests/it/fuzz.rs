//! No input makes the engine panic or break an invariant, however little sense it makes. Seeded and
//! quick; the coverage-guided fuzzer in `engine/fuzz` runs the same for as long as one likes
//! (`make fuzz`). What either has found is a test here.

mod arbitrary;

use crate::properties::{draws, ledger, policies};
use core::time::Duration;
use engine::policy::{Alerts, Policy, QueuePolicy, Share};
use engine::{Engine, Input, Outbox, Timestamp};

/// SplitMix64 (Steele, Lea, Flood 2014).
fn noise(seed: u64, n: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    (0..n).map(|_| next() as u8).collect()
}

#[test]
fn whatever_is_said_to_it_the_engine_keeps_its_invariants() {
    for seed in 0..150 {
        let bytes = noise(seed, 2_000);
        let run = std::panic::catch_unwind(|| arbitrary::run(&bytes));
        assert!(run.is_ok(), "seed {seed}");
    }
}

/// Two latencies of 600,000 years are more than a sum of microseconds holds.
#[test]
fn absurd_store_latencies_are_added_up() {
    let mut policy = Policy {
        queues: vec![QueuePolicy::default()],
        ..Policy::default()
    };
    policy.alerts = Some(Alerts {
        success_rate_drop: Share(500),
        store_latency_factor_milli: 2_000,
        agent_availability: Share(0),
        queue_length: 100,
        window: Duration::from_secs(50),
        min_calls: 1,
        standard_errors: 0,
    });
    let mut engine = Engine::new(policy).expect("a sound policy");
    let mut out = Outbox::new();
    for second in 0..200 {
        let latency = Duration::MAX;
        let input = Input::StoreLatencyMeasured { latency };
        let now = Timestamp::from_secs(second);
        assert_eq!(engine.handle(now, input, &mut out), Ok(()));
    }
}
