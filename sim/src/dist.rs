//! Distributions of spans and factors, drawn by inversion: one uniform number in, one value out.
//!
//! Owns the checks of parameters, the sampling and its rounding to whole microseconds. It must
//! never use the platform's mathematics library: every value is made of IEEE basic operations and
//! the `libm` crate, so that the same draw has the same microsecond on every machine and committed
//! digests hold.
//!
//! Reading order: [`Dist`] here; `law` (exact quantiles and moments), `table` (the fast path),
//! `level`, `ln`, `normal`, `gamma`, `mixture`, `empirical`, `error`.
//!
//! Invariants: a `Dist` that exists is valid; its values are finite and not negative; a greater
//! uniform never gives a smaller microsecond (but for the last bit of a table's joint, 1e-10 of the
//! value), so policies compared on the same uniforms see the same callers.

mod empirical;
mod error;
mod gamma;
mod law;
mod level;
mod ln;
mod mixture;
mod normal;
mod table;

pub use empirical::{Interpolation, SurvivalPoint};
pub use error::DistError;

use empirical::{Sample, SurvivalCurve};
use law::Law;
use level::Level;
use mixture::Mixture;
use std::sync::Arc;
use table::Table;

/// The longest span that is ever drawn, 2^51 µs or 71 years: a heavy tail must not overflow the
/// clock it is added to.
pub const LONGEST_MICROS: u64 = 1 << 51;

/// A distribution of a span in seconds or of a unitless factor. Cheap to clone; compares equal by
/// its parameters.
#[derive(Clone, Debug)]
pub struct Dist {
    law: Arc<Law>,
    sampler: Sampler,
}

/// How a draw is made. The closed forms are kept here so that the hot path touches one line.
#[derive(Clone, Debug)]
enum Sampler {
    Constant(f64),
    Exponential { mean: f64 },
    Uniform { low: f64, width: f64 },
    Table(Arc<Table>),
    Law,
}

impl PartialEq for Dist {
    fn eq(&self, other: &Self) -> bool {
        self.law == other.law
    }
}

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

/// A draw from the exponential distribution of mean 1, at `u` in (0, 1).
#[must_use]
#[inline]
pub fn exp1(u: f64) -> f64 {
    law::exponential(1.0, Level::below(u))
}

/// Draws and functions.
impl Dist {
    /// The value at `u` in the open interval (0, 1): seconds or a factor. Increases with `u`.
    ///
    /// # Panics
    /// In debug builds, when `u` is not inside (0, 1).
    #[must_use]
    #[inline]
    pub fn sample(&self, u: f64) -> f64 {
        debug_assert!(u > 0.0 && u < 1.0, "a uniform inside (0, 1), got {u}");
        match &self.sampler {
            Sampler::Constant(value) => *value,
            Sampler::Exponential { mean } => law::exponential(*mean, Level::below(u)),
            Sampler::Uniform { low, width } => low + u * width,
            Sampler::Table(table) => match table.quantile(u) {
                Some(x) => x,
                None => self.quantile(u),
            },
            Sampler::Law => self.law.quantile(Level::below(u)),
        }
    }

    /// The value at `u` straight from the law: what [`sample`](Self::sample) gives to within
    /// 1e-10, and the tails of a table.
    #[cold]
    #[inline(never)]
    fn quantile(&self, u: f64) -> f64 {
        self.law.quantile(Level::below(u))
    }

    /// The span at `u`, rounded to the nearest microsecond, at most [`LONGEST_MICROS`].
    #[must_use]
    #[inline]
    pub fn sample_micros(&self, u: f64) -> u64 {
        micros(self.sample(u))
    }

    /// A value from those above `beyond`: X given X > `beyond`. `None` when there are none (the
    /// distribution ends there, or so few are left that a double cannot tell them).
    #[must_use]
    pub fn conditional_sample(&self, beyond: f64, u: f64) -> Option<f64> {
        if beyond < 0.0 {
            return Some(self.sample(u));
        }
        if let Law::Exponential { .. } = &*self.law {
            // Memoryless, so it never runs out of survivors.
            return Some(beyond + self.sample(u));
        }
        let above = self.law.survival(beyond) * (1.0 - u);
        // A quotient of normal numbers keeps its digits; below, the logarithm would lose them.
        if above < f64::MIN_POSITIVE {
            return None;
        }
        Some(self.law.quantile(Level::above(above)).max(beyond))
    }

    /// The span of a survivor beyond `beyond` seconds, for "censored": an observation that was cut
    /// off there is continued by a draw from those who lasted longer. Rounded to microseconds, never
    /// below `beyond`'s own; `None` when nobody lasts longer. Exact, not tabled: 10 ns to 2 µs.
    #[must_use]
    pub fn conditional_sample_micros(&self, beyond: f64, u: f64) -> Option<u64> {
        self.conditional_sample(beyond, u).map(micros)
    }

    /// P(X <= x).
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        self.law.cdf(x)
    }

    /// P(X > x), accurate far into the tail.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        self.law.survival(x)
    }

    /// The expected value; for a survival curve the tail included.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.law.mean()
    }

    /// The variance, in squared units.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.law.variance()
    }
}

/// Seconds to whole microseconds, the nearest, halves to even. At 2^52 doubles are one apart, so
/// the addition rounds and leaves the integer in the mantissa: two instructions where a checked
/// conversion takes six.
#[inline]
fn micros(seconds: f64) -> u64 {
    const LONGEST: f64 = LONGEST_MICROS as f64;
    const MAGIC: f64 = 4_503_599_627_370_496.0;
    let micros = seconds * 1e6;
    let micros = if micros < LONGEST { micros } else { LONGEST };
    (micros + MAGIC).to_bits() - MAGIC.to_bits()
}

fn not_negative(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistError> {
    if !value.is_finite() {
        return Err(DistError::NotFinite {
            distribution,
            parameter,
            value,
        });
    }
    if value < 0.0 {
        return Err(DistError::Negative {
            distribution,
            parameter,
            value,
        });
    }
    Ok(())
}

fn positive(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistError> {
    not_negative(distribution, parameter, value)?;
    if value == 0.0 {
        return Err(DistError::Zero {
            distribution,
            parameter,
        });
    }
    Ok(())
}

fn within(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
    least: f64,
    greatest: f64,
) -> Result<(), DistError> {
    if (least..=greatest).contains(&value) {
        return Ok(());
    }
    Err(DistError::OutOfRange {
        distribution,
        parameter,
        value,
        least,
        greatest,
    })
}

fn ordered(
    distribution: &'static str,
    rule: &'static str,
    values: (f64, f64),
    holds: bool,
) -> Result<(), DistError> {
    if holds {
        return Ok(());
    }
    Err(DistError::Order {
        distribution,
        rule,
        values,
    })
}

fn weibull_shape(shape: f64) -> Result<(), DistError> {
    positive("weibull", "shape", shape)?;
    within("weibull", "shape", shape, 0.05, 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mixture with kinks and jumps in its quantile, which no polynomial fits.
    fn kinked() -> Dist {
        let parts = [
            (0.2, Dist::uniform(0.0, 10.0)),
            (0.3, Dist::triangular(5.0, 6.0, 30.0)),
            (0.1, Dist::constant(12.0)),
            (0.4, Dist::uniform(40.0, 50.0)),
        ];
        Dist::mixture(&parts.map(|(w, d)| (w, d.expect("valid")))).expect("valid")
    }

    #[test]
    fn a_table_gives_what_its_law_gives() {
        let tabled = [
            ("lognormal", Dist::lognormal(180.0, 278.0)),
            ("lognormal wild", Dist::lognormal(10.0, 1e4)),
            ("gamma", Dist::gamma(2.5, 180.0)),
            ("gamma small", Dist::gamma(0.05, 60.0)),
            ("gamma day", Dist::gamma(400.0, 1.0)),
            ("weibull", Dist::weibull(0.05, 300.0)),
            ("weibull steep", Dist::weibull(1000.0, 300.0)),
            (
                "hyperexponential",
                Dist::hyperexponential(&[(0.9, 1.0), (0.1, 1e4)]),
            ),
            ("kinked", Ok(kinked())),
        ];
        for (name, dist) in tabled {
            let dist = dist.expect("valid");
            // A prime number of shares, so that the cells are hit at ever different places.
            for i in 1..10_007 {
                let u = f64::from(i) / 10_007.0;
                let (got, exact) = (dist.sample(u), dist.quantile(u));
                let error = (got - exact).abs();
                assert!(
                    error <= 3e-10 * exact + 3e-11 * dist.mean(),
                    "{name} at {u}: {got} for {exact}"
                );
            }
        }
    }
}
