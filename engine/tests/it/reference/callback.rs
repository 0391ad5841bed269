//! Callbacks: reserve an agent, call the caller, then ring the agent.

use engine::id::{AgentId, CallId};
use engine::input::AgentStatus;
use engine::output::{CallbackFailure, Departure};
use engine::{Command, Event, Rejection, Timestamp};

use super::Reference;
use super::agent::{Activity, Candidate};
use super::call::Phase;

impl Reference {
    /// `offer_after` has passed; or the one offered in place of waiting was not taken.
    pub(super) fn callback_offer_due(&mut self, now: Timestamp, id: CallId) {
        let call = self.call_mut(id);
        call.callback_offer_at = None;
        match call.phase {
            Phase::Waiting | Phase::Resting => {
                call.callback_offered = true;
                self.command(now, Command::OfferCallback { call: id });
                self.event(now, Event::CallbackOffered { call: id });
            }
            Phase::Declining(unserved) => self.say_goodbye(now, id, unserved),
            // After the ring.
            Phase::Ringing | Phase::Claimed(_) => {}
            Phase::Nowhere
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::CallbackWaiting
            | Phase::CallbackPaused
            | Phase::CallbackPlacing(_)
            | Phase::PickedUp(..) => {}
        }
    }

    /// The offer of a callback that came due during the ring that has just failed.
    pub(super) fn make_up_for_the_ring(&mut self, now: Timestamp, id: CallId) {
        let offer_after = self.rules(self.call(id).queue).callback;
        let call = self.call_mut(id);
        let has_passed = offer_after.is_some_and(|rules| now >= call.joined + rules.offer_after);
        if has_passed && call.traits.callback && !call.callback_offered && !call.is_callback {
            call.callback_offer_at.get_or_insert(now);
        }
    }

    pub(super) fn callback_accepted(
        &mut self,
        now: Timestamp,
        id: CallId,
        at: Option<Timestamp>,
    ) -> Result<(), Rejection> {
        let call = self.known_call(id)?;
        if !matches!(
            call.phase,
            Phase::Waiting | Phase::Resting | Phase::Declining(_)
        ) || call.is_callback
        {
            return Err(Rejection::WrongState);
        }
        let allowed = self
            .rules(call.queue)
            .callback
            .is_some_and(|policy| at.is_none_or(|at| policy.scheduled && at >= now));
        if !call.callback_offered || !allowed {
            return Err(Rejection::NoCallbackOffered);
        }
        let call = self.call_mut(id);
        call.forget_timers();
        call.is_callback = true;
        call.phase = Phase::CallbackPaused;
        call.callback_due_at = at;
        call.owed_since = at.unwrap_or(now);
        let then = Departure::CallbackConfirmed;
        self.command(now, Command::LeaveQueue { call: id, then });
        self.event(now, Event::CallbackTaken { call: id });
        if at.is_none() {
            self.callback_due(now, id);
        }
        self.set_expiry(now, id);
        Ok(())
    }

    /// What is owed to a caller off the line is not owed for ever.
    pub(super) fn set_expiry(&mut self, now: Timestamp, id: CallId) {
        let call = self.call(id);
        let since = call.owed_since;
        let expires = self.rules(call.queue).callback.and_then(|c| c.expires);
        let call = self.call_mut(id);
        call.overdue = false;
        call.expires_at = expires.map(|span| (since + span).max(now));
    }

    pub(super) fn callback_expired(&mut self, now: Timestamp, id: CallId) {
        let call = self.call_mut(id);
        call.expires_at = None;
        if let Phase::CallbackPlacing(_) = call.phase {
            call.overdue = true;
        } else {
            self.callback_failed(now, id, CallbackFailure::Expired);
        }
    }

    fn callback_failed(&mut self, now: Timestamp, id: CallId, why: CallbackFailure) {
        self.end(now, id, Event::CallbackFailed { call: id, why });
    }

    /// It stands in line again, at the place of its arrival.
    pub(super) fn callback_due(&mut self, now: Timestamp, id: CallId) {
        self.call_mut(id).callback_due_at = None;
        self.stand_in_line(now, id, Phase::CallbackWaiting);
        self.set_widen(now, id);
    }

    /// Its turn has come: the agent is reserved and the caller is called.
    pub(super) fn place_callback(&mut self, now: Timestamp, id: CallId, to: Candidate) {
        let agent = to.agent;
        let inverts = self.passes_over(now, id, to);
        let call = self.call_mut(id);
        call.inverts = inverts;
        call.phase = Phase::CallbackPlacing(agent);
        call.callback_attempts += 1;
        let attempt = call.callback_attempts;
        let rules = self.rules(self.call(id).queue);
        let ring = rules.callback.map(|policy| policy.ring).unwrap_or_default();
        let until = now + rules.offer.place_timeout + ring;
        let who = self.agent_mut(agent);
        who.activity = Activity::Reserved(id);
        who.work_until = Some(until);
        who.was_free_for = None;
        self.leg_placed(now, agent);
        self.event(
            now,
            Event::CallbackPlaced {
                call: id,
                agent,
                attempt,
            },
        );
        self.command(now, Command::PlaceCallback { call: id, agent });
    }

    fn reserved_for(&self, id: CallId) -> Result<AgentId, Rejection> {
        let phase = self.known_call(id)?.phase;
        let Phase::CallbackPlacing(agent) = phase else {
            return Err(Rejection::WrongState);
        };
        Ok(agent)
    }

    /// The caller is on the line: its agent is rung, and should that fail, it is next.
    pub(super) fn callback_answered(
        &mut self,
        now: Timestamp,
        id: CallId,
    ) -> Result<(), Rejection> {
        let agent = self.reserved_for(id)?;
        self.carrier_succeeded(now);
        let call = self.call_mut(id);
        call.eligible = now;
        call.front = true;
        call.overdue = false;
        call.expires_at = None;
        self.n_picked_up += 1;
        self.call_mut(id).phase = Phase::PickedUp(self.n_picked_up, agent);
        if self.agents[agent.index()].status != AgentStatus::Available {
            // It signed out meanwhile, and is not rung.
            self.give_up_reservation(now, id, agent);
            return Ok(());
        }
        let place_timeout = self.rules(self.call(id).queue).offer.place_timeout;
        self.agent_mut(agent).work_until = Some(now + place_timeout);
        Ok(())
    }

    /// Agents kept for callers who have picked up are rung in the order in which those did, as far
    /// as the carrier takes their legs.
    pub(super) fn ring_reserved(&mut self, now: Timestamp) {
        let mut picked_up: Vec<(u64, CallId, AgentId)> = self
            .calls
            .iter()
            .filter_map(|call| match call.phase {
                Phase::PickedUp(nth, agent) => Some((nth, call.id, agent)),
                _ => None,
            })
            .collect();
        picked_up.sort_unstable();
        for (_, id, agent) in picked_up {
            if self.carrier_takes_legs(now) || !self.is_push(self.call(id).queue) {
                self.call_mut(id).phase = Phase::Ringing;
                self.offer(now, id, Candidate { level: 1, agent });
                self.agent_mut(agent).inverts = self.call(id).inverts;
            }
        }
    }

    /// The agent kept for a caller who has picked up is not rung after all; the caller is next.
    pub(super) fn give_up_reservation(&mut self, now: Timestamp, id: CallId, agent: AgentId) {
        self.becomes_idle(now, agent, true);
        let call = self.call_mut(id);
        call.phase = Phase::Waiting;
        call.eligible = now;
    }

    pub(super) fn callback_unanswered(
        &mut self,
        now: Timestamp,
        id: CallId,
    ) -> Result<(), Rejection> {
        self.reserved_for(id)?;
        self.callback_missed(now, id, false);
        Ok(())
    }

    /// The attempt did not reach the caller: again later, or never.
    pub(super) fn callback_missed(&mut self, now: Timestamp, id: CallId, still_rings: bool) {
        let agent = self
            .reserved_for(id)
            .expect("an agent is reserved for a callback that is being placed");
        if still_rings {
            self.command(now, Command::StopCallback { call: id });
        }
        self.event(now, Event::CallbackMissed { call: id });
        self.leg_is_over(agent);
        self.becomes_idle(now, agent, true);
        let policy = self.rules(self.call(id).queue).callback;
        let call = self.call_mut(id);
        match policy.filter(|policy| call.callback_attempts < policy.attempts) {
            Some(_) if call.overdue => self.callback_failed(now, id, CallbackFailure::Expired),
            Some(policy) => {
                call.phase = Phase::CallbackPaused;
                call.callback_due_at = Some(now + policy.retry_every);
            }
            None => self.callback_failed(now, id, CallbackFailure::Unreached),
        }
    }
}
