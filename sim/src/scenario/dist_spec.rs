//! Distributions as a scenario writes them. The numbers are seconds where the distribution
//! stands for a span, pure numbers where it stands for a factor. `dist` samples them.

use std::sync::Arc;

use serde::Serialize;

/// A distribution of values at or above 0, with checked, finite parameters.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum DistSpec {
    /// Always this; at least 0.
    Constant(f64),
    /// `mean` above 0.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// 0 <= `from` < `to`.
    Uniform {
        /// The least value.
        from: f64,
        /// The greatest.
        to: f64,
    },
    /// By its own mean and standard deviation (not those of the logarithm); both above 0.
    Lognormal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        sd: f64,
    },
    /// By shape and mean; both above 0.
    Gamma {
        /// The shape, k; variance = mean^2 / k.
        shape: f64,
        /// Its mean.
        mean: f64,
    },
    /// The sum of `phases` equal exponentials.
    Erlang {
        /// At least 1.
        phases: u32,
        /// Of the sum; above 0.
        mean: f64,
    },
    /// By shape and scale; both above 0.
    Weibull {
        /// The shape, k; below 1 the hazard falls.
        shape: f64,
        /// The scale, lambda (63.2 % are below it).
        scale: f64,
    },
    /// An exponential chosen by weight. At least one; weights above 0, adding up to 1.
    Hyperexponential(Vec<Branch>),
    /// `low` <= `mode` <= `high`, `low` < `high`.
    Triangular {
        /// The least value.
        low: f64,
        /// The likeliest.
        mode: f64,
        /// The greatest.
        high: f64,
    },
    /// A distribution chosen by weight. At least one; weights above 0, adding up to 1.
    Mixture(Vec<(f64, DistSpec)>),
    /// Observed values: at least one, ascending.
    Sample(Arc<[f64]>),
    /// A survival curve as (value, share beyond it): values ascending, shares falling and within
    /// 0..=1. What is left after the last value lies beyond it (never, for a patience).
    Survival(Arc<[(f64, f64)]>),
}

/// One exponential of a hyperexponential.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Branch {
    /// Its probability.
    pub weight: f64,
    /// Its mean; above 0.
    pub mean: f64,
}

impl DistSpec {
    /// The mean; `None` for a survival curve, whose rest beyond the last value is unknown.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        match self {
            DistSpec::Constant(mean)
            | DistSpec::Exponential { mean }
            | DistSpec::Lognormal { mean, .. }
            | DistSpec::Gamma { mean, .. }
            | DistSpec::Erlang { mean, .. } => Some(*mean),
            DistSpec::Uniform { from, to } => Some((from + to) / 2.0),
            DistSpec::Weibull { shape, scale } => Some(scale * libm::tgamma(1.0 + 1.0 / shape)),
            DistSpec::Hyperexponential(branches) => {
                Some(branches.iter().map(|b| b.weight * b.mean).sum())
            }
            DistSpec::Triangular { low, mode, high } => Some((low + mode + high) / 3.0),
            DistSpec::Mixture(parts) => parts
                .iter()
                .map(|(weight, part)| Some(weight * part.mean()?))
                .sum(),
            DistSpec::Sample(values) => Some(values.iter().sum::<f64>() / values.len() as f64),
            DistSpec::Survival(_) => None,
        }
    }
}
