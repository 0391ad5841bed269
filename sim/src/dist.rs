//! Distributions of spans and factors, drawn by inversion: one uniform number in, one value out.
//!
//! Owns the sampling and its rounding to whole microseconds. It must
//! never use the platform's mathematics library: every value is made of IEEE basic operations and
//! the `libm` crate, so that the same draw has the same microsecond on every machine and committed
//! digests hold.
//!
//! Reading order: [`Dist`] and its draws here; `families` (the constructors) with `parameters` (their
//! checks); `law` (exact quantiles and moments), `table` (the fast path), `level`, `ln`, `normal`,
//! `gamma`, `mixture`, `empirical`, `error`.
//!
//! Invariants: a `Dist` that exists is valid; its values are finite and not negative; a greater
//! uniform never gives a smaller microsecond (but for the last bit of a table's joint, 1e-10 of the
//! value), so policies compared on the same uniforms see the same callers.

mod empirical;
mod error;
mod families;
mod gamma;
pub(crate) mod law;
mod level;
mod ln;
pub(crate) mod mixture;
mod normal;
mod parameters;
mod table;

pub use empirical::{Interpolation, SurvivalPoint};
pub use error::DistError;

use law::Law;
use level::Level;
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
