//! Which timer is armed, and for when.

use alloc::format;
use alloc::vec::Vec;

use super::Invariant::TimersAgree;
use super::{Broken, expect};
use crate::agent::{self, Activity, Agent, Device};
use crate::call::{self, Call, Phase};
use crate::engine::{self, Engine};
use crate::id::{AgentId, QueueId};
use crate::policy::{Feature, Share};
use crate::queue;
use crate::time::{Timestamp, micros};
use crate::timers::{Due, Slot, Timer};

/// What a slot should hold.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Nothing,
    /// This timer, at some future moment.
    Any(Timer),
    /// This timer, at this moment.
    At(Timer, Timestamp),
    /// A timer here is harmless, and its absence too.
    Whatever,
}

/// The armed timers by slot; what has been looked at is taken out.
struct Armed(Vec<Option<Due>>);

impl Armed {
    fn check(
        &mut self,
        slot: Slot,
        wanted: Wanted,
        whose: &dyn core::fmt::Display,
    ) -> Result<(), Broken> {
        let found = match self.0.get_mut(slot.0 as usize) {
            Some(due) => due.take(),
            None => None,
        };
        let agrees = match wanted {
            Wanted::Nothing => found.is_none(),
            Wanted::Any(timer) => found.is_some_and(|due| due.timer == timer),
            Wanted::At(timer, at) => found.is_some_and(|due| (due.timer, due.at) == (timer, at)),
            Wanted::Whatever => true,
        };
        expect(agrees, TimersAgree, || {
            format!("{whose} should have {wanted:?} and has {found:?}")
        })
    }
}

pub(super) fn check(engine: &Engine) -> Result<(), Broken> {
    let mut armed = Armed(Vec::new());
    for (slot, due) in engine.timers.armed() {
        expect(due.at > engine.now, TimersAgree, || {
            format!("{due:?} is over at {} and has not fired", engine.now)
        })?;
        let at = slot.0 as usize;
        if armed.0.len() <= at {
            armed.0.resize(at + 1, None);
        }
        armed.0[at] = Some(due);
    }
    for (i, who) in engine.agents.iter().enumerate() {
        check_agent(&mut armed, AgentId(i as u32), who)?;
    }
    for (_, call) in engine.calls.iter() {
        check_call(engine, &mut armed, call)?;
    }
    for i in 0..engine.queues.len() {
        check_queue(engine, &mut armed, QueueId(i as u16))?;
    }
    check_engine(engine, &mut armed)?;
    let left: Vec<&Due> = armed.0.iter().flatten().collect();
    expect(left.is_empty(), TimersAgree, || {
        format!("armed for nobody: {left:?}")
    })
}

fn check_agent(armed: &mut Armed, agent: AgentId, who: &Agent) -> Result<(), Broken> {
    let when = |holds: bool, timer| {
        if holds {
            Wanted::Any(timer)
        } else {
            Wanted::Nothing
        }
    };
    let work = match who.activity {
        Activity::Idle | Activity::Talking(_) => Wanted::Nothing,
        Activity::Reserved(_) | Activity::Offered(_) => Wanted::Any(Timer::Offer),
        Activity::WrapUp(_) => Wanted::Any(Timer::WrapUp),
    };
    let is_open = who.breaker.is_open();
    for (nth, wanted) in [
        (agent::slots::LEASE, when(who.alive, Timer::HeartbeatLease)),
        (
            agent::slots::GRACE,
            when(who.device == Device::Grace, Timer::DeviceGrace),
        ),
        (agent::slots::BREAKER, when(is_open, Timer::AgentBreaker)),
        (agent::slots::REST, when(who.resting, Timer::AgentRest)),
        (agent::slots::WORK, work),
    ] {
        armed.check(who.timers.nth(nth), wanted, &agent)?;
    }
    Ok(())
}

fn check_call(engine: &Engine, armed: &mut Armed, call: &Call) -> Result<(), Broken> {
    let state = &engine.queues[call.queue.index()];
    let policy = &engine.policy.queues[call.queue.index()];
    // On the phone and waiting for an agent, be it that one is being rung.
    let waits = match call.phase {
        Phase::Waiting | Phase::Resting | Phase::Ringing | Phase::Claimed(_) => !call.legacy,
        Phase::Talking(..)
        | Phase::Voicemail
        | Phase::Declining(_)
        | Phase::CallbackWaiting
        | Phase::CallbackPaused
        | Phase::CallbackPlacing(_)
        | Phase::CallbackAnswered(_) => false,
    };
    let max_wait = match state.rules.max_wait {
        Some(span) if waits && !call.is_callback && !call.overdue => {
            Wanted::At(Timer::MaxWait, call.joined.after(span))
        }
        Some(_) | None => Wanted::Nothing,
    };
    let is_owed = matches!(
        call.phase,
        Phase::CallbackWaiting | Phase::CallbackPaused | Phase::CallbackPlacing(_)
    );
    let max_wait = match policy.callback.and_then(|callback| callback.expires) {
        Some(span) if is_owed && !call.overdue => {
            Wanted::At(Timer::CallbackExpiry, call.owed_since + span)
        }
        Some(_) | None => max_wait,
    };
    let rest = match call.phase {
        Phase::Resting => Wanted::Any(Timer::CallRest),
        Phase::CallbackPaused => Wanted::Any(Timer::CallbackDue),
        Phase::Waiting
        | Phase::Ringing
        | Phase::Claimed(_)
        | Phase::Talking(..)
        | Phase::Voicemail
        | Phase::Declining(_)
        | Phase::CallbackWaiting
        | Phase::CallbackPlacing(_)
        | Phase::CallbackAnswered(_) => Wanted::Nothing,
    };
    let waited = engine.now.since(call.arrived);
    let next_level = state.rules.widen.iter().find(|(after, _)| *after > waited);
    let widen = match (next_level, call.phase) {
        (_, Phase::CallbackPaused | Phase::CallbackPlacing(_) | Phase::CallbackAnswered(_)) => {
            Wanted::Whatever
        }
        (Some((after, _)), phase) if waits || phase == Phase::CallbackWaiting => {
            Wanted::At(Timer::Widen, call.arrived.after(*after))
        }
        (Some(_) | None, _) => Wanted::Nothing,
    };
    let may_be_offered_one = waits
        && policy.callback.is_some()
        && call.features.callback
        && !call.callback_offered
        && !call.is_callback;
    let rings = matches!(call.phase, Phase::Ringing | Phase::Claimed(_));
    let is_overdue = policy
        .callback
        .is_some_and(|rules| call.joined + rules.offer_after <= engine.now);
    let callback = if may_be_offered_one && rings && is_overdue {
        // Asked again when the ring has failed.
        Wanted::Nothing
    } else if may_be_offered_one || matches!(call.phase, Phase::Declining(_)) {
        Wanted::Any(Timer::CallbackOffer)
    } else {
        Wanted::Nothing
    };
    let announce = if waits && policy.announce.is_some() && !call.is_callback {
        Wanted::Any(Timer::Announce)
    } else {
        Wanted::Nothing
    };
    for (nth, wanted) in [
        (call::slots::MAX_WAIT, max_wait),
        (call::slots::REST, rest),
        (call::slots::WIDEN, widen),
        (call::slots::CALLBACK, callback),
        (call::slots::ANNOUNCE, announce),
    ] {
        let whose = format!("{} ({:?})", call.id, call.phase);
        armed.check(call.timers.nth(nth), wanted, &whose)?;
    }
    Ok(())
}

fn check_queue(engine: &Engine, armed: &mut Armed, queue: QueueId) -> Result<(), Broken> {
    let state = &engine.queues[queue.index()];
    let grid = |every: u64| Timestamp((engine.now.0 / every + 1) * every);
    // A scan that has just lost its object is armed still; nobody will hear of it.
    let for_somebody = |continuous: bool, wanted: Wanted| {
        let share = |feature| engine.policy.features.share(feature);
        let queued = share(Feature::EnhancedQueue);
        let found = share(Feature::ContinuousDiscovery);
        let may_come = if continuous {
            queued > Share::NONE && found > Share::NONE
        } else {
            queued > found
        };
        let is_there = engine.calls.iter().any(|(_, c)| {
            c.queue == queue && c.is_in_line() && c.features.continuous == continuous
        });
        if may_come || is_there {
            wanted
        } else {
            Wanted::Whatever
        }
    };
    let scan = match (state.rules.poll, state.rules.reconcile) {
        (Some(every), _) => for_somebody(true, Wanted::At(Timer::Scan, grid(every))),
        (None, Some(every)) => for_somebody(true, Wanted::At(Timer::Reconcile, grid(every))),
        (None, None) => Wanted::Nothing,
    };
    let slow = for_somebody(
        false,
        Wanted::At(Timer::SlowScan, grid(state.rules.slow_poll)),
    );
    armed.check(state.timers.nth(queue::slots::SCAN), scan, &queue)?;
    armed.check(state.timers.nth(queue::slots::SLOW), slow, &queue)
}

fn check_engine(engine: &Engine, armed: &mut Armed) -> Result<(), Broken> {
    let breaker = if engine.carrier.breaker.is_open() {
        Wanted::Any(Timer::CarrierBreaker)
    } else {
        Wanted::Nothing
    };
    let alerts = match engine.policy.alerts {
        // The window's grid is its own: it moves on by fifths of the window.
        Some(alerts) if micros(alerts.window) > 0 => Wanted::Any(Timer::AlertWindow),
        Some(_) | None => Wanted::Nothing,
    };
    for (nth, wanted) in [
        (engine::slots::CARRIER_BREAKER, breaker),
        (engine::slots::PACE, Wanted::Whatever),
        (engine::slots::ALERTS, alerts),
    ] {
        armed.check(engine.slots.nth(nth), wanted, &"the engine")?;
    }
    Ok(())
}
