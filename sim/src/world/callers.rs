//! Callers: they arrive, wait as long as their patience lasts, talk, leave messages, take
//! callbacks and call again. What a caller does is drawn from who it is, never from the policy.
//!
//! Owns a caller's state, from its arrival until its call is over.

mod callbacks;
mod redials;
mod spans;
mod table;
mod voicemail;

use engine::id::{AgentId, CallId, CallerKey, QueueId};
use engine::output::{Departure, Event as Said};
use engine::{Input, Timestamp};

use crate::streams::Purpose;
use crate::world::World;
use crate::world::arrivals::recorded;
use crate::world::callers::redials::{Lost, Redial};
use crate::world::carrier::WEBHOOK_LIMIT;
use crate::world::event::{Event, Kind};
use crate::world::party::Party;
use crate::world::plan::StreamPlan;

pub(crate) use redials::Redials;
pub(crate) use table::CallTable;

/// Where a caller stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// On the line, without an agent.
    Waiting,
    /// With an agent.
    Talking(AgentId),
    /// At the voicemail greeting or leaving a message.
    Voicemail,
    /// At home, expecting a callback; perhaps ringing.
    Away,
    /// Gone; the engine may not know yet.
    Gone,
}

/// One caller with a call in hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) id: CallId,
    /// Who it is, for its draws: stream, number of redials, number in the stream.
    pub(crate) entity: u64,
    pub(crate) stream: u16,
    /// Its place among the stream's classes.
    class: u16,
    pub(crate) state: State,
    /// Grows with each state; events of an older one are void.
    pub(crate) generation: u32,
    pub(crate) arrived: Timestamp,
    /// Legs placed for it.
    pub(crate) legs: u16,
    /// Draws taken by the commands, words and commits that concern it.
    pub(crate) drawn: u16,
    callbacks: u16,
    has_line: bool,
    /// It has been joined with an agent.
    pub(crate) has_talked: bool,
    /// Its conversation was cut off.
    pub(crate) was_cut_off: bool,
    /// Its call is in hand; else the place is free.
    is_live: bool,
}

const NUMBER_BITS: u32 = 40;

/// The entity of a caller's first call; redials count in the byte above the number.
fn first_of(entity: u64) -> u64 {
    entity & !(0xff << NUMBER_BITS)
}

/// The queue that a caller calls: its log's, or else its stream's.
fn queue_of(plan: &StreamPlan, entity: u64) -> QueueId {
    recorded(&plan.source, entity & ((1 << NUMBER_BITS) - 1))
        .and_then(|call| call.queue)
        .unwrap_or(plan.queue)
}

impl World<'_> {
    /// Moves a stream on to its next arrival, and finds which stream is next of all: the earliest,
    /// of several at one instant the first.
    pub(crate) fn plan_arrival(&mut self, stream: u32) {
        let plan = &self.plan.streams[stream as usize];
        self.sources[stream as usize].go_on(self.plan, plan, &self.draws);
        self.next_arrival = (Timestamp::NEVER, 0);
        for (source, stream) in self.sources.iter().zip(0..) {
            if source.due < self.next_arrival.0 {
                self.next_arrival = (source.due, stream);
            }
        }
    }

    /// The next call of its stream comes in.
    pub(crate) fn next_arrives(&mut self) {
        let stream = self.next_arrival.1;
        let number = self.sources[stream as usize].last_number();
        if self.now.0 >= self.plan.warm_up && self.plan.streams[stream as usize].source.is_drawn() {
            self.controls.arrivals += 1.0;
        }
        self.plan_arrival(stream);
        let entity = u64::from(stream) << 48 | number;
        let class = self.class_of(stream as usize, entity, number);
        self.arrive(stream as u16, class, entity);
    }

    /// Its place among the stream's classes: as recorded, or drawn.
    fn class_of(&self, stream: usize, entity: u64, number: u64) -> u16 {
        let plan = &self.plan.streams[stream];
        if plan.classes.len() == 1 {
            return 0;
        }
        self.class_of_several(plan, entity, number)
    }

    #[inline(never)]
    fn class_of_several(&self, plan: &StreamPlan, entity: u64, number: u64) -> u16 {
        let known = recorded(&plan.source, number).and_then(|call| call.class);
        let place = match known {
            Some(class) => plan.classes.iter().position(|c| c.class == class),
            None => {
                let u = self.draws.unit(Purpose::Class, entity, 0);
                plan.classes.iter().position(|c| u < c.up_to)
            }
        };
        place.unwrap_or(plan.classes.len() - 1) as u16
    }

    fn arrive(&mut self, stream: u16, class: u16, entity: u64) {
        let plan = &self.plan.streams[usize::from(stream)];
        let class_id = plan.classes[usize::from(class)].class;
        let is_redial = entity != first_of(entity);
        let queue = queue_of(plan, entity);
        if self
            .plan
            .carrier
            .lines
            .is_some_and(|max| self.lines_in_use >= max)
        {
            self.recorder
                .refused_no_line(self.now, queue, class_id, is_redial);
            self.may_call_again(stream, class, entity, Lost::Refused);
            return;
        }
        if let Some(back) = self.faults.server_returns() {
            return self.meets_no_server(back, stream, class, entity);
        }
        self.lines_in_use += 1;
        let call = self.engine.next_call();
        let slot = self.calls.admit(Caller {
            id: call,
            entity,
            stream,
            class,
            state: State::Waiting,
            generation: 0,
            arrived: self.now,
            legs: 0,
            drawn: 0,
            callbacks: 0,
            has_line: true,
            has_talked: false,
            was_cut_off: false,
            is_live: true,
        });
        self.fresh = Some(slot);
        let caller = self.hashed(plan, entity);
        self.feed(Input::CallArrived {
            call,
            caller,
            queue,
            class: class_id,
        });
        if is_redial {
            self.recorder.redialed(call);
        }
    }

    /// Who calls, as the server hashes the number.
    #[inline]
    fn hashed(&self, plan: &StreamPlan, entity: u64) -> CallerKey {
        recorded(&plan.source, entity & ((1 << NUMBER_BITS) - 1))
            .and_then(|call| call.key)
            .unwrap_or_else(|| CallerKey(self.draws.bits(Purpose::CallerKey, first_of(entity), 0)))
    }

    /// The server is away until `back`: the carrier holds the call, or ends it.
    #[cold]
    fn meets_no_server(&mut self, back: Timestamp, stream: u16, class: u16, entity: u64) {
        let plan = &self.plan.streams[usize::from(stream)];
        let class_id = plan.classes[usize::from(class)].class;
        let (queue, is_redial) = (queue_of(plan, entity), entity != first_of(entity));
        let asked_at = self.faults.asked_at().unwrap_or(self.now);
        if back.since(asked_at) >= WEBHOOK_LIMIT {
            self.recorder.webhook_answered(asked_at, None);
            self.recorder
                .failed_at_carrier(self.now, queue, class_id, is_redial);
            self.may_call_again(stream, class, entity, Lost::Failed);
            return;
        }
        // The carrier holds the call until the server answers.
        let place = self.redials.put(Redial {
            stream,
            class,
            entity,
            asked_at: Some(asked_at),
        });
        self.schedule(back, Kind::Redials, place, 0);
    }

    /// What the engine says about a call concerns its caller.
    #[inline(always)]
    pub(crate) fn notice(&mut self, said: &Said) {
        match *said {
            Said::CallQueued { call, .. } => self.must_wait(call),
            Said::VoicemailStarted { call } => self.hears_greeting(call),
            Said::CallbackTaken { call } => self.goes_away(call),
            Said::CallRefused { call, .. } => self.is_over_for(call, Some(Lost::Refused)),
            Said::CallTimedOut { call, .. } => self.is_over_for(call, Some(Lost::TimedOut)),
            Said::CallFailed { call } => self.is_over_for(call, Some(Lost::Failed)),
            Said::CallAbandoned { call, .. } => self.is_over_for(call, Some(Lost::Abandoned)),
            Said::VoicemailTaken { call } => self.is_over_for(call, Some(Lost::Voicemail)),
            Said::CallbackFailed { call, .. } => self.is_over_for(call, Some(Lost::CallbackFailed)),
            Said::CallEnded { call, .. } => self.is_over_for(call, None),
            Said::AgentWrapUp { agent } => self.agent_wraps_up(agent),
            Said::CallArrived { .. }
            | Said::CallOverflowed { .. }
            | Said::EstimateAnnounced { .. }
            | Said::OfferMade { .. }
            | Said::OfferRang { .. }
            | Said::OfferAnswered { .. }
            | Said::OfferEnded { .. }
            | Said::ClaimUndone { .. }
            | Said::CallExhausted { .. }
            | Said::CallConnected { .. }
            | Said::CallbackOffered { .. }
            | Said::CallbackPlaced { .. }
            | Said::CallbackMissed { .. }
            | Said::AgentStatusSet { .. }
            | Said::AgentIdle { .. }
            | Said::AgentAlive { .. }
            | Said::AgentReachable { .. }
            | Said::AgentBreaker { .. }
            | Said::CarrierBreaker { .. }
            | Said::QueueScanned { .. }
            | Said::Rescued { .. }
            | Said::QueueOpen { .. }
            | Said::PolicyApplied
            | Said::FeatureShareSet { .. }
            | Said::AlertRaised { .. }
            | Said::AlertCleared { .. } => {}
        }
    }

    fn must_wait(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        let balks = self.class_plan(slot).balks;
        let caller = self.calls[slot];
        if balks > 0.0 && self.draws.chance(Purpose::Balk, caller.entity, 0, balks) {
            self.after(0, Kind::HangsUp, slot, caller.generation);
        }
    }

    pub(crate) fn caller_hangs_up(&mut self, event: Event) {
        let caller = &self.calls[event.index()];
        if !event.is_of(caller.generation) {
            return;
        }
        let call = caller.id;
        self.hang_up(event.index());
        self.tell(Input::CallerHungUp { call }, Party::Caller(event.index()));
    }

    /// A command finds nobody on the line, and the carrier says so: a conversation may have ended that
    /// the engine did not know of.
    #[inline(never)]
    pub(crate) fn is_not_there(&mut self, slot: u32) {
        let call = self.calls[slot].id;
        self.tell(Input::CallerHungUp { call }, Party::Caller(slot));
    }

    /// The caller is off the line.
    pub(crate) fn hang_up(&mut self, slot: u32) {
        self.free_line(slot);
        let caller = &mut self.calls[slot];
        caller.state = State::Gone;
        caller.generation += 1;
    }

    fn free_line(&mut self, slot: u32) {
        let caller = &mut self.calls[slot];
        if caller.has_line {
            caller.has_line = false;
            self.lines_in_use -= 1;
        }
    }

    /// The engine has closed the call.
    fn is_over_for(&mut self, call: CallId, lost: Option<Lost>) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        self.free_line(slot);
        let caller = self.calls[slot];
        self.calls.remove(slot);
        if let Some(lost) = lost.or(caller.was_cut_off.then_some(Lost::CutOff)) {
            self.may_call_again(caller.stream, caller.class, caller.entity, lost);
        }
    }

    /// The engine takes the caller off the line.
    pub(crate) fn leaves_queue(&mut self, call: CallId, then: Departure) {
        if let Some(slot) = self.calls.find(call)
            && then == Departure::HangUp
        {
            self.hang_up(slot);
        }
    }
}
