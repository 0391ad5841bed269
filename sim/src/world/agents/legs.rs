//! Legs: calls on agents' devices, from the command to ring to the agent's answer or refusal.

use engine::Input;
use engine::id::{CallId, OfferId};
use engine::input::OfferFailure;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::agents::Agent;
use crate::world::event::{Event, Kind};

/// A call on the agent's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Leg {
    pub(super) offer: OfferId,
    pub(super) call: CallId,
    /// The caller's place in the table when the leg was placed; compare the id.
    pub(super) slot: u32,
    pub(super) stage: LegStage,
    /// For draws about this call and this agent.
    pub(super) entity: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LegStage {
    /// The command is under way.
    Commanded,
    Ringing,
    Answered,
    Talking,
}

impl Agent {
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
    pub(crate) fn ring(&mut self, offer: OfferId, call: CallId) {
        let agent = offer.agent().0;
        let who = self.agents[agent as usize].entity;
        // For draws about this call and this agent.
        let (slot, entity) = match self.calls.find(call) {
            Some(slot) => (slot, self.calls[slot].entity ^ who.rotate_left(32)),
            None => (u32::MAX, who),
        };
        self.agents[agent as usize].leg = Some(Leg {
            offer,
            call,
            slot,
            stage: LegStage::Commanded,
            entity,
        });
        let delay = self.command_delay(entity);
        self.after(delay, Kind::Rings, agent, generation(offer));
    }

    pub(crate) fn agent_rings(&mut self, event: Event) {
        let agent = event.index();
        let Some(&mut leg) = self.agents[agent as usize].leg_of(event) else {
            return;
        };
        let (offer, entity) = (leg.offer, leg.entity);
        if self.command_fails(entity) {
            let cause = OfferFailure::Carrier;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, entity);
        }
        let who = &mut self.agents[agent as usize];
        if !who.is_reachable() {
            let cause = OfferFailure::Unreachable;
            return self.fail_leg(agent, Input::OfferFailed { offer, cause }, entity);
        }
        if let Some(leg) = &mut who.leg {
            leg.stage = LegStage::Ringing;
        }
        self.react(agent, leg);
        self.tell(Input::OfferRinging { offer }, entity);
    }

    pub(super) fn fail_leg(&mut self, agent: u32, input: Input, entity: u64) {
        self.agents[agent as usize].leg = None;
        self.tell(input, entity);
    }

    /// Whether and when the agent will answer or decline; who is not there lets it ring.
    fn react(&mut self, agent: u32, leg: Leg) {
        let who = &self.agents[agent as usize];
        if !who.here || who.on_break {
            return;
        }
        let k = self.calls.at(leg.slot, leg.call).map_or(0, |caller| {
            caller.rings += 1;
            u64::from(caller.rings)
        });
        let group = &self.plan.groups[usize::from(who.group)];
        let kind = if group.answers >= 1.0 {
            Kind::Answers
        } else {
            let u = self.draws.unit(Purpose::AgentAnswer, leg.entity, k);
            if u < group.answers {
                Kind::Answers
            } else if u < group.answers + group.declines {
                Kind::Declines
            } else {
                return;
            }
        };
        let delay = group.answer_delay.as_ref().map_or(0, |dist| {
            dist.sample_micros(self.draws.unit(Purpose::AgentDelay, leg.entity, k))
        });
        let busy = who.ready_at.since(self.now);
        self.after(delay + busy, kind, agent, generation(leg.offer));
    }

    pub(crate) fn agent_answers(&mut self, event: Event) {
        let Some(leg) = self.agents[event.index() as usize].leg_of(event) else {
            return;
        };
        if leg.stage != LegStage::Ringing {
            return;
        }
        leg.stage = LegStage::Answered;
        let (offer, entity) = (leg.offer, leg.entity);
        self.tell(Input::OfferAnswered { offer }, entity);
    }

    pub(crate) fn agent_declines(&mut self, event: Event) {
        let agent = event.index();
        if let Some(&mut leg) = self.agents[agent as usize].leg_of(event)
            && leg.stage == LegStage::Ringing
        {
            self.fail_leg(agent, Input::OfferDeclined { offer: leg.offer }, leg.entity);
        }
    }

    /// The engine wants the ringing (or a late answer's leg) stopped.
    pub(crate) fn stop_ringing(&mut self, offer: OfferId) {
        let agent = offer.agent().0;
        let delay = self.command_delay(self.agents[agent as usize].entity);
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
