//! Charts of a report as inline SVG, each with a legend, a description and its numbers as a table.
//!
//! `plotters` lays them out; what it draws carries classes instead of colours ([`canvas`]), so that
//! one drawing serves light, dark and print, and lines differ by dash as well as by colour. Drawn
//! for the width of a phone; on wide screens several stand side by side.

mod canvas;
mod estimates;
mod over_time;
mod recorded;
mod waits;

pub(crate) use canvas::Role;
pub(crate) use recorded::charts as recorded;

use crate::report::ChartInput;

/// One chart, ready for a page.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    /// What it shows, for those who do not see it and for those who do.
    pub(crate) description: String,
    pub(crate) svg: String,
    /// What is drawn how.
    pub(crate) legend: Vec<(Role, String)>,
    /// The numbers, thinned to a readable table.
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
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
