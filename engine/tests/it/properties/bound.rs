//! Who may pass whom, against a list of the waiting calls and the definition of the score.

use core::time::Duration;

use engine::id::{AgentId, CallId, CallerKey, ClassId, QueueId};
use engine::input::AgentStatus;
use engine::policy::{Feature, Policy, Priority, QueuePolicy, Share};
use engine::{Engine, Event, Input, Outbox, Timestamp, What};
use proptest::prelude::*;

/// A waiting call.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    call: CallId,
    arrived: u64,
    /// Microseconds and thousandths.
    head_start: u64,
    aging: u64,
}

impl Waiting {
    fn score(&self, now: u64) -> u128 {
        u128::from(self.head_start) * 1000 + u128::from(self.aging) * u128::from(now - self.arrived)
    }
}

/// Classes that the policy check allows: the larger the head start, the slower the aging.
fn priorities(classes: &[(u32, u32)]) -> Vec<Priority> {
    let mut head_start = 0;
    let mut aging = 1_000;
    classes
        .iter()
        .map(|(head, slower)| {
            head_start += u64::from(*head) * 5;
            if *head > 0 {
                aging = u32::saturating_sub(aging, slower * 250);
            }
            Priority {
                head_start: Duration::from_secs(head_start),
                aging_milli: aging,
            }
        })
        .collect()
}

/// Calls come (0, 1) or an agent is freed (2), with so many tenths of a second between.
pub fn play(classes: &[(u32, u32)], steps: &[(u8, u8, u16)]) -> Result<(), TestCaseError> {
    let priorities = priorities(classes);
    let mut policy = Policy {
        queues: vec![QueuePolicy {
            priority: priorities.clone().into(),
            ..QueuePolicy::default()
        }],
        ..Policy::default()
    };
    for feature in [
        Feature::EnhancedQueue,
        Feature::ContinuousDiscovery,
        Feature::PriorityQueue,
    ] {
        policy.features.set(feature, Share::ALL);
    }
    let mut engine = Engine::new(policy).expect("a sound policy");
    let mut out = Outbox::new();
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut now = Timestamp::ZERO;
    for (what, class, wait) in steps {
        now = now.after(u64::from(*wait) * 100_000);
        out.clear();
        if *what < 2 {
            let class = usize::from(*class) % priorities.len();
            let call = engine.next_call();
            let arrival = Input::CallArrived {
                call,
                caller: CallerKey(call.0),
                queue: QueueId(0),
                class: ClassId(class as u16),
            };
            engine.handle(now, arrival, &mut out).expect("taken");
            waiting.push(Waiting {
                call,
                arrived: now.0,
                head_start: priorities[class].head_start.as_micros() as u64,
                aging: u64::from(priorities[class].aging_milli),
            });
        } else {
            free_an_agent(&mut engine, now, &mut out);
        }
        for output in out.iter() {
            if let What::Event(Event::OfferMade { call, .. }) = output.what {
                let at = waiting
                    .iter()
                    .position(|w| w.call == call)
                    .expect("it waits");
                let chosen = waiting.remove(at);
                for passed in &waiting {
                    may_pass(&chosen, passed, now.0)?;
                }
            }
        }
        prop_assert_eq!(engine::invariants::check(&engine), Ok(()));
    }
    Ok(())
}

/// A new agent takes one call and is never freed again.
fn free_an_agent(engine: &mut Engine, now: Timestamp, out: &mut Outbox) {
    let agent: AgentId = engine.next_agent();
    let queues = Box::new([(QueueId(0), 1)]);
    let assigned = Input::AgentAssigned { agent, queues };
    engine.handle(now, assigned, out).expect("taken");
    let status = AgentStatus::Available;
    let available = Input::AgentStatusChanged { agent, status };
    engine.handle(now, available, out).expect("taken");
    if let Some(offer) = out.iter().find_map(|o| match o.what {
        What::Event(Event::OfferMade { offer, .. }) => Some(offer),
        What::Event(_) | What::Command(..) => None,
    }) {
        engine
            .handle(now, Input::OfferAnswered { offer }, out)
            .expect("taken");
        let call = CallId(call_of(out));
        engine
            .handle(now, Input::CallBridged { call }, out)
            .expect("taken");
    } else {
        let status = AgentStatus::Offline;
        engine
            .handle(now, Input::AgentStatusChanged { agent, status }, out)
            .expect("taken");
    }
}

fn call_of(out: &Outbox) -> u64 {
    out.iter()
        .find_map(|o| match o.what {
            What::Event(Event::OfferMade { call, .. }) => Some(call.0),
            What::Event(_) | What::Command(..) => None,
        })
        .expect("an offer was made")
}

/// `chosen` was offered while `passed` waits on.
fn may_pass(chosen: &Waiting, passed: &Waiting, now: u64) -> Result<(), TestCaseError> {
    let order = |w: &Waiting| (core::cmp::Reverse(w.score(now)), w.arrived, w.call);
    prop_assert!(
        order(chosen) < order(passed),
        "{chosen:?} before {passed:?}"
    );
    let came_later = chosen.arrived > passed.arrived;
    // A class that ages faster catches up with those it could not pass on arrival.
    if came_later && chosen.aging <= passed.aging {
        let later = u128::from(chosen.arrived - passed.arrived) * u128::from(passed.aging);
        let difference = u128::from(chosen.head_start.saturating_sub(passed.head_start)) * 1000;
        prop_assert!(later < difference, "{chosen:?} passed {passed:?} at {now}");
    }
    Ok(())
}
