//! Which law stands for spans of one kind: a family, or the data.

use std::time::Duration;

use super::curve::Curve;
use super::families::{self, Family, Fitted};
use super::spans::Spans;
use crate::scenario::DistSpec;

/// A parametric law must be as near to the data as this (Kolmogorov's distance) ...
pub const NEAR: f64 = 0.03;
/// ... and its mean within this share of theirs, or the data themselves stand for it.
pub const MEAN_WITHIN: f64 = 0.02;
/// Which law stands for spans in the scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The likeliest family where it is near enough to the data, else the data.
    Best,
    /// The data: a survival curve.
    Data,
    /// This family.
    Of(Family),
}

impl Choice {
    /// Every choice.
    pub const ALL: [Choice; 8] = [
        Choice::Best,
        Choice::Data,
        Choice::Of(Family::Exponential),
        Choice::Of(Family::Gamma),
        Choice::Of(Family::Weibull),
        Choice::Of(Family::Lognormal),
        Choice::Of(Family::Hyperexponential),
        Choice::Of(Family::ShortAndLognormal),
    ];

    /// On the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Choice::Best => "best",
            Choice::Data => "data",
            Choice::Of(family) => family.key(),
        }
    }
}

/// What spans of one kind are fitted with.
#[derive(Clone, PartialEq, Debug)]
pub struct SpanFit {
    /// The data.
    pub spans: Spans,
    /// Of the class alone; too few: of all classes together.
    pub is_pooled: bool,
    /// Every family's likeliest, the best first.
    pub candidates: Vec<Fitted>,
    /// The data as a curve; `None` without any that ended.
    pub curve: Option<Curve>,
    /// The candidate that stands for them; `None` = the curve.
    pub chosen: Option<usize>,
}

impl SpanFit {
    pub(super) fn new(spans: Spans, is_pooled: bool, choice: Choice, short: Duration) -> SpanFit {
        let candidates = families::fit(&spans, short.as_secs_f64());
        let chosen = match choice {
            Choice::Data => None,
            Choice::Of(family) => candidates.iter().position(|one| one.family == family),
            Choice::Best => candidates
                .first()
                .filter(|best| best.distance <= NEAR && mean_is_near(&spans, best))
                .map(|_| 0),
        };
        SpanFit {
            curve: Curve::of(&spans).filter(Curve::is_usable),
            spans,
            is_pooled,
            candidates,
            chosen,
        }
    }

    /// The law that stands for them; `None` when nothing ended.
    #[must_use]
    pub fn law(&self) -> Option<Law<'_>> {
        match self.chosen {
            Some(place) => Some(Law::Family(&self.candidates[place])),
            None => self.curve.as_ref().map(Law::Data),
        }
    }
}

/// What stands for spans.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Law<'a> {
    /// A family.
    Family(&'a Fitted),
    /// The data.
    Data(&'a Curve),
}

impl Law<'_> {
    /// As a scenario knows it.
    #[must_use]
    pub fn spec(&self) -> DistSpec {
        match self {
            Law::Family(fitted) => fitted.spec.clone(),
            Law::Data(curve) => curve.spec(),
        }
    }

    /// In reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Law::Family(fitted) => fitted.family.name(),
            Law::Data(_) => "data",
        }
    }
}

/// Where all ended, the mean of the data is known and must be kept.
fn mean_is_near(spans: &Spans, fitted: &Fitted) -> bool {
    match spans.mean() {
        Some(mean) if spans.cut.len() * 100 <= spans.n() => {
            (fitted.mean / mean - 1.0).abs() <= MEAN_WITHIN
        }
        Some(_) | None => true,
    }
}
