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

/// Fewer events say nothing of a rate that is otherwise known.
const LEAST_EVENTS: f64 = 4.0;

/// Variances of chance that a difference must exceed before any of it is believed.
const SHRINKAGE: f64 = 2.0;

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

    /// Events per exposed second, as far as they differ from `anchor` (per second, above 0) by more than chance explains:
    /// anchor x (own / anchor)^s with s = max(0, 1 - 2 v / d^2), where d is the logarithm of own / anchor and v its
    /// variance by chance (the positive-part shrinkage of James and Stein, 1961, of one figure). Without events it is the
    /// anchor. `memory` is what [`Self::count`] was told.
    #[must_use]
    pub fn shrunk(&self, memory: u64, anchor: f64) -> f64 {
        let events = self.events();
        if events < LEAST_EVENTS || self.exposure == 0 {
            return anchor;
        }
        let own = events / (self.exposure as f64 * 1e-6);
        let distance = libm::log(own / anchor);
        // Weights w = (1 - 1/m)^j: sum w^2 / (sum w)^2.
        let by_chance = (1.0 / events - 0.5 / memory as f64).max(0.5 / memory as f64);
        let kept = 1.0 - SHRINKAGE * by_chance / (distance * distance);
        if kept <= 0.0 {
            return anchor;
        }
        anchor * libm::exp(kept * distance)
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

    /// Events at every `gap` seconds, `n` of them, all remembered.
    fn steady(n: u32, gap: u64) -> Rate {
        let mut rate = Rate::new();
        for _ in 0..n {
            rate.expose(1, gap * 1_000_000);
            rate.count(1 << 20);
        }
        rate
    }

    #[test]
    fn a_difference_that_chance_explains_is_not_believed() {
        // 100 events: chance is 10 %, and 2 v / d^2 reaches 1 at d = 14.1 %.
        let anchor = 1.0 / 100.0;
        assert_eq!(steady(100, 110).shrunk(1 << 20, anchor), anchor);
        // d = ln 1.5 = 0.4055: 1 - 0.02 / 0.1644 = 0.8784 of it is kept.
        let kept = steady(100, 150).shrunk(1 << 20, anchor);
        assert!(
            (kept / anchor - (-0.4055_f64 * 0.8784).exp()).abs() < 1e-3,
            "{kept}"
        );
        // With many events even a small one is.
        let kept = steady(10_000, 110).shrunk(1 << 20, anchor);
        assert!((kept * 110.0 - 1.0).abs() < 3e-3, "{kept}");
        assert_eq!(
            steady(3, 500).shrunk(64, anchor),
            anchor,
            "too few to say anything"
        );
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
