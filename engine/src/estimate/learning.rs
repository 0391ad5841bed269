//! What a queue learns about itself while it works: who hangs up, how long agents take, how fast
//! the line moves. Owns the counters; never announces anything (see [`super::best`], [`super::simple`]).
//!
//! Every observer is O(1), allocates nothing and uses integers only. The engine calls them in the step in
//! which the fact occurs, with that step's time; time integrals run from one call to the next, so
//! [`Learning::line_changed`] must be called whenever one of its figures changes.

use super::coverage::Coverage;
use super::rate::Rate;
use super::{Estimate, Estimator, Kind};
use crate::time::{Micros, Timestamp};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Services that count, at least: +-1.6 %, days of ten agents. Handle times per agent drift that slowly.
const SERVICE_MEMORY: u64 = 2_048;
/// The same per agent, where that is more: half a shift. The wait in a large centre hardly varies, so that its rate has to
/// be known better.
const SERVICE_MEMORY_PER_AGENT: u64 = 64;
/// Calls taken that count, per agent: an hour or less of a blocked line. How many of the staffed
/// agents work for it in fact changes by the hour (breaks, other queues); with n agents
/// it is known to (16 n)^-1/2.
const FLOW_MEMORY: u64 = 8;
/// Hang-ups that count: +-2.2 %. Patience belongs to the callers and drifts slowly too.
const HANG_UP_MEMORY: u64 = 1_024;
/// Arrivals that count per class: demand moves within the half-hour.
const ARRIVAL_MEMORY: u64 = 32;

/// Waits kept for the moving average: the last 32 calls answered.
pub(super) const WINDOW: usize = 32;

/// The line and its agents as they are from now on.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Calls waiting in the line (not those at an agent's ringing phone).
    pub waiting: u32,
    /// Agents who work for the queue: signed in and believed available, those on a call or in
    /// wrap-up included.
    pub staffed: u32,
    /// Agents who are on a call of this queue, or in the wrap-up after one.
    pub busy: u32,
    /// Agents who could take a call of this queue now.
    pub idle: u32,
}

impl Line {
    /// Calls wait because agents lack, not because a scan is due: the line moves as fast as agents
    /// let it.
    fn is_blocked(self) -> bool {
        self.waiting > 0 && self.idle <= self.waiting && self.staffed > 0
    }
}

/// All that one queue has learnt. Plain data: equal state, equal estimates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Learning {
    /// The line since `since`.
    line: Line,
    since: Timestamp,
    /// End of the latest span of positive length in which the line was blocked.
    blocked_until: Timestamp,
    /// When the line was last seen to move (a call answered), or became blocked.
    moved_at: Timestamp,
    /// Services ended per agent-second on a call: 1 / mean handle time, running ones included.
    pub(super) service: Rate,
    /// Calls taken from a blocked line per staffed agent-second: what agents do for this line in
    /// fact, with shared agents, rings, refusals and absences.
    pub(super) flow: Rate,
    /// Hang-ups per second of waiting.
    pub(super) hang_up: Rate,
    /// Per caller class: arrivals per second.
    arrival: Vec<Rate>,
    arrived_at: Vec<Timestamp>,
    /// Services ended, ever (saturating).
    pub(super) handled: u32,
    /// Calls answered, ever (saturating).
    pub(super) answered: u32,
    /// Exponential average of finished handle times, 1/16 each.
    pub(super) mean_handle: Micros,
    /// Exponential average of the span from the winning offer to the bridge, 1/16 each.
    pub(super) mean_setup: Micros,
    /// Waits of the last answered calls, a ring; entry `answered % WINDOW` is the oldest.
    pub(super) waits: [Micros; WINDOW],
    /// The wait of the call answered last.
    pub(super) last_wait: Micros,
    /// Three quarters of the old value and one of the new, as Asterisk has it.
    pub(super) average_wait: Micros,
    /// How each estimator's range has to be stretched, in the order of [`Estimator::ALL`].
    coverage: [Coverage; Estimator::ALL.len()],
    /// The same for calls for which an agent is idle; only `best` tells them apart.
    coverage_at_once: Coverage,
}

impl Learning {
    /// Nothing learnt, at `now`, for a queue with `classes` caller classes.
    #[must_use]
    pub fn new(now: Timestamp, classes: usize) -> Self {
        Learning {
            line: Line::default(),
            since: now,
            blocked_until: Timestamp::ZERO,
            moved_at: now,
            service: Rate::new(),
            flow: Rate::new(),
            hang_up: Rate::new(),
            arrival: alloc::vec![Rate::new(); classes],
            arrived_at: alloc::vec![now; classes],
            handled: 0,
            answered: 0,
            mean_handle: 0,
            mean_setup: 0,
            waits: [0; WINDOW],
            last_wait: 0,
            average_wait: 0,
            coverage: [Coverage::new(); Estimator::ALL.len()],
            coverage_at_once: Coverage::new(),
        }
    }

    /// The line, its agents, or both are now `line`. Call after the facts of the same step.
    #[inline(never)]
    pub fn line_changed(&mut self, now: Timestamp, line: Line) {
        self.integrate(now);
        if line.is_blocked() && !self.line.is_blocked() {
            self.moved_at = now;
        }
        self.line = line;
    }

    /// A call of class `class` joined the queue.
    #[inline(never)]
    pub fn arrived(&mut self, now: Timestamp, class: usize) {
        if let (Some(rate), Some(at)) =
            (self.arrival.get_mut(class), self.arrived_at.get_mut(class))
        {
            rate.expose(1, now.since(*at));
            rate.count(ARRIVAL_MEMORY);
            *at = now;
        }
    }

    /// An agent ended the handling of a call of this queue after `handle` (talk, and wrap-up where
    /// it is known by then).
    #[inline(never)]
    pub fn handled(&mut self, now: Timestamp, handle: Micros) {
        self.integrate(now);
        self.service.count(self.service_memory());
        self.mean_handle = average(self.mean_handle, handle, self.handled, 4);
        self.handled = self.handled.saturating_add(1);
    }

    /// An agent has a call that waited `waited` from arrival to bridge (0 if it never did), the
    /// last `setup` of it at that agent's phone.
    #[inline(never)]
    pub fn answered(&mut self, now: Timestamp, waited: Micros, setup: Micros) {
        self.integrate(now);
        // Only calls that were in the line while it was blocked tell how fast it moves.
        if waited > setup && self.blocked_until.after(setup) >= now {
            self.flow.count(self.flow_memory());
        }
        self.moved_at = now;
        self.mean_setup = average(self.mean_setup, setup, self.answered, 4);
        self.average_wait = average(self.average_wait, waited, self.answered, 2);
        self.last_wait = waited;
        self.waits[self.answered as usize % WINDOW] = waited;
        self.answered = self.answered.saturating_add(1);
    }

    /// A waiting call hung up.
    #[inline(never)]
    pub fn abandoned(&mut self, now: Timestamp) {
        self.integrate(now);
        self.hang_up.count(HANG_UP_MEMORY);
    }

    /// A call that `estimator` had told `said` was bridged `real` microseconds after that. Calls
    /// that hung up meanwhile are not reported: the range is one of calls that are served.
    #[inline(never)]
    pub fn realised(&mut self, estimator: Estimator, said: &Estimate, real: Micros) {
        let coverage = match said.kind {
            Kind::InLine => &mut self.coverage[estimator as usize],
            Kind::AtOnce => &mut self.coverage_at_once,
        };
        coverage.realised(said, real);
    }

    pub(super) fn coverage(&self, estimator: Estimator, kind: Kind) -> &Coverage {
        match kind {
            Kind::InLine => &self.coverage[estimator as usize],
            Kind::AtOnce => &self.coverage_at_once,
        }
    }

    /// Arrivals of `class` per second: the last 32 or so, the gap still open included, so that a class
    /// which stopped calling fades out.
    pub(super) fn arrivals(&self, now: Timestamp, class: usize) -> f64 {
        match (self.arrival.get(class), self.arrived_at.get(class)) {
            (Some(rate), Some(at)) => rate.per_second_with(now.since(*at), 0.01, 1e-3),
            (None, _) | (_, None) => 0.0,
        }
    }

    /// For how long the blocked line has not moved at all; 0 while it is not blocked.
    pub(super) fn stalled(&self, now: Timestamp) -> Micros {
        if self.line.is_blocked() {
            now.since(self.moved_at)
        } else {
            0
        }
    }

    fn flow_memory(&self) -> u64 {
        FLOW_MEMORY * u64::from(self.line.staffed.max(1))
    }

    fn service_memory(&self) -> u64 {
        SERVICE_MEMORY.max(SERVICE_MEMORY_PER_AGENT * u64::from(self.line.staffed))
    }

    /// Calls taken from a blocked line per second and staffed agent: what one agent would take who did nothing else
    /// (`service`, per second), unless what they take in fact differs from that by more than chance.
    pub(super) fn flow_per_agent(&self, service: f64) -> f64 {
        self.flow.shrunk(self.flow_memory(), service)
    }

    fn integrate(&mut self, now: Timestamp) {
        let span = now.since(self.since);
        if span == 0 {
            return;
        }
        self.since = now;
        self.service.expose(self.line.busy, span);
        self.hang_up.expose(self.line.waiting, span);
        if self.line.is_blocked() {
            self.flow.expose(self.line.staffed, span);
            self.blocked_until = now;
        }
    }
}

/// The exponential average with weight 2^-`shift` for the new value; the plain mean until that
/// many values have come, so that the first does not start at 0.
fn average(old: Micros, new: Micros, seen: u32, shift: u32) -> Micros {
    let weight = u64::from(seen.saturating_add(1)).min(1 << shift);
    let (old, new) = (old as i64, new.min(i64::MAX as u64 >> 1) as i64);
    (old + (new - old) / weight as i64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(waiting: u32, staffed: u32) -> Line {
        Line {
            waiting,
            staffed,
            busy: staffed,
            idle: 0,
        }
    }

    #[test]
    fn the_ramp_up_does_not_bias_the_service_rate() {
        // 100 agents start 100 services of 20..2000 s together; after 400 s only the 20 shortest
        // have ended. Their mean is 210 s; 20 ended in 36,200 agent-seconds says 1,810 s.
        let mut learning = Learning::new(Timestamp::ZERO, 1);
        learning.line_changed(Timestamp::ZERO, line(0, 100));
        for i in 1..=20_u64 {
            let now = Timestamp::from_secs(20 * i);
            learning.handled(now, 20 * i * 1_000_000);
            let busy = 100 - i as u32;
            learning.line_changed(
                now,
                Line {
                    busy,
                    ..line(0, 100)
                },
            );
        }
        let mean = 1.0 / learning.service.per_second(0.0, 1.0);
        assert!((1_500.0..2_100.0).contains(&mean), "{mean}");
    }

    #[test]
    fn a_call_offered_at_once_says_nothing_of_the_flow() {
        let mut learning = Learning::new(Timestamp::ZERO, 1);
        learning.line_changed(Timestamp::ZERO, line(1, 2));
        learning.answered(Timestamp::from_secs(5), 5_000_000, 5_000_000);
        assert_eq!(learning.flow.events(), 0.0);
        learning.answered(Timestamp::from_secs(5), 9_000_000, 5_000_000);
        assert!(learning.flow.events() > 0.9);
    }

    #[test]
    fn state_survives_a_round_trip_through_text() {
        let mut learning = Learning::new(Timestamp::ZERO, 2);
        learning.arrived(Timestamp::from_secs(3), 1);
        learning.line_changed(Timestamp::from_secs(3), line(1, 2));
        learning.answered(Timestamp::from_secs(9), 6_000_000, 0);
        learning.realised(
            Estimator::Best,
            &Estimate::rounded(Kind::InLine, 1.0, 2.0, 3.0),
            6_000_000,
        );
        let text = serde_json::to_string(&learning).expect("plain data");
        let back: Learning = serde_json::from_str(&text).expect("what was just written");
        assert_eq!(back, learning);
    }
}
