//! Nobody waits for nothing: every call in line has a reason to wait, or it is a call that could be
//! matched now and is not.
//!
//! The reasons are those of [`Reason`], and each is looked up in the plain state: who could serve a
//! call is found by asking every agent, not the idle sets, the marks or the selection that routing
//! goes by. An agent that missed a call lately is no reason: when only such are left, the call's
//! tried set clears. The call that a claim undone has sent to the front is no exception.

use alloc::format;
use alloc::vec::Vec;

use super::Invariant::NobodyWaitsForNothing;
use super::{Broken, expect};
use crate::call::{self, Call, Phase};
use crate::engine::{self, Engine};
use crate::id::{AgentId, QueueId};
use crate::queue::{self, pending};

/// Why a call in line is not being offered to anybody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    /// It was offered too often; its rest has an end.
    Rests,
    /// No agent that works for its queue, at a level it has widened to, can be offered it.
    NobodyForIt,
    /// Its leg waits for the carrier, which will take legs again.
    Carrier,
    /// Its pairs are found by a scan, which will come.
    NextScan,
}

pub(super) fn check(engine: &Engine) -> Result<(), Broken> {
    let free = free_agents(engine);
    check_answered_callbacks(engine)?;
    for i in 0..engine.queues.len() {
        check_marks(engine, &free, QueueId(i as u16))?;
    }
    for (slot, call) in engine.calls.iter().filter(|(_, call)| call.is_in_line()) {
        let reason = reason_to_wait(engine, &free, call);
        expect(reason.is_some(), NobodyWaitsForNothing, || {
            format!(
                "{} (slot {slot}) could go to {:?} and waits",
                call.id,
                who_could_serve(engine, &free, call)
            )
        })?;
    }
    Ok(())
}

/// The first of the reasons that holds.
fn reason_to_wait(engine: &Engine, free: &[AgentId], call: &Call) -> Option<Reason> {
    let state = &engine.queues[call.queue.index()];
    let is_armed = |slot| engine.timers.deadline(slot).is_some();
    let scan = if call.features.continuous {
        queue::slots::SCAN
    } else {
        queue::slots::SLOW
    };
    let by_events = call.features.continuous && state.rules.events;
    let holds = |reason: &Reason| match reason {
        Reason::Rests => {
            call.phase == Phase::Resting && is_armed(call.timers.nth(call::slots::REST))
        }
        Reason::NobodyForIt => {
            call.phase != Phase::Resting && who_could_serve(engine, free, call).is_none()
        }
        Reason::Carrier => is_held_up(engine, call) && will_take_legs(engine),
        Reason::NextScan => {
            call.phase != Phase::Resting && !by_events && is_armed(state.timers.nth(scan))
        }
    };
    let reasons = [
        Reason::Rests,
        Reason::NobodyForIt,
        Reason::Carrier,
        Reason::NextScan,
    ];
    reasons.into_iter().find(holds)
}

/// The agents that can be offered a call: few, where calls wait.
fn free_agents(engine: &Engine) -> Vec<AgentId> {
    let all = engine.agents.iter().zip(0..);
    all.filter(|(who, _)| who.offerable().is_some())
        .map(|(_, i)| AgentId(i))
        .collect()
}

/// Some agent among the `free` ones that could be offered the call now.
fn who_could_serve(engine: &Engine, free: &[AgentId], call: &Call) -> Option<AgentId> {
    let rules = &engine.queues[call.queue.index()].rules;
    let allowed = rules.allowed_level(engine.now.since(call.arrived));
    let could = |agent: &AgentId| {
        let who = &engine.agents[agent.index()];
        let works = who.queues.iter().find(|(queue, _)| *queue == call.queue);
        works.is_some_and(|(_, level)| *level <= allowed)
            && who
                .offerable()
                .is_some_and(|meets| meets >= call.features.need)
    };
    free.iter().copied().find(could)
}

/// Whether the call is marked to be routed and its leg is one the carrier does not take now.
fn is_held_up(engine: &Engine, call: &Call) -> bool {
    let state = &engine.queues[call.queue.index()];
    let kind = if call.features.continuous {
        pending::CONTINUOUS
    } else {
        pending::SLOW
    };
    let needs_leg = state.rules.push || call.phase == Phase::CallbackWaiting;
    needs_leg
        && call.phase != Phase::Resting
        && state.pending & kind != 0
        && !engine.carrier_takes_legs(engine.now)
}

/// Whether something will let the carrier take the next leg.
fn will_take_legs(engine: &Engine) -> bool {
    let is_armed = |nth| engine.timers.deadline(engine.slots.nth(nth)).is_some();
    is_armed(engine::slots::PACE)
        || is_armed(engine::slots::CARRIER_BREAKER)
        || engine.carrier.is_probing()
}

/// A caller who has picked up waits for its agent's leg only while the carrier takes none.
fn check_answered_callbacks(engine: &Engine) -> Result<(), Broken> {
    let takes_legs = engine.carrier_takes_legs(engine.now);
    for slot in &engine.answered_callbacks {
        let push = engine.queues[engine.calls[*slot].queue.index()].rules.push;
        let is_held_up = push && !takes_legs && will_take_legs(engine);
        expect(is_held_up, NobodyWaitsForNothing, || {
            format!(
                "{} has picked up, its agent could be rung",
                engine.calls[*slot].id
            )
        })?;
    }
    Ok(())
}

/// A queue is marked if and only if it is listed, and between steps only for a call that the carrier
/// holds up.
fn check_marks(engine: &Engine, free: &[AgentId], queue: QueueId) -> Result<(), Broken> {
    let pending = engine.queues[queue.index()].pending;
    let listed = engine.to_route.iter().filter(|q| **q == queue).count();
    expect(
        listed == usize::from(pending != 0),
        NobodyWaitsForNothing,
        || format!("{queue} is pending {pending}, listed {listed} times"),
    )?;
    let mut calls = engine.calls.iter().map(|(_, call)| call);
    let holds_up = |call: &Call| {
        call.queue == queue
            && call.is_in_line()
            && is_held_up(engine, call)
            && who_could_serve(engine, free, call).is_some()
    };
    let is_justified = pending == 0 || will_take_legs(engine) && calls.any(holds_up);
    expect(is_justified, NobodyWaitsForNothing, || {
        format!(
            "{queue} is marked, and nothing is held up: {:?}",
            engine.carrier
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Reason, check, free_agents, reason_to_wait};
    use crate::agent::Activity;
    use crate::engine::Engine;
    use crate::id::{AgentId, CallId, CallerKey, ClassId, QueueId};
    use crate::input::{AgentStatus, Input};
    use crate::invariants::Invariant::NobodyWaitsForNothing;
    use crate::output::Outbox;
    use crate::policy::{Discovery, Feature, Policy, QueuePolicy, Share, Widen};
    use crate::queue::{self, pending};
    use crate::time::Timestamp;
    use alloc::boxed::Box;
    use alloc::vec;
    use core::time::Duration;

    const QUEUE: QueueId = QueueId(0);

    fn policy(discovery: Discovery) -> Policy {
        let mut policy = Policy {
            queues: vec![QueuePolicy {
                discovery,
                widen: Box::new([Widen {
                    after: Duration::from_secs(60),
                    level: 2,
                }]),
                ..QueuePolicy::default()
            }],
            ..Policy::default()
        };
        for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
            policy.features.set(feature, Share::ALL);
        }
        policy
    }

    fn take(engine: &mut Engine, at: u64, input: Input) {
        let mut out = Outbox::new();
        engine
            .handle(Timestamp(at * 1_000_000), input, &mut out)
            .expect("taken");
    }

    /// A call waits from 1 s on, for an agent of `level` on a break.
    fn waiting(policy: Policy, level: u8) -> Engine {
        let mut engine = Engine::new(policy).expect("a sound policy");
        let agent = AgentId(0);
        let queues = Box::new([(QUEUE, level)]);
        take(&mut engine, 0, Input::AgentAssigned { agent, queues });
        let status = AgentStatus::Break(0);
        take(&mut engine, 0, Input::AgentStatusChanged { agent, status });
        let arrival = Input::CallArrived {
            call: CallId(0),
            caller: CallerKey(0),
            queue: QUEUE,
            class: ClassId(0),
        };
        take(&mut engine, 1, arrival);
        assert_eq!(check(&engine), Ok(()));
        engine
    }

    const EVENTS: Discovery = Discovery::Events { reconcile: None };
    const POLL: Discovery = Discovery::Poll(Duration::from_secs(10));

    fn reason(engine: &Engine) -> Option<Reason> {
        let (_, call) = engine.calls.iter().next().expect("it waits");
        reason_to_wait(engine, &free_agents(engine), call)
    }

    fn assert_broken(engine: &Engine) {
        let broken = check(engine).expect_err("the fault is found");
        assert_eq!(broken.invariant, NobodyWaitsForNothing);
    }

    #[test]
    fn an_agent_that_routing_overlooks_is_found() {
        let mut engine = waiting(policy(EVENTS), 1);
        assert_eq!(reason(&engine), Some(Reason::NobodyForIt));
        // It is available, and stands in no idle set.
        engine.agents[0].status = AgentStatus::Available;
        assert_broken(&engine);
        // Each of these keeps it from the call.
        engine.agents[0].resting = true;
        assert_eq!(reason(&engine), Some(Reason::NobodyForIt));
        engine.agents[0].resting = false;
        engine.agents[0].activity = Activity::Talking(0);
        assert_eq!(reason(&engine), Some(Reason::NobodyForIt));
    }

    #[test]
    fn an_agent_of_a_level_that_the_call_has_not_widened_to_is_nobody_for_it() {
        let mut engine = waiting(policy(EVENTS), 2);
        engine.agents[0].status = AgentStatus::Available;
        assert_eq!(reason(&engine), Some(Reason::NobodyForIt));
        engine.now = Timestamp(61_000_000);
        assert_broken(&engine);
    }

    #[test]
    fn an_agent_that_missed_the_call_is_no_reason_to_wait() {
        let mut engine = waiting(policy(EVENTS), 1);
        engine.agents[0].status = AgentStatus::Available;
        let slot = engine.calls.slot(CallId(0)).expect("it waits");
        let tried = (AgentId(0), Timestamp(u64::MAX));
        engine.calls[slot].tried.push(tried);
        assert_broken(&engine);
    }

    #[test]
    fn a_polled_call_waits_for_its_scan_and_not_for_one_that_never_comes() {
        let mut engine = waiting(policy(POLL), 1);
        engine.agents[0].status = AgentStatus::Available;
        assert_eq!(reason(&engine), Some(Reason::NextScan));
        let scan = engine.queues[0].timers.nth(queue::slots::SCAN);
        engine.timers.disarm(scan);
        assert_broken(&engine);
    }

    #[test]
    fn a_call_without_continuous_discovery_waits_for_its_slow_scan() {
        let mut slow = policy(EVENTS);
        slow.features.set(Feature::ContinuousDiscovery, Share::NONE);
        let mut engine = waiting(slow, 1);
        engine.agents[0].status = AgentStatus::Available;
        assert_eq!(reason(&engine), Some(Reason::NextScan));
        let scan = engine.queues[0].timers.nth(queue::slots::SLOW);
        engine.timers.disarm(scan);
        assert_broken(&engine);
    }

    #[test]
    fn a_mark_is_no_reason_while_the_carrier_takes_legs() {
        let mut engine = waiting(policy(EVENTS), 1);
        engine.agents[0].status = AgentStatus::Available;
        engine.mark(QUEUE, pending::CONTINUOUS);
        assert_broken(&engine);
        // The carrier takes none until 9 s, and a timer says so.
        engine.carrier.next_leg = Timestamp(9_000_000);
        engine.arm_pace(Timestamp(9_000_000));
        assert_eq!(reason(&engine), Some(Reason::Carrier));
        assert_eq!(check(&engine), Ok(()));
        // Without the timer nothing would route it.
        engine
            .timers
            .disarm(engine.slots.nth(crate::engine::slots::PACE));
        assert_broken(&engine);
    }

    #[test]
    fn a_mark_that_nothing_holds_up_is_found() {
        let mut engine = waiting(policy(EVENTS), 1);
        engine.mark(QUEUE, pending::CONTINUOUS);
        assert_broken(&engine);
    }

    #[test]
    fn a_rest_without_an_end_is_found() {
        let mut engine = waiting(policy(EVENTS), 1);
        let agent = AgentId(0);
        let status = AgentStatus::Available;
        take(&mut engine, 2, Input::AgentStatusChanged { agent, status });
        for k in 0..u64::from(QueuePolicy::default().offer.max_attempts) {
            let offer = crate::id::OfferId::new(k, agent);
            // Each time after the agent's own rest.
            take(&mut engine, 3 + 10 * k, Input::OfferDeclined { offer });
            let end = Timestamp((3 + 10 * k + 9) * 1_000_000);
            engine.advance_to(end, &mut Outbox::new());
        }
        assert_eq!(reason(&engine), Some(Reason::Rests));
        let (_, call) = engine.calls.iter().next().expect("it rests");
        let rest = call.timers.nth(crate::call::slots::REST);
        engine.timers.disarm(rest);
        assert_broken(&engine);
    }
}
