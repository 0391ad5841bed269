//! Callers at the voicemail.

use engine::Input;
use engine::id::CallId;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::callers::State;
use crate::world::event::{Event, Kind};
use crate::world::party::Party;

/// The voicemail greeting; who leaves no message hangs up within it.
const GREETING: Micros = 15_000_000;
/// A message's length.
const MESSAGE: Micros = 20_000_000;

impl World<'_> {
    pub(super) fn hears_greeting(&mut self, call: CallId) {
        let Some(slot) = self.calls.find(call) else {
            return;
        };
        let leaves = self.class_plan(slot).leaves_message;
        let caller = &mut self.calls[slot];
        if caller.state == State::Gone {
            return self.is_not_there(slot);
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
            let call = caller.id;
            self.hang_up(event.index());
            self.tell(Input::VoicemailLeft { call }, Party::Caller(event.index()));
        }
    }
}
