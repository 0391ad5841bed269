//! `spans.hlog`: waits and assignment latencies as an HdrHistogram interval log, the format that
//! load generators and their viewers share (V2, compressed, one tagged line per kind of span), so that
//! histograms of several runs, or of a run and of production, can be added up without loss.
//!
//! Values are microseconds, to three digits; a bucket of ours stands at its middle. The tables'
//! quantiles are not taken from here: they interpolate and come with a jackknife's error.

use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use crate::report::RunReport;
use crate::stats::Pooled;

/// The log's text. Ends in a newline; the same report gives the same bytes.
#[must_use]
pub fn spans_hlog(report: &RunReport) -> String {
    let charts = &report.charts;
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment("Linefinder; values in microseconds; all replications together");
    {
        let mut log = builder
            .begin_log_with(&mut bytes, &mut serializer)
            .expect("invariant: writing to memory does not fail");
        let counted = Duration::from_micros(charts.horizon.since(charts.warm_up));
        for (name, spans) in [
            ("connected_wait", &charts.connected_wait),
            ("abandoned_wait", &charts.abandoned_wait),
            ("assignment_latency", &charts.assignment_latency),
        ] {
            let start = Duration::from_micros(charts.warm_up.0);
            log.write_histogram(&histogram(spans), start, counted, Tag::new(name))
                .expect("invariant: a histogram of three digits can be written to memory");
        }
    }
    String::from_utf8(bytes).expect("invariant: the log is base64 and ASCII")
}

/// Our buckets are narrower than a thousandth of an octave's end, so each falls into one or two of theirs.
fn histogram(spans: &Pooled) -> Histogram<u64> {
    let mut histogram = Histogram::new(3).expect("invariant: three digits are allowed");
    for (middle, count) in spans.middles() {
        histogram
            .record_n(middle, count)
            .expect("invariant: it grows as needed");
    }
    histogram
}
