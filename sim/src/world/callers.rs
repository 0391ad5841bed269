//! Callers: they arrive, wait as long as their patience lasts, talk, leave messages, take
//! callbacks and call again. What a caller does is drawn from who it is, never from the policy.

use engine::id::{AgentId, CallId, CallerKey, QueueId};
use engine::output::{Departure, Event as Said};
use engine::time::Micros;
use engine::{Input, Timestamp};

use crate::streams::Purpose;
use crate::trace::Patience;
use crate::world::World;
use crate::world::arrivals::recorded;
use crate::world::carrier::WEBHOOK_LIMIT;
use crate::world::event::{Event, Kind};
use crate::world::plan::{ClassPlan, StreamPlan};

/// The voicemail greeting; who leaves no message hangs up within it.
const GREETING: Micros = 15_000_000;
/// A message's length.
const MESSAGE: Micros = 20_000_000;
/// A called caller who answers does so after this long.
const CALLBACK_ANSWER: Micros = 8_000_000;

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
    arrived: Timestamp,
    /// Times an agent was rung for it.
    pub(crate) rings: u16,
    callbacks: u16,
    has_line: bool,
    /// Its call is in hand; else the place is free.
    is_live: bool,
}

/// A caller who will call again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redial {
    stream: u16,
    class: u16,
    entity: u64,
}

/// The callers with a call in hand, by engine id.
#[derive(Debug, Default)]
pub(crate) struct CallTable {
    slots: Vec<Caller>,
    free: Vec<u32>,
    directory: engine::directory::Directory,
}

impl CallTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.directory.live() == 0
    }

    #[inline]
    fn admit(&mut self, caller: Caller) -> u32 {
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let slots = &self.slots;
        self.directory.push(slot, |slot| slots[slot as usize].id);
        match self.slots.get_mut(slot as usize) {
            Some(place) => {
                let generation = place.generation + 1;
                *place = caller;
                place.generation = generation;
            }
            None => self.slots.push(caller),
        }
        slot
    }

    #[inline]
    pub(crate) fn find(&self, call: CallId) -> Option<u32> {
        self.directory
            .slot(call, |slot| self.slots[slot as usize].id)
    }

    /// The caller in `slot`, if it is still this call's.
    #[inline]
    pub(crate) fn at(&mut self, slot: u32, call: CallId) -> Option<&mut Caller> {
        self.slots
            .get_mut(slot as usize)
            .filter(|caller| caller.id == call && caller.is_live)
    }

    fn remove(&mut self, slot: u32) {
        let caller = &mut self.slots[slot as usize];
        caller.generation += 1;
        caller.is_live = false;
        self.directory.remove(caller.id, slot);
        self.free.push(slot);
    }
}

impl std::ops::Index<u32> for CallTable {
    type Output = Caller;
    #[inline]
    fn index(&self, slot: u32) -> &Caller {
        &self.slots[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for CallTable {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Caller {
        &mut self.slots[slot as usize]
    }
}

/// What became of a call that may be tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lost {
    Abandoned,
    Refused,
    Voicemail,
    TimedOut,
    Failed,
    CallbackFailed,
}

const NUMBER_BITS: u32 = 40;

/// Callers who will call again, by place. Places are used again, so that there are only as many as
/// ever waited to call at one time, however long the run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redials {
    places: Vec<Redial>,
    free: Vec<u32>,
}

impl Redials {
    fn put(&mut self, redial: Redial) -> u32 {
        if let Some(place) = self.free.pop() {
            self.places[place as usize] = redial;
            return place;
        }
        self.places.push(redial);
        self.places.len() as u32 - 1
    }

    fn take(&mut self, place: u32) -> Redial {
        self.free.push(place);
        self.places[place as usize]
    }
}

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
        self.plan_arrival(stream);
        let entity = u64::from(stream) << 48 | number;
        let class = self.class_of(stream as usize, entity, number);
        self.arrive(stream as u16, class, entity);
    }

    pub(crate) fn redials(&mut self, place: u32) {
        let redial = self.redials.take(place);
        self.arrive(redial.stream, redial.class, redial.entity);
    }

    /// Its place among the stream's classes: as recorded, or drawn.
    fn class_of(&self, stream: usize, entity: u64, number: u64) -> u16 {
        let plan = &self.plan.streams[stream];
        let known = recorded(&plan.source, number).and_then(|call| call.class);
        let place = match known {
            Some(class) => plan.classes.iter().position(|c| c.class == class),
            None if plan.classes.len() == 1 => Some(0),
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
            let away = back.since(self.now);
            let answered = (away < WEBHOOK_LIMIT).then_some(away);
            self.recorder.webhook_answered(self.now, answered);
            if answered.is_none() {
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
            });
            self.schedule(back, Kind::Redials, place, 0);
            return;
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
            rings: 0,
            callbacks: 0,
            has_line: true,
            is_live: true,
        });
        self.fresh = Some(slot);
        let caller = CallerKey(self.draws.bits(Purpose::CallerKey, first_of(entity), 0));
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

    #[inline]
    pub(crate) fn class_plan(&self, slot: u32) -> &ClassPlan {
        let caller = &self.calls[slot];
        &self.plan.streams[usize::from(caller.stream)].classes[usize::from(caller.class)]
    }

    /// A caller that was not served in its arrival's instant: when it will hang up.
    pub(crate) fn schedule_patience(&mut self, slot: u32) {
        let caller = self.calls[slot];
        if caller.state != State::Waiting {
            return;
        }
        if let Some(patience) = self.patience(slot) {
            let at = caller.arrived.after(patience);
            self.schedule(at.max(self.now), Kind::HangsUp, slot, caller.generation);
        }
    }

    /// From arrival to hanging up; `None` = never.
    fn patience(&self, slot: u32) -> Option<Micros> {
        let caller = &self.calls[slot];
        let dist = self
            .class_plan(slot)
            .patience
            .as_ref()
            .map(|p| p.at(&self.plan.local, caller.arrived.0));
        let u = self.draws.unit(
            Purpose::Patience,
            caller.entity,
            u64::from(caller.callbacks),
        );
        match self.recorded_patience(caller) {
            Patience::Known(span) => Some(span),
            Patience::Censored(beyond) => dist?.conditional_sample_micros(beyond as f64 * 1e-6, u),
            Patience::Unknown => Some(dist?.sample_micros(u)),
        }
    }

    fn recorded_patience(&self, caller: &Caller) -> Patience {
        if caller.entity != first_of(caller.entity) || caller.callbacks > 0 {
            return Patience::Unknown;
        }
        let source = &self.plan.streams[usize::from(caller.stream)].source;
        recorded(source, caller.entity & ((1 << NUMBER_BITS) - 1))
            .map_or(Patience::Unknown, |call| call.patience)
    }

    /// How long it talks with an agent of average speed.
    pub(crate) fn talk(&self, slot: u32) -> Micros {
        let caller = &self.calls[slot];
        let source = &self.plan.streams[usize::from(caller.stream)].source;
        if caller.entity == first_of(caller.entity)
            && let Some(talk) = recorded(source, caller.entity & ((1 << NUMBER_BITS) - 1))
                .and_then(|call| call.talk)
        {
            return talk;
        }
        let u = self.draws.unit(Purpose::Talk, caller.entity, 0);
        let law = self.class_plan(slot).talk.as_ref();
        law.expect("invariant: the log has the talk of every call of a class without a law of it")
            .at(&self.plan.local, caller.arrived.0)
            .sample_micros(u)
    }

    /// What the engine says about a call concerns its caller.
    #[inline]
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
            Said::CallbackFailed { call } => self.is_over_for(call, Some(Lost::CallbackFailed)),
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

    fn hears_greeting(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        let leaves = self.class_plan(slot).leaves_message;
        let caller = &mut self.calls[slot];
        if caller.state == State::Gone {
            return;
        }
        caller.state = State::Voicemail;
        caller.generation += 1;
        let (entity, generation) = (caller.entity, caller.generation);
        if self.draws.chance(Purpose::Voicemail, entity, 0, leaves) {
            self.after(GREETING + MESSAGE, Kind::MessageLeft, slot, generation);
        } else {
            let u = self.draws.unit(Purpose::VoicemailLength, entity, 0);
            let within = (u * GREETING as f64) as Micros;
            self.after(within, Kind::HangsUp, slot, generation);
        }
    }

    pub(crate) fn message_left(&mut self, event: Event) {
        let caller = &mut self.calls[event.index()];
        if event.is_of(caller.generation) {
            let (call, entity) = (caller.id, caller.entity);
            self.hang_up(event.index());
            self.tell(Input::VoicemailLeft { call }, entity);
        }
    }

    fn goes_away(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        self.free_line(slot);
        let caller = &mut self.calls[slot];
        caller.state = State::Away;
        caller.generation += 1;
    }

    pub(crate) fn caller_hangs_up(&mut self, event: Event) {
        let caller = &self.calls[event.index()];
        if !event.is_of(caller.generation) {
            return;
        }
        let (call, entity) = (caller.id, caller.entity);
        self.hang_up(event.index());
        self.tell(Input::CallerHungUp { call }, entity);
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
        if let Some(lost) = lost {
            self.may_call_again(caller.stream, caller.class, caller.entity, lost);
        }
    }

    fn may_call_again(&mut self, stream: u16, class: u16, entity: u64, lost: Lost) {
        let plan = &self.plan.streams[usize::from(stream)].classes[usize::from(class)];
        let Some((after, delay)) = &plan.redial else {
            return;
        };
        let probability = match lost {
            Lost::Abandoned => after.abandoned,
            Lost::Refused => after.refused,
            Lost::Voicemail => after.voicemail,
            Lost::TimedOut => after.timed_out,
            Lost::Failed => after.failed,
            Lost::CallbackFailed => after.callback_failed,
        };
        let redials = entity >> NUMBER_BITS & 0xff;
        if redials == 0xff || !self.draws.chance(Purpose::Redial, entity, 0, probability) {
            return;
        }
        let delay = delay.sample_micros(self.draws.unit(Purpose::RedialDelay, entity, 0));
        let at = self.now.after(delay.max(1));
        if at.0 >= self.plan.horizon {
            return;
        }
        let place = self.redials.put(Redial {
            stream,
            class,
            entity: entity + (1 << NUMBER_BITS),
        });
        self.schedule(at, Kind::Redials, place, 0);
    }

    /// The engine takes the caller off the line.
    pub(crate) fn leaves_queue(&mut self, call: CallId, then: Departure) {
        if let Some(slot) = self.calls.find(call)
            && then == Departure::HangUp
        {
            self.hang_up(slot);
        }
    }

    /// A callback is offered: it is taken at once or not at all.
    pub(crate) fn hears_callback_offer(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        let accepts = self.class_plan(slot).callback.accepts;
        let caller = self.calls[slot];
        if caller.state == State::Waiting
            && self
                .draws
                .chance(Purpose::CallbackAccept, caller.entity, 0, accepts)
        {
            self.post(Input::CallbackAccepted { call, at: None }, caller.entity);
        }
    }

    /// The caller's phone rings (if the carrier is up).
    pub(crate) fn callback_rings(&mut self, event: Event) {
        let slot = event.index();
        let caller = &self.calls[slot];
        if !event.is_of(caller.generation) {
            return;
        }
        let answers = self.class_plan(slot).callback.answers;
        let (entity, k) = (caller.entity, u64::from(caller.callbacks));
        self.calls[slot].callbacks += 1;
        let generation = self.calls[slot].generation;
        let fails = self.command_fails(entity);
        if !fails
            && self
                .draws
                .chance(Purpose::CallbackAnswer, entity, k, answers)
        {
            self.after(CALLBACK_ANSWER, Kind::CallbackAnswers, slot, generation);
        } else {
            let stream = usize::from(self.calls[slot].stream);
            let queue = queue_of(&self.plan.streams[stream], entity);
            let ring = self.plan.policy.queues[queue.index()]
                .callback
                .map_or(0, |c| engine::time::micros(c.ring));
            let after = if fails { 0 } else { ring };
            self.after(after, Kind::CallbackUnanswered, slot, generation);
        }
    }

    pub(crate) fn callback_answers(&mut self, event: Event) {
        let caller = &mut self.calls[event.index()];
        if !event.is_of(caller.generation) {
            return;
        }
        caller.state = State::Waiting;
        caller.generation += 1;
        caller.has_line = true;
        caller.arrived = self.now;
        let (call, entity) = (caller.id, caller.entity);
        self.lines_in_use += 1;
        self.fresh = Some(event.index());
        self.tell(Input::CallbackAnswered { call }, entity);
    }

    pub(crate) fn callback_unanswered(&mut self, event: Event) {
        let caller = &self.calls[event.index()];
        if event.is_of(caller.generation) {
            let (call, entity) = (caller.id, caller.entity);
            self.tell(Input::CallbackUnanswered { call }, entity);
        }
    }

    /// The engine gives up a callback that rings.
    pub(crate) fn callback_stops(&mut self, call: CallId) {
        if let Some(slot) = self.calls.find(call) {
            self.calls[slot].generation += 1;
        }
    }
}
