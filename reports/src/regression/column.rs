//! A measure's raw numbers by replication, as a baseline keeps them.
//!
//! Estimates are made of these numbers alone, on both sides of a comparison in the same way: what a
//! baseline says does not depend on what else later versions estimate with.

use std::borrow::Cow;

use crate::measures::{Measure, Part, Sample};
use crate::sample::SampleTable;
use crate::stats::{Difference, Estimate, Pooled, quantile};

/// One measure, replication by replication in their order.
#[derive(Clone, PartialEq, Debug)]
pub enum Column {
    /// Numerators and denominators, of which the ratio of sums is meant.
    Ratio(Vec<(f64, f64)>),
    /// A value of its own; `None` where there is none.
    Values(Vec<Option<f64>>),
    /// A quantile of all spans together, and how far each replication pulls it; seconds. Histograms
    /// would be a hundred times as long and say no more of a difference.
    Quantile {
        /// The quantile.
        point: f64,
        /// By replication.
        influence: Vec<f64>,
    },
}

impl Column {
    /// Of the whole run; `None` when no replication says anything.
    #[must_use]
    pub fn of(table: &SampleTable, measure: &Measure) -> Option<Column> {
        let samples = table.samples(measure, Part::Whole)?;
        let is_there = |sample: &Sample<'_>| !matches!(sample, Sample::Absent);
        match samples.clone().find(is_there)? {
            Sample::Ratio(..) => {
                let pairs = samples.map(|sample| match sample {
                    Sample::Ratio(part, whole) => (part, whole),
                    Sample::Value(_)
                    | Sample::Quantile(..)
                    | Sample::Pooled(..)
                    | Sample::Absent => (0.0, 0.0),
                });
                let pairs: Vec<(f64, f64)> = pairs.collect();
                let is_known = pairs.iter().any(|(_, whole)| *whole != 0.0);
                is_known.then_some(Column::Ratio(pairs))
            }
            Sample::Value(_) => {
                let values = samples.map(|sample| match sample {
                    Sample::Value(value) => Some(value),
                    Sample::Ratio(..)
                    | Sample::Quantile(..)
                    | Sample::Pooled(..)
                    | Sample::Absent => None,
                });
                Some(Column::Values(values.collect()))
            }
            Sample::Quantile(q, _) | Sample::Pooled(q, _) => {
                let spans = samples.map(|sample| match sample {
                    Sample::Quantile(_, parts) => Cow::Owned(Pooled::of(parts)),
                    Sample::Pooled(_, pooled) => Cow::Borrowed(pooled),
                    Sample::Ratio(..) | Sample::Value(_) | Sample::Absent => {
                        Cow::Owned(Pooled::default())
                    }
                });
                let spans: Vec<Cow<'_, Pooled>> = spans.collect();
                let estimate = quantile(&spans, q)?.divided_by(1e6);
                Some(Column::Quantile {
                    point: to_nine_digits(estimate.uncontrolled()),
                    influence: estimate.influence().map(to_nine_digits).collect(),
                })
            }
            Sample::Absent => None,
        }
    }

    /// Replications.
    #[must_use]
    pub fn n(&self) -> usize {
        match self {
            Column::Ratio(pairs) => pairs.len(),
            Column::Values(values) => values.len(),
            Column::Quantile { influence, .. } => influence.len(),
        }
    }

    /// What all of it says; `None` when it says nothing.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        match self {
            Column::Ratio(pairs) => Estimate::of_ratio(pairs),
            Column::Values(values) => {
                let known: Vec<f64> = values.iter().copied().flatten().collect();
                Estimate::of_mean(&known)
            }
            Column::Quantile { point, influence } => {
                Some(Estimate::of_influence(*point, influence.clone()))
            }
        }
    }

    /// Every replication says 0.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Column::Ratio(pairs) => pairs.iter().all(|(part, _)| *part == 0.0),
            Column::Values(values) => values.iter().all(|value| *value == Some(0.0)),
            Column::Quantile { point, .. } => *point == 0.0,
        }
    }

    /// The same kind of numbers.
    #[must_use]
    pub fn is_like(&self, other: &Column) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// `self - then`. With `is_paired`, replication i of both ran on the same draws. `None` when
    /// there are too few replications for an error.
    #[must_use]
    pub fn minus(&self, then: &Column, is_paired: bool) -> Option<Difference> {
        if !is_paired {
            return Difference::independent(&self.estimate()?, &then.estimate()?);
        }
        if let (Column::Values(now), Column::Values(then)) = (self, then) {
            // Only where both have a value.
            let both = now
                .iter()
                .zip(then)
                .filter_map(|(now, then)| now.zip(*then));
            let (now, then): (Vec<f64>, Vec<f64>) = both.unzip();
            return Difference::paired(&Estimate::of_mean(&now)?, &Estimate::of_mean(&then)?);
        }
        Difference::paired(&self.estimate()?, &then.estimate()?)
    }
}

/// As a file has it: enough for a difference, and short.
fn to_nine_digits(value: f64) -> f64 {
    format!("{value:.8e}")
        .parse()
        .expect("invariant: a formatted number parses")
}
