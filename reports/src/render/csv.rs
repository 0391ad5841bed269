//! `calls.csv` and `series.csv`: times and spans in seconds, exact to the microsecond; names
//! quoted where they must be (RFC 4180, with plain newlines).

use std::fmt::Write as _;

use engine::time::{Micros, Timestamp};

use crate::record::{Bin, CallRow};
use crate::report::RunReport;

/// A row per call of every replication, warm-up and calls after the horizon included:
/// `arrived_at` counts from the start, spans are empty where there is none.
#[must_use]
pub fn calls_csv(report: &RunReport) -> String {
    let mut text = String::from(
        "arrived_at,queue,class,outcome,wait,talk,agent,attempts,estimate,assignment_latency,call,replication\n",
    );
    for (rows, replication) in report.rows.iter().zip(0..) {
        for row in rows {
            push_call(&mut text, report, row, replication);
        }
    }
    text
}

fn push_call(text: &mut String, report: &RunReport, row: &CallRow, replication: usize) {
    let meta = &report.meta;
    let name = |names: &[String], index: usize| match names.get(index) {
        Some(name) => quoted(name),
        None => index.to_string(),
    };
    let cells = [
        seconds(row.arrived_at.0),
        name(&meta.queues, row.queue.index()),
        name(&meta.classes, row.class.index()),
        row.outcome
            .map(|outcome| outcome.key().to_string())
            .unwrap_or_default(),
        span(row.wait),
        span(row.talk),
        row.agent
            .map(|agent| name(&meta.agents, agent.index()))
            .unwrap_or_default(),
        row.attempts.to_string(),
        span(row.estimate),
        span(row.assignment_latency),
        row.call.map(|call| call.0.to_string()).unwrap_or_default(),
        replication.to_string(),
    ];
    text.push_str(&cells.join(","));
    text.push('\n');
}

/// A row per bin, means over the replications.
#[must_use]
pub fn series_csv(report: &RunReport) -> String {
    let mut text = String::from(
        "from,to,offered,connected,abandoned,mean_wait,queue_length,believed_available,truly_available,announced_wait,realised_wait,in_conversation\n",
    );
    let series = &report.charts.series;
    let n = report.n_replications as f64;
    for (bin, index) in series.bins.iter().zip(0_u64..) {
        let from = Timestamp(index * series.step);
        let to = from.after(series.step).min(report.charts.horizon);
        let lasted = to.since(from) as f64 * n;
        let Bin {
            offered,
            connected,
            abandoned,
            wait_sum,
            announced,
            announced_sum,
            remained_sum,
            line_area,
            talk_area,
            believed_area,
            true_area,
        } = *bin;
        let over = |sum: u64, by: f64| match by {
            0.0 => String::new(),
            by => (sum as f64 / by).to_string(),
        };
        let waited = (connected + abandoned) as f64 * 1e6;
        let told = announced as f64 * 1e6;
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            seconds(from.0),
            seconds(to.0),
            over(offered, n),
            over(connected, n),
            over(abandoned, n),
            over(wait_sum, waited),
            over(line_area, lasted),
            over(believed_area, lasted),
            over(true_area, lasted),
            over(announced_sum, told),
            over(remained_sum, told),
            over(talk_area, lasted),
        );
    }
    text
}

fn span(span: Option<Micros>) -> String {
    span.map(seconds).unwrap_or_default()
}

/// Microseconds as seconds, without trailing zeros.
fn seconds(micros: Micros) -> String {
    let text = Timestamp(micros).to_string();
    text.trim_end_matches('s').to_string()
}

pub(crate) fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_string()
    }
}
