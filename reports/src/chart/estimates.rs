//! Were the announced waits true? Each dot is a call: what it was told first, and what it then
//! waited. On the solid line the announcement was right; between the dotted ones within 30 s.

use plotters::prelude::*;

use super::canvas::{Axis, Role, stroke, svg};
use super::{Chart, Key, Mark, axis_end, csv};
use crate::report::ChartInput;

const TOLERANCE: f64 = 30.0;

pub(super) fn chart(input: &ChartInput) -> Option<Chart> {
    if input.pairs.is_empty() {
        return None;
    }
    let seconds = |milliseconds: u32| f64::from(milliseconds) / 1000.0;
    let pairs: Vec<(f64, f64)> = input
        .pairs
        .iter()
        .map(|(announced, remained)| (seconds(*announced), seconds(*remained)))
        .collect();
    let mut sizes: Vec<f64> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    sizes.sort_by(f64::total_cmp);
    // The longest hundredth would squeeze the rest into a corner.
    let end = axis_end(sizes[(sizes.len() - 1) * 99 / 100].max(2.0 * TOLERANCE));
    let axis = |name| Axis {
        range: 0.0..end,
        name,
        label: &|value: &f64| format!("{value}"),
        ticks: None,
    };
    let title = "Announced and realised wait";
    let drawing = svg(
        title,
        &axis("announced, seconds"),
        &axis("realised, seconds"),
        |plot| {
            for offset in [-TOLERANCE, TOLERANCE] {
                let from = (-offset).max(0.0);
                let to = (end - offset).min(end);
                let line = [(from, from + offset), (to, to + offset)];
                plot.draw_series(LineSeries::new(line, stroke(Role::Reference)))?;
            }
            let right = [(0.0, 0.0), (end, end)];
            plot.draw_series(LineSeries::new(right, stroke(Role::Second)))?;
            let shown = pairs.iter().filter(|(x, y)| *x <= end && *y <= end);
            let dots = shown.map(|at| Circle::new(*at, 2, Role::First.marker().filled()));
            plot.draw_series(dots)?;
            Ok(())
        },
    );
    let within = pairs.iter().filter(|(a, b)| (a - b).abs() <= TOLERANCE);
    let share = within.count() as f64 / pairs.len() as f64;
    Some(Chart {
        id: "estimates".to_string(),
        title: title.to_string(),
        description: format!(
            "{} calls, evenly drawn from those that were told a wait and were connected; for \
             {:.0} % the first announcement was within 30 s.",
            pairs.len(),
            share * 100.0
        ),
        svg: drawing,
        legend: vec![
            Key {
                role: Role::First,
                mark: Mark::Dots,
                name: "a call".to_string(),
            },
            Key::line(Role::Second, "announced = realised"),
            Key::line(Role::Reference, "30 s off"),
        ],
        csv: csv(
            "announced_s,realised_s",
            pairs
                .iter()
                .map(|(a, b)| [*a, *b])
                .collect::<Vec<_>>()
                .iter()
                .map(|row| &row[..]),
        ),
        columns: [
            "announced, s",
            "calls",
            "realised (median), s",
            "within 30 s",
        ]
        .map(String::from)
        .to_vec(),
        rows: by_announcement(&pairs, end),
    })
}

/// Calls by what they were told, in eight equal steps.
fn by_announcement(pairs: &[(f64, f64)], end: f64) -> Vec<Vec<String>> {
    let step = end / 8.0;
    let mut rows = Vec::new();
    for k in 0..8 {
        let (from, to) = (step * f64::from(k), step * f64::from(k + 1));
        let told = pairs.iter().filter(|(told, _)| *told >= from && *told < to);
        let mut realised: Vec<f64> = told.clone().map(|pair| pair.1).collect();
        if realised.is_empty() {
            continue;
        }
        realised.sort_by(f64::total_cmp);
        let within = told.filter(|(a, b)| (a - b).abs() <= TOLERANCE).count();
        rows.push(vec![
            format!("{from:.0} to {to:.0}"),
            realised.len().to_string(),
            format!("{:.1}", realised[realised.len() / 2]),
            format!("{:.0} %", within as f64 * 100.0 / realised.len() as f64),
        ]);
    }
    rows
}
