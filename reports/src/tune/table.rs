//! The table on the terminal: a line per point that was tried, then the answer and what to paste.

use std::fmt::Write as _;

use super::{Cost, Method, Point, Tuned, numbers};
use crate::render::{Align, aligned, confidence, with_unit};

/// The whole table, ending in a newline.
#[must_use]
pub fn tune_table(tuned: &Tuned) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: seed {}, engine {}, at most {} replications of a point",
        tuned.scenario, tuned.seed, tuned.engine, tuned.most
    );
    for parameter in &tuned.parameters {
        let _ = writeln!(text, "{}: {}", parameter.path, parameter.values);
    }
    text.push('\n');
    let mut rows = vec![header(tuned)];
    rows.extend(tuned.points.iter().enumerate().map(|(place, point)| {
        let sign = if tuned.chosen == Some(place) { "*" } else { "" };
        row(tuned, point, sign)
    }));
    let columns = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
    ];
    text.push_str(&aligned(&columns, &rows));
    let _ = writeln!(text, "\n{}", tuned.answer());
    for remark in &tuned.remarks {
        let _ = writeln!(text, "{remark}");
    }
    if let Some(choice) = tuned.choice() {
        let _ = writeln!(text, "\n  {}\n", tuned.assignments(choice));
    }
    push_notes(&mut text, tuned);
    text
}

fn header(tuned: &Tuned) -> Vec<String> {
    let cost = match tuned.cost {
        Cost::Measure(measure) => measure.id,
        Cost::Value => "value",
    };
    let interval = format!("{} interval", confidence(tuned.confidence));
    ["", "value", "runs", cost, &interval, "gates", "decided by"]
        .map(str::to_string)
        .to_vec()
}

fn row(tuned: &Tuned, point: &Point, sign: &str) -> Vec<String> {
    let (cost, interval) = match (tuned.cost, point.cost) {
        (_, None) => ("-".to_string(), String::new()),
        (Cost::Value, Some(cost)) => (
            tuned.cost.written(cost.point, &tuned.parameters),
            String::new(),
        ),
        (Cost::Measure(measure), Some(cost)) => {
            let bounds = cost.interval.map(|interval| interval.bounds());
            let row = crate::render::Row::of_estimate(measure.unit, Some(cost.point), bounds);
            (
                with_unit(cost.point, measure.unit),
                bounds.map_or(String::new(), |bounds| row.range(bounds)),
            )
        }
    };
    vec![
        sign.to_string(),
        point.values.join(", "),
        point.n.to_string(),
        cost,
        interval,
        point.held.word().to_string(),
        point.binding().map_or(String::new(), |(place, gate)| {
            let row = numbers(gate);
            let estimate = gate
                .estimate
                .map_or("-".to_string(), |value| row.number(value));
            let bound = gate
                .observed
                .map_or("-".to_string(), |value| row.number(value));
            format!(
                "{}: {estimate}, bound {bound}",
                tuned.gate_name(place, gate)
            )
        }),
    ]
}

fn push_notes(text: &mut String, tuned: &Tuned) {
    let confidence = confidence(tuned.confidence);
    let _ = writeln!(
        text,
        "With {confidence} confidence no verdict of the table is wrong: a bound is one of {} (Bonferroni over all\n\
         points and looks that there could have been, Holm over the gates of a point).",
        with_unit(1.0 - tuned.level, crate::measures::Unit::Ratio)
    );
    text.push_str(match tuned.method {
        Method::Bisection { .. } => {
            "That nothing cheaper holds beyond the values tried rests on each gate and the cost being monotone.\n"
        }
        Method::Selection { .. } => "All points run on the same draws; costs are compared in pairs.\n",
    });
}
