//! The carrier's own limit of legs a second: what is asked of it faster is queued there and dialled
//! at its rate, in the order in which it came.
//!
//! Without a limit nothing here is touched.

use std::collections::VecDeque;

use engine::Timestamp;
use engine::time::Micros;

use crate::world::World;
use crate::world::event::{Event, Kind};

/// Legs that the carrier has taken and not dialled yet.
#[derive(Debug, Default)]
pub(crate) struct Dialer {
    /// [`Kind::Rings`] and [`Kind::CallbackRings`]. One that was cancelled meanwhile costs no turn.
    line: VecDeque<Event>,
    /// When it dials again.
    next: Timestamp,
}

impl World<'_> {
    /// Whether a leg that reaches the carrier now must wait for its turn there; it is put in line.
    #[inline(never)]
    pub(crate) fn waits_at_carrier(&mut self, event: Event) -> bool {
        match self.plan.carrier.spacing {
            None => false,
            Some(spacing) => self.lines_up(event, spacing),
        }
    }

    fn lines_up(&mut self, event: Event, spacing: Micros) -> bool {
        if self.dialer.line.is_empty() {
            if self.dialer.next <= self.now {
                self.dialer.next = self.now.after(spacing);
                return false;
            }
            self.schedule(self.dialer.next, Kind::Dials, 0, 0);
        }
        self.dialer.line.push_back(event);
        true
    }

    /// The carrier dials the first leg in its line that is still wanted.
    pub(crate) fn carrier_dials(&mut self) {
        while let Some(event) = self.dialer.line.pop_front() {
            let agent = event.index();
            if event.kind() == Kind::CallbackRings {
                if self.is_callback_wanted(event) {
                    self.takes_turn();
                    return self.callback_is_dialled(event);
                }
            } else if self.is_in_line(event) {
                self.takes_turn();
                return self.leg_is_dialled(agent);
            }
        }
    }

    fn takes_turn(&mut self) {
        self.dialer.next = self.now.after(self.plan.carrier.spacing.unwrap_or(0));
        if !self.dialer.line.is_empty() {
            self.schedule(self.dialer.next, Kind::Dials, 0, 0);
        }
    }
}
