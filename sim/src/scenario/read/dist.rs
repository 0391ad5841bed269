//! Distributions: `{ lognormal: { mean: 180s, sd: 278s } }`; a value alone is a constant.

use policy_file::{Field, Keys, quantity};

use super::super::dist_spec::{Branch, DistSpec};
use super::{Context, files};

/// What a distribution's numbers are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// Spans with units; seconds in the result.
    Span,
    /// Pure numbers or `1.5x`.
    Factor,
}

/// What a law is called.
pub(crate) const KINDS: [&str; 11] = [
    "constant",
    "exponential",
    "uniform",
    "lognormal",
    "gamma",
    "erlang",
    "weibull",
    "hyperexponential",
    "triangular",
    "mixture",
    "empirical",
];

/// Mixtures of mixtures of ... end here.
const MAX_DEPTH: u32 = 8;

/// Reads a distribution of spans or factors.
pub(super) fn dist(field: &Field<'_>, unit: Unit, context: &Context<'_>) -> Option<DistSpec> {
    Reader { unit, context }.any(field, 0)
}

/// Reads a factor on a day's rates; it must have mean 1, or the rates would not mean what they
/// say. A gamma's mean may be left out.
pub(super) fn day_factor(field: &Field<'_>) -> Option<DistSpec> {
    // A factor has no files beside it: samples of day factors are not a format of ours.
    let context = Context::new(std::path::Path::new(""));
    let spec = dist(field, Unit::Factor, &context)?;
    if let Some(mean) = spec.mean()
        && (mean - 1.0).abs() > 1e-6
    {
        field.wrong(format!("must have mean 1; this has mean {mean:.4}"));
    }
    Some(spec)
}

struct Reader<'c> {
    unit: Unit,
    context: &'c Context<'c>,
}

impl Reader<'_> {
    fn any(&self, field: &Field<'_>, depth: u32) -> Option<DistSpec> {
        if field.word().is_some() {
            return field
                .quantity(|text| self.unit.read(text))
                .map(DistSpec::Constant);
        }
        let keys = field.keys(&KINDS)?;
        self.kind(&keys, depth)
    }

    /// The distribution among the keys of a map (a mixture's items have `weight` beside it).
    fn kind(&self, keys: &Keys<'_>, depth: u32) -> Option<DistSpec> {
        let (kind, field) = keys.one_of(&KINDS)?;
        match kind {
            "constant" => field
                .quantity(|text| self.unit.read(text))
                .map(DistSpec::Constant),
            "exponential" => {
                let keys = field.keys(&["mean"])?;
                let mean = self.positive(&keys, "mean")?;
                Some(DistSpec::Exponential { mean })
            }
            "uniform" => {
                let keys = field.keys(&["from", "to"])?;
                let (from, to) = (self.number(&keys, "from"), self.number(&keys, "to"));
                let (from, to) = (from?, to?);
                if from >= to {
                    field.wrong("`from` must be below `to`");
                }
                Some(DistSpec::Uniform { from, to })
            }
            "lognormal" => {
                let keys = field.keys(&["mean", "sd"])?;
                let (mean, sd) = (self.positive(&keys, "mean"), self.positive(&keys, "sd"));
                Some(DistSpec::Lognormal {
                    mean: mean?,
                    sd: sd?,
                })
            }
            "gamma" => self.gamma(&field),
            "erlang" => {
                let keys = field.keys(&["phases", "mean"])?;
                let phases = keys.required("phases", "phases: 3");
                let phases = phases.and_then(|field| field.count(1, 10_000));
                let mean = self.positive(&keys, "mean");
                Some(DistSpec::Erlang {
                    phases: phases?,
                    mean: mean?,
                })
            }
            "weibull" => {
                let keys = field.keys(&["shape", "scale"])?;
                let (shape, scale) = (pure(&keys, "shape"), self.positive(&keys, "scale"));
                Some(DistSpec::Weibull {
                    shape: shape?,
                    scale: scale?,
                })
            }
            "hyperexponential" => self.hyperexponential(&field),
            "triangular" => {
                let keys = field.keys(&["low", "mode", "high"])?;
                let number = |key| self.number(&keys, key);
                let (low, mode, high) = (number("low"), number("mode"), number("high"));
                let (low, mode, high) = (low?, mode?, high?);
                if !(low <= mode && mode <= high && low < high) {
                    field.wrong("expected low <= mode <= high, and low below high");
                }
                Some(DistSpec::Triangular { low, mode, high })
            }
            "mixture" => self.mixture(&field, depth),
            _ => {
                let keys = field.keys(&["file"])?;
                let file = keys.required("file", "empirical: { file: patience.csv }")?;
                files::empirical(&file, self.context, self.unit)
            }
        }
    }

    fn gamma(&self, field: &Field<'_>) -> Option<DistSpec> {
        let keys = field.keys(&["shape", "mean", "scale", "sd"])?;
        let (shape, scale) = (keys.get("shape").is_some(), keys.get("scale").is_some());
        if shape && keys.get("mean").is_none() && !scale && self.unit == Unit::Factor {
            let shape = pure(&keys, "shape")?;
            return Some(DistSpec::Gamma { shape, mean: 1.0 });
        }
        let n_given = ["shape", "mean", "scale", "sd"]
            .iter()
            .filter(|key| keys.get(key).is_some())
            .count();
        let has_sd = keys.get("sd").is_some();
        if n_given != 2 || (scale && !shape) || (has_sd && shape) {
            field.wrong("expected `shape` and `mean`, `shape` and `scale`, or `mean` and `sd`");
            return None;
        }
        if scale {
            let (shape, scale) = (pure(&keys, "shape"), self.positive(&keys, "scale"));
            let shape = shape?;
            let mean = shape * scale?;
            return Some(DistSpec::Gamma { shape, mean });
        }
        let mean = self.positive(&keys, "mean");
        if has_sd {
            let ratio = mean? / self.positive(&keys, "sd")?;
            let shape = ratio * ratio;
            return Some(DistSpec::Gamma { shape, mean: mean? });
        }
        let shape = pure(&keys, "shape");
        Some(DistSpec::Gamma {
            shape: shape?,
            mean: mean?,
        })
    }

    fn hyperexponential(&self, field: &Field<'_>) -> Option<DistSpec> {
        let items = field.items("a list of `{ weight: 60%, mean: 30s }`")?;
        let mut branches = Vec::new();
        for item in &items {
            if let Some(keys) = item.keys(&["weight", "mean"])
                && let (Some(weight), Some(mean)) = (weight(&keys), self.positive(&keys, "mean"))
            {
                branches.push(Branch { weight, mean });
            }
        }
        if branches.len() == items.len() {
            check_sum(
                field,
                branches.iter().map(|branch| branch.weight),
                "weights",
            );
        }
        Some(DistSpec::Hyperexponential(branches))
    }

    fn mixture(&self, field: &Field<'_>, depth: u32) -> Option<DistSpec> {
        if depth == MAX_DEPTH {
            field.wrong("mixtures within mixtures, too deep");
            return None;
        }
        let items = field.items("a list of `{ weight: 10%, constant: 0s }`")?;
        let mut known = vec!["weight"];
        known.extend(KINDS);
        let mut parts = Vec::new();
        for item in &items {
            if let Some(keys) = item.keys(&known)
                && let (Some(weight), Some(part)) = (weight(&keys), self.kind(&keys, depth + 1))
            {
                parts.push((weight, part));
            }
        }
        if parts.len() == items.len() {
            check_sum(field, parts.iter().map(|(weight, _)| *weight), "weights");
        }
        Some(DistSpec::Mixture(parts))
    }

    fn number(&self, keys: &Keys<'_>, key: &str) -> Option<f64> {
        let example = match self.unit {
            Unit::Span => format!("{key}: 30s"),
            Unit::Factor => format!("{key}: 1"),
        };
        keys.required(key, &example)?
            .quantity(|text| self.unit.read(text))
    }

    fn positive(&self, keys: &Keys<'_>, key: &str) -> Option<f64> {
        let value = self.number(keys, key)?;
        if value > 0.0 {
            return Some(value);
        }
        keys.get(key)?.wrong("must be above 0");
        None
    }
}

/// A shape: a pure number above 0.
fn pure(keys: &Keys<'_>, key: &str) -> Option<f64> {
    keys.required(key, &format!("{key}: 2"))?
        .above_zero(quantity::number)
}

fn weight(keys: &Keys<'_>) -> Option<f64> {
    keys.required("weight", "weight: 10%")?
        .above_zero(quantity::probability)
}

/// Reports shares that do not add up to 100 %.
pub(super) fn check_sum(field: &Field<'_>, shares: impl Iterator<Item = f64>, what: &str) {
    let sum: f64 = shares.sum();
    if (sum - 1.0).abs() > 1e-6 {
        field.wrong(format!(
            "{what} must add up to 100%; these add up to {:.4}%",
            sum * 100.0
        ));
    }
}
