//! A mixture: one of several laws, chosen by weight.
//!
//! Its quantile is the true inverse of the mixed distribution function, not the choice of a part
//! by the first digits of the uniform: only the inverse is monotone, and only a monotone one keeps
//! common random numbers in step. Invariant: the weights are positive and add to 1.

use super::error::DistError;
use super::law::Law;
use super::level::Level;

/// How far the weights may be from 1 in total: 33.3 % three times is a mistake, 1e-9 is rounding.
const WEIGHT_TOLERANCE: f64 = 1e-9;

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Mixture {
    parts: Box<[(f64, Law)]>,
}

impl Mixture {
    /// Parts of weight 0 are left out; the others are scaled to add to 1 exactly.
    pub(crate) fn new(
        distribution: &'static str,
        parts: impl IntoIterator<Item = (f64, Law)>,
    ) -> Result<Self, DistError> {
        let mut parts: Vec<_> = parts.into_iter().collect();
        for &(value, _) in &parts {
            let parameter = "weight";
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
        }
        if parts.is_empty() {
            return Err(DistError::NoParts { distribution });
        }
        let sum: f64 = parts.iter().map(|p| p.0).sum();
        if (sum - 1.0).abs() > WEIGHT_TOLERANCE {
            return Err(DistError::Weights { distribution, sum });
        }
        parts.retain(|p| p.0 > 0.0);
        for part in &mut parts {
            part.0 /= sum;
        }
        Ok(Mixture {
            parts: parts.into_boxed_slice(),
        })
    }

    fn weighted(&self, f: impl Fn(&Law) -> f64) -> f64 {
        self.parts.iter().map(|(w, law)| w * f(law)).sum()
    }

    pub(crate) fn cdf(&self, x: f64) -> f64 {
        self.weighted(|law| law.cdf(x))
    }

    pub(crate) fn survival(&self, x: f64) -> f64 {
        self.weighted(|law| law.survival(x))
    }

    pub(crate) fn mean(&self) -> f64 {
        self.weighted(Law::mean)
    }

    /// Variance within the parts and between them.
    pub(crate) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.weighted(|law| law.variance() + (law.mean() - mean) * (law.mean() - mean))
    }

    /// The least x with P(X <= x) >= level. It lies between the least and the greatest of the
    /// parts' quantiles at that level.
    pub(crate) fn quantile(&self, level: Level) -> f64 {
        let (mut low, mut high) = (f64::INFINITY, 0.0f64);
        for (_, law) in &self.parts {
            let x = law.quantile(level);
            low = low.min(x);
            high = high.max(x);
        }
        let excess = |x: f64| {
            if level.below <= 0.5 {
                self.cdf(x) - level.below
            } else {
                level.above - self.survival(x)
            }
        };
        let at_low = excess(low);
        if at_low >= 0.0 || low == high {
            return low;
        }
        // An atom is hit exactly, so that a constant part gives its very value.
        for (weight, law) in &self.parts {
            if let Law::Constant(atom) = *law
                && (low..=high).contains(&atom)
            {
                let at = excess(atom);
                if at >= 0.0 && at < *weight {
                    return atom;
                }
            }
        }
        root(excess, (low, at_low), (high, excess(high)))
    }
}

/// Where an increasing function, perhaps with jumps, first is at least 0, to 1e-14 of its place:
/// Chandrupatla's method (Advances in Engineering Software 28, 1997), which takes inverse
/// quadratic steps where they are safe and halves otherwise. Returns the upper end.
fn root(f: impl Fn(f64) -> f64, low: (f64, f64), high: (f64, f64)) -> f64 {
    // The newest point, the one across the root from it, and the one given up last.
    let (mut a, mut b) = (high, low);
    let mut share = 0.5;
    for _ in 0..200 {
        let x = a.0 + share * (b.0 - a.0);
        let newest = (x, f(x));
        let c;
        if (newest.1 >= 0.0) == (a.1 >= 0.0) {
            c = a;
        } else {
            c = b;
            b = a;
        }
        a = newest;
        let width = (b.0 - a.0).abs();
        let tolerance = 1e-14 * a.0.abs().max(b.0.abs());
        if width <= tolerance || a.1 == 0.0 {
            break;
        }
        let xi = (a.0 - b.0) / (c.0 - b.0);
        let phi = (a.1 - b.1) / (c.1 - b.1);
        share = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            let inverse_quadratic = a.1 / (b.1 - a.1) * c.1 / (b.1 - c.1)
                + (c.0 - a.0) / (b.0 - a.0) * a.1 / (c.1 - a.1) * b.1 / (c.1 - b.1);
            // At least half a tolerance from either end, so that each step gains something.
            let least = 0.5 * tolerance / width;
            inverse_quadratic.clamp(least, 1.0 - least)
        } else {
            0.5
        };
    }
    if a.1 >= 0.0 { a.0 } else { b.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_root_of_a_smooth_function_takes_few_evaluations() {
        let n = Cell::new(0);
        let f = |x: f64| {
            n.set(n.get() + 1);
            1.0 - libm::exp(-x) - 0.3
        };
        let x = root(f, (0.0, -0.3), (10.0, 0.7));
        assert!((x + libm::log(0.7)).abs() < 1e-13, "{x}");
        assert!(n.get() <= 16, "{} evaluations", n.get());
    }

    #[test]
    fn the_root_of_a_step_is_its_upper_side() {
        let x = root(
            |x| if x < 3.0 { -0.1 } else { 0.2 },
            (0.0, -0.1),
            (8.0, 0.2),
        );
        assert!((3.0..3.0 + 1e-12).contains(&x), "{x}");
    }
}
