//! A replay beside its log, on the page: the verdict, two charts by half hour, every figure as a
//! table, and why it is not closer.

use super::charts::push_chart;
use super::table::{Column, NONE, Phone, escaped, table};
use crate::chart::Chart;
use crate::measures::Unit;
use crate::render::number::{Row, with_unit};
use crate::report::{Recorded, RecordedSpan, RunReport};

pub(super) fn push_recorded(html: &mut String, report: &RunReport, charts: &[Chart]) {
    let Some(recorded) = &report.recorded else {
        return;
    };
    html.push_str("<section>\n<h2 id=\"recorded\">Recorded beside simulated</h2>\n");
    let (class, sign) = match recorded.is_alike {
        Some(true) => ("pass", "✓"),
        Some(false) => ("fail", "✗"),
        None => ("inconclusive", "?"),
    };
    html.push_str(&format!(
        "<p class=\"banner {class}\"><span aria-hidden=\"true\">{sign}</span> <span>{}</span></p>\n",
        escaped(&recorded.verdict)
    ));
    html.push_str("<div class=\"charts\">\n");
    for chart in charts {
        push_chart(html, chart);
    }
    html.push_str("</div>\n");
    html.push_str(&whole(recorded));
    html.push_str("<details><summary>Every half hour of the day</summary>\n");
    html.push_str(&by_half_hour(recorded));
    html.push_str("</details>\n<h3>Why it is not closer</h3>\n<ul>\n");
    for reason in &recorded.reasons {
        html.push_str(&format!("<li>{}</li>\n", escaped(reason)));
    }
    html.push_str("</ul>\n</section>\n");
}

/// A row per figure of the whole time.
fn whole(recorded: &Recorded) -> String {
    let RecordedSpan {
        recorded: log,
        simulated,
        ..
    } = &recorded.overall;
    let calls = |n: f64| with_unit(n, Unit::Count);
    let mut rows = vec![vec![
        "calls".to_string(),
        calls(log.offered),
        calls(simulated.offered),
    ]];
    for ((_, name, unit, theirs), (_, _, _, ours)) in log.figures().iter().zip(simulated.figures())
    {
        let row = Row::of(*unit, [*theirs, ours]);
        let said = |value: Option<f64>| value.map_or(NONE.to_string(), |v| row.number(v));
        rows.push(vec![(*name).to_string(), said(*theirs), said(ours)]);
    }
    table(
        &format!(
            "The whole time; served in time = within {} s.",
            recorded.threshold_s
        ),
        &[
            ("figure", Column::Name),
            ("recorded", Column::Number),
            ("simulated", Column::Number),
        ],
        &rows,
        Phone::Table,
    )
}

/// A row per half hour: recorded / simulated.
fn by_half_hour(recorded: &Recorded) -> String {
    let rows: Vec<Vec<String>> = recorded
        .half_hours
        .iter()
        .map(|span| {
            let mut row = vec![
                span.name.clone(),
                [span.recorded.offered, span.simulated.offered]
                    .map(|n| with_unit(n.round(), Unit::Count))
                    .join(" / "),
            ];
            let pairs = span
                .recorded
                .figures()
                .into_iter()
                .zip(span.simulated.figures());
            for ((_, _, unit, theirs), (_, _, _, ours)) in pairs {
                let one = Row::of(unit, [theirs, ours]);
                let said = |value: Option<f64>| value.map_or(NONE.to_string(), |v| one.number(v));
                row.push(format!("{} / {}", said(theirs), said(ours)));
            }
            row
        })
        .collect();
    table(
        "Recorded / simulated, all days together.",
        &[
            ("half hour", Column::Name),
            ("calls", Column::Number),
            ("abandoned", Column::Number),
            ("wait of served", Column::Number),
            ("wait of hung up", Column::Number),
            ("served in time", Column::Number),
        ],
        &rows,
        Phone::Blocks,
    )
}
