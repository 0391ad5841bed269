//! Sequential stopping: when a run looks at its interval, and whether it goes on.
//!
//! A procedure that stops when its interval is narrow stops a little too often when the spread looks smaller than
//! it is, and then covers less than it says (Chow and Robbins 1965 have 95 % only in the limit of very narrow
//! intervals). The fewer the replications of a look and the more looks, the worse: from 5 replications on, 95 %
//! are 92 %. So the first look is at [`FIRST_LOOK`] replications or later, and each further one a quarter later, and
//! bounds are computed at a [`level`] that leaves out four fifths of what the confidence does; `docs/statistics.md` has
//! the experiment.

use reports::measures::{Measure, Part};
use reports::report::Precision;
use reports::sample::Evidence;

use crate::scenario::{Experiment, HalfWidth, Until};

/// Replications before an interval is believed.
pub const FIRST_LOOK: u32 = 30;

/// The level at which the bounds of a run that stops by itself are computed, so that they hold with `confidence`:
/// from 30 replications on, bounds at 95 % held in 93.5 to 94.1 % of 5,000 experiments.
fn level(confidence: f64) -> f64 {
    1.0 - 0.8 * (1.0 - confidence)
}

/// When to look, and what to look for.
#[derive(Clone, Debug)]
pub struct Stopping {
    measure: &'static Measure,
    until: Until,
    level: f64,
    first: u32,
}

impl Stopping {
    /// What the experiment asks for; `None` when that is a number of replications.
    ///
    /// # Panics
    /// When there is no such measure: the scenario's reader knows them.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Option<Stopping> {
        let until = experiment.until.clone()?;
        let measure = Measure::named(&until.measure)
            .expect("invariant: the scenario's reader knows the measures");
        let first = experiment.replications.max(FIRST_LOOK);
        Some(Stopping {
            measure,
            first: first.min(until.max_replications),
            level: level(experiment.confidence),
            until,
        })
    }

    /// The level at which bounds are computed.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }

    /// How many replications the first look is at.
    #[must_use]
    pub fn first_look(&self) -> u32 {
        self.first
    }

    /// How many the look after one at `n` is at; `None` when there may be no more.
    #[must_use]
    pub fn next_look(&self, n: u32) -> Option<u32> {
        let most = self.until.max_replications;
        let next = n.saturating_add(n.div_ceil(4)).min(most);
        (n < most).then_some(next)
    }

    /// How well the measure is known, and how well it is to be.
    #[must_use]
    pub fn look(&self, evidence: Evidence<'_>) -> Precision {
        let estimate = evidence.estimate(self.measure, Part::Whole);
        let interval = estimate.as_ref().and_then(|e| e.interval(self.level));
        let half_width = interval.map(|interval| (interval.upper - interval.lower) / 2.0);
        let wanted = match self.until.half_width {
            HalfWidth::Absolute(wanted) => Some(wanted),
            HalfWidth::Relative(share) => estimate.map(|estimate| share * estimate.point.abs()),
        };
        let relative = match self.until.half_width {
            HalfWidth::Absolute(_) => None,
            HalfWidth::Relative(share) => Some(share),
        };
        Precision {
            measure: self.measure,
            half_width,
            wanted,
            relative,
            level: self.level,
            max_replications: self.until.max_replications,
        }
    }
}
