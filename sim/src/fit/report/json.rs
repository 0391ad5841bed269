//! `fit.json`: everything of a study but the curves' points and the laws' data.

use serde_json::{Map, Value, json};

use super::{is_near, predictions, verdict};
use crate::fit::families::Fitted;
use crate::fit::law::SpanFit;
use crate::fit::parts::ClassFit;
use crate::fit::predict::Prediction;
use crate::fit::study::Study;
use crate::fit::warnings::warnings;
use crate::fit::write::{dist, written_shape};

/// Version of this file's format.
const SCHEMA: u32 = 1;

/// The whole study, pretty-printed.
#[must_use]
pub fn fit_json(study: &Study, command: &str) -> String {
    let parts = &study.parts;
    let log = &study.log;
    let queues = log.names.queues.iter().enumerate().map(|(place, queue)| {
        let arrivals = &parts.arrivals[place];
        let groups = arrivals.groups.iter().map(|group| {
            json!({
                "weekdays": group.weekdays.to_string(),
                "dates": group.n_dates,
                "calls_per_day": group.mean(),
            })
        });
        let value = json!({
            "days": groups.collect::<Vec<_>>(),
            "day_factor_shape": written_shape(parts, place),
            "overdispersion": arrivals.overdispersion.map(|found| json!({
                "shape": finite(found.shape),
                "lower": finite(found.lower),
                "upper": finite(found.upper),
                "p_value": found.p_value,
            })),
            "dispersion_within_days": arrivals.dispersion_within,
        });
        (queue.clone(), value)
    });
    let classes = parts
        .classes
        .iter()
        .map(|class| (class.name.clone(), class_json(class)));
    let value = json!({
        "schema": SCHEMA,
        "command": command,
        "engine": env!("CARGO_PKG_VERSION"),
        "log": log.file,
        "calls": log.days.calls.values().sum::<u64>(),
        "skipped_rows": log.skipped,
        "fitted_dates": study.fitted,
        "missing_dates": log.days.missing,
        "scenario": study.scenario.name,
        "world_digest": study.scenario.world_digest,
        "policy_digest": study.scenario.policy_digest,
        "queues": queues.collect::<Map<String, Value>>(),
        "classes": classes.collect::<Map<String, Value>>(),
        "patience_of_all": spans_json(&parts.patience),
        "hazard_peaks": parts.peaks,
        "redials": parts.redials,
        "groups": parts.groups.iter().map(|group| json!({
            "group": group.name,
            "agents": group.n_agents,
            "agent_hours": group.staff.hours,
        })).collect::<Vec<_>>(),
        "calibration": study.calibration,
        "wrap_up": parts.wrap_up.as_ref().map(|curve| json!({
            "mean": curve.dist().mean(),
            "pauses": parts.pauses.n(),
        })),
        "overtaking": parts.overtaking,
        "predictions": predictions(study).into_iter().map(prediction_json).collect::<Vec<_>>(),
        "warnings": warnings(study),
    });
    let mut text = serde_json::to_string_pretty(&value).expect("invariant: JSON is written");
    text.push('\n');
    text
}

/// JSON has no infinity: null.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn class_json(class: &ClassFit) -> Value {
    json!({
        "calls": class.n,
        "hung_up": class.hung_up,
        "short_services": class.short_share,
        "talk": spans_json(&class.talk),
        "patience": spans_json(&class.patience),
    })
}

fn spans_json(fit: &SpanFit) -> Value {
    json!({
        "ended": fit.spans.ended.len(),
        "censored": fit.spans.cut.len(),
        "mean": fit.spans.mean(),
        "sd": fit.spans.deviation(),
        "resolution": fit.spans.resolution,
        "of_all_classes": fit.is_pooled,
        "law": fit.law().map(|law| law.name()),
        "candidates": fit.candidates.iter().map(candidate_json).collect::<Vec<_>>(),
    })
}

fn candidate_json(fitted: &Fitted) -> Value {
    json!({
        "family": fitted.family,
        "law": dist(&fitted.spec),
        "parameters": fitted.parameters,
        "log_likelihood": fitted.log_likelihood,
        "aic": fitted.aic,
        "distance": fitted.distance,
        "mean": fitted.mean,
        "sd": finite(fitted.deviation),
    })
}

fn prediction_json(prediction: &Prediction) -> Value {
    json!({
        "title": prediction.title,
        "replications": prediction.replications,
        "figures": prediction.figures.iter().map(|figure| json!({
            "id": figure.id,
            "recorded": figure.recorded,
            "predicted": figure.mean,
            "lower": figure.lower,
            "upper": figure.upper,
            "inside": figure.is_inside(),
        })).collect::<Vec<_>>(),
        "classes": prediction.classes.iter().map(|class| json!({
            "class": class.name,
            "calls": class.calls,
            "recorded": class.hung_up.recorded,
            "predicted": class.hung_up.mean,
            "lower": class.hung_up.lower,
            "upper": class.hung_up.upper,
            "inside": class.hung_up.is_inside(),
        })).collect::<Vec<_>>(),
        "days": prediction.days,
        "near": is_near(prediction),
        "verdict": verdict(prediction),
    })
}
