//! The table on the terminal: measures with intervals, targets beside the values, the verdict.
//! At most 100 columns; colour only when asked for, and never the only carrier of meaning.

use std::fmt::Write as _;

use super::number::{Row, confidence, with_unit};
use crate::gate::{Judged, Verdict};
use crate::measures::{Part, Unit};
use crate::record::Outcome;
use crate::report::{Figure, PartFigures, RunMeta, RunReport};
use crate::stats::Interval;

/// How the table is to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TableOptions {
    /// The output is a terminal that shows colours.
    pub colour: bool,
    /// Every measure that has a value, not only the main ones.
    pub all: bool,
}

/// The measures that are shown when not all are asked for; gates' measures come on top.
const MAIN: &[&str] = &[
    "offered_calls",
    "connection_rate",
    "reach_rate",
    "abandonment_rate",
    "mean_wait",
    "asa",
    "wait_p90",
    "wait_probability",
    "service_level",
    "estimate_within_30s",
    "estimate_announced_rate",
    "assignment_latency_p50",
    "assignment_latency_p99",
    "offer_reach_rate",
    "discovery_rate",
    "fallback_rate",
    "occupancy",
    "utilization",
    "handled_per_agent_hour",
    "availability_accuracy",
    "queue_length_mean",
    "priority_inversions",
    "dropped_calls",
    "store_ops_per_hour",
    "carrier_requests_per_hour",
];

/// The measures shown per queue and per class.
const PER_PART: &[&str] = &[
    "offered_calls",
    "reach_rate",
    "abandonment_rate",
    "mean_wait",
    "service_level",
];

/// The whole table, ending in a newline.
#[must_use]
pub fn table(report: &RunReport, options: TableOptions) -> String {
    let mut text = String::new();
    push_head(&mut text, report);
    push_measures(&mut text, report, options);
    push_controls(&mut text, report);
    for (title, parts) in [("queue", &report.by_queue), ("class", &report.by_class)] {
        if parts.len() > 1 {
            push_parts(&mut text, title, parts);
        }
    }
    push_outcomes(&mut text, report);
    push_verdict(&mut text, report, options);
    text
}

fn push_head(text: &mut String, report: &RunReport) {
    let meta = &report.meta;
    let replications = match report.n_replications {
        1 => "1 replication".to_string(),
        n => format!("{n} replications"),
    };
    let _ = writeln!(
        text,
        "{}: {replications}, seed {}, engine {}",
        meta.scenario, meta.seed, meta.engine
    );
    let _ = writeln!(
        text,
        "policy {}  world {}  trace {}",
        short(&meta.policy_digest),
        short(&meta.world_digest),
        short(&meta.trace_digest)
    );
}

/// The first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn push_measures(text: &mut String, report: &RunReport, options: TableOptions) {
    let confidence = confidence(report.meta.confidence);
    let _ = writeln!(
        text,
        "\n{}",
        row(
            "measure",
            "estimate",
            &format!("{confidence} interval"),
            "target",
            if has_ideals(report) { "Erlang-A" } else { "" },
            "verdict"
        )
    );
    for figure in &report.figures {
        let id = figure.measure.id;
        let gates: Vec<&Judged> = report
            .gates
            .iter()
            .filter(|gate| gate.measure.id == id)
            .collect();
        // A main measure of which there is nothing to say is shown to have no value.
        let is_there = options.all && figure.mean.is_some();
        if !is_there && !MAIN.contains(&id) && gates.is_empty() {
            continue;
        }
        let (own, others): (Vec<&Judged>, Vec<&Judged>) =
            gates.into_iter().partition(|gate| is_own(gate));
        push_figure(text, figure, &own, options);
        for gate in others {
            push_other(text, gate, &report.meta, options);
        }
    }
}

/// How much control variates took out, in the middle of the measures that they serve.
fn push_controls(text: &mut String, report: &RunReport) {
    let ratios = report.figures.iter().filter_map(|f| f.variance_ratio);
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let Some(middle) = ratios.get(ratios.len() / 2) else {
        return;
    };
    let _ = writeln!(
        text,
        "\ncontrol variates: {:.0} % of the variance left at the median of {} measures",
        100.0 * middle,
        ratios.len()
    );
}

fn push_figure(text: &mut String, figure: &Figure, gates: &[&Judged], options: TableOptions) {
    let bounds = figure.bounds();
    let numbers = Row::of_estimate(figure.measure.unit, figure.mean, bounds);
    let line = Line {
        name: figure.measure.id,
        estimate: &said(figure.mean, |mean| numbers.number(mean)),
        interval: &said(bounds, |bounds| numbers.range(bounds)),
        numbers,
    };
    push_line(text, line, gates.first().copied(), options);
    for gate in gates.iter().skip(1) {
        let line = Line {
            name: "",
            estimate: "",
            interval: "",
            numbers,
        };
        push_line(text, line, Some(gate), options);
    }
}

/// A gate about the measure of the whole run, with a limit that somebody wrote.
fn is_own(gate: &Judged) -> bool {
    gate.rule.is_absolute() && gate.part == Part::Whole && gate.recorded.is_none()
}

/// A gate about something else than the measure of the whole run: a part of it, a lift, or a log.
fn push_other(text: &mut String, gate: &Judged, meta: &RunMeta, options: TableOptions) {
    let recorded = gate.recorded.map(|value| with_unit(value, gate.unit()));
    let name = match (gate.part, gate.rule.is_absolute()) {
        (Part::Whole, _) => format!("over {}", gate.over),
        (Part::Queue(_) | Part::Class(_), true) => gate.part_name(meta),
        (Part::Queue(_) | Part::Class(_), false) => {
            format!("{} over {}", gate.part_name(meta), gate.over)
        }
    };
    let bounds = gate.interval.map(Interval::bounds);
    let numbers = Row::of_estimate(gate.unit(), gate.estimate, bounds).judged_by(gate.rule);
    let line = Line {
        name: &format!(
            "  {}",
            recorded.map_or(name, |value| format!("recorded {value}"))
        ),
        estimate: &said(gate.estimate, |lift| numbers.number(lift)),
        interval: &said(bounds, |bounds| numbers.range(bounds)),
        numbers,
    };
    push_line(text, line, Some(gate), options);
}

/// A value, or that there is none.
fn said<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or("-".to_string(), write)
}

/// What a line says before its gate.
#[derive(Clone, Copy)]
struct Line<'a> {
    name: &'a str,
    estimate: &'a str,
    interval: &'a str,
    /// How numbers are written in it.
    numbers: Row,
}

fn push_line(text: &mut String, line: Line<'_>, gate: Option<&Judged>, options: TableOptions) {
    let Line {
        name,
        estimate,
        interval,
        numbers,
    } = line;
    let (target, ideal, verdict) = match gate {
        Some(gate) => (
            numbers.target(gate),
            numbers.ideal(gate).unwrap_or_default(),
            coloured(gate.verdict, options),
        ),
        None => (String::new(), String::new(), String::new()),
    };
    text.push_str(&row(name, estimate, interval, &target, &ideal, &verdict));
    text.push('\n');
}

/// The columns of the table of measures.
fn row(
    name: &str,
    estimate: &str,
    interval: &str,
    target: &str,
    ideal: &str,
    verdict: &str,
) -> String {
    let line =
        format!("{name:<27} {estimate:>12}  {interval:<21} {target:<11} {ideal:>8}  {verdict}");
    line.trim_end().to_string()
}

/// Whether some gate has an ideal beside it.
fn has_ideals(report: &RunReport) -> bool {
    report.gates.iter().any(|gate| gate.ideal.is_some())
}

fn coloured(verdict: Verdict, options: TableOptions) -> String {
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Fail => 31,
        Verdict::Inconclusive => 33,
    };
    match options.colour {
        true => format!("\x1b[{code}m{}\x1b[0m", verdict.key()),
        false => verdict.key().to_string(),
    }
}

fn push_parts(text: &mut String, title: &str, parts: &[PartFigures]) {
    let names = parts.iter().map(|part| part.name.chars().count());
    let width = names.max().unwrap_or(0).max(title.chars().count()).max(15);
    let _ = write!(text, "\n{title:<width$}");
    for id in PER_PART {
        let _ = write!(text, " {id:>16}");
    }
    text.push('\n');
    for part in parts {
        let _ = write!(text, "{:<width$}", part.name);
        for id in PER_PART {
            let figure = part.figures.iter().find(|figure| figure.measure.id == *id);
            let cell = figure
                .and_then(|figure| figure.mean.map(|mean| with_unit(mean, figure.measure.unit)));
            let _ = write!(text, " {:>16}", cell.as_deref().unwrap_or("-"));
        }
        text.push('\n');
    }
}

fn push_outcomes(text: &mut String, report: &RunReport) {
    let counts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter(|outcome| report.outcomes.count(*outcome) > 0)
        .map(|outcome| {
            let count = with_unit(report.outcomes.count(outcome) as f64, Unit::Count);
            format!("{} {count}", outcome.key())
        })
        .collect();
    let offered = with_unit(report.offered as f64, Unit::Count);
    let mut line = format!("\noutcomes of {offered} calls:");
    for (place, count) in counts.iter().enumerate() {
        let comma = if place + 1 < counts.len() { "," } else { "" };
        if line.rsplit('\n').next().map_or(0, str::len) + count.len() + 2 > 100 {
            line.push_str("\n ");
        }
        let _ = write!(line, " {count}{comma}");
    }
    text.push_str(&line);
    text.push('\n');
}

fn push_verdict(text: &mut String, report: &RunReport, options: TableOptions) {
    for (replication, violation) in &report.violations {
        let _ = writeln!(text, "not valid: replication {replication}: {violation}");
    }
    if has_ideals(report) {
        text.push_str(
            "Erlang-A: what an ideal centre would reach with these callers and agents, by formula\n\
             (docs/bounds.md); not a measured figure.\n",
        );
    }
    if report.gates.iter().any(Judged::holds_by_what_was_seen) {
        text.push_str(
            "A target of none, or of all, holds while nothing else is seen; its interval says how rare that may be.\n",
        );
    }
    let n = report.gates.len();
    if n > 0 {
        let verdict = report.verdict();
        let held = report.gates.iter().filter(|g| g.verdict == Verdict::Pass);
        let gates = if n == 1 { "gate" } else { "gates" };
        let _ = writeln!(
            text,
            "verdict: {} ({} of {n} {gates} shown to hold)",
            coloured(verdict, options),
            held.count()
        );
        if n > 1 {
            let confidence = confidence(report.meta.confidence);
            let _ = writeln!(
                text,
                "Intervals are {confidence} each; a gate is judged by a wider one, so that {confidence} is the confidence of\n\
                 all {n} together (`observed` in report.json)."
            );
        }
    }
}
