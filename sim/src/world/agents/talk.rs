//! Conversations: caller and agent are joined, talk, and the agent does its after-call work.

use std::hint::cold_path;

use engine::Input;
use engine::id::{AgentId, CallId, OfferId};
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::agents::legs::{Leg, LegStage, Step, generation};
use crate::world::callers::State;
use crate::world::event::{Event, Kind};
use crate::world::party::Party;

/// As many agents and their calls stay in a core's cache, where asking ahead only costs.
const IN_CACHE: usize = 1000;

/// So many ends of conversations are asked for together with one.
pub(crate) const N_AHEAD: usize = 4;

impl World<'_> {
    /// The engine wants caller and agent joined.
    pub(crate) fn join(&mut self, offer: OfferId, call: CallId) {
        let agent = offer.agent().0;
        let Some(leg) = self.agents[agent as usize]
            .leg
            .filter(|leg| leg.call == call)
        else {
            return;
        };
        let delay = self.command_delay(leg.party(Step::Bridge));
        self.after(delay, Kind::Joins, agent, generation(offer));
    }

    pub(crate) fn joins(&mut self, event: Event) {
        let agent = event.index();
        let Some(&mut leg) = self.agents[agent as usize].leg_of(event) else {
            return;
        };
        let (offer, call, slot) = (leg.offer, leg.call, leg.slot);
        let waits = self
            .calls
            .at(slot, call)
            .is_some_and(|caller| caller.state == State::Waiting);
        if self
            .calls
            .at(slot, call)
            .is_some_and(|c| c.state == State::Gone)
        {
            cold_path();
            self.agents[agent as usize].leg = None;
            return self.is_not_there(slot);
        }
        if !waits || self.command_fails(leg.party(Step::Bridge)) {
            cold_path();
            let party = leg.party(Step::Bridged);
            return self.fail_leg(agent, Input::BridgeFailed { offer }, party);
        }
        let who = &mut self.agents[agent as usize];
        if let Some(leg) = &mut who.leg {
            leg.stage = LegStage::Talking;
        }
        let factor = who.talk_factor;
        let (mut talk, beyond_mean) = self.talk(slot);
        if factor != 1.0 {
            talk = (talk as f64 * factor).round() as Micros;
        }
        let caller = &mut self.calls[slot];
        // Who was cut off and is joined again goes on with the same draw, which is no news any more.
        if !caller.has_talked && caller.arrived.0 >= self.plan.warm_up {
            self.controls.talk += beyond_mean * factor;
        }
        caller.has_talked = true;
        caller.state = State::Talking(AgentId(agent));
        caller.generation += 1;
        let generation = caller.generation;
        let at = self.now.after(talk);
        self.schedule(at, Kind::TalkEnds, slot, generation);
        self.tell(Input::CallBridged { offer }, leg.party(Step::Bridged));
    }

    /// The agent's leg is ended under the conversation: the caller waits again, with what is left of
    /// its patience.
    pub(super) fn talk_is_cut(&mut self, agent: u32, leg: Leg) {
        if let Some(caller) = self.calls.at(leg.slot, leg.call)
            && caller.state == State::Talking(AgentId(agent))
        {
            caller.state = State::Waiting;
            caller.generation += 1;
            self.schedule_patience(leg.slot, false);
        }
    }

    pub(crate) fn talk_ends(&mut self, event: Event) {
        let slot = event.index();
        let caller = &self.calls[slot];
        let State::Talking(agent) = caller.state else {
            return;
        };
        if !event.is_of(caller.generation) {
            return;
        }
        if self.agents.len() > IN_CACHE && !self.asked_for.contains(&event) {
            self.ask_ahead(event);
        }
        self.parts(slot, agent);
    }

    /// Asks the memory for what this end of a conversation and those that come next will touch, all at
    /// once: each is a chain of three waits, and the chains go on side by side.
    #[inline(never)]
    fn ask_ahead(&mut self, event: Event) {
        self.ask_for(event);
        let mut asked_for = [event; N_AHEAD];
        for (bits, place) in self.calendar.next_few().zip(&mut asked_for) {
            let next = Event::of(bits);
            if next.kind() == Kind::TalkEnds {
                self.ask_for(next);
                *place = next;
            }
        }
        self.asked_for = asked_for;
    }

    #[inline]
    fn ask_for(&self, event: Event) {
        let caller = &self.calls[event.index()];
        if let State::Talking(agent) = caller.state {
            self.engine.prefetch(caller.id, agent);
            self.recorder.prefetch(caller.id, agent);
            std::hint::black_box(self.agents[agent.index()].spread());
        }
    }

    /// Caller and agent are no longer joined; the agent has its work after it.
    fn parts(&mut self, slot: u32, agent: AgentId) {
        let (call, entity) = (self.calls[slot].id, self.calls[slot].entity);
        self.hang_up(slot);
        let group = self.group(agent.0);
        let need = group.wrap_up.as_ref().map_or(0, |dist| {
            cold_path();
            let u = self.draws.unit(Purpose::WrapUp, entity, 0);
            dist.at(&self.plan.local, self.now.0).sample_micros(u)
        });
        let who = &mut self.agents[agent.index()];
        who.leg = None;
        who.ready_at = self.now.after(need);
        self.tell(Input::CallEnded { call }, Party::Caller(slot));
        if self.agents[agent.index()].leaving {
            self.closes(agent.0);
        }
    }

    /// The network under the agent's device is gone, and with it the voice of a leg that was
    /// answered. The carrier ends the leg, and with it a conversation; a caller who was not joined
    /// yet stays in line.
    pub(super) fn voice_is_cut(&mut self, agent: u32) {
        let who = &mut self.agents[agent as usize];
        let Some(leg) = who.leg.filter(Leg::is_answered) else {
            return;
        };
        who.leg = None;
        if leg.stage == LegStage::Answered {
            let input = Input::BridgeFailed { offer: leg.offer };
            self.tell(input, leg.party(Step::Bridged));
            if self.agents[agent as usize].leaving {
                self.closes(agent);
            }
        } else if let Some(caller) = self.calls.at(leg.slot, leg.call)
            && caller.state == State::Talking(AgentId(agent))
        {
            caller.was_cut_off = true;
            self.parts(leg.slot, AgentId(agent));
        }
    }

    /// The engine gives the agent time for after-call work; it says when it is done earlier.
    pub(crate) fn agent_wraps_up(&mut self, agent: AgentId) {
        let ready_at = self.agents[agent.index()].ready_at;
        let delay = ready_at.since(self.now);
        self.after(delay, Kind::Ready, agent.0, 0);
    }

    pub(crate) fn agent_is_ready(&mut self, event: Event) {
        let agent = event.index();
        let who = &self.agents[agent as usize];
        // A wrap-up that the engine has ended itself needs no word; without a network there is none.
        if who.ready_at <= self.now && who.cuts == 0 {
            self.tell_ready(agent);
        }
    }

    fn tell_ready(&mut self, agent: u32) {
        self.tell(
            Input::AgentReady {
                agent: AgentId(agent),
            },
            Party::Agent(agent),
        );
    }
}
