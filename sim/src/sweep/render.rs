//! A finished sweep as files and on the terminal. Chooses words and places, never numbers; same
//! findings, same bytes.

mod csv;
mod curves;
mod json;
mod page;
mod table;

use reports::gate::{Judged, Verdict};
use reports::measures::Unit;
use reports::render::{Page, Row};

use super::findings::{Estimated, Figure, Findings, PointFindings};

pub use csv::csv;
pub use json::json;
pub use page::page;
pub use table::table;

/// Every file of a finished sweep, by its path in the folder: `sweep.json`, `sweep.csv`, `sweep.html` and
/// the numbers of its charts.
#[must_use]
pub fn files(findings: &Findings) -> Vec<(String, String)> {
    let Page { html, csvs } = page(findings);
    let mut files = vec![
        ("sweep.json".to_owned(), json(findings)),
        ("sweep.csv".to_owned(), csv(findings)),
        ("sweep.html".to_owned(), html),
    ];
    files.extend(csvs);
    files
}

/// The names of those that are always there.
pub const NAMES: &[&str] = &["sweep.json", "sweep.csv", "sweep.html"];

/// How the figures of one measure are written: in one unit, that of the largest.
fn row_of(figures: &[&Figure]) -> Option<Row> {
    let unit = figures.first()?.measure.unit;
    let values = figures.iter().filter_map(|figure| figure.value);
    let numbers = values.flat_map(|value| {
        let (lower, upper) = value.bounds().unzip();
        [Some(value.point), lower, upper]
    });
    Some(Row::of(unit, numbers))
}

/// A change with its sign: `+1.2 points`, `-3.0 s`.
fn signed(unit: Unit, value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    match unit {
        Unit::Ratio => format!("{sign}{} points", points(value)),
        Unit::Seconds
        | Unit::SignedSeconds
        | Unit::Count
        | Unit::Calls
        | Unit::PerHour
        | Unit::Value
        | Unit::Score => format!("{sign}{}", Row::of(unit, [Some(value)]).number(value)),
    }
}

/// Two bounds of a change.
fn signed_range(unit: Unit, (lower, upper): (f64, f64)) -> String {
    let (low, high) = (signed(unit, lower), signed(unit, upper));
    let suffix = match unit {
        Unit::Ratio => " points",
        Unit::Seconds | Unit::SignedSeconds => " s",
        Unit::PerHour => " /h",
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => "",
    };
    // Minutes and hours keep both units.
    let bare = match (low.strip_suffix(suffix), high.ends_with(suffix)) {
        (Some(bare), true) if !low.contains(" m ") && !high.contains(" m ") => bare,
        _ => &low,
    };
    format!("{bare} .. {high}")
}

/// Hundredths of a share: small ones need more digits.
fn points(share: f64) -> String {
    let points = share * 100.0;
    let digits = match points.abs() {
        0.0 => 1,
        p if p < 0.1 => 3,
        p if p < 1.0 => 2,
        _ => 1,
    };
    let text = format!("{points:.digits$}");
    match text.starts_with('-') && !text.contains(|c: char| ('1'..='9').contains(&c)) {
        true => text[1..].to_owned(),
        false => text,
    }
}

/// `40 replications`, or `20 to 40 replications`.
fn replications(points: &[PointFindings]) -> String {
    let least = points.iter().map(|point| point.n).min().unwrap_or(0);
    let most = points.iter().map(|point| point.n).max().unwrap_or(0);
    match (least, most) {
        (1, 1) => "1 replication".to_owned(),
        (least, most) if least == most => format!("{most} replications"),
        (least, most) => format!("{least} to {most} replications"),
    }
}

/// `8 points`.
fn n_points(n: usize) -> String {
    match n {
        1 => "1 point".to_owned(),
        n => format!("{n} points"),
    }
}

/// What does not hold at a point, and what is not shown to: `fail: mean_wait`.
fn said_of_gates(point: &PointFindings) -> Option<String> {
    let verdict = point.verdict()?;
    let which: Vec<&str> = point
        .gates
        .iter()
        .filter(|gate| gate.verdict == verdict && verdict != Verdict::Pass)
        .map(|gate: &Judged| gate.measure.id)
        .collect();
    Some(match which.is_empty() {
        true => verdict.key().to_owned(),
        false => format!("{}: {}", verdict.key(), which.join(", ")),
    })
}

/// The value's interval in the row's unit; empty without one.
fn range(row: Row, value: Estimated) -> String {
    value
        .bounds()
        .map_or(String::new(), |bounds| row.range(bounds))
}
