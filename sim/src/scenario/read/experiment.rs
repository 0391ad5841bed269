//! The `experiment` section.

use std::time::Duration;

use policy_file::{Field, Keys, quantity};

use super::super::{Experiment, HalfWidth, MeasureUnit, Until};
use super::dist::{self, Unit};
use super::gates::{limit, measure};

const DAY: Duration = Duration::from_secs(86_400);
/// The longest horizon: ten years.
const LONGEST: Duration = Duration::from_secs(3653 * 86_400);

/// Reads it.
pub(super) fn experiment(field: &Field<'_>) -> Option<Experiment> {
    let keys = field.keys(&[
        "start",
        "horizon",
        "days",
        "warm_up",
        "seed",
        "replications",
        "confidence",
        "until",
        "control_variates",
        "day_factor",
        "threshold",
        "short_abandon",
    ])?;
    let start = keys
        .required("start", "start: 2026-03-02T08:00")
        .and_then(|field| field.quantity(quantity::date_time));
    let horizon = horizon(&keys);
    let warm_up = span(&keys, "warm_up", Duration::ZERO);
    if let (Some(horizon), Some(field)) = (horizon, keys.get("warm_up"))
        && warm_up >= horizon
    {
        field.wrong("must end before the horizon, or no call would count");
    }
    let replications = count(&keys, "replications", 20, 1, 1_000_000);
    let replications = u32::try_from(replications).unwrap_or(u32::MAX);
    let day_factor = keys
        .get("day_factor")
        .and_then(|field| dist::day_factor(&field));
    let threshold = span(&keys, "threshold", Duration::from_secs(20));
    if let Some(field) = keys.get("threshold")
        && threshold.is_zero()
    {
        field.wrong("must be above 0");
    }
    Some(Experiment {
        seed: count(&keys, "seed", 1, 0, u64::MAX),
        confidence: confidence(&keys),
        until: keys
            .get("until")
            .and_then(|field| until(&field, replications)),
        short_abandon: span(&keys, "short_abandon", Duration::from_secs(5)),
        start: start?,
        horizon: horizon?,
        warm_up,
        replications,
        day_factor,
        threshold,
        control_variates: keys
            .get("control_variates")
            .and_then(|field| field.boolean())
            .unwrap_or(true),
    })
}

fn horizon(keys: &Keys<'_>) -> Option<Duration> {
    let (key, field) = keys.one_of(&["horizon", "days"])?;
    let horizon = if key == "days" {
        DAY * field.count::<u32>(1, 3653)?
    } else {
        field.above_zero(quantity::span)?
    };
    if horizon > LONGEST {
        field.wrong("at most 10 years");
        return None;
    }
    Some(horizon)
}

fn span(keys: &Keys<'_>, key: &str, default: Duration) -> Duration {
    let field = keys.get(key);
    field
        .and_then(|field| field.quantity(quantity::span))
        .unwrap_or(default)
}

fn count(keys: &Keys<'_>, key: &str, default: u64, least: u64, most: u64) -> u64 {
    let field = keys.get(key);
    field
        .and_then(|field| field.count(least, most))
        .unwrap_or(default)
}

fn confidence(keys: &Keys<'_>) -> f64 {
    let Some(field) = keys.get("confidence") else {
        return 0.95;
    };
    match field.quantity(quantity::probability) {
        Some(confidence) if (0.5..1.0).contains(&confidence) => confidence,
        Some(_) => {
            field.wrong("expected 50% up to below 100%");
            0.95
        }
        None => 0.95,
    }
}

fn until(field: &Field<'_>, replications: u32) -> Option<Until> {
    let keys = field.keys(&[
        "measure",
        "half_width",
        "relative_half_width",
        "max_replications",
    ])?;
    let example = "until: { measure: abandonment_rate, half_width: 0.5%, max_replications: 400 }";
    let (id, unit) = keys
        .required("measure", example)
        .and_then(|field| Some((field.text("a measure")?, measure(&field)?)))?;
    let half_width = half_width(&keys, unit);
    let most = keys
        .required("max_replications", example)
        .and_then(|field| {
            let most = field.count::<u32>(1, 1_000_000)?;
            if most < replications {
                field.wrong(format!("must be at least `replications`, {replications}"));
            }
            Some(most)
        });
    Some(Until {
        measure: id.to_owned(),
        half_width: half_width?,
        max_replications: most?,
    })
}

/// In the measure's unit, or a share of the estimate.
fn half_width(keys: &Keys<'_>, unit: MeasureUnit) -> Option<HalfWidth> {
    let (key, field) = keys.one_of(&["half_width", "relative_half_width"])?;
    let (value, half_width): (f64, fn(f64) -> HalfWidth) = if key == "half_width" {
        (limit(&field, unit)?, HalfWidth::Absolute)
    } else {
        (field.quantity(quantity::probability)?, HalfWidth::Relative)
    };
    if value <= 0.0 {
        field.wrong("must be above 0");
    }
    Some(half_width(value))
}

/// Seconds as the distributions count them.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    quantity::span(text).map(|span| span.as_secs_f64())
}

impl Unit {
    /// A number of this unit.
    pub(super) fn read(self, text: &str) -> Result<f64, String> {
        match self {
            Unit::Span => seconds(text),
            Unit::Factor => quantity::factor(text),
        }
    }
}
