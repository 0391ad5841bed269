//! Callers who were not served and will call again, and those whom the carrier holds.

use engine::Timestamp;

use crate::streams::Purpose;
use crate::world::World;
use crate::world::callers::NUMBER_BITS;
use crate::world::event::Kind;

/// A caller who will call again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redial {
    pub(super) stream: u16,
    pub(super) class: u16,
    pub(super) entity: u64,
    /// When its webhook was sent to a server that was away: the carrier holds the call.
    pub(super) asked_at: Option<Timestamp>,
}

/// What became of a call that may be tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lost {
    Abandoned,
    Refused,
    Voicemail,
    TimedOut,
    Failed,
    CallbackFailed,
    CutOff,
}

/// Callers who will call again, by place. Places are used again, so that there are only as many as
/// ever waited to call at one time, however long the run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redials {
    places: Vec<Redial>,
    free: Vec<u32>,
}

impl Redials {
    pub(super) fn put(&mut self, redial: Redial) -> u32 {
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

impl World<'_> {
    pub(crate) fn redials(&mut self, place: u32) {
        let redial = self.redials.take(place);
        self.faults.answer_since(redial.asked_at);
        self.arrive(redial.stream, redial.class, redial.entity);
        self.faults.answer_since(None);
    }

    pub(super) fn may_call_again(&mut self, stream: u16, class: u16, entity: u64, lost: Lost) {
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
            Lost::CutOff => after.cut_off,
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
            asked_at: None,
        });
        self.schedule(at, Kind::Redials, place, 0);
    }
}
