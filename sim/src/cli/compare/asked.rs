//! In which measures, and how far each may differ without mattering.

use policy_file::field::known_names;
use policy_file::quantity;
use reports::measures::{Measure, Unit};

use crate::scenario::measure_ids;

/// What is compared unless said otherwise: whether callers are served, how fast, and at what cost.
const MAIN: &[&str] = &[
    "reach_rate",
    "abandonment_rate",
    "mean_wait",
    "service_level",
    "assignment_latency_p99",
    "handled_per_agent_hour",
    "store_ops_per_hour",
];

type Asked = (&'static Measure, Option<f64>);

/// The measures, each with its margin.
pub(in crate::cli) fn measures(ids: &[String], margins: &[String]) -> Result<Vec<Asked>, String> {
    let mut asked: Vec<Asked> = Vec::new();
    let ids: Vec<&str> = match ids.is_empty() {
        true => MAIN.to_vec(),
        false => ids.iter().map(String::as_str).collect(),
    };
    for id in ids {
        let measure = measure(id, "--measure")?;
        if asked.iter().all(|(known, _)| *known != measure) {
            asked.push((measure, None));
        }
    }
    for margin in margins {
        let wrong = |what: String| format!("error: --margin {margin}: {what}");
        let (id, value) = margin
            .split_once('=')
            .ok_or_else(|| wrong("expected MEASURE=VALUE, as in mean_wait=2s".to_string()))?;
        let measure = measure(id.trim(), "--margin")?;
        let value = margin_value(value.trim(), measure.unit).map_err(wrong)?;
        match asked.iter_mut().find(|(known, _)| *known == measure) {
            Some((_, known)) => *known = Some(value),
            None => asked.push((measure, Some(value))),
        }
    }
    Ok(asked)
}

/// The measure that an option names.
pub(in crate::cli) fn measure(id: &str, option: &str) -> Result<&'static Measure, String> {
    let found = measure_ids().find(|known| *known == id);
    found.and_then(Measure::named).ok_or_else(|| {
        let names: Vec<String> = measure_ids().map(str::to_owned).collect();
        let help = known_names(&names, id);
        format!("error: {option} {id}: there is no measure `{id}`\n  help: {help}")
    })
}

/// A difference in the measure's own unit, above 0.
fn margin_value(text: &str, unit: Unit) -> Result<f64, String> {
    let example = match unit {
        // Who writes 1 % of a share most likely means a point: said below.
        Unit::Ratio => None,
        Unit::Seconds | Unit::SignedSeconds => Some("0.5s"),
        Unit::PerHour => Some("3/h"),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => Some("2"),
    };
    if let Some(example) = example.filter(|_| text.ends_with('%')) {
        return Err(format!(
            "a part of the baseline is not known before it has run (`gate` takes it, its baseline is \
             committed): write the size, as in {example}"
        ));
    }
    let value = match unit {
        Unit::Ratio => text
            .strip_suffix("points")
            .or(text.strip_suffix("point"))
            .ok_or_else(|| "a share's margin is written in points, as in 0.5 points".to_string())
            .and_then(|points| quantity::number(points.trim_end()))
            .map(|points| points / 100.0),
        Unit::Seconds | Unit::SignedSeconds => quantity::span(text).map(|span| span.as_secs_f64()),
        Unit::PerHour => quantity::rate(text).map(|per_second| per_second * 3600.0),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => quantity::number(text),
    }?;
    match value > 0.0 {
        true => Ok(value),
        false => Err("must be above 0".to_string()),
    }
}
