//! A study for people and programs: tables on the terminal, `fit.json`, `fit.html`.
//!
//! Owns words and places, never numbers.

mod charts;
mod json;
mod page;
mod table;

pub use json::fit_json;
pub use page::fit_page;
pub use table::fit_table;

use std::time::Duration;

use super::families::Parameter;
use super::predict::{DayFigure, Predicted, Prediction};
use super::study::Study;
use super::write::Told;

/// A prediction is near when abandonment is this close, as a share ...
pub const ABANDONMENT_NEAR: f64 = 0.015;
/// ... and the mean wait of the served is this close to the recorded, as a share of it.
pub const WAIT_NEAR: f64 = 0.15;

/// Every prediction of a study, in the order in which reports show them.
fn predictions(study: &Study) -> Vec<&Prediction> {
    let mut all: Vec<&Prediction> = Vec::new();
    all.extend(&study.check);
    all.extend(&study.check_given);
    if let Some(held) = &study.held_out {
        all.extend([&held.from_the_calendar, &held.given_calls_and_agents]);
    }
    if let Some(predicted) = &study.predicted {
        all.push(&predicted.prediction);
        all.extend(&predicted.what_if);
    }
    all
}

/// A figure's value with its unit.
fn value(figure: &Predicted, value: f64) -> String {
    match figure.id {
        "calls_per_day" => format!("{value:.0}"),
        _ if figure.is_share => format!("{:.1} %", 100.0 * value),
        _ => format!("{value:.1} s"),
    }
}

/// Lower to upper.
fn interval(figure: &Predicted) -> String {
    let unit = match figure.id {
        "calls_per_day" => return format!("{:.0} .. {:.0}", figure.lower, figure.upper),
        _ if figure.is_share => {
            return format!(
                "{:.1} .. {:.1} %",
                100.0 * figure.lower,
                100.0 * figure.upper
            );
        }
        _ => "s",
    };
    format!("{:.1} .. {:.1} {unit}", figure.lower, figure.upper)
}

/// A class's hang-ups: recorded, predicted, interval, how far off, whether inside.
fn class_cells(hung_up: &DayFigure) -> [String; 5] {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    [
        percent(hung_up.recorded),
        percent(hung_up.mean),
        format!(
            "{:.1} .. {:.1} %",
            100.0 * hung_up.lower,
            100.0 * hung_up.upper
        ),
        format!("{:+.1} points", 100.0 * (hung_up.mean - hung_up.recorded)),
        match hung_up.is_inside() {
            true => "inside".to_owned(),
            false => "outside".to_owned(),
        },
    ]
}

/// `95 % interval`.
fn interval_name(prediction: &Prediction) -> String {
    format!("{:.0} % interval", 100.0 * prediction.confidence())
}

/// How far the prediction is off.
fn off(figure: &Predicted) -> String {
    match (figure.off(), figure.is_share) {
        (Some(off), true) => format!("{:+.1} points", 100.0 * off),
        (Some(off), false) => format!("{:+.0} %", 100.0 * off),
        (None, _) => "-".to_owned(),
    }
}

/// A parameter to three digits, with its standard error where there is one.
fn parameter(one: &Parameter) -> String {
    let error = one.standard_error;
    let error = error.map_or(String::new(), |error| format!(" ± {}", short(error)));
    format!("{} {}{error}", one.name, short(one.value))
}

/// To three digits.
fn short(value: f64) -> String {
    let digits = (2.0 - value.abs().max(1e-6).log10().floor()).clamp(0.0, 5.0);
    format!("{value:.*}", digits as usize)
}

/// Head starts in few words: those of one length together.
fn head_starts(told: &Told) -> String {
    let mut by_span: Vec<(Duration, Vec<&str>)> = Vec::new();
    for (class, by) in &told.head_starts {
        match by_span.iter_mut().find(|(span, _)| span == by) {
            Some((_, classes)) => classes.push(class),
            None => by_span.push((*by, vec![class])),
        }
    }
    let one = |(by, classes): (Duration, Vec<&str>)| {
        format!("{} s for {}", by.as_secs_f64(), classes.join(", "))
    };
    by_span.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

/// `10 replications`.
fn replications(n: u32) -> String {
    match n {
        1 => "1 replication".to_owned(),
        n => format!("{n} replications"),
    }
}

/// Whether the two main figures are near.
fn is_near(prediction: &Prediction) -> Option<bool> {
    let abandonment = prediction.figure("abandonment_rate")?;
    let wait = prediction.figure("asa")?;
    let is_within = |off: Option<f64>, near: f64| off.is_some_and(|off| off.abs() <= near);
    Some(is_within(abandonment.off(), ABANDONMENT_NEAR) && is_within(wait.off(), WAIT_NEAR))
}

/// A prediction in a sentence.
fn verdict(prediction: &Prediction) -> String {
    let (Some(abandonment), Some(wait)) = (
        prediction.figure("abandonment_rate"),
        prediction.figure("asa"),
    ) else {
        return "nothing to compare".to_owned();
    };
    let (near, but) = match is_near(prediction) {
        Some(true) => ("near", "but "),
        Some(false) | None => ("not near", ""),
    };
    let outside: Vec<&str> = prediction
        .figures
        .iter()
        .filter(|figure| !figure.is_inside())
        .map(|figure| figure.name)
        .collect();
    let chance = match outside.as_slice() {
        [] => "every figure is inside its interval".to_owned(),
        names => format!(
            "{but}outside their intervals: {} ({} of {}; chance alone puts {} in 100 there)",
            names.join(", "),
            names.len(),
            prediction.figures.len(),
            (100.0 * (1.0 - prediction.confidence())).round()
        ),
    };
    format!(
        "{near}: abandoned {} ({} recorded), mean wait of served {} ({}); {chance}",
        value(abandonment, abandonment.mean),
        value(abandonment, abandonment.recorded),
        value(wait, wait.mean),
        value(wait, wait.recorded)
    )
}
