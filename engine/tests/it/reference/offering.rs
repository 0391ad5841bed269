//! Offers: from the command to ring to the claim, and every way to miss one.

use engine::id::{AgentId, CallId, OfferId};
use engine::input::{AgentStatus, OfferFailure};
use engine::output::OfferEnd;
use engine::time::micros;
use engine::{Command, Event, Rejection, Timestamp};

use super::Reference;
use super::agent::{Activity, Candidate, Stage};
use super::call::{Phase, Unserved};

/// A claim unbridged for so long is undone, in microseconds (contract: 10 s).
const BRIDGE_TIMEOUT: u64 = 10_000_000;

impl Reference {
    /// The agents that are being rung for the call or have claimed it, by id.
    pub(super) fn rung_for(&self, id: CallId) -> Vec<AgentId> {
        let is_rung =
            |activity: &Activity| matches!(activity, Activity::Offered(_, call, _) if *call == id);
        (0..self.agents.len())
            .filter(|i| is_rung(&self.agents[*i].activity))
            .map(|i| AgentId(i as u32))
            .collect()
    }

    /// An agent is asked.
    pub(super) fn offer(&mut self, now: Timestamp, id: CallId, to: Candidate) {
        let agent = to.agent;
        let inverts = !self.call(id).is_legacy() && self.passes_over(now, id, to);
        let by_carrier = self.call(id).is_legacy() || self.is_push(self.call(id).queue);
        let number = self.next_offer;
        self.next_offer += 1;
        let offer = OfferId::new(number, agent);
        let attempt = self.call(id).attempts + 1;
        self.call_mut(id).attempts = attempt;
        let call = self.call(id).clone();
        let rules = self.rules(call.queue).clone();
        let widened_at = rules
            .widen
            .iter()
            .find(|step| to.level > 1 && step.level >= to.level)
            .map_or(call.arrived, |step| call.arrived + step.after);
        let works_since = self.agents[agent.index()].works_since(call.queue);
        let eligible_since = if call.is_legacy() {
            call.eligible
        } else {
            call.eligible.max(widened_at).max(works_since)
        };
        let who = self.agent_mut(agent);
        who.activity = Activity::Offered(offer, id, Stage::Placing);
        who.inverts = inverts;
        who.by_carrier = by_carrier;
        who.last_asked = Some(number);
        who.was_free_for = None;
        who.work_until = Some(now + rules.offer.place_timeout);
        let free_since = who.free_since;
        self.event(
            now,
            Event::OfferMade {
                offer,
                call: id,
                attempt,
                at_arrival: self.arriving == Some(id) && attempt == 1,
                eligible_since,
                free_since,
            },
        );
        if call.is_legacy() {
            return self.command(now, Command::DialLegacy { offer, call: id });
        }
        if self.is_push(call.queue) {
            self.leg_placed(now, agent);
        }
        self.command(now, Command::RingAgent { offer, call: id });
    }

    pub(super) fn live(&self, offer: OfferId) -> Result<(CallId, Stage), Rejection> {
        match self.known_agent(offer.agent())?.activity {
            Activity::Offered(live, call, stage) if live == offer => Ok((call, stage)),
            Activity::Offered(..)
            | Activity::Idle
            | Activity::Reserved(_)
            | Activity::Talking(_)
            | Activity::WrapUp => Err(Rejection::StaleOffer),
        }
    }

    pub(super) fn offer_placed(&mut self, now: Timestamp, offer: OfferId) -> Result<(), Rejection> {
        if self.live(offer)?.1 != Stage::Placing {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, offer.agent());
        Ok(())
    }

    pub(super) fn offer_ringing(
        &mut self,
        now: Timestamp,
        offer: OfferId,
    ) -> Result<(), Rejection> {
        let (id, stage) = self.live(offer)?;
        if stage != Stage::Placing {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, offer.agent());
        let call = self.call(id);
        let ring = if call.is_legacy() {
            self.policy.legacy.dial_timeout
        } else {
            self.rules(call.queue).offer.timeout
        };
        let who = self.agent_mut(offer.agent());
        who.activity = Activity::Offered(offer, id, Stage::Ringing);
        who.work_until = Some(now + ring);
        self.event(now, Event::OfferRang { offer });
        Ok(())
    }

    pub(super) fn offer_answered(
        &mut self,
        now: Timestamp,
        offer: OfferId,
    ) -> Result<(), Rejection> {
        let (id, stage) = self.live(offer)?;
        if stage == Stage::Answered {
            return Err(Rejection::WrongState);
        }
        let agent = offer.agent();
        self.leg_succeeded(now, offer.agent());
        self.agent_succeeded(now, agent);
        let who = self.agent_mut(agent);
        who.answered(true);
        who.activity = Activity::Offered(offer, id, Stage::Answered);
        who.work_until = Some(now.after(BRIDGE_TIMEOUT));
        self.call_mut(id).phase = Phase::Claimed(agent);
        self.withdraw_all_but(now, id, Some(agent));
        self.event(now, Event::OfferAnswered { offer, call: id });
        self.command(now, Command::Bridge { offer, call: id });
        Ok(())
    }

    pub(super) fn offer_declined(
        &mut self,
        now: Timestamp,
        offer: OfferId,
    ) -> Result<(), Rejection> {
        if self.live(offer)?.1 == Stage::Answered {
            return Err(Rejection::WrongState);
        }
        self.leg_succeeded(now, offer.agent());
        self.miss(now, offer.agent(), OfferEnd::Declined);
        Ok(())
    }

    pub(super) fn offer_failed(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        cause: OfferFailure,
    ) -> Result<(), Rejection> {
        if self.live(offer)?.1 == Stage::Answered {
            self.undo_claim(now, offer.agent());
            return Ok(());
        }
        let end = match cause {
            OfferFailure::Unreachable => OfferEnd::Unreachable,
            OfferFailure::Busy | OfferFailure::Carrier => OfferEnd::Failed,
        };
        if cause == OfferFailure::Carrier {
            self.carrier_failed(now);
        } else {
            self.leg_succeeded(now, offer.agent());
        }
        self.miss(now, offer.agent(), end);
        Ok(())
    }

    /// The deadline of an offer, a claim or a reservation.
    pub(super) fn offer_timed_out(&mut self, now: Timestamp, agent: AgentId) {
        match self.agents[agent.index()].activity {
            Activity::Offered(offer, _, Stage::Placing) => {
                self.command(now, Command::StopRinging { offer });
                self.miss(now, agent, OfferEnd::Unreachable);
            }
            Activity::Offered(offer, _, Stage::Ringing) => {
                self.command(now, Command::StopRinging { offer });
                self.miss(now, agent, OfferEnd::Expired);
            }
            Activity::Offered(_, _, Stage::Answered) => self.undo_claim(now, agent),
            Activity::Reserved(call) => {
                if matches!(self.call(call).phase, Phase::PickedUp(..)) {
                    self.give_up_reservation(now, call, agent);
                } else {
                    self.callback_missed(now, call, true);
                }
            }
            Activity::Idle | Activity::Talking(_) | Activity::WrapUp => {
                unreachable!("only an offer or a reservation has this deadline")
            }
        }
    }

    /// The agent changed its mind while it was being rung, or kept for a caller who has picked up.
    pub(super) fn walk_away(&mut self, now: Timestamp, agent: AgentId) {
        if let Activity::Reserved(call) = self.agents[agent.index()].activity
            && matches!(self.call(call).phase, Phase::PickedUp(..))
        {
            return self.give_up_reservation(now, call, agent);
        }
        if let Activity::Offered(offer, _, Stage::Placing | Stage::Ringing) =
            self.agents[agent.index()].activity
        {
            self.command(now, Command::StopRinging { offer });
            self.miss(now, agent, OfferEnd::Declined);
        }
    }

    /// An unanswered offer is over; when it was the call's last one, the call goes on.
    fn miss(&mut self, now: Timestamp, agent: AgentId, end: OfferEnd) {
        let Activity::Offered(_, id, _) = self.agents[agent.index()].activity else {
            unreachable!("a live offer is missed")
        };
        self.end_offer(now, agent, end);
        self.note_missed(now, id, agent);
        if self.rung_for(id).is_empty() {
            self.ring_failed(now, id);
        }
    }

    fn note_missed(&mut self, now: Timestamp, id: CallId, agent: AgentId) {
        let tried_for = self.rules(self.call(id).queue).offer.tried_for;
        let call = self.call_mut(id);
        call.failed += 1;
        call.tried.push((agent, now + tried_for));
    }

    /// The offer ends; the agent rests as the cause demands and is idle.
    fn end_offer(&mut self, now: Timestamp, agent: AgentId, end: OfferEnd) {
        let Activity::Offered(offer, call, _) = self.agents[agent.index()].activity else {
            unreachable!("a live offer ends")
        };
        self.event(now, Event::OfferEnded { offer, call, end });
        match end {
            OfferEnd::Declined => {
                self.agent_mut(agent).answered(false);
                // A changed status proves nothing about the device.
                if self.agents[agent.index()].status == AgentStatus::Available {
                    self.agent_succeeded(now, agent);
                }
            }
            OfferEnd::Expired | OfferEnd::Unreachable => {
                self.agent_mut(agent).answered(false);
                self.agent_failed(now, agent);
            }
            OfferEnd::Failed | OfferEnd::Withdrawn => {}
        }
        self.leg_is_over(agent);
        self.rest(now, agent, call, end);
        self.becomes_idle(now, agent, end == OfferEnd::Withdrawn);
    }

    fn rest(&mut self, now: Timestamp, agent: AgentId, call: CallId, end: OfferEnd) {
        let call = self.call(call);
        let after = self.rules(call.queue).offer.retry_after;
        let span = match end {
            OfferEnd::Declined => micros(after.declined),
            OfferEnd::Expired => micros(after.expired),
            OfferEnd::Unreachable => micros(after.unreachable),
            OfferEnd::Failed => micros(after.failed),
            OfferEnd::Withdrawn => 0,
        };
        if span > 0 && !call.is_legacy() {
            self.agent_mut(agent).rest_until = Some(now.after(span));
        }
    }

    /// No offer of the call is left: back into line, to its rest, or out.
    fn ring_failed(&mut self, now: Timestamp, id: CallId) {
        let call = self.call(id).clone();
        if call.is_legacy() {
            return self.legacy_failed(now, id, Unserved::Failed);
        }
        if call.overdue {
            return self.time_out(now, id);
        }
        if self.is_cleared(&call) {
            return self.clear_at_close(now, id);
        }
        self.make_up_for_the_ring(now, id);
        let offer = self.rules(call.queue).offer;
        let call = self.call_mut(id);
        if call.failed < offer.max_attempts {
            call.phase = Phase::Waiting;
            call.eligible = now;
            return;
        }
        call.phase = Phase::Resting;
        call.failed = 0;
        call.tried.clear();
        call.rest_over_at = Some(now + offer.exhausted);
        self.event(now, Event::CallExhausted { call: id });
    }

    pub(super) fn call_rested(&mut self, now: Timestamp, id: CallId) {
        let call = self.call_mut(id);
        call.rest_over_at = None;
        call.phase = Phase::Waiting;
        call.eligible = now;
    }

    /// Takes every offer of the call back, in order of the agents, but the winner's.
    pub(super) fn withdraw_all_but(&mut self, now: Timestamp, id: CallId, winner: Option<AgentId>) {
        for agent in self.rung_for(id) {
            let Activity::Offered(offer, _, _) = self.agents[agent.index()].activity else {
                continue;
            };
            if Some(agent) != winner {
                self.command(now, Command::StopRinging { offer });
                self.end_offer(now, agent, OfferEnd::Withdrawn);
            }
        }
    }

    /// The claim is void: the agent rests, the call goes to the head of the line.
    pub(super) fn undo_claim(&mut self, now: Timestamp, agent: AgentId) {
        let Activity::Offered(offer, id, _) = self.agents[agent.index()].activity else {
            unreachable!("a claim is a live offer")
        };
        self.command(now, Command::StopRinging { offer });
        self.event(now, Event::ClaimUndone { offer, call: id });
        self.note_missed(now, id, agent);
        self.rest(now, agent, id, OfferEnd::Failed);
        self.becomes_idle(now, agent, false);
        self.call_mut(id).front = true;
        self.ring_failed(now, id);
    }
}
