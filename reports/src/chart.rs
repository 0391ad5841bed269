//! Charts of reports as inline SVG, each with a legend, a description, its numbers as a table and all
//! of them as CSV. [`Plotted`] draws any series; a run's own charts are beside it.
//!
//! `plotters` lays them out; what it draws carries classes instead of colours (`canvas`), so that
//! one drawing serves light, dark and print, and lines differ by dash as well as by colour. Drawn
//! for the width of a phone; on wide screens several stand side by side.

mod canvas;
mod estimates;
mod forest;
mod over_time;
mod plotted;
mod recorded;
mod waits;
mod warm_up;

pub use canvas::Role;
pub use forest::{Along, Effect, Forest};
pub(crate) use plotted::dot;
pub use plotted::{Numbers, Plotted, Point, Scale, Series};
pub(crate) use recorded::charts as recorded;
pub(crate) use warm_up::chart as warm_up;

use crate::report::ChartInput;

/// One chart, ready for a page.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Its name in files and on the page: lower case, digits and `-`.
    pub id: String,
    /// What a reader calls it.
    pub title: String,
    /// What it shows, for those who do not see it and for those who do.
    pub description: String,
    /// The drawing, with the classes of the style sheet.
    pub svg: String,
    /// What is drawn how.
    pub legend: Vec<Key>,
    /// The numbers, thinned to a readable table.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// All numbers that are drawn, as CSV.
    pub csv: String,
}

/// An entry of a legend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Whose.
    pub role: Role,
    /// How it is drawn.
    pub mark: Mark,
    /// What it is.
    pub name: String,
}

/// How numbers are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A line from point to point.
    Line,
    /// A line with a dot at each point.
    Marked,
    /// A line of steps: a value holds until the next point.
    Steps,
    /// Dots alone.
    Dots,
    /// Bars from 0.
    Bars,
    /// A filled area.
    Area,
}

impl Key {
    fn line(role: Role, name: impl Into<String>) -> Key {
        Key {
            role,
            mark: Mark::Line,
            name: name.into(),
        }
    }
}

/// CSV of a chart's numbers: plain decimals, empty where there is none.
fn csv<'a>(header: &str, rows: impl IntoIterator<Item = &'a [f64]>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|value| match value.is_finite() {
                true => value.to_string(),
                false => String::new(),
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// The charts that `input` has numbers for.
pub(crate) fn all(input: &ChartInput, n_replications: usize) -> Vec<Chart> {
    [
        waits::chart(input),
        over_time::line_length(input, n_replications),
        over_time::availability(input, n_replications),
        over_time::abandonment(input),
        over_time::announcements(input),
        estimates::chart(input),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Rows of a chart's table.
const TABLE_ROWS: usize = 24;

/// At most [`TABLE_ROWS`] of `items`, evenly spread, the first among them.
fn thinned<T>(items: &[T]) -> impl Iterator<Item = &T> {
    items
        .iter()
        .step_by(items.len().div_ceil(TABLE_ROWS).max(1))
}

/// The end of an axis: the first of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 x a power of ten at or above
/// `largest`.
fn axis_end(largest: f64) -> f64 {
    if largest <= 0.0 {
        return 1.0;
    }
    let mut power = 1.0;
    while power * 10.0 <= largest {
        power *= 10.0;
    }
    while power > largest {
        power /= 10.0;
    }
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let end = steps.into_iter().find(|step| step * power >= largest);
    end.unwrap_or(10.0) * power
}
