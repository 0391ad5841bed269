//! Nobody waits for nothing: a call in line that could be matched now is matched, or waits for a
//! scan, for the carrier, or for the end of its rest (whose timers `clocks` has found armed).

use alloc::format;

use super::Invariant::NobodyWaitsForNothing;
use super::{Broken, expect};
use crate::call::Phase;
use crate::engine::{self, Engine};
use crate::queue::pending;

pub(super) fn check(engine: &Engine) -> Result<(), Broken> {
    for (i, queue) in engine.queues.iter().enumerate() {
        let listed = engine.to_route.iter().filter(|q| q.index() == i).count();
        expect(
            listed == usize::from(queue.pending != 0),
            NobodyWaitsForNothing,
            || {
                format!(
                    "queue {i} is pending {}, listed {listed} times",
                    queue.pending
                )
            },
        )?;
    }
    let takes_legs = engine.carrier_takes_legs(engine.now);
    for slot in &engine.answered_callbacks {
        let push = engine.queues[engine.calls[*slot].queue.index()].rules.push;
        expect(push && !takes_legs, NobodyWaitsForNothing, || {
            format!(
                "{} has picked up, its agent could be rung",
                engine.calls[*slot].id
            )
        })?;
    }
    if !engine.to_route.is_empty() || !engine.answered_callbacks.is_empty() {
        let slots = |nth| engine.timers.deadline(engine.slots.nth(nth)).is_some();
        let will_take = slots(engine::slots::PACE)
            || slots(engine::slots::CARRIER_BREAKER)
            || engine.carrier.is_probing();
        expect(!takes_legs && will_take, NobodyWaitsForNothing, || {
            format!(
                "{:?} wait for the carrier: {:?}",
                engine.to_route, engine.carrier
            )
        })?;
    }
    for (slot, call) in engine.calls.iter() {
        let is_ready = matches!(call.phase, Phase::Waiting | Phase::CallbackWaiting);
        let queue = &engine.queues[call.queue.index()];
        if !is_ready || !call.features.continuous || !queue.rules.events {
            continue;
        }
        let needs_leg = queue.rules.push || call.phase == Phase::CallbackWaiting;
        let held_up = needs_leg && !takes_legs && queue.pending & pending::CONTINUOUS != 0;
        let allowed = queue.rules.allowed_level(engine.now.since(call.arrived));
        let agent = engine.select_agent(engine.now, slot, allowed, true);
        expect(held_up || agent.is_none(), NobodyWaitsForNothing, || {
            format!(
                "{} could go to {:?} and waits",
                call.id,
                agent.map(|a| a.agent())
            )
        })?;
    }
    Ok(())
}
