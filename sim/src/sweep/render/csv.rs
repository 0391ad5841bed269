//! `sweep.csv`: a row per point and measure, for spreadsheets and data frames. Values as they are: shares
//! 0..1, durations in seconds; empty where there is none.

use reports::measures::Part;

use super::super::findings::{Estimated, Figure, Findings, PointFindings};

/// `sweep.csv`: every measure that has a value.
#[must_use]
pub fn csv(findings: &Findings) -> String {
    let mut text = String::from("point");
    for axis in &findings.axes {
        text.push(',');
        text.push_str(&quoted(&axis.path));
    }
    text.push_str(
        ",measure,unit,estimate,se,lower,upper,n,change,change_se,change_lower,change_upper,verdict\n",
    );
    for (place, point) in findings.points.iter().enumerate() {
        for figure in &point.figures {
            if let Some(value) = figure.value {
                push(&mut text, place + 1, point, figure, value);
            }
        }
    }
    text
}

fn push(
    text: &mut String,
    number: usize,
    point: &PointFindings,
    figure: &Figure,
    value: Estimated,
) {
    let unit = serde_json::to_value(figure.measure.unit).unwrap_or_default();
    let verdict = point
        .gates
        .iter()
        .find(|gate| gate.measure == figure.measure && gate.part == Part::Whole)
        .map_or("", |gate| gate.verdict.key());
    let mut cells = vec![number.to_string()];
    cells.extend(point.values.iter().map(|value| quoted(value)));
    cells.push(figure.measure.id.to_owned());
    cells.push(unit.as_str().unwrap_or_default().to_owned());
    cells.extend(numbers(Some(value)));
    cells.push(value.n.to_string());
    cells.extend(numbers(figure.change));
    cells.push(verdict.to_owned());
    text.push_str(&cells.join(","));
    text.push('\n');
}

/// Estimate, standard error, lower and upper bound.
fn numbers(value: Option<Estimated>) -> [String; 4] {
    let (lower, upper) = value.and_then(|value| value.bounds()).unzip();
    let numbers = [
        value.map(|value| value.point),
        value.and_then(|value| value.se),
        lower,
        upper,
    ];
    numbers.map(|number| number.map_or(String::new(), |number| number.to_string()))
}

/// As RFC 4180 has it.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
