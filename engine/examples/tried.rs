//! What a match costs when every idle agent has missed every call in line: the worst case of the
//! search for a pair that was not tried. The tried sets are written into the engine's own state, since
//! it would take as many missed offers as there are pairs to fill them.
//!
//! `cargo run --release -p linefinder-engine --example tried`

use std::time::{Duration, Instant};

use engine::id::{AgentId, CallId, CallerKey, ClassId, QueueId};
use engine::input::AgentStatus;
use engine::policy::{Discovery, Feature, Policy, QueuePolicy, Share};
use engine::{Engine, Input, Outbox, Timestamp};

const QUEUE: QueueId = QueueId(0);
const SCAN: Duration = Duration::from_secs(3600);

fn main() {
    println!("one scan that matches every idle agent, by calls in line:");
    println!("| calls | idle agents | nobody tried | all tried | per match |");
    println!("|---|---|---|---|---|");
    for calls in [100, 1_000, 10_000] {
        for agents in [1, 10] {
            let fresh = scan(&waiting(calls, agents));
            let tried = scan(&with_everybody_tried(&waiting(calls, agents), agents));
            println!(
                "| {calls} | {agents} | {fresh:.1?} | {tried:.1?} | {:.1?} |",
                tried / agents
            );
        }
    }
}

/// Calls wait in a polled queue, agents are idle beside them until the scan.
fn waiting(calls: u64, agents: u32) -> Engine {
    let mut policy = Policy {
        queues: vec![QueuePolicy {
            discovery: Discovery::Poll(SCAN),
            ..QueuePolicy::default()
        }],
        ..Policy::default()
    };
    for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
        policy.features.set(feature, Share::ALL);
    }
    let mut engine = Engine::new(policy).expect("a sound policy");
    let mut out = Outbox::new();
    let mut take = |input| {
        engine.handle(Timestamp(1), input, &mut out).expect("taken");
    };
    for agent in (0..agents).map(AgentId) {
        let queues = Box::new([(QUEUE, 1)]);
        take(Input::AgentAssigned { agent, queues });
        let status = AgentStatus::Available;
        take(Input::AgentStatusChanged { agent, status });
    }
    for i in 0..calls {
        take(Input::CallArrived {
            call: CallId(i),
            caller: CallerKey(i),
            queue: QUEUE,
            class: ClassId(0),
        });
    }
    engine
}

fn with_everybody_tried(engine: &Engine, agents: u32) -> Engine {
    let mut state = serde_json::to_value(engine).expect("an engine can be written");
    let tried: Vec<(u32, u64)> = (0..agents).map(|agent| (agent, u64::MAX)).collect();
    let calls = state["calls"]["slots"].as_array_mut();
    for call in calls.expect("the calls in hand") {
        call["tried"] = serde_json::json!(tried);
    }
    serde_json::from_value(state).expect("and read")
}

/// The shortest of some runs of the same scan.
fn scan(engine: &Engine) -> Duration {
    let runs = (0..5).map(|_| {
        let mut engine = engine.clone();
        let mut out = Outbox::new();
        #[expect(clippy::disallowed_methods, reason = "shown to a person")]
        let begin = Instant::now();
        engine.advance_to(Timestamp(SCAN.as_micros() as u64), &mut out);
        begin.elapsed()
    });
    runs.min().expect("some runs")
}
