//! Runs beside each other: differences with intervals, what pairing was worth, the smallest effect that
//! could have been seen, and verdicts that hold together.
//!
//! Paired comparisons rest on the same draws, replication by replication; the others on independent
//! runs. All comparisons of one report (measures x runs) are one family: "there is no difference"
//! and, where a margin is given, "the difference is not within the margin" are tested together at the
//! report's confidence ([`exclusive`]). Intervals are those of one comparison alone, as everywhere.
//!
//! Never runs anything, and never decides which measures matter.

mod charts;
mod csv;
mod json;
mod page;
mod size;
mod terminal;

use crate::measures::{Better, Measure, Part};
use crate::sample::{Evidence, SampleTable};
use crate::stats::{Difference, Estimate, Interval, exclusive};

pub use csv::compare_csv;
pub use json::compare_json;
pub use page::compare_page;
pub use terminal::compare_table;

/// With this probability a difference of [`Change::smallest_effect`] would have been shown.
pub const POWER: f64 = 0.9;

/// One of the runs that are compared.
#[derive(Clone, Debug)]
pub struct Side {
    /// What the person calls it: a file's stem, a policy's, an assignment.
    pub name: String,
    /// The scenario's own name.
    pub scenario: String,
    /// Digest of its policy.
    pub policy_digest: String,
    /// Digest of its world.
    pub world_digest: String,
    /// Digest of all its replications.
    pub trace_digest: String,
    /// The seed of its draws.
    pub seed: u64,
    /// Why it is not paired with the baseline; `None` when replication i of both has the same draws.
    pub unpaired: Option<String>,
    /// What was measured.
    pub samples: SampleTable,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The measures of the whole run, in order, each with how far a difference may go without
    /// mattering (above 0, in the measure's unit).
    pub measures: Vec<(&'static Measure, Option<f64>)>,
    /// Of each interval, and of all verdicts together; 0..1.
    pub confidence: f64,
    /// The command that repeats it.
    pub command: String,
    /// Version of the engine.
    pub engine: String,
}

/// Everything that was compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What was asked.
    pub question: Question,
    /// The runs, the baseline first.
    pub sides: Vec<Side>,
    /// By run other than the baseline, then by measure.
    pub comparisons: Vec<Comparison>,
    /// Hypotheses that could be true together: what the level is divided by at first.
    pub family: usize,
}

/// One measure of one run against the baseline's.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What.
    pub measure: &'static Measure,
    /// Place of the run among [`Compared::sides`]; at least 1.
    pub side: usize,
    /// The baseline's value.
    pub base: Option<Known>,
    /// The other run's.
    pub other: Option<Known>,
    /// How far a difference may go without mattering.
    pub margin: Option<f64>,
    /// The difference; `None` when one of them has no value or too few.
    pub change: Option<Change>,
    /// In a word.
    pub verdict: Verdict,
}

/// An estimate with its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Known {
    /// The estimate.
    pub point: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// What is known of a difference; in the measure's unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The other run's value minus the baseline's.
    pub difference: f64,
    /// Its interval, for itself alone.
    pub interval: Interval,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom of that.
    pub df: f64,
    /// It rests on pairs.
    pub is_paired: bool,
    /// Of "there is no difference", for itself alone.
    pub p: f64,
    /// The same in the family.
    pub p_adjusted: f64,
    /// Of "it is not within the margin": alone and in the family.
    pub p_not_within: Option<(f64, f64)>,
    /// The smallest true difference that would have been shown with probability [`POWER`] at the
    /// strictest level of the family; `None` when no replication differs from another.
    pub smallest_effect: Option<f64>,
    /// Variance of the difference of independent runs over that of the pairs; `None` when unpaired
    /// or when nothing varies.
    pub variance_ratio: Option<f64>,
}

/// A comparison in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A difference is shown, in the good direction.
    Better,
    /// A difference is shown, in the bad direction.
    Worse,
    /// A difference of a measure that has no good direction: more.
    Higher,
    /// The same: less.
    Lower,
    /// Shown to be less than the margin, whatever its direction.
    Equivalent,
    /// Every replication gave the same.
    Same,
    /// Nothing is shown.
    NoneSeen,
    /// There is nothing to compare.
    Unknown,
}

impl Verdict {
    /// The word in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::Equivalent => "equivalent",
            Verdict::Same => "same",
            Verdict::NoneSeen => "none_seen",
            Verdict::Unknown => "unknown",
        }
    }

    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::Equivalent => "equivalent",
            Verdict::Same => "same",
            Verdict::NoneSeen => "none seen",
            Verdict::Unknown => "-",
        }
    }
}

impl Compared {
    /// Compares the first of `sides` with each of the others.
    #[must_use]
    pub fn new(question: Question, sides: Vec<Side>) -> Compared {
        let mut comparisons: Vec<Comparison> = (1..sides.len())
            .flat_map(|side| {
                let sides = &sides;
                question
                    .measures
                    .iter()
                    .map(move |asked| Comparison::new(*asked, side, sides, question.confidence))
            })
            .collect();
        let family = judge(&mut comparisons, question.confidence);
        Compared {
            question,
            sides,
            comparisons,
            family,
        }
    }

    /// Something is shown to be worse than the baseline, by more than the margin if one was given.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let mut all = self.comparisons.iter();
        all.any(|comparison| comparison.verdict == Verdict::Worse)
    }

    /// Replications of each run.
    #[must_use]
    pub fn replications(&self) -> usize {
        self.sides.first().map_or(0, |side| side.samples.n())
    }

    /// The comparisons of one run.
    fn of_side(&self, side: usize) -> impl Iterator<Item = &Comparison> {
        let all = self.comparisons.iter();
        all.filter(move |comparison| comparison.side == side)
    }

    /// What the family's correction is called.
    fn correction(&self) -> &'static str {
        match self.question.measures.iter().any(|asked| asked.1.is_some()) {
            true => "Holm-Shaffer",
            false => "Holm",
        }
    }
}

impl Comparison {
    fn new(
        (measure, margin): (&'static Measure, Option<f64>),
        side: usize,
        sides: &[Side],
        confidence: f64,
    ) -> Comparison {
        let of = |side: &Side| Evidence::from(&side.samples).estimate(measure, Part::Whole);
        let (base, other) = (of(&sides[0]), of(&sides[side]));
        let is_paired = sides[side].unpaired.is_none()
            && sides[0].samples.matches(&sides[side].samples, measure);
        let known = |estimate: &Estimate| Known {
            point: estimate.point,
            interval: estimate
                .interval(confidence)
                .map(|interval| interval.within(measure.unit.range())),
        };
        let change = base
            .as_ref()
            .zip(other.as_ref())
            .and_then(|(base, other)| Change::between(base, other, is_paired, confidence, margin));
        Comparison {
            measure,
            side,
            base: base.as_ref().map(known),
            other: other.as_ref().map(known),
            margin,
            change,
            verdict: Verdict::Unknown,
        }
    }

    fn verdict(&self, alpha: f64) -> Verdict {
        let Some(change) = &self.change else {
            return Verdict::Unknown;
        };
        if change.se == 0.0 && change.difference == 0.0 {
            return match change.is_paired {
                true => Verdict::Same,
                false => Verdict::NoneSeen,
            };
        }
        if change.p_not_within.is_some_and(|(_, p)| p <= alpha) {
            return Verdict::Equivalent;
        }
        if change.p_adjusted > alpha {
            return Verdict::NoneSeen;
        }
        match (self.measure.better, change.difference > 0.0) {
            (Better::Higher, true) | (Better::Lower, false) => Verdict::Better,
            (Better::Higher, false) | (Better::Lower, true) => Verdict::Worse,
            (Better::Neither, true) => Verdict::Higher,
            (Better::Neither, false) => Verdict::Lower,
        }
    }
}

impl Change {
    fn between(
        base: &Estimate,
        other: &Estimate,
        is_paired: bool,
        confidence: f64,
        margin: Option<f64>,
    ) -> Option<Change> {
        let paired = is_paired.then(|| Difference::paired(other, base)).flatten();
        let is_paired = paired.is_some();
        let difference = match paired {
            Some(paired) => paired,
            None => Difference::independent(other, base)?,
        };
        let alone = |estimate: &Estimate| estimate.se().map_or(0.0, |se| se * se);
        let variance = difference.se.powi(2);
        Some(Change {
            difference: difference.point,
            interval: difference.interval(confidence),
            se: difference.se,
            df: difference.df,
            is_paired,
            p: difference.p_value(0.0),
            p_adjusted: 1.0,
            p_not_within: margin.map(|margin| (difference.p_not_within(margin), 1.0)),
            // Until the size of the family is known.
            smallest_effect: None,
            variance_ratio: (is_paired && variance > 0.0)
                .then(|| (alone(base) + alone(other)) / variance),
        })
    }
}

impl Change {
    /// The smallest true difference that a two-sided test at `level` shows with probability [`POWER`].
    fn detectable(&self, level: f64) -> Option<f64> {
        let difference = Difference {
            point: self.difference,
            se: self.se,
            df: self.df,
        };
        difference.detectable(level / 2.0, POWER)
    }
}

/// Judges all comparisons as one family; its size.
fn judge(comparisons: &mut [Comparison], confidence: f64) -> usize {
    let alpha = 1.0 - confidence;
    let changes = || comparisons.iter().filter_map(|one| one.change.as_ref());
    let family = changes().count();
    let tests: Vec<(f64, usize)> = changes()
        .enumerate()
        .flat_map(|(group, change)| {
            let within = change.p_not_within.map(|(p, _)| (p, group));
            std::iter::once((change.p, group)).chain(within)
        })
        .collect();
    let mut adjusted = exclusive(&tests, alpha).into_iter().map(|test| test.p);
    let mut next = || adjusted.next().expect("invariant: a result for each test");
    for comparison in comparisons.iter_mut() {
        if let Some(change) = &mut comparison.change {
            change.p_adjusted = next();
            change.p_not_within = change.p_not_within.map(|(p, _)| (p, next()));
            change.smallest_effect = change.detectable(alpha / family as f64);
        }
        comparison.verdict = comparison.verdict(alpha);
    }
    family
}
