//! `report.html`: one file without outside resources, for phones, screens, print and screen
//! readers; light and dark by the reader's own setting.
//!
//! The style sheet decides what it looks like; this file decides what is said and in which order:
//! verdict, targets, main numbers, charts, all measures with their formulas, how to repeat it.

mod charts;
mod recorded;
mod table;

use std::fmt::Write as _;

use charts::push_charts;
use recorded::push_recorded;
use table::{Column, escaped, table};

use super::number::{ideal, range, target, with_unit};
use crate::gate::{Judged, Verdict};
use crate::measures::{Part, Unit};
use crate::record::Outcome;
use crate::report::{Figure, PartFigures, RunMeta, RunReport};

const STYLE: &str = include_str!("page/style.css");

/// The place of the bound in the table of targets.
const BOUND: usize = 4;

/// The numbers at the top.
const TILES: &[(&str, &str)] = &[
    ("reach_rate", "callers reached"),
    ("abandonment_rate", "hung up"),
    ("mean_wait", "mean wait"),
    ("service_level", "service level"),
    ("assignment_latency_p99", "assignment, 99 %"),
    ("utilization", "agents' utilization"),
];

/// The measures in the tables by queue and by class.
const PER_PART: &[(&str, &str)] = &[
    ("offered_calls", "offered"),
    ("reach_rate", "reached"),
    ("abandonment_rate", "abandoned"),
    ("mean_wait", "mean wait"),
    ("service_level", "service level"),
];

/// The whole page.
#[must_use]
pub fn report_html(report: &RunReport) -> String {
    let title = escaped(&report.meta.scenario);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title} - Linefinder</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#measures\">Skip to the measures</a>\n"
    );
    push_header(&mut html, report);
    html.push_str("<main>\n");
    push_gates(&mut html, report);
    push_tiles(&mut html, report);
    push_recorded(&mut html, report);
    push_charts(&mut html, report);
    push_measures(&mut html, report);
    push_parts(&mut html, "By queue", "queue", &report.by_queue);
    push_parts(&mut html, "By class", "class", &report.by_class);
    push_outcomes(&mut html, report);
    push_origin(&mut html, report);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn push_header(html: &mut String, report: &RunReport) {
    let meta = &report.meta;
    let _ = writeln!(html, "<header>\n<h1>{}</h1>", escaped(&meta.scenario));
    if !meta.description.is_empty() {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", escaped(&meta.description));
    }
    let (verdict, said) = verdict_of(report);
    let (class, mark) = match report.gates.is_empty() {
        true => ("neutral", String::new()),
        false => (verdict.key(), mark(verdict)),
    };
    let _ = writeln!(
        html,
        "<p class=\"banner {class}\">{mark} <span>{}</span></p>",
        escaped(&said)
    );
    for (replication, violation) in &report.violations {
        let said = format!("Not valid: replication {replication}: {violation}");
        let _ = writeln!(
            html,
            "<p class=\"banner fail\"><span>{}</span></p>",
            escaped(&said)
        );
    }
    html.push_str("</header>\n");
}

/// The verdict and a sentence about it.
fn verdict_of(report: &RunReport) -> (Verdict, String) {
    let verdict = report.verdict();
    let n = report.gates.len();
    let held = report
        .gates
        .iter()
        .filter(|gate| gate.verdict == Verdict::Pass);
    let said = match (n, verdict) {
        (0, _) => "No targets were set.".to_string(),
        (_, Verdict::Pass) => format!("All {n} targets are shown to hold."),
        (_, Verdict::Fail) => format!("{} of {n} targets are shown to hold.", held.count()),
        (_, Verdict::Inconclusive) => format!(
            "{} of {n} targets are shown to hold; the others need more replications.",
            held.count()
        ),
    };
    (verdict, said)
}

/// The verdict as a word with a sign, never as a colour alone.
fn mark(verdict: Verdict) -> String {
    let sign = match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Inconclusive => "?",
    };
    let key = verdict.key();
    format!("<span class=\"verdict {key}\"><span aria-hidden=\"true\">{sign}</span> {key}</span>")
}

fn push_gates(html: &mut String, report: &RunReport) {
    if report.gates.is_empty() {
        return;
    }
    let mut rows: Vec<Vec<String>> = report
        .gates
        .iter()
        .map(|gate| gate_row(gate, &report.meta))
        .collect();
    html.push_str("<section>\n<h2 id=\"targets\">Targets</h2>\n");
    let mut columns = vec![
        ("measure", Column::Name),
        ("target", Column::Number),
        ("estimate", Column::Number),
        ("interval", Column::Number),
        ("Erlang-A bound", Column::Number),
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
        "A target holds when its whole interval is on the good side; intervals are widened so that \
         the confidence is that of all targets together.",
        &columns,
        &rows,
    ));
    if has_ideals {
        html.push_str(
            "<p class=\"soft\">Erlang-A bound: what an ideal without failures, detours and divided \
             queues would reach with the same callers and agents (M/M/n+M; Garnett, Mandelbaum and Reiman \
             2002). It comes from a formula under exponential assumptions and is not a measured figure.</p>\n",
        );
    }
    html.push_str("</section>\n");
}

fn gate_row(gate: &Judged, meta: &RunMeta) -> Vec<String> {
    let unit = gate.unit();
    let mut name = gate.measure.id.to_string();
    if gate.part != Part::Whole {
        let _ = write!(name, ", {}", gate.part_name(meta));
    }
    if !gate.rule.is_absolute() {
        let _ = write!(name, " over {}", gate.over);
    }
    vec![
        name,
        target(gate),
        gate.estimate
            .map_or("none".to_string(), |value| with_unit(value, unit)),
        gate.interval.map_or("-".to_string(), |interval| {
            range(interval.lower, interval.upper, unit)
        }),
        ideal(gate).unwrap_or_else(|| "-".to_string()),
        mark(gate.verdict),
    ]
}

fn push_tiles(html: &mut String, report: &RunReport) {
    html.push_str("<ul class=\"tiles\">\n");
    for (id, name) in TILES {
        let Some((figure, mean)) = report.figure(id).and_then(|f| Some((f, f.mean?))) else {
            continue;
        };
        let _ = writeln!(
            html,
            "<li><b>{}</b> {name}</li>",
            escaped(&with_unit(mean, figure.measure.unit))
        );
    }
    html.push_str("</ul>\n");
}

fn push_measures(html: &mut String, report: &RunReport) {
    let confidence = with_unit(report.meta.confidence, Unit::Ratio).replace(".0 %", " %");
    let rows: Vec<Vec<String>> = report.figures.iter().filter_map(measure_row).collect();
    html.push_str("<section>\n<h2 id=\"measures\">Measures</h2>\n");
    html.push_str(&table(
        &format!(
            "Estimates over {} replications with {confidence} intervals.",
            report.n_replications
        ),
        &[
            ("measure", Column::Name),
            ("estimate", Column::Number),
            ("interval", Column::Number),
            ("formula", Column::Long),
        ],
        &rows,
    ));
    html.push_str("</section>\n");
}

/// `None` for a measure without a value.
fn measure_row(figure: &Figure) -> Option<Vec<String>> {
    let unit = figure.measure.unit;
    let interval = match (figure.lower, figure.upper) {
        (Some(lower), Some(upper)) => range(lower, upper, unit),
        (_, None) | (None, _) => "-".to_string(),
    };
    Some(vec![
        figure.measure.id.to_string(),
        with_unit(figure.mean?, unit),
        interval,
        figure.measure.formula.to_string(),
    ])
}

fn push_parts(html: &mut String, title: &str, word: &str, parts: &[PartFigures]) {
    if parts.len() < 2 {
        return;
    }
    let mut columns = vec![(word, Column::Name)];
    columns.extend(PER_PART.iter().map(|(_, name)| (*name, Column::Number)));
    let rows: Vec<Vec<String>> = parts
        .iter()
        .map(|part| {
            let cells = PER_PART.iter().map(|(id, _)| {
                let figure = part.figures.iter().find(|figure| figure.measure.id == *id);
                figure
                    .and_then(|f| Some(with_unit(f.mean?, f.measure.unit)))
                    .unwrap_or_else(|| "-".to_string())
            });
            std::iter::once(part.name.clone()).chain(cells).collect()
        })
        .collect();
    let _ = writeln!(html, "<section>\n<h2>{title}</h2>");
    html.push_str(&table(
        "Estimates; intervals are in report.json.",
        &columns,
        &rows,
    ));
    html.push_str("</section>\n");
}

fn push_outcomes(html: &mut String, report: &RunReport) {
    let rows: Vec<Vec<String>> = Outcome::ALL
        .into_iter()
        .filter(|outcome| report.outcomes.count(*outcome) > 0)
        .map(|outcome| {
            let n = report.outcomes.count(outcome) as f64;
            vec![
                outcome.key().replace('_', " "),
                with_unit(n, Unit::Count),
                with_unit(n / report.offered.max(1) as f64, Unit::Ratio),
            ]
        })
        .collect();
    html.push_str("<section>\n<h2>Outcomes</h2>\n");
    html.push_str(&table(
        &format!(
            "Of {} calls in all replications.",
            with_unit(report.offered as f64, Unit::Count)
        ),
        &[
            ("outcome", Column::Name),
            ("calls", Column::Number),
            ("share", Column::Number),
        ],
        &rows,
    ));
    html.push_str("</section>\n");
}

fn push_origin(html: &mut String, report: &RunReport) {
    let meta = &report.meta;
    html.push_str("<section>\n<h2>How to repeat it</h2>\n<dl>\n");
    let replications = report.n_replications.to_string();
    let seed = meta.seed.to_string();
    for (name, value) in [
        ("command", &meta.command),
        ("seed", &seed),
        ("replications", &replications),
        ("engine", &meta.engine),
        ("policy digest", &meta.policy_digest),
        ("world digest", &meta.world_digest),
        ("trace digest", &meta.trace_digest),
    ] {
        if !value.is_empty() {
            let _ = writeln!(
                html,
                "<dt>{name}</dt><dd class=\"mono\">{}</dd>",
                escaped(value)
            );
        }
    }
    html.push_str("</dl>\n</section>\n");
}
