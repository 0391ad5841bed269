//! As many classes and queues as nobody has: nothing overflows, and the order stays what it is.

use engine::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
use engine::input::AgentStatus;
use engine::output::{Command, What};
use engine::policy::{Feature, Policy, QueuePolicy, Share};
use engine::{Engine, Input, Outbox, Timestamp};

/// Every caller is held in one of `queues` queues and matched by events.
fn engine(queues: usize) -> Engine {
    let mut policy = Policy {
        queues: vec![QueuePolicy::default(); queues],
        ..Policy::default()
    };
    for feature in [
        Feature::EnhancedQueue,
        Feature::ContinuousDiscovery,
        Feature::PriorityQueue,
    ] {
        policy.features.set(feature, Share::ALL);
    }
    Engine::new(policy).expect("a sound policy")
}

/// One call of each of `n` classes, or in each of `n` queues; then an agent who has time for all.
fn served_in_order(mut engine: Engine, n: u16, queue: fn(u16) -> QueueId) -> Vec<CallId> {
    let mut out = Outbox::new();
    let mut take = |engine: &mut Engine, at: u64, input: Input| -> Vec<(OfferId, CallId)> {
        out.clear();
        engine
            .handle(Timestamp(at), input, &mut out)
            .expect("taken");
        let rung = out.iter().filter_map(|output| match output.what {
            What::Command(_, Command::RingAgent { offer, call }) => Some((offer, call)),
            What::Command(..) | What::Event(_) => None,
        });
        rung.collect()
    };
    for i in 0..n {
        let arrival = Input::CallArrived {
            call: CallId(u64::from(i)),
            caller: CallerKey(u64::from(i)),
            queue: queue(i),
            // The last class there can be, and those before it.
            class: ClassId(u16::MAX - i),
        };
        take(&mut engine, u64::from(i), arrival);
    }
    engine::invariants::check(&engine).expect("nothing is broken");
    let agent = AgentId(0);
    let mut queues: Vec<(QueueId, u8)> = (0..n).map(|i| (queue(i), 1)).collect();
    queues.dedup();
    let queues = queues.into();
    take(&mut engine, 10_000, Input::AgentAssigned { agent, queues });
    let status = AgentStatus::Available;
    let mut rung = take(
        &mut engine,
        10_000,
        Input::AgentStatusChanged { agent, status },
    );
    let mut served = Vec::new();
    while let Some((offer, call)) = rung.pop() {
        take(&mut engine, 10_000, Input::OfferAnswered { offer });
        take(&mut engine, 10_000, Input::CallBridged { offer });
        rung = take(&mut engine, 10_000, Input::CallEnded { call });
        served.push(call);
    }
    engine::invariants::check(&engine).expect("nothing is broken");
    assert_eq!(engine.n_calls(), 0);
    served
}

#[test]
fn five_thousand_classes_in_one_queue_are_served_by_arrival() {
    let served = served_in_order(engine(1), 5_000, |_| QueueId(0));
    assert_eq!(served, (0..5_000).map(CallId).collect::<Vec<_>>());
}

#[test]
fn as_many_queues_as_a_policy_may_have_are_served_by_arrival() {
    let served = served_in_order(engine(4_096), 4_096, QueueId);
    assert_eq!(served, (0..4_096).map(CallId).collect::<Vec<_>>());
}
