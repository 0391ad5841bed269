//! Legs: calls on agents' devices, from the command to ring to the agent's answer or refusal.

use std::hint::cold_path;

use engine::Input;
use engine::id::{CallId, OfferId};
use engine::input::OfferFailure;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::agents::Agent;
use crate::world::event::{Event, Kind};
use crate::world::party::Party;
use crate::world::plan::GroupPlan;

/// A call on the agent's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leg {
    pub(super) offer: OfferId,
    pub(super) call: CallId,
    /// The caller's place in the table when the leg was placed; compare the id.
    pub(super) slot: u32,
    pub(super) stage: LegStage,
    /// For draws about this call and this agent.
    pub(super) entity: u64,
    /// How many legs the call had before and with it.
    pub(super) attempt: u16,
    /// Asked of the carrier by a request of its own: its limit counts it.
    is_requested: bool,
}

/// What can happen to a leg through the carrier, each once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Ring,
    Rang,
    Answered,
    Bridge,
    Bridged,
    Stop,
}

impl Leg {
    /// Agent and carrier are joined.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.stage, LegStage::Answered | LegStage::Talking)
    }

    /// The leg at one of its steps, for its draws.
    #[inline]
    pub(super) fn party(&self, step: Step) -> Party {
        party(self.entity, self.attempt, step)
    }
}

#[inline]
const fn party(entity: u64, attempt: u16, step: Step) -> Party {
    Party::Leg {
        entity,
        step: (attempt as u64) << 3 | step as u64,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LegStage {
    /// The command is under way.
    Commanded,
    Ringing,
    /// It rang, then the device was lost or left: nobody hears it, and nobody says so.
    Unheard,
    Answered,
    Talking,
}

impl Agent {
    /// Nobody is at the device any more, or it is gone: a ringing leg rings out, even if somebody
    /// comes back meanwhile.
    pub(super) fn rings_unheard(&mut self) {
        if let Some(leg) = &mut self.leg
            && leg.stage == LegStage::Ringing
        {
            leg.stage = LegStage::Unheard;
        }
    }

    /// The leg that an event of this offer speaks of.
    #[inline]
    pub(super) fn leg_of(&mut self, event: Event) -> Option<&mut Leg> {
        self.leg
            .as_mut()
            .filter(|leg| event.is_of(generation(leg.offer)))
    }
}

/// The part of an offer's number that fits into an event.
pub(crate) fn generation(offer: OfferId) -> u32 {
    (offer.number() & 0xff_ffff) as u32
}

impl World<'_> {
    /// The engine wants the agent rung.
    #[inline]
    pub(crate) fn ring(&mut self, offer: OfferId, call: CallId, is_requested: bool) {
        let agent = offer.agent().0;
        let who = self.agents[agent as usize].entity;
        // For draws about this call and this agent.
        let (slot, entity, attempt) = match self.calls.find(call) {
            Some(slot) => {
                let caller = &mut self.calls[slot];
                caller.legs = caller.legs.wrapping_add(1);
                (slot, caller.entity ^ who.rotate_left(32), caller.legs)
            }
            None => (u32::MAX, who, 0),
        };
        self.agents[agent as usize].leg = Some(Leg {
            offer,
            call,
            slot,
            stage: LegStage::Commanded,
            entity,
            attempt,
            is_requested,
        });
        let delay = self.command_delay(party(entity, attempt, Step::Ring));
        self.after(delay, Kind::Rings, agent, generation(offer));
    }

    pub(crate) fn agent_rings(&mut self, event: Event) {
        let agent = event.index();
        // No copy of a leg that was written a moment ago: to read it whole would wait for its parts.
        let Some(leg) = self.agents[agent as usize].leg_of(event) else {
            return;
        };
        if leg.is_requested && self.waits_at_carrier(event) {
            return;
        }
        self.leg_is_dialled(agent);
    }

    /// Whether the leg that waits for its turn at the carrier was not cancelled meanwhile.
    pub(crate) fn is_in_line(&mut self, event: Event) -> bool {
        self.agents[event.index() as usize].leg_of(event).is_some()
    }

    /// The carrier dials the agent's device.
    #[inline]
    pub(crate) fn leg_is_dialled(&mut self, agent: u32) {
        let Some(leg) = &self.agents[agent as usize].leg else {
            return;
        };
        let (offer, entity, attempt) = (leg.offer, leg.entity, leg.attempt);
        let rang = party(entity, attempt, Step::Rang);
        if self.command_fails(party(entity, attempt, Step::Ring)) {
            cold_path();
            let cause = OfferFailure::Carrier;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, rang);
        }
        let who = &mut self.agents[agent as usize];
        if !who.is_reachable() {
            cold_path();
            let cause = OfferFailure::Unreachable;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, rang);
        }
        if let Some(leg) = &mut who.leg {
            leg.stage = LegStage::Ringing;
        }
        self.react(agent, offer, entity, attempt);
        self.tell(Input::OfferRinging { offer }, rang);
    }

    #[inline(never)]
    pub(super) fn fail_leg(&mut self, agent: u32, input: Input, party: Party) {
        self.agents[agent as usize].leg = None;
        self.tell(input, party);
    }

    /// Whether and when the agent will answer or decline; who is not there lets it ring.
    fn react(&mut self, agent: u32, offer: OfferId, entity: u64, attempt: u16) {
        let who = &self.agents[agent as usize];
        if !who.here || who.on_break {
            return;
        }
        let busy = who.ready_at.since(self.now);
        let group = &self.plan.groups[usize::from(who.group)];
        let (kind, delay) = if group.answers >= 1.0 && group.answer_delay.is_none() {
            (Kind::Answers, 0)
        } else {
            match self.drawn_reaction(group, entity, attempt) {
                Some(reaction) => reaction,
                None => return,
            }
        };
        self.after(delay + busy, kind, agent, generation(offer));
    }

    #[inline(never)]
    fn drawn_reaction(
        &self,
        group: &GroupPlan,
        entity: u64,
        attempt: u16,
    ) -> Option<(Kind, Micros)> {
        let k = u64::from(attempt);
        let kind = if group.answers >= 1.0 {
            Kind::Answers
        } else {
            let u = self.draws.unit(Purpose::AgentAnswer, entity, k);
            if u < group.answers {
                Kind::Answers
            } else if u < group.answers + group.declines {
                Kind::Declines
            } else {
                return None;
            }
        };
        let delay = group.answer_delay.as_ref().map_or(0, |dist| {
            dist.sample_micros(self.draws.unit(Purpose::AgentDelay, entity, k))
        });
        Some((kind, delay))
    }

    pub(crate) fn agent_answers(&mut self, event: Event) {
        let Some(leg) = self.agents[event.index() as usize].leg_of(event) else {
            return;
        };
        if leg.stage != LegStage::Ringing {
            return;
        }
        leg.stage = LegStage::Answered;
        let (offer, party) = (leg.offer, leg.party(Step::Answered));
        self.tell(Input::OfferAnswered { offer }, party);
    }

    pub(crate) fn agent_declines(&mut self, event: Event) {
        let agent = event.index();
        if let Some(&mut leg) = self.agents[agent as usize].leg_of(event)
            && leg.stage == LegStage::Ringing
        {
            let party = leg.party(Step::Answered);
            self.fail_leg(agent, Input::OfferDeclined { offer: leg.offer }, party);
        }
    }

    /// The engine wants the ringing (or a late answer's leg) stopped.
    pub(crate) fn stop_ringing(&mut self, offer: OfferId) {
        let agent = offer.agent().0;
        let Some(leg) = self.agents[agent as usize]
            .leg
            .filter(|leg| leg.offer == offer)
        else {
            return;
        };
        let delay = self.command_delay(leg.party(Step::Stop));
        self.after(delay, Kind::RingStops, agent, generation(offer));
    }

    pub(crate) fn ring_stops(&mut self, event: Event) {
        let who = &mut self.agents[event.index() as usize];
        let Some(&mut leg) = who.leg_of(event) else {
            return;
        };
        who.leg = None;
        let is_leaving = who.leaving;
        if leg.stage == LegStage::Talking {
            // The claim was undone before the bridge, which was late, took effect.
            self.talk_is_cut(event.index(), leg);
        }
        if is_leaving {
            self.closes(event.index());
        }
    }
}
