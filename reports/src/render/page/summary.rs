//! The top of the page: what was run, the verdict, what does not hold, the main numbers, and the
//! ways to the rest. Everything that a person wants to know who looks for ten seconds.

use std::fmt::Write as _;

use super::table::{breakable, escaped, unbroken};
use super::targets::{gate_name, mark, sign};
use crate::gate::{Judged, Verdict};
use crate::render::number::{Row, with_unit};
use crate::report::RunReport;
use crate::stats::Interval;

/// The main numbers.
const TILES: &[(&str, &str)] = &[
    ("reach_rate", "callers reached"),
    ("abandonment_rate", "hung up"),
    ("mean_wait", "mean wait"),
    ("service_level", "service level"),
    ("assignment_latency_p99", "assignment, p99"),
    ("utilization", "agents' utilization"),
];
/// Targets that do not hold, told at the top; the others are in the table.
const MOST_OPEN: usize = 4;

pub(super) fn push_summary(html: &mut String, report: &RunReport, has_charts: bool) {
    let meta = &report.meta;
    let _ = writeln!(html, "<header>\n<h1>{}</h1>", escaped(&meta.scenario));
    if !meta.description.is_empty() {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", escaped(&meta.description));
    }
    push_verdict(html, report);
    if report.offered == 0 {
        html.push_str(
            "<p class=\"banner fail\"><span aria-hidden=\"true\">✗</span> <span>No call arrived between warm-up and horizon: nothing was \
             measured.</span></p>\n",
        );
    }
    for (replication, violation) in &report.violations {
        let said = format!("Not valid: replication {replication}: {violation}");
        let _ = writeln!(
            html,
            "<p class=\"banner fail\"><span aria-hidden=\"true\">✗</span> <span>{}</span></p>",
            escaped(&said)
        );
    }
    push_tiles(html, report);
    push_ways(html, report, has_charts);
    html.push_str("</header>\n");
}

fn push_verdict(html: &mut String, report: &RunReport) {
    let verdict = report.verdict();
    let (class, mark) = match report.gates.is_empty() {
        true => ("neutral", String::new()),
        false => (verdict.key(), mark(verdict)),
    };
    let _ = writeln!(
        html,
        "<div class=\"banner {class}\">\n<p>{mark} <span>{}</span></p>",
        escaped(&said(report))
    );
    push_open(html, report);
    html.push_str("</div>\n");
}

/// The verdict in a sentence.
fn said(report: &RunReport) -> String {
    let n = report.gates.len();
    let held = report
        .gates
        .iter()
        .filter(|gate| gate.verdict == Verdict::Pass);
    match (n, report.verdict()) {
        (0, _) => "No targets were set.".to_string(),
        (1, Verdict::Pass) => "The target is shown to hold.".to_string(),
        (_, Verdict::Pass) => format!("All {n} targets are shown to hold."),
        (_, Verdict::Fail) => format!("{} of {n} targets are shown to hold.", held.count()),
        (_, Verdict::Inconclusive) => format!(
            "{} of {n} targets are shown to hold; the others need more replications.",
            held.count()
        ),
    }
}

/// The targets that are not shown to hold, those that fail first.
fn push_open(html: &mut String, report: &RunReport) {
    let of = |verdict: Verdict| report.gates.iter().filter(move |g| g.verdict == verdict);
    let open: Vec<&Judged> = of(Verdict::Fail).chain(of(Verdict::Inconclusive)).collect();
    if open.is_empty() {
        return;
    }
    html.push_str("<ul>\n");
    for gate in open.iter().take(MOST_OPEN) {
        let bounds = gate.interval.map(Interval::bounds);
        let row = Row::of_estimate(gate.unit(), gate.estimate, bounds).judged_by(gate.rule);
        let mut said = match (gate.estimate, bounds) {
            (Some(estimate), Some(bounds)) => {
                format!("{} ({})", row.number(estimate), row.range(bounds))
            }
            (Some(estimate), None) => row.number(estimate),
            (None, _) => "nothing was measured".to_string(),
        };
        let _ = write!(said, ", target {}", row.target(gate));
        // A number and its unit stay in one line.
        let said = unbroken(&said);
        let _ = writeln!(
            html,
            "<li>{} <b>{}</b>: {}</li>",
            sign(gate.verdict),
            breakable(&escaped(&gate_name(gate, &report.meta))),
            escaped(&said)
        );
    }
    if open.len() > MOST_OPEN {
        let _ = writeln!(
            html,
            "<li><a href=\"#targets\">and {} more</a></li>",
            open.len() - MOST_OPEN
        );
    }
    html.push_str("</ul>\n");
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
            escaped(&unbroken(&with_unit(mean, figure.measure.unit)))
        );
    }
    html.push_str("</ul>\n");
}

/// Links to the parts of the page that there are.
fn push_ways(html: &mut String, report: &RunReport, has_charts: bool) {
    html.push_str("<nav aria-label=\"On this page\">\n");
    for (id, name, is_there) in [
        ("recorded", "Log", report.recorded.is_some()),
        ("charts", "Charts", has_charts),
        ("targets", "Targets", !report.gates.is_empty()),
        ("measures", "Measures", true),
        ("outcomes", "Outcomes", true),
        ("repeat", "Repeat", true),
    ] {
        if is_there {
            let _ = writeln!(html, "<a href=\"#{id}\">{name}</a>");
        }
    }
    html.push_str("</nav>\n");
}
