//! The table on the terminal: a line per point that was tried, then the answer and what to paste.

use std::fmt::Write as _;

use super::{Cost, Method, Point, Tuned, numbers, replications};
use crate::render::{Align, Row, aligned, confidence, with_unit, wrapped};

/// The whole table, ending in a newline.
#[must_use]
pub fn tune_table(tuned: &Tuned) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: seed {}, engine {}, at most {} of a point",
        tuned.scenario,
        tuned.seed,
        tuned.engine,
        replications(tuned.most)
    );
    for parameter in &tuned.parameters {
        let _ = writeln!(text, "{}: {}", parameter.path, parameter.values);
    }
    let _ = writeln!(text, "cost: {}", tuned.cost.name(&tuned.parameters));
    push_gates(&mut text, tuned);
    let mut rows = vec![header(tuned)];
    rows.extend(tuned.points.iter().enumerate().map(|(place, point)| {
        let sign = if tuned.chosen == Some(place) { "*" } else { "" };
        row(tuned, point, sign)
    }));
    let mut columns = vec![Align::Left, Align::Left, Align::Right];
    if tuned.cost != Cost::Value {
        columns.extend([Align::Right, Align::Right]);
    }
    columns.extend([Align::Left, Align::Left]);
    text.push_str(&aligned(&columns, &rows));
    let _ = writeln!(text, "\n{}", tuned.answer());
    for remark in &tuned.remarks {
        let _ = writeln!(text, "{remark}");
    }
    if let Some(choice) = tuned.choice() {
        let all = tuned.assignments(choice);
        let _ = writeln!(text, "\n  {}\n", all.replace(" --set ", " \\\n  --set "));
    }
    push_notes(&mut text, tuned);
    text
}

/// The gates, once.
fn push_gates(text: &mut String, tuned: &Tuned) {
    let gates = tuned.points.first().map_or(&[][..], |point| &point.gates);
    let mut line = "gates:".to_string();
    for (place, gate) in gates.iter().enumerate() {
        let name = tuned.gate_name(place, gate);
        let comma = if place + 1 < gates.len() { "," } else { "" };
        if line.rsplit('\n').next().map_or(0, str::len) + name.len() + 2 > 100 {
            line.push_str("\n ");
        }
        let _ = write!(line, " {name}{comma}");
    }
    let _ = writeln!(text, "{line}\n");
}

fn header(tuned: &Tuned) -> Vec<String> {
    let mut cells = vec!["", "value", "runs"];
    let interval = format!("{} interval", confidence(tuned.confidence));
    if tuned.cost != Cost::Value {
        cells.extend(["cost", &interval]);
    }
    cells.extend(["gates", "decided by (bound)"]);
    cells.into_iter().map(str::to_string).collect()
}

fn row(tuned: &Tuned, point: &Point, sign: &str) -> Vec<String> {
    let mut cells = vec![
        sign.to_string(),
        point.values.join(", "),
        point.n.to_string(),
    ];
    if let Cost::Measure(measure) = tuned.cost {
        let bounds = point
            .cost
            .and_then(|cost| cost.interval)
            .map(|i| i.bounds());
        let cost = point.cost.map(|cost| cost.point);
        let row = Row::of_estimate(measure.unit, cost, bounds);
        cells.push(cost.map_or("-".to_string(), |cost| row.number(cost)));
        cells.push(bounds.map_or(String::new(), |bounds| row.range(bounds)));
    }
    cells.push(point.held.word().to_string());
    cells.push(point.binding().map_or(String::new(), |(_, gate)| {
        let row = numbers(gate);
        let estimate = gate
            .estimate
            .map_or("-".to_string(), |value| row.number(value));
        let bound = gate
            .observed
            .map_or("-".to_string(), |value| row.number(value));
        format!("{} {estimate} ({bound})", gate.measure.id)
    }));
    cells
}

fn push_notes(text: &mut String, tuned: &Tuned) {
    let confidence = confidence(tuned.confidence);
    let _ = writeln!(
        text,
        "With {confidence} confidence no verdict of the table is wrong: a bound is one of {} (Bonferroni over\n\
         all points and looks that there could have been, Holm over the gates of a point).",
        with_unit(1.0 - tuned.level, crate::measures::Unit::Ratio)
    );
    if let Some(sentence) = tuned.of_what_was_seen() {
        let _ = writeln!(text, "{}", wrapped(&sentence));
    }
    text.push_str(match tuned.method {
        Method::Bisection { .. } => {
            "That nothing cheaper holds beyond the values tried rests on each gate and the cost being monotone.\n"
        }
        Method::Selection { .. } => "All points run on the same draws; costs are compared in pairs.\n",
    });
}
