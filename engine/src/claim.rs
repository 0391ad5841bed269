//! A claim: an answered offer has the call, until the two are bridged, or the claim is undone and the
//! call goes to the head of its line.

use crate::agent::{self, Activity, Offer, OfferStage};
use crate::call::Phase;
use crate::engine::Engine;
use crate::id::{AgentId, OfferId};
use crate::output::{Command, Event, OfferEnd, Outbox};
use crate::rejection::Rejection;
use crate::time::{Micros, Timestamp};
use crate::timers::Timer;

/// A claim that is not bridged within this time is undone.
const BRIDGE_TIMEOUT: Micros = 10_000_000;

impl Engine {
    pub(crate) fn offer_answered(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        let live = self.live_offer(offer)?;
        if live.stage == OfferStage::Answered {
            return Err(Rejection::WrongState);
        }
        let agent = offer.agent();
        self.leg_succeeded(now, live, out);
        self.set_stage(live, OfferStage::Answered);
        self.agent_succeeded(now, agent, out);
        self.agents[agent.index()].tally.answered(true);
        let slot = live.call;
        self.calls[slot].phase = Phase::Claimed(agent);
        if self.calls[slot].n_live > 1 {
            self.withdraw_others(now, slot, agent, out);
        }
        let call = self.calls[slot].id;
        let until = now.after(BRIDGE_TIMEOUT);
        self.arm_agent(agent, agent::slots::WORK, Timer::Offer, until);
        out.event(now, Event::OfferAnswered { offer, call });
        self.command(now, Command::Bridge { offer, call }, out);
        Ok(())
    }

    /// The live offer that was answered and is not bridged yet.
    #[inline]
    pub(crate) fn claim(&self, offer: OfferId) -> Result<Offer, Rejection> {
        let live = self.live_offer(offer)?;
        match live.stage {
            OfferStage::Answered => Ok(live),
            OfferStage::Placing | OfferStage::Ringing => Err(Rejection::WrongState),
        }
    }

    pub(crate) fn bridge_failed(
        &mut self,
        now: Timestamp,
        offer: OfferId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        self.claim(offer)?;
        self.undo_claim(now, offer.agent(), out);
        Ok(())
    }

    /// The claim is void; the call goes to the head of the line.
    pub(crate) fn undo_claim(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        let Activity::Offered(offer) = self.agents[agent.index()].activity else {
            unreachable!("invariant: a claim is a live offer");
        };
        let slot = offer.call;
        let id = self.calls[slot].id;
        self.command(now, Command::StopRinging { offer: offer.id }, out);
        out.event(
            now,
            Event::ClaimUndone {
                offer: offer.id,
                call: id,
            },
        );
        let call = &mut self.calls[slot];
        call.n_live = 0;
        call.failed += 1;
        let (legacy, queue) = (call.legacy, call.queue);
        let rules = &self.queues[queue.index()].rules;
        let (rest, tried_until) = (rules.rest_failed, now.after(rules.tried_for));
        self.calls[slot].tried.push((agent, tried_until));
        self.disarm_agent(agent, agent::slots::WORK);
        if rest > 0 && !legacy {
            self.rest(now, agent, rest);
        }
        self.become_idle(now, agent, true, out);
        if !legacy {
            self.calls[slot].front = true;
        }
        self.ring_failed(now, slot, out);
    }

    /// The caller of a claimed call hung up: the agent is free again, without a rest.
    pub(crate) fn release_claim(&mut self, now: Timestamp, agent: AgentId, out: &mut Outbox) {
        if let Activity::Offered(offer) = self.agents[agent.index()].activity {
            self.command(now, Command::StopRinging { offer: offer.id }, out);
            self.drop_offer(now, agent, offer, OfferEnd::Withdrawn, out);
        }
    }
}
