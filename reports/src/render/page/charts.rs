//! The charts' place on the page: drawing, legend, sentence, and the numbers as a table that opens.

use std::fmt::Write as _;

use super::table::{Column, Phone, escaped, table};
use crate::chart::{self, Chart, Key, Mark};

pub(super) fn push_charts(html: &mut String, charts: &[Chart]) {
    if charts.is_empty() {
        return;
    }
    html.push_str("<section>\n<h2 id=\"charts\">Charts</h2>\n<div class=\"charts\">\n");
    for chart in charts {
        push_chart(html, chart);
    }
    html.push_str("</div>\n</section>\n");
}

pub(super) fn push_chart(html: &mut String, chart: &Chart) {
    let _ = writeln!(
        html,
        "<figure id=\"chart-{}\">\n<h3>{}</h3>\n<ul class=\"legend\">",
        chart.id,
        escaped(&chart.title)
    );
    for key in &chart.legend {
        let _ = writeln!(html, "<li>{}{}</li>", sample(key), escaped(&key.name));
    }
    html.push_str("</ul>\n");
    html.push_str(&chart.svg);
    let _ = writeln!(
        html,
        "<figcaption>{}</figcaption>",
        // A number and its unit stay on one line.
        escaped(&chart.description).replace(" %", "&nbsp;%")
    );
    let columns: Vec<(&str, Column)> = chart
        .columns
        .iter()
        .enumerate()
        .map(|(place, name)| match place {
            0 => (name.as_str(), Column::Name),
            _ => (name.as_str(), Column::Number),
        })
        .collect();
    let numbers = table(&chart.title, &columns, &chart.rows, Phone::Table);
    let _ = writeln!(
        html,
        "<details><summary>The numbers</summary>\n{numbers}\
         <p><a href=\"{path}\">{path}</a> has all of them.</p></details>\n</figure>",
        path = csv_path(chart)
    );
}

/// A sample of how a series is drawn.
fn sample(key: &Key) -> String {
    let class = key.role.class();
    let line = format!("<line class=\"line {class}\" x1=\"0\" y1=\"6\" x2=\"32\" y2=\"6\"/>");
    let drawn = match key.mark {
        Mark::Line | Mark::Steps => line,
        Mark::Marked => format!("{line}{}", chart::dot(key.role)),
        Mark::Dots => chart::dot(key.role),
        Mark::Bars | Mark::Area => {
            format!("<rect class=\"fill {class}\" width=\"32\" height=\"12\"/>")
        }
    };
    format!("<svg viewBox=\"0 0 32 12\" aria-hidden=\"true\">{drawn}</svg>")
}

/// The file of a chart's numbers, beside the page.
pub(super) fn csv_path(chart: &Chart) -> String {
    format!("charts/{}.csv", chart.id)
}
