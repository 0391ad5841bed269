//! The search itself: which value is tried next, for how many replications, and when it is over.
//!
//! Knows nothing of scenarios: it asks [`Trials`] for verdicts at a confidence and for differences of
//! cost. Every decision is a test at a level that Bonferroni gives it out of one total, so that with
//! the asked confidence *no* decision of the whole search is wrong, whatever the values have to do with
//! each other; they run on the same draws, which makes their differences small.

use reports::gate::Verdict;
use reports::stats::Difference;
use reports::tune::{Held, Outcome};

/// What the search asks for; points are numbered by the order of their values.
pub trait Trials {
    /// Why there is no answer.
    type Error;

    /// Sees to it that `point` has at least `n` replications.
    ///
    /// # Errors
    /// When that is impossible.
    fn extend(&mut self, point: usize, n: u32) -> Result<(), Self::Error>;

    /// The verdicts of the gates at `point`, as a family at `confidence`.
    fn verdicts(&self, point: usize, confidence: f64) -> Vec<Verdict>;

    /// The cost of `other` minus that of `base`, over the replications that both have; `None` when one
    /// of them has none.
    fn dearer(&self, base: usize, other: usize) -> Option<Difference>;

    /// The estimated cost; `None` when there is none.
    fn cost(&self, point: usize) -> Option<f64>;
}

/// How precise the answer must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Precision {
    /// Of all that is said together, 0..1.
    pub confidence: f64,
    /// Replications of the first look at a point.
    pub first: u32,
    /// Replications of the last.
    pub most: u32,
    /// Of sets: costs that differ by less than this share are as good as equal.
    pub indifference: f64,
}

/// A point that was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// Which.
    pub point: usize,
    /// By gate.
    pub gates: Vec<Verdict>,
    /// In a word.
    pub held: Held,
}

/// What the search found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// In the order of their values.
    pub tried: Vec<Tried>,
    /// What became of it.
    pub outcome: Outcome,
    /// The chosen point.
    pub chosen: Option<usize>,
    /// The level of a single decision about gates: 1 - that is the confidence of their bounds.
    pub level: f64,
    /// Gates, by place, that were seen to hold and fail in turn along the range.
    pub uneven_gates: Vec<usize>,
    /// The cost was seen to rise and fall along the range.
    pub is_cost_uneven: bool,
}

impl Precision {
    /// The numbers of replications at which a point is looked at: doubling.
    pub(super) fn looks(&self) -> Vec<u32> {
        let mut looks = vec![self.first.min(self.most)];
        while let Some(last) = looks.last().copied().filter(|last| *last < self.most) {
            looks.push(last.saturating_mul(2).min(self.most));
        }
        looks
    }

    pub(super) fn alpha(&self) -> f64 {
        1.0 - self.confidence
    }
}

/// Looks at `point` until its gates are decided or there are no more looks.
pub(super) fn decide<T: Trials>(
    trials: &mut T,
    point: usize,
    precision: &Precision,
    level: f64,
) -> Result<Tried, T::Error> {
    let mut gates = Vec::new();
    for n in precision.looks() {
        trials.extend(point, n)?;
        gates = trials.verdicts(point, 1.0 - level);
        if held(&gates) != Held::Undecided {
            break;
        }
    }
    Ok(Tried {
        point,
        held: held(&gates),
        gates,
    })
}

pub(super) fn held(gates: &[Verdict]) -> Held {
    match Verdict::of_all(gates.iter().copied()) {
        Verdict::Pass => Held::Holds,
        Verdict::Fail => Held::Fails,
        Verdict::Inconclusive => Held::Undecided,
    }
}

#[cfg(test)]
mod tests;
