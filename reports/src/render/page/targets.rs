//! The table of targets: each gate with its limit, its interval and its verdict.

use std::fmt::Write as _;

use super::table::{Column, NONE, Phone, table};
use crate::gate::{Judged, Verdict};
use crate::measures::Part;
use crate::render::number::{Row, confidence, with_unit};
use crate::report::{RunMeta, RunReport};
use crate::stats::Interval;

/// The place of the bound among the columns.
const BOUND: usize = 5;

pub(super) fn push_targets(html: &mut String, report: &RunReport) {
    if report.gates.is_empty() {
        return;
    }
    let mut rows: Vec<Vec<String>> = report
        .gates
        .iter()
        .map(|gate| row(gate, &report.meta))
        .collect();
    html.push_str("<section>\n<h2 id=\"targets\">Targets</h2>\n");
    let mut columns = vec![
        ("measure", Column::Name),
        ("target", Column::Number),
        ("estimate", Column::Number),
        ("interval", Column::Number),
        ("judged by", Column::Number),
        ("Erlang-A", Column::Number),
        ("verdict", Column::Html),
    ];
    let has_ideals = report.gates.iter().any(|gate| gate.ideal.is_some());
    if !has_ideals {
        columns.remove(BOUND);
        for row in &mut rows {
            row.remove(BOUND);
        }
    }
    html.push_str(&table(
        &format!(
            "Intervals have {confidence} confidence each, as under Measures. A target is judged by the end of \
             an interval that is wider, so that {confidence} is the confidence of all targets together: it \
             holds when that end is on the good side. A target of none, or of all, holds while nothing else is seen.",
            confidence = confidence(report.meta.confidence)
        ),
        &columns,
        &rows,
        Phone::Cards,
    ));
    if has_ideals {
        html.push_str(
            "<p class=\"soft\">Erlang-A: what an ideal without failures, detours and divided \
             queues would reach with the same callers and agents (M/M/n+M; Garnett, Mandelbaum and Reiman \
             2002). It comes from a formula under exponential assumptions and is not a measured figure.</p>\n",
        );
    }
    html.push_str("</section>\n");
}

fn row(gate: &Judged, meta: &RunMeta) -> Vec<String> {
    let bounds = gate.interval.map(Interval::bounds);
    let row = Row::of_estimate(gate.unit(), gate.estimate, bounds).judged_by(gate.rule);
    let none = || NONE.to_string();
    vec![
        gate_name(gate, meta),
        row.target(gate),
        gate.estimate
            .map_or("none".to_string(), |value| row.number(value)),
        bounds.map_or_else(none, |bounds| row.range(bounds)),
        gate.observed.map_or_else(none, |value| row.number(value)),
        row.ideal(gate).unwrap_or_else(none),
        mark(gate.verdict),
    ]
}

/// What a gate is about: its measure, whose calls, and over which policy.
pub(super) fn gate_name(gate: &Judged, meta: &RunMeta) -> String {
    let mut name = gate.measure.id.to_string();
    if gate.part != Part::Whole {
        let _ = write!(name, ", {}", gate.part_name(meta));
    }
    if !gate.rule.is_absolute() {
        let _ = write!(name, " over {}", gate.over);
    }
    if let Some(recorded) = gate.recorded {
        let recorded = with_unit(recorded, gate.unit());
        let _ = write!(name, ", recorded {recorded}");
    }
    name
}

/// The verdict as a word with a sign, never as a colour alone.
pub(super) fn mark(verdict: Verdict) -> String {
    marked(verdict, verdict.key())
}

/// The sign alone, where there is little room; screen readers still hear the word.
pub(super) fn sign(verdict: Verdict) -> String {
    marked(
        verdict,
        &format!("<span class=\"unseen\">{}</span>", verdict.key()),
    )
}

fn marked(verdict: Verdict, word: &str) -> String {
    let sign = match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Inconclusive => "?",
    };
    let key = verdict.key();
    format!("<span class=\"verdict {key}\"><span aria-hidden=\"true\">{sign}</span> {word}</span>")
}
