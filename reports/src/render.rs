//! Renderers: a finished report as files and on the terminal. They choose words and places, never
//! numbers.
//!
//! Everything but `timing.json` is a function of the report alone: same report, same bytes.

mod aligned;
mod csv;
mod histograms;
mod json;
mod number;
mod page;
mod regression;
mod terminal;
mod timing;
mod wrapped;

pub(crate) use aligned::{Align, aligned};
pub(crate) use csv::quoted as csv_field;
pub use csv::{calls_csv, series_csv};
pub use histograms::spans_hlog;
pub use json::{report_json, report_json_with_speed};
pub use number::{Row, confidence, with_unit};
pub(crate) use number::{apart, signed};
pub(crate) use page::NONE;
pub(crate) use page::escaped;
pub use page::{Column, Document, Page, Phone, Tone, marked, report_page};
pub use regression::{
    Inconclusive, annotations, changes_table, gate_csv, gate_json, gate_page, gate_table, junit,
    markdown,
};
pub use terminal::{TableOptions, table};
pub use timing::{Timing, timing_json};
pub use wrapped::wrapped;
