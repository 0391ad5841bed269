//! Who may pass whom, against a list of the waiting calls and the definition of the score.

use core::cmp::Ordering;
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
            head_start += u64::from(*head) * 40;
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

/// Calls come (0, 1) or an agent is freed (2), with so many tenths of a second between. Only callers
/// below `share` have the feature; the others' classes count for nothing.
pub fn play(
    classes: &[(u32, u32)],
    share: Share,
    steps: &[(u8, u8, u16)],
) -> Result<Reached, TestCaseError> {
    let mut reached = Reached::default();
    let priorities = priorities(classes);
    let mut policy = Policy {
        queues: vec![QueuePolicy {
            priority: priorities.clone().into(),
            ..QueuePolicy::default()
        }],
        ..Policy::default()
    };
    for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
        policy.features.set(feature, Share::ALL);
    }
    policy.features.set(Feature::PriorityQueue, share);
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
            let caller = CallerKey(call.0);
            let arrival = Input::CallArrived {
                call,
                caller,
                queue: QueueId(0),
                class: ClassId(class as u16),
            };
            engine.handle(now, arrival, &mut out).expect("taken");
            let weight = if engine::bucket(caller) < share.0 {
                priorities[class]
            } else {
                Priority::default()
            };
            waiting.push(Waiting {
                call,
                arrived: now.0,
                head_start: weight.head_start.as_micros() as u64,
                aging: u64::from(weight.aging_milli),
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
                for other in &waiting {
                    judge(&chosen, other, now.0, &mut reached)?;
                }
            }
            if let What::Event(Event::CallConnected { inversion, .. }) = output.what {
                prop_assert!(!inversion);
            }
        }
        prop_assert_eq!(engine::invariants::check(&engine), Ok(()));
    }
    Ok(reached)
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
        engine
            .handle(now, Input::CallBridged { offer }, out)
            .expect("taken");
    } else {
        let status = AgentStatus::Offline;
        engine
            .handle(now, Input::AgentStatusChanged { agent, status }, out)
            .expect("taken");
    }
}

/// `chosen` was offered while `other` waits on.
fn judge(
    chosen: &Waiting,
    other: &Waiting,
    now: u64,
    reached: &mut Reached,
) -> Result<(), TestCaseError> {
    let order = |w: &Waiting| (core::cmp::Reverse(w.score(now)), w.arrived, w.call);
    prop_assert!(order(chosen) < order(other), "{chosen:?} before {other:?}");
    let (earlier, later) = match chosen.arrived.cmp(&other.arrived) {
        Ordering::Less => (chosen, other),
        Ordering::Equal => return Ok(()),
        Ordering::Greater => (other, chosen),
    };
    let has_passed = later.call == chosen.call;
    prop_assert_eq!(
        may_have_passed(later, earlier, now)?,
        has_passed,
        "{:?} and then {:?} at {}",
        earlier,
        later,
        now
    );
    reached.count(later.aging.cmp(&earlier.aging), has_passed);
    Ok(())
}

/// The bound as [`Priority`] states it: whether `c`, which came after `p`, is ahead of it now.
fn may_have_passed(c: &Waiting, p: &Waiting, now: u64) -> Result<bool, TestCaseError> {
    let span = |from: u64, to: u64| i128::from(to - from);
    let start = (i128::from(c.head_start) - i128::from(p.head_start)) * 1000;
    let (own, other) = (i128::from(p.aging), i128::from(c.aging));
    let lead = start - own * span(p.arrived, c.arrived);
    let waited = span(c.arrived, now);
    Ok(match c.aging.cmp(&p.aging) {
        Ordering::Equal => lead > 0,
        Ordering::Less => lead > 0 && (own - other) * waited < lead,
        Ordering::Greater => {
            prop_assert!(
                start < 0,
                "{c:?} ages faster than {p:?} with no less of a start"
            );
            (other - own) * waited > -lead
        }
    })
}

/// How often a later call of the same, a slower, a faster aging was ahead, and was not.
#[derive(Clone, Copy, Default, Debug)]
pub struct Reached(pub [[usize; 2]; 3]);

impl Reached {
    fn count(&mut self, aging: Ordering, has_passed: bool) {
        let case = match aging {
            Ordering::Equal => 0,
            Ordering::Less => 1,
            Ordering::Greater => 2,
        };
        self.0[case][usize::from(has_passed)] += 1;
    }
}
