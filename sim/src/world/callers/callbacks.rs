//! Callers who leave the line for a callback, and are called.

use engine::Input;
use engine::id::CallId;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::callers::{State, queue_of};
use crate::world::event::{Event, Kind};
use crate::world::party::Party;

/// A called caller who answers does so after this long.
const CALLBACK_ANSWER: Micros = 8_000_000;

impl World<'_> {
    pub(super) fn goes_away(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        self.free_line(slot);
        let caller = &mut self.calls[slot];
        caller.state = State::Away;
        caller.generation += 1;
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
            self.post(
                Input::CallbackAccepted { call, at: None },
                Party::Caller(slot),
            );
        }
    }

    pub(crate) fn callback_rings(&mut self, event: Event) {
        if self.is_callback_wanted(event) && !self.waits_at_carrier(event) {
            self.callback_is_dialled(event);
        }
    }

    /// Whether a callback that was asked of the carrier is still to be dialled.
    pub(crate) fn is_callback_wanted(&self, event: Event) -> bool {
        event.is_of(self.calls[event.index()].generation)
    }

    /// The caller's phone rings (if the carrier is up).
    pub(crate) fn callback_is_dialled(&mut self, event: Event) {
        let slot = event.index();
        let caller = &self.calls[slot];
        let answers = self.class_plan(slot).callback.answers;
        let (entity, k) = (caller.entity, u64::from(caller.callbacks));
        self.calls[slot].callbacks += 1;
        let generation = self.calls[slot].generation;
        let fails = self.command_fails(Party::Caller(slot));
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
        let call = caller.id;
        self.lines_in_use += 1;
        self.fresh = Some(event.index());
        self.tell(
            Input::CallbackAnswered { call },
            Party::Caller(event.index()),
        );
    }

    pub(crate) fn callback_unanswered(&mut self, event: Event) {
        let caller = &self.calls[event.index()];
        if event.is_of(caller.generation) {
            let call = caller.id;
            let party = Party::Caller(event.index());
            self.tell(Input::CallbackUnanswered { call }, party);
        }
    }

    /// The engine gives up a callback that rings.
    pub(crate) fn callback_stops(&mut self, call: CallId) {
        if let Some(slot) = self.calls.find(call) {
            self.calls[slot].generation += 1;
        }
    }
}
