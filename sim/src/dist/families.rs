//! The constructors of [`Dist`], one per family of distributions: each checks its parameters, makes the
//! law and chooses how it is drawn.

use std::sync::Arc;

use super::empirical::{Interpolation, Sample, SurvivalCurve, SurvivalPoint};
use super::error::DistError;
use super::law::Law;
use super::mixture::Mixture;
use super::parameters::{not_negative, ordered, positive, within};
use super::table::Table;
use super::{Dist, Sampler};

/// Constructors. Spans are in seconds.
impl Dist {
    /// Always `value`, which may be 0.
    ///
    /// # Errors
    /// Not finite, negative.
    pub fn constant(value: f64) -> Result<Self, DistError> {
        not_negative("constant", "value", value)?;
        Ok(Self::of(Law::Constant(value)))
    }

    /// Exponential: memoryless, with the given mean.
    ///
    /// # Errors
    /// `mean` not finite, not positive.
    pub fn exponential(mean: f64) -> Result<Self, DistError> {
        positive("exponential", "mean", mean)?;
        Ok(Self::of(Law::Exponential { mean }))
    }

    /// Any value between `low` and `high` alike.
    ///
    /// # Errors
    /// A bound not finite or negative; `low >= high`.
    pub fn uniform(low: f64, high: f64) -> Result<Self, DistError> {
        not_negative("uniform", "low", low)?;
        not_negative("uniform", "high", high)?;
        ordered("uniform", "low < high", (low, high), low < high)?;
        Ok(Self::of(Law::Uniform { low, high }))
    }

    /// Lognormal with the given mean and standard deviation of the value itself, not of its
    /// logarithm: sigma^2 = ln(1 + (sd/mean)^2), mu = ln mean - sigma^2/2.
    ///
    /// # Errors
    /// `mean` or `sd` not finite, not positive; `sd` above 1e6 means or below 1e-6.
    pub fn lognormal(mean: f64, sd: f64) -> Result<Self, DistError> {
        positive("lognormal", "mean", mean)?;
        positive("lognormal", "sd", sd)?;
        let ratio = sd / mean;
        within("lognormal", "sd / mean", ratio, 1e-6, 1e6)?;
        let square = libm::log1p(ratio * ratio);
        Ok(Self::of(Law::Lognormal {
            mu: libm::log(mean) - 0.5 * square,
            sigma: square.sqrt(),
        }))
    }

    /// Gamma with `shape` (1 is the exponential, greater is more regular) and mean.
    ///
    /// # Errors
    /// Not finite, not positive; `shape` outside [0.01, 1e6].
    pub fn gamma(shape: f64, mean: f64) -> Result<Self, DistError> {
        Self::gamma_named("gamma", shape, mean)
    }

    /// Erlang: the sum of `k` equal exponential phases, with the given mean in total.
    ///
    /// # Errors
    /// `k` 0 or above a million; `mean` not finite, not positive.
    pub fn erlang(k: u32, mean: f64) -> Result<Self, DistError> {
        Self::gamma_named("erlang", f64::from(k), mean)
    }

    fn gamma_named(name: &'static str, shape: f64, mean: f64) -> Result<Self, DistError> {
        let parameter = if name == "erlang" { "k" } else { "shape" };
        positive(name, parameter, shape)?;
        within(name, parameter, shape, 0.01, 1e6)?;
        positive(name, "mean", mean)?;
        Ok(Self::of(Law::Gamma {
            shape,
            scale: mean / shape,
        }))
    }

    /// Weibull by shape and mean: scale = mean / Gamma(1 + 1/shape). Below shape 1 the hazard
    /// falls (the longer one has waited, the more patient), above it rises.
    ///
    /// # Errors
    /// Not finite, not positive; `shape` outside [0.05, 1000].
    pub fn weibull(shape: f64, mean: f64) -> Result<Self, DistError> {
        weibull_shape(shape)?;
        positive("weibull", "mean", mean)?;
        let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
        Ok(Self::of(Law::Weibull { shape, scale }))
    }

    /// Weibull by shape and scale, the value that 1 - 1/e stay below.
    ///
    /// # Errors
    /// Not finite, not positive; `shape` outside [0.05, 1000].
    pub fn weibull_scale(shape: f64, scale: f64) -> Result<Self, DistError> {
        weibull_shape(shape)?;
        positive("weibull", "scale", scale)?;
        Ok(Self::of(Law::Weibull { shape, scale }))
    }

    /// Triangular between `low` and `high` with its peak at `mode`.
    ///
    /// # Errors
    /// Not finite, negative; not `low <= mode <= high` with `low < high`.
    pub fn triangular(low: f64, mode: f64, high: f64) -> Result<Self, DistError> {
        for (parameter, value) in [("low", low), ("mode", mode), ("high", high)] {
            not_negative("triangular", parameter, value)?;
        }
        ordered("triangular", "low < high", (low, high), low < high)?;
        ordered("triangular", "low <= mode", (low, mode), low <= mode)?;
        ordered("triangular", "mode <= high", (mode, high), mode <= high)?;
        Ok(Self::of(Law::Triangular { low, mode, high }))
    }

    /// Hyperexponential: exponential with one of several means; `(weight, mean)` each, the weights
    /// adding to 1. More variable than an exponential.
    ///
    /// # Errors
    /// No branches; a weight not finite or negative; a mean not finite, not positive; weights that
    /// do not add to 1 within 1e-9.
    pub fn hyperexponential(branches: &[(f64, f64)]) -> Result<Self, DistError> {
        for &(_, mean) in branches {
            positive("hyperexponential", "mean", mean)?;
        }
        let parts = branches
            .iter()
            .map(|&(weight, mean)| (weight, Law::Exponential { mean }));
        Ok(Self::of(Law::Mixture(Mixture::new(
            "hyperexponential",
            parts,
        )?)))
    }

    /// One of several distributions, chosen by weight; the weights add to 1.
    ///
    /// # Errors
    /// No parts; a weight not finite or negative; weights that do not add to 1 within 1e-9.
    pub fn mixture(parts: &[(f64, Dist)]) -> Result<Self, DistError> {
        let parts = parts.iter().map(|(w, dist)| (*w, Law::clone(&dist.law)));
        Ok(Self::of(Law::Mixture(Mixture::new("mixture", parts)?)))
    }

    /// One of the values of a sample, each alike (the inverse of the empirical distribution
    /// function). The order of the sample does not matter.
    ///
    /// # Errors
    /// No values; a value not finite or negative.
    pub fn sample_of(values: Vec<f64>) -> Result<Self, DistError> {
        Ok(Self::of(Law::Sample(Sample::new(values)?)))
    }

    /// A survival curve, e.g. Kaplan-Meier output: the inverse of the curve, which starts at
    /// (0, 1) whether or not that point is given; a first point (0, s) below 1 is a share 1 - s of
    /// zeros.
    ///
    /// **The tail.** Where the last point's survival is not 0, that share goes on exponentially
    /// with the mean hazard of the last stretch in which the curve fell: from the last point that
    /// lies above its end to its end, ln(s_j / s_last) / (t_last - t_j).
    ///
    /// # Errors
    /// No points; times not finite, negative or not increasing; survivals outside [0, 1] or
    /// rising; a curve that never falls (or falls at time 0 only, and not to 0).
    pub fn survival_curve(
        points: &[SurvivalPoint],
        interpolation: Interpolation,
    ) -> Result<Self, DistError> {
        let curve = SurvivalCurve::new(points, interpolation)?;
        Ok(Self::of(Law::Survival(curve)))
    }

    fn of(law: Law) -> Self {
        let sampler = match &law {
            Law::Constant(value) => Sampler::Constant(*value),
            Law::Exponential { mean } => Sampler::Exponential { mean: *mean },
            Law::Uniform { low, high } => Sampler::Uniform {
                low: *low,
                width: high - low,
            },
            Law::Lognormal { .. } | Law::Gamma { .. } | Law::Weibull { .. } | Law::Mixture(_) => {
                Sampler::Table(Arc::new(Table::new(law.mean(), |l| law.quantile(l))))
            }
            Law::Triangular { .. } | Law::Sample(_) | Law::Survival(_) => Sampler::Law,
        };
        Dist {
            law: Arc::new(law),
            sampler,
        }
    }
}

fn weibull_shape(shape: f64) -> Result<(), DistError> {
    positive("weibull", "shape", shape)?;
    within("weibull", "shape", shape, 0.05, 1000.0)
}
