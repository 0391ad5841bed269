//! The laws themselves: distribution function, quantile and moments of each, exact but not always
//! fast. Knows nothing about rounding to microseconds, tables or scenarios.
//!
//! Invariant: parameters were checked by `Dist`'s constructors; values are spans in seconds or
//! factors, never negative.

use super::empirical::{Sample, SurvivalCurve};
use super::level::Level;
use super::ln::ln;
use super::mixture::Mixture;
use super::{gamma, normal};

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Law {
    Constant(f64),
    Exponential {
        mean: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    /// ln X is normal with mean `mu` and standard deviation `sigma`.
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    Triangular {
        low: f64,
        mode: f64,
        high: f64,
    },
    Mixture(Mixture),
    Sample(Sample),
    Survival(SurvivalCurve),
}

impl Law {
    /// The least x with P(X <= x) >= `level`.
    pub(crate) fn quantile(&self, level: Level) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::Exponential { mean } => exponential(*mean, level),
            Law::Uniform { low, high } => low + level.below * (high - low),
            Law::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal::quantile(level)),
            Law::Gamma { shape, scale } => scale * gamma::quantile(*shape, level),
            Law::Weibull { shape, scale } => {
                scale * libm::pow(exponential(1.0, level), 1.0 / shape)
            }
            Law::Triangular { low, mode, high } => triangular(*low, *mode, *high, level),
            Law::Mixture(mixture) => mixture.quantile(level),
            Law::Sample(sample) => sample.quantile(level),
            Law::Survival(curve) => curve.quantile(level),
        }
    }

    /// P(X <= x).
    pub(crate) fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        match self {
            Law::Constant(value) => f64::from(u8::from(x >= *value)),
            Law::Exponential { mean } => -libm::expm1(-x / mean),
            Law::Uniform { low, high } => ((x - low) / (high - low)).clamp(0.0, 1.0),
            Law::Lognormal { mu, sigma } => normal::cdf((libm::log(x) - mu) / sigma),
            Law::Gamma { shape, scale } => gamma::tails(*shape, x / scale).0,
            Law::Weibull { shape, scale } => -libm::expm1(-libm::pow(x / scale, *shape)),
            Law::Triangular { low, mode, high } => {
                if x <= *low {
                    0.0
                } else if x <= *mode {
                    (x - low) * (x - low) / ((high - low) * (mode - low))
                } else {
                    1.0 - self.survival(x)
                }
            }
            Law::Mixture(mixture) => mixture.cdf(x),
            Law::Sample(sample) => sample.cdf(x),
            Law::Survival(curve) => 1.0 - curve.survival(x),
        }
    }

    /// P(X > x), with its own relative accuracy where `1 - cdf(x)` would have none.
    pub(crate) fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 1.0;
        }
        match self {
            Law::Exponential { mean } => libm::exp(-x / mean),
            Law::Uniform { low, high } => ((high - x) / (high - low)).clamp(0.0, 1.0),
            Law::Lognormal { mu, sigma } => normal::cdf((mu - libm::log(x)) / sigma),
            Law::Gamma { shape, scale } => gamma::tails(*shape, x / scale).1,
            Law::Weibull { shape, scale } => libm::exp(-libm::pow(x / scale, *shape)),
            Law::Triangular { low, mode, high } => {
                if x >= *high {
                    0.0
                } else if x > *mode {
                    (high - x) * (high - x) / ((high - low) * (high - mode))
                } else {
                    1.0 - self.cdf(x)
                }
            }
            Law::Mixture(mixture) => mixture.survival(x),
            Law::Survival(curve) => curve.survival(x),
            Law::Constant(_) | Law::Sample(_) => 1.0 - self.cdf(x),
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::Exponential { mean } => *mean,
            Law::Uniform { low, high } => 0.5 * (low + high),
            Law::Lognormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Law::Gamma { shape, scale } => shape * scale,
            Law::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Law::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Law::Mixture(mixture) => mixture.mean(),
            Law::Sample(sample) => sample.mean(),
            Law::Survival(curve) => curve.mean(),
        }
    }

    pub(crate) fn variance(&self) -> f64 {
        match self {
            Law::Constant(_) => 0.0,
            Law::Exponential { mean } => mean * mean,
            Law::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Law::Lognormal { sigma, .. } => {
                let mean = self.mean();
                libm::expm1(sigma * sigma) * mean * mean
            }
            Law::Gamma { shape, scale } => shape * scale * scale,
            Law::Weibull { shape, scale } => {
                let first = libm::tgamma(1.0 + 1.0 / shape);
                let second = libm::tgamma(1.0 + 2.0 / shape);
                scale * scale * (second - first * first)
            }
            Law::Triangular { low, mode, high } => {
                let (a, b) = (mode - low, high - mode);
                (a * a + a * b + b * b) / 18.0
            }
            Law::Mixture(mixture) => mixture.variance(),
            Law::Sample(sample) => sample.variance(),
            Law::Survival(curve) => curve.variance(),
        }
    }
}

#[inline]
pub(crate) fn exponential(mean: f64, level: Level) -> f64 {
    mean * -ln(level.above)
}

#[inline]
pub(crate) fn triangular(low: f64, mode: f64, high: f64, level: Level) -> f64 {
    let (width, rise) = (high - low, mode - low);
    if level.below * width < rise {
        low + (level.below * width * rise).sqrt()
    } else {
        high - (level.above * width * (high - mode)).sqrt()
    }
}
