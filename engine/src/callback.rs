//! Callbacks: the queue entry keeps its place while the caller is off the line. A callback is
//! placed only when an agent is reserved for it, and only so often.

use crate::agent::{self, Activity, IdleKey};
use crate::call::{self, Phase};
use crate::engine::Engine;
use crate::id::{AgentId, CallId};
use crate::input::AgentStatus;
use crate::output::{CallbackFailure, Command, Departure, Event, Outbox};
use crate::rejection::Rejection;
use crate::time::{Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    /// `offer_after` has passed, or a callback offered in place of waiting was not taken.
    pub(crate) fn callback_offer_due(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let call = &mut self.calls[slot];
        let id = call.id;
        match call.phase {
            Phase::Waiting | Phase::Resting => {
                call.callback_offered = true;
                self.command(now, Command::OfferCallback { call: id }, out);
                out.event(now, Event::CallbackOffered { call: id });
            }
            Phase::Declining(refused) => self.end_unserved(now, slot, refused, out),
            // Asked again when the ring has failed.
            Phase::Ringing | Phase::Claimed(_) => {}
            Phase::Talking(..)
            | Phase::Voicemail
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::CallbackAnswered(_) => {
                unreachable!("invariant: only who waits on the phone is offered a callback")
            }
        }
    }

    /// The call's ring has failed: a callback that became due while it rang is offered in this instant.
    pub(crate) fn ask_again(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        let Some(policy) = self.policy.queues[call.queue.index()].callback else {
            return;
        };
        let is_due = call.joined.after(micros(policy.offer_after)) <= now;
        let may_be_offered = call.features.callback && !call.callback_offered && !call.is_callback;
        let timer = call.timers.nth(call::slots::CALLBACK);
        if is_due && may_be_offered && self.timers.deadline(timer).is_none() {
            self.arm_call(slot, call::slots::CALLBACK, Timer::CallbackOffer, now);
        }
    }

    pub(crate) fn callback_accepted(
        &mut self,
        now: Timestamp,
        call: CallId,
        at: Option<Timestamp>,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let slot = self.slot(call)?;
        let state = &self.calls[slot];
        let in_line = match state.phase {
            // Called back once is called back: it stays on the line now.
            Phase::Waiting | Phase::Resting if state.is_callback => {
                return Err(Rejection::WrongState);
            }
            Phase::Waiting | Phase::Resting => true,
            Phase::Declining(_) => false,
            Phase::Ringing
            | Phase::Claimed(_)
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::CallbackAnswered(_) => return Err(Rejection::WrongState),
        };
        let Some(policy) = self.policy.queues[state.queue.index()].callback else {
            return Err(Rejection::NoCallbackOffered);
        };
        if !state.callback_offered || at.is_some_and(|at| at < now || !policy.scheduled) {
            return Err(Rejection::NoCallbackOffered);
        }
        if in_line {
            self.leave_queue(slot);
        } else {
            let kind = (state.class, state.features);
            self.take_lane(now, slot, kind);
        }
        self.disarm_call(slot);
        let state = &mut self.calls[slot];
        state.is_callback = true;
        state.owed_since = at.unwrap_or(now);
        let then = Departure::CallbackConfirmed;
        self.command(now, Command::LeaveQueue { call, then }, out);
        out.event(now, Event::CallbackTaken { call });
        match at {
            Some(at) => {
                self.calls[slot].phase = Phase::CallbackPaused;
                self.hold_callback(slot);
                self.arm_call(slot, call::slots::REST, Timer::CallbackDue, at);
            }
            None => self.enter_callback_line(now, slot),
        }
        self.arm_callback_expiry(now, slot);
        Ok(())
    }

    /// Arms the end of what is owed to a caller who is off the line, by its queue's present policy.
    pub(crate) fn arm_callback_expiry(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        let policy = self.policy.queues[call.queue.index()].callback;
        if let Some(span) = policy.and_then(|policy| policy.expires) {
            let at = (call.owed_since + span).max(now);
            self.arm_call(slot, call::slots::MAX_WAIT, Timer::CallbackExpiry, at);
        }
    }

    /// The callback has been owed for too long. While its caller is being called, that attempt is
    /// the last.
    pub(crate) fn callback_expired(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        match self.calls[slot].phase {
            Phase::CallbackWaiting | Phase::CallbackPaused => {
                self.fail_callback(now, slot, CallbackFailure::Expired, out);
            }
            Phase::CallbackPlacing(_) => self.calls[slot].overdue = true,
            Phase::Waiting
            | Phase::Resting
            | Phase::Ringing
            | Phase::Claimed(_)
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackAnswered(_) => {
                unreachable!("invariant: only a callback whose caller is off the line expires")
            }
        }
    }

    /// The caller is not called back any more.
    fn fail_callback(&mut self, now: Timestamp, slot: u32, why: CallbackFailure, out: &mut Outbox) {
        let call = self.calls[slot].id;
        self.leave_queue(slot);
        out.event(now, Event::CallbackFailed { call, why });
        self.alerts.ended(false);
        self.forget(slot);
    }

    /// A callback that is not in line still takes a place of the queue.
    fn hold_callback(&mut self, slot: u32) {
        let queue = self.calls[slot].queue;
        self.queues[queue.index()].held += 1;
    }

    fn enter_callback_line(&mut self, now: Timestamp, slot: u32) {
        self.calls[slot].phase = Phase::CallbackWaiting;
        self.enter_line(now, slot);
        self.arm_waiting_widen(now, slot);
    }

    /// A callback widens with its whole wait, as a caller on the line would.
    fn arm_waiting_widen(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        let arrived = call.arrived;
        let rules = &self.queues[call.queue.index()].rules;
        let waited = now.since(arrived);
        if let Some((after, _)) = rules.widen.iter().find(|(after, _)| *after > waited) {
            let at = arrived.after(*after);
            self.arm_call(slot, call::slots::WIDEN, Timer::Widen, at);
        }
    }

    /// The chosen time has come, or the next attempt.
    pub(crate) fn callback_due(&mut self, now: Timestamp, slot: u32) {
        let queue = self.calls[slot].queue;
        self.queues[queue.index()].held -= 1;
        self.enter_callback_line(now, slot);
    }

    /// A callback's turn: its agent is reserved and the caller is called.
    pub(crate) fn place_callback(
        &mut self,
        now: Timestamp,
        slot: u32,
        key: IdleKey,
        out: &mut Outbox,
    ) {
        let agent = key.agent();
        let inverts = self.passes_over(now, slot, agent, key.level());
        self.unindex(agent);
        self.agents[agent.index()].activity = Activity::Reserved(slot);
        let state = &mut self.calls[slot];
        state.inverts = inverts;
        state.phase = Phase::CallbackPlacing(agent);
        state.callback_attempts += 1;
        let (call, attempt) = (state.id, state.callback_attempts);
        let queue = state.queue.index();
        let ring = self.policy.queues[queue]
            .callback
            .map_or(0, |policy| micros(policy.ring));
        let until = now
            .after(self.queues[queue].rules.place_timeout)
            .after(ring);
        self.leg_placed(now, agent);
        self.arm_agent(agent, agent::slots::WORK, Timer::Offer, until);
        out.event(
            now,
            Event::CallbackPlaced {
                call,
                agent,
                attempt,
            },
        );
        self.command(now, Command::PlaceCallback { call, agent }, out);
    }

    pub(crate) fn callback_answered(
        &mut self,
        now: Timestamp,
        call: CallId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let (slot, agent) = self.placing(call)?;
        self.carrier_succeeded(now, out);
        // Should this agent fail, the caller on the line is next.
        self.calls[slot].front = true;
        self.calls[slot].overdue = false;
        let expiry = self.calls[slot].timers.nth(call::slots::MAX_WAIT);
        self.timers.disarm(expiry);
        self.calls[slot].eligible = now;
        self.calls[slot].phase = Phase::CallbackAnswered(agent);
        self.answered_callbacks.push(slot);
        if self.agents[agent.index()].status != AgentStatus::Available {
            self.give_up_reservation(now, slot, agent, out);
            return Ok(());
        }
        let rules = &self.queues[self.calls[slot].queue.index()].rules;
        let until = now.after(rules.place_timeout);
        self.arm_agent(agent, agent::slots::WORK, Timer::Offer, until);
        Ok(())
    }

    /// Rings the reserved agents of the callers who have picked up, in the order in which they
    /// did, as far as the carrier takes their legs.
    #[inline(never)]
    pub(crate) fn ring_reserved(&mut self, now: Timestamp, out: &mut Outbox) {
        let mut i = 0;
        while let Some(slot) = self.answered_callbacks.get(i).copied() {
            let call = &self.calls[slot];
            let push = self.queues[call.queue.index()].rules.push;
            if push && !self.carrier_takes_legs(now) {
                i += 1;
                continue;
            }
            let Phase::CallbackAnswered(agent) = call.phase else {
                unreachable!("invariant: an answered callback keeps its agent");
            };
            let inverts = call.inverts;
            self.answered_callbacks.remove(i);
            self.calls[slot].phase = Phase::Ringing;
            self.ring(now, slot, agent, 1, inverts, out);
        }
    }

    /// The agent kept for a caller who has picked up is not rung after all; the caller is next.
    pub(crate) fn give_up_reservation(
        &mut self,
        now: Timestamp,
        slot: u32,
        agent: AgentId,
        out: &mut Outbox,
    ) {
        self.free_reserved(now, slot, agent, out);
        self.return_to_line(now, slot);
    }

    /// Frees the agent kept for a caller who has picked up.
    pub(crate) fn free_reserved(
        &mut self,
        now: Timestamp,
        slot: u32,
        agent: AgentId,
        out: &mut Outbox,
    ) {
        self.answered_callbacks.retain(|answered| *answered != slot);
        self.disarm_agent(agent, agent::slots::WORK);
        self.become_idle(now, agent, false, out);
    }

    pub(crate) fn callback_unanswered(
        &mut self,
        now: Timestamp,
        call: CallId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let (slot, _) = self.placing(call)?;
        self.callback_missed(now, slot, false, out);
        Ok(())
    }

    fn placing(&self, call: CallId) -> Result<(u32, AgentId), Rejection> {
        let slot = self.slot(call)?;
        match self.calls[slot].phase {
            Phase::CallbackPlacing(agent) => Ok((slot, agent)),
            Phase::Waiting
            | Phase::Resting
            | Phase::Ringing
            | Phase::Claimed(_)
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackAnswered(_) => Err(Rejection::WrongState),
        }
    }

    /// The attempt did not reach the caller: free the agent, try again later or give up.
    pub(crate) fn callback_missed(
        &mut self,
        now: Timestamp,
        slot: u32,
        rings: bool,
        out: &mut Outbox,
    ) {
        let state = &self.calls[slot];
        let Phase::CallbackPlacing(agent) = state.phase else {
            unreachable!("invariant: a reservation is a callback being placed");
        };
        let (call, attempts) = (state.id, state.callback_attempts);
        let policy = self.policy.queues[state.queue.index()].callback;
        if rings {
            self.command(now, Command::StopCallback { call }, out);
        }
        out.event(now, Event::CallbackMissed { call });
        self.probe_told_nothing(agent);
        self.disarm_agent(agent, agent::slots::WORK);
        self.become_idle(now, agent, false, out);
        match policy.filter(|policy| attempts < policy.attempts) {
            Some(_) if self.calls[slot].overdue => {
                self.fail_callback(now, slot, CallbackFailure::Expired, out);
            }
            Some(policy) => {
                self.calls[slot].phase = Phase::CallbackPaused;
                let at = now + policy.retry_every;
                self.arm_call(slot, call::slots::REST, Timer::CallbackDue, at);
            }
            None => self.fail_callback(now, slot, CallbackFailure::Unreached, out),
        }
    }
}
