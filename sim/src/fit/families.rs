//! Distributions tried on spans of a log, by maximum likelihood.
//!
//! Owns which families are tried, their parameters and the search for the likeliest. Spans that were cut
//! short count as lasting longer. Draws no random number.

use reports::stats::{minimum, standard_errors};
use serde::Serialize;

use super::spans::Spans;
use crate::dist::law::Law;
use crate::dist::mixture::Mixture;
use crate::scenario::DistSpec;
use crate::scenario::dist_spec::Branch;
use crate::world::plan::dist;

/// Fewer spans are not fitted.
pub const LEAST: usize = 20;

/// A family of distributions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// One parameter.
    Exponential,
    /// Shape and mean.
    Gamma,
    /// Shape and scale.
    Weibull,
    /// Mean and standard deviation of the logarithm.
    Lognormal,
    /// Two exponentials.
    Hyperexponential,
    /// A share of short ones, uniform up to a limit, the others lognormal.
    ShortAndLognormal,
}

impl Family {
    /// All, the simplest first.
    pub const ALL: [Family; 6] = [
        Family::Exponential,
        Family::Gamma,
        Family::Weibull,
        Family::Lognormal,
        Family::Hyperexponential,
        Family::ShortAndLognormal,
    ];

    /// In reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::Exponential => "exponential",
            Family::Gamma => "gamma",
            Family::Weibull => "weibull",
            Family::Lognormal => "lognormal",
            Family::Hyperexponential => "hyperexponential (2)",
            Family::ShortAndLognormal => "short + lognormal",
        }
    }

    /// On the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Family::Exponential => "exponential",
            Family::Gamma => "gamma",
            Family::Weibull => "weibull",
            Family::Lognormal => "lognormal",
            Family::Hyperexponential => "hyperexponential",
            Family::ShortAndLognormal => "short-and-lognormal",
        }
    }

    /// The law with these parameters, on the scale that is searched: logarithms of positive ones, logits
    /// of shares. `None` where a scenario would not take it.
    fn law(self, at: &[f64], short: f64) -> Option<Law> {
        let within =
            |value: f64, least: f64, most: f64| (least..=most).contains(&value).then_some(value);
        Some(match self {
            Family::Exponential => Law::Exponential {
                mean: within(at[0].exp(), 1e-3, 1e8)?,
            },
            Family::Gamma => {
                let shape = within(at[0].exp(), 0.02, 1e5)?;
                Law::Gamma {
                    shape,
                    scale: within(at[1].exp(), 1e-3, 1e8)? / shape,
                }
            }
            Family::Weibull => Law::Weibull {
                shape: within(at[0].exp(), 0.06, 500.0)?,
                scale: within(at[1].exp(), 1e-6, 1e8)?,
            },
            Family::Lognormal => lognormal(at[0], at[1])?,
            Family::Hyperexponential => {
                let (weight, first) = (
                    within(share(at[0]), 1e-4, 1.0 - 1e-4)?,
                    within(at[1].exp(), 1e-3, 1e8)?,
                );
                let second = within(at[2].exp(), 1e-3, 1e8)?;
                let parts = [(weight, first), (1.0 - weight, second)];
                let parts = parts.map(|(weight, mean)| (weight, Law::Exponential { mean }));
                Law::Mixture(Mixture::new("hyperexponential", parts).ok()?)
            }
            Family::ShortAndLognormal => {
                let weight = within(share(at[0]), 1e-4, 1.0 - 1e-4)?;
                let uniform = Law::Uniform {
                    low: 0.0,
                    high: short,
                };
                let parts = [(weight, uniform), (1.0 - weight, lognormal(at[1], at[2])?)];
                Law::Mixture(Mixture::new("mixture", parts).ok()?)
            }
        })
    }

    /// Where the search begins.
    fn start(self, spans: &Spans, short: f64) -> Vec<f64> {
        // All time seen over all ends: the likeliest exponential.
        let seen: f64 = spans.ended.iter().chain(&spans.cut).sum();
        let mean = (seen / spans.ended.len() as f64).max(1e-2).ln();
        let (log_mean, log_sd) = log_moments(&spans.ended, spans.resolution.max(1e-3));
        let is_cut = spans.cut.len() > spans.ended.len();
        let (centre, spread) = if is_cut {
            (mean, 0.3)
        } else {
            (log_mean, log_sd.max(0.05).ln())
        };
        match self {
            Family::Exponential => vec![mean],
            Family::Gamma | Family::Weibull => vec![0.0, mean],
            Family::Lognormal => vec![centre, spread],
            Family::Hyperexponential => vec![0.0, mean - 1.0, mean + 0.7],
            Family::ShortAndLognormal => {
                let n_short = spans.ended.iter().filter(|x| **x < short).count() as f64;
                let part = ((n_short + 0.5) / (spans.ended.len() as f64 + 1.0)).clamp(1e-3, 0.6);
                let longer: Vec<f64> = spans
                    .ended
                    .iter()
                    .copied()
                    .filter(|x| *x >= short)
                    .collect();
                let (log_mean, log_sd) = log_moments(&longer, spans.resolution.max(1e-3));
                let (centre, spread) = if is_cut {
                    (mean, 0.3)
                } else {
                    (log_mean, log_sd.max(0.05).ln())
                };
                vec![(part / (1.0 - part)).ln(), centre, spread]
            }
        }
    }

    /// The parameters as people know them: name, value, and how much it changes with the searched one.
    fn parameters(self, at: &[f64]) -> Vec<(&'static str, f64, f64)> {
        let positive = |name, at: f64| (name, at.exp(), at.exp());
        let weight = |name, at: f64| (name, share(at), share(at) * (1.0 - share(at)));
        match self {
            Family::Exponential => vec![positive("mean", at[0])],
            Family::Gamma => vec![positive("shape", at[0]), positive("mean", at[1])],
            Family::Weibull => vec![positive("shape", at[0]), positive("scale", at[1])],
            Family::Lognormal => vec![("mu", at[0], 1.0), positive("sigma", at[1])],
            Family::Hyperexponential => {
                vec![
                    weight("weight", at[0]),
                    positive("mean", at[1]),
                    positive("other mean", at[2]),
                ]
            }
            Family::ShortAndLognormal => {
                vec![
                    weight("short", at[0]),
                    ("mu", at[1], 1.0),
                    positive("sigma", at[2]),
                ]
            }
        }
    }

    /// As a scenario writes it, rounded to five digits.
    fn spec(self, at: &[f64], short: f64) -> DistSpec {
        let of_logarithm = |mu: f64, ln_sigma: f64| {
            let square = (2.0 * ln_sigma).exp();
            let mean = (mu + 0.5 * square).exp();
            DistSpec::Lognormal {
                mean: rounded(mean),
                sd: rounded(mean * square.exp_m1().sqrt()),
            }
        };
        match self {
            Family::Exponential => DistSpec::Exponential {
                mean: rounded(at[0].exp()),
            },
            Family::Gamma => DistSpec::Gamma {
                shape: rounded(at[0].exp()),
                mean: rounded(at[1].exp()),
            },
            Family::Weibull => DistSpec::Weibull {
                shape: rounded(at[0].exp()),
                scale: rounded(at[1].exp()),
            },
            Family::Lognormal => of_logarithm(at[0], at[1]),
            Family::Hyperexponential => {
                let weight = part(share(at[0]));
                let branch = |weight, mean: f64| Branch {
                    weight,
                    mean: rounded(mean.exp()),
                };
                DistSpec::Hyperexponential(vec![branch(weight, at[1]), branch(1.0 - weight, at[2])])
            }
            Family::ShortAndLognormal => {
                let weight = part(share(at[0]));
                let uniform = DistSpec::Uniform {
                    from: 0.0,
                    to: short,
                };
                DistSpec::Mixture(vec![
                    (weight, uniform),
                    (1.0 - weight, of_logarithm(at[1], at[2])),
                ])
            }
        }
    }
}

/// The likeliest of a family.
#[derive(Clone, PartialEq, Debug)]
pub struct Fitted {
    /// The family.
    pub family: Family,
    /// As a scenario writes it.
    pub spec: DistSpec,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The log-likelihood, nats.
    pub log_likelihood: f64,
    /// Akaike's criterion, 2 x parameters - 2 x log-likelihood (Akaike 1974): less is better.
    pub aic: f64,
    /// The greatest distance to the (Kaplan-Meier) distribution of the data, 0..=1.
    pub distance: f64,
    /// Its mean, seconds.
    pub mean: f64,
    /// Its standard deviation, seconds.
    pub deviation: f64,
}

/// A parameter with its standard error.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Parameter {
    /// What it is called.
    pub name: &'static str,
    /// Its value; seconds where it is a span.
    pub value: f64,
    /// From the curvature of the likelihood; `None` where that has none.
    pub standard_error: Option<f64>,
}

/// Every family's likeliest, the best (least AIC) first; `short` is the limit of short spans, seconds.
/// Empty for fewer than [`LEAST`] spans that ended, or when all are equal.
#[must_use]
pub fn fit(spans: &Spans, short: f64) -> Vec<Fitted> {
    let is_constant = spans.ended.first() == spans.ended.last();
    if spans.ended.len() < LEAST || is_constant {
        return Vec::new();
    }
    let mut all: Vec<Fitted> = Family::ALL
        .iter()
        .filter_map(|family| fitted(*family, spans, short))
        .collect();
    all.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    all
}

/// One family's likeliest; `None` when the likelihood has none that a scenario takes.
#[must_use]
pub fn fitted(family: Family, spans: &Spans, short: f64) -> Option<Fitted> {
    let against = |at: &[f64]| match family.law(at, short) {
        Some(law) => -spans.log_likelihood(&law),
        None => f64::INFINITY,
    };
    let found = minimum(against, &family.start(spans, short), 0.4);
    if !found.value.is_finite() {
        return None;
    }
    let errors = standard_errors(against, &found.at);
    let parameters = family.parameters(&found.at).into_iter().enumerate();
    let parameters: Vec<Parameter> = parameters
        .map(|(k, (name, value, slope))| Parameter {
            name,
            value,
            standard_error: errors.as_ref().map(|errors| errors[k] * slope),
        })
        .collect();
    let spec = family.spec(&found.at, short);
    let law = dist(&spec);
    Some(Fitted {
        family,
        aic: 2.0 * parameters.len() as f64 + 2.0 * found.value,
        log_likelihood: -found.value,
        distance: spans.distance(|x| law.survival(x)),
        mean: law.mean(),
        deviation: law.variance().sqrt(),
        parameters,
        spec,
    })
}

/// To five significant digits: as it is written into a scenario.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    format!("{value:.4e}")
        .parse()
        .expect("invariant: a written number is one")
}

/// A share to a hundredth of a per cent, neither 0 nor 1.
fn part(share: f64) -> f64 {
    (share * 1e4).round().clamp(1.0, 9999.0) / 1e4
}

fn share(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn lognormal(mu: f64, ln_sigma: f64) -> Option<Law> {
    let sigma = ln_sigma.exp();
    let is_fair = (0.001..=5.0).contains(&sigma) && (-10.0..=18.0).contains(&mu);
    is_fair.then_some(Law::Lognormal { mu, sigma })
}

/// Mean and standard deviation of logarithms; zeros count as a quarter of `unit`.
fn log_moments(values: &[f64], unit: f64) -> (f64, f64) {
    let logs: Vec<f64> = values.iter().map(|x| x.max(0.25 * unit).ln()).collect();
    let n = logs.len().max(1) as f64;
    let mean = logs.iter().sum::<f64>() / n;
    let squares: f64 = logs.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / n).sqrt())
}
