//! Rates learnt online: events per time exposed, with exponential forgetting by event count.
//!
//! `events / exposure` is the maximum-likelihood rate of an exponential law *with censoring*: a
//! service still running, or a caller still waiting when an agent took it, adds exposure and no
//! event. Averaging finished spans instead would see the short ones first (the ramp-up bias) and
//! the survivors only.
//!
//! Forgetting is by events, not by the clock: the rates learnt here are per agent and per waiting
//! call, so they do not move when load or staffing does, and a quiet night must not erase them.
//! State is integers only.

use crate::time::Micros;
use serde::{Deserialize, Serialize};

/// One event in the fixed point that [`Rate`] counts in.
const EVENT: u64 = 1 << 16;

/// Exposure kept at most: 1,000 hours. Without a limit, weeks without an event would outweigh
/// the first hour in which they come.
const MOST_EXPOSURE: Micros = 1_000 * 3_600 * 1_000_000;

/// Events per exposed second.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Rate {
    /// Discounted count of events, in units of 2^-16.
    events: u64,
    /// Discounted exposure, in microseconds.
    exposure: Micros,
}

impl Rate {
    /// Nothing known.
    #[must_use]
    pub const fn new() -> Self {
        Rate {
            events: 0,
            exposure: 0,
        }
    }

    /// `span` microseconds passed for each of `count` agents or calls.
    pub fn expose(&mut self, count: u32, span: Micros) {
        let more = span.saturating_mul(u64::from(count));
        self.exposure = self.exposure.saturating_add(more).min(MOST_EXPOSURE);
    }

    /// The event happened once. What was known is multiplied by 1 - 1/`memory` first (`memory` > 0), so
    /// that about `memory` events count; the rate's relative standard error then tends to
    /// (2 `memory`)^-1/2 for exponential spans.
    pub fn count(&mut self, memory: u64) {
        self.events = self.events - self.events / memory + EVENT;
        self.exposure -= self.exposure / memory;
    }

    /// Discounted number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events as f64 / EVENT as f64
    }

    /// Events per exposed second, shrunk towards `prior` (per second, above 0) as if
    /// `prior_events` more had been seen at that rate.
    #[must_use]
    pub fn per_second(&self, prior_events: f64, prior: f64) -> f64 {
        self.per_second_with(0, prior_events, prior)
    }

    /// As [`Self::per_second`], with `extra` microseconds of exposure not yet recorded.
    #[must_use]
    pub fn per_second_with(&self, extra: Micros, prior_events: f64, prior: f64) -> f64 {
        let exposure = self.exposure.saturating_add(extra) as f64 * 1e-6;
        (self.events() + prior_events) / (exposure + prior_events / prior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_still_running_are_counted_as_exposure() {
        // Ten services run for 60 s, one ends: 1 / 600 s, though the only finished one took 60 s.
        let mut rate = Rate::new();
        rate.expose(10, 60_000_000);
        rate.count(256);
        let per_second = rate.per_second(0.0, 1.0);
        assert!((per_second * 600.0 - 1.0).abs() < 0.01, "{per_second}");
    }

    #[test]
    fn an_old_rate_is_forgotten_after_a_few_memories_of_events() {
        let mut rate = Rate::new();
        for _ in 0..1_000 {
            rate.expose(1, 10_000_000);
            rate.count(64);
        }
        for _ in 0..320 {
            rate.expose(1, 30_000_000);
            rate.count(64);
        }
        let mean = 1.0 / rate.per_second(0.0, 1.0);
        assert!((29.0..30.5).contains(&mean), "{mean}");
    }

    #[test]
    fn a_long_quiet_spell_does_not_drown_the_first_events_after_it() {
        let mut rate = Rate::new();
        rate.expose(1_000, 10_000 * 3_600_000_000);
        assert!(rate.per_second(1.0, 1.0 / 600.0) > 0.0);
        assert_eq!(rate.exposure, MOST_EXPOSURE);
    }
}
