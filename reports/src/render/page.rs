//! `report.html`, and the look that all pages share: one file without outside resources, for phones, screens, print and screen
//! readers; light and dark by the reader's own setting.
//!
//! The style sheet decides what it looks like; this file decides what is said and in which order:
//! summary, charts, targets, all measures with their formulas, how to repeat it.

mod charts;
mod document;
mod recorded;
mod summary;
mod table;
mod targets;

use std::fmt::Write as _;

pub use document::{Document, Page, Tone, marked};
pub(crate) use table::escaped;
pub use table::{Column, Phone};

use charts::{csv_path, push_chart, push_charts};
use recorded::push_recorded;
use summary::push_summary;
pub(crate) use table::NONE;
use table::table;
use targets::push_targets;

use super::number::{Row, confidence, with_unit};
use crate::chart;
use crate::measures::Unit;
use crate::record::Outcome;
use crate::report::{Figure, LogRows, PartFigures, RunReport};

const STYLE: &str = include_str!("page/style.css");

/// The measures in the tables by queue and by class.
const PER_PART: &[(&str, &str)] = &[
    ("offered_calls", "offered"),
    ("reach_rate", "reached"),
    ("abandonment_rate", "abandoned"),
    ("mean_wait", "mean wait"),
    ("service_level", "service level"),
];

/// The whole page, and the numbers of its charts beside it.
#[must_use]
pub fn report_page(report: &RunReport) -> Page {
    let charts = chart::all(&report.charts, report.n_replications);
    let mut html = head(&report.meta.scenario);
    push_summary(&mut html, report, !charts.is_empty());
    html.push_str("<main id=\"content\" tabindex=\"-1\">\n");
    let beside = report.recorded.as_ref().map(chart::recorded);
    push_recorded(&mut html, report, beside.as_deref().unwrap_or_default());
    push_charts(&mut html, &charts);
    let start = report.warm_up.as_ref().and_then(chart::warm_up);
    push_warm_up(&mut html, report, start.as_ref());
    push_targets(&mut html, report);
    push_measures(&mut html, report);
    push_parts(&mut html, "By queue", "queue", &report.by_queue);
    push_parts(&mut html, "By class", "class", &report.by_class);
    push_outcomes(&mut html, report);
    push_origin(&mut html, report);
    html.push_str(foot());
    let all = beside.into_iter().flatten().chain(charts).chain(start);
    Page {
        html,
        csvs: all.map(|chart| (csv_path(&chart), chart.csv)).collect(),
    }
}

/// Everything before the page's own heading.
fn head(title: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title} - Linefinder</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the charts and tables</a>\n"
    )
}

/// Everything after the last section.
const fn foot() -> &'static str {
    "</main>\n</body>\n</html>\n"
}

/// Whether enough was left out at the start, and what is seen of it.
fn push_warm_up(html: &mut String, report: &RunReport, chart: Option<&chart::Chart>) {
    let (Some(warm_up), Some(chart)) = (&report.warm_up, chart) else {
        return;
    };
    let _ = writeln!(
        html,
        "<section>\n<h2 id=\"warm-up\">Warm-up</h2>\n<p>{}</p>",
        escaped(&warm_up.said())
    );
    html.push_str("<div class=\"charts\">\n");
    push_chart(html, chart);
    html.push_str("</div>\n</section>\n");
}

fn push_measures(html: &mut String, report: &RunReport) {
    let confidence = confidence(report.meta.confidence);
    let rows: Vec<Vec<String>> = report.figures.iter().filter_map(measure_row).collect();
    html.push_str("<section>\n<h2 id=\"measures\">Measures</h2>\n");
    html.push_str(&table(
        &format!(
            "Estimates over {} replications with {confidence} intervals. Variance: how much of it is left where \
             what arrivals, talk and patience were beyond their means was taken out (control variates).",
            report.n_replications
        ),
        &[
            ("measure", Column::Name),
            ("estimate", Column::Number),
            ("interval", Column::Number),
            ("variance", Column::Number),
            ("formula", Column::Long),
        ],
        &rows,
        Phone::Cards,
    ));
    let threshold = match report.charts.threshold {
        0 => String::new(),
        us => format!(", here {}", with_unit(us as f64 / 1e6, Unit::Seconds)),
    };
    let _ = writeln!(
        html,
        "<p class=\"soft\">T: the threshold of the service level{threshold}. short_abandon: the scenario's key of this name; \
         who hangs up sooner is not counted, neither above nor below the line.</p>\n</section>"
    );
}

/// `None` for a measure without a value.
fn measure_row(figure: &Figure) -> Option<Vec<String>> {
    let row = Row::of_estimate(figure.measure.unit, figure.mean, figure.bounds());
    Some(vec![
        figure.measure.id.to_string(),
        row.number(figure.mean?),
        figure
            .bounds()
            .map_or(NONE.to_string(), |bounds| row.range(bounds)),
        figure
            .variance_ratio
            .map_or(NONE.to_string(), |ratio| format!("{:.0} %", 100.0 * ratio)),
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
                    .unwrap_or_else(|| NONE.to_string())
            });
            std::iter::once(part.name.clone()).chain(cells).collect()
        })
        .collect();
    let _ = writeln!(html, "<section>\n<h2>{title}</h2>");
    html.push_str(&table(
        "Estimates; intervals are in report.json.",
        &columns,
        &rows,
        Phone::Blocks,
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
    html.push_str("<section>\n<h2 id=\"outcomes\">Outcomes</h2>\n");
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
        Phone::Table,
    ));
    html.push_str("</section>\n");
}

fn push_origin(html: &mut String, report: &RunReport) {
    let meta = &report.meta;
    html.push_str("<section>\n<h2 id=\"repeat\">How to repeat it</h2>\n<dl>\n");
    let replications = report.n_replications.to_string();
    let seed = meta.seed.to_string();
    let log = report.log.map_or(String::new(), |log| {
        let LogRows {
            calls,
            outside,
            skipped,
        } = log;
        let [calls, outside, skipped] =
            [calls, outside, skipped].map(|n| with_unit(n as f64, Unit::Count));
        format!("{calls} calls replayed, {outside} outside the experiment's time left out, {skipped} rows unreadable")
    });
    for (name, value) in [
        ("command", &meta.command),
        ("seed", &seed),
        ("replications", &replications),
        ("log", &log),
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
