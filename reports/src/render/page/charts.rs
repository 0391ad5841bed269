//! The charts' place on the page: drawing, legend, sentence, and the numbers as a table that opens.

use std::fmt::Write as _;

use super::table::{Column, Phone, escaped, table};
use crate::chart::{self, Chart};

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
    for (role, name) in &chart.legend {
        let _ = writeln!(html, "<li>{}{}</li>", key(chart, *role), escaped(name));
    }
    html.push_str("</ul>\n");
    html.push_str(&chart.svg);
    let _ = writeln!(
        html,
        "<figcaption>{}</figcaption>",
        escaped(&chart.description)
    );
    let columns: Vec<(&str, Column)> = chart
        .columns
        .iter()
        .enumerate()
        .map(|(place, name)| match place {
            0 => (*name, Column::Name),
            _ => (*name, Column::Number),
        })
        .collect();
    let numbers = table(&chart.title, &columns, &chart.rows, Phone::Table);
    let _ = writeln!(
        html,
        "<details><summary>The numbers</summary>\n{numbers}</details>\n</figure>"
    );
}

/// A sample of how a role is drawn.
fn key(chart: &Chart, role: chart::Role) -> String {
    let class = role.class();
    let is_dots = chart.id == "estimates" && role == chart::Role::First;
    let sample = if role == chart::Role::Shade {
        format!("<rect class=\"fill {class}\" width=\"32\" height=\"12\"/>")
    } else if is_dots {
        format!("<circle class=\"fill {class}\" cx=\"16\" cy=\"6\" r=\"3\"/>")
    } else {
        format!("<line class=\"line {class}\" x1=\"0\" y1=\"6\" x2=\"32\" y2=\"6\"/>")
    };
    format!("<svg viewBox=\"0 0 32 12\" aria-hidden=\"true\">{sample}</svg>")
}
