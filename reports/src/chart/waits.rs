//! How waits are spread: of all calls that were connected or hung up, the share connected within a
//! wait, and the share that had hung up by then.

use plotters::prelude::*;

use super::canvas::{Axis, Role, stroke, svg};
use super::{Chart, Key, axis_end, csv, thinned};
use crate::report::ChartInput;
use crate::stats::Pooled;

/// Points of a curve.
const POINTS: u64 = 120;

pub(super) fn chart(input: &ChartInput) -> Option<Chart> {
    let (connected, abandoned) = (&input.connected_wait, &input.abandoned_wait);
    let n = (connected.n() + abandoned.n()) as f64;
    if n == 0.0 {
        return None;
    }
    let threshold = input.threshold as f64 / 1e6;
    let longest = |waits: &Pooled| waits.quantile(0.98).unwrap_or(0.0) / 1e6;
    let end = axis_end(
        longest(connected)
            .max(longest(abandoned))
            .max(1.5 * threshold),
    );
    let share = |waits: &Pooled, seconds: f64| {
        let within = waits.share_within((seconds * 1e6) as u64).unwrap_or(0.0);
        within * waits.n() as f64 / n
    };
    let points: Vec<(f64, f64, f64)> = (0..=POINTS)
        .map(|k| {
            let seconds = end * k as f64 / POINTS as f64;
            (
                seconds,
                share(connected, seconds),
                share(abandoned, seconds),
            )
        })
        .collect();
    let x = Axis {
        range: 0.0..end,
        name: "wait, seconds",
        label: &|value| format!("{value}"),
        ticks: None,
    };
    let y = Axis {
        range: 0.0..1.0,
        name: "share of calls",
        label: &|value| format!("{:.0} %", value * 100.0),
        ticks: None,
    };
    let title = "How long callers waited";
    let drawing = svg(title, &x, &y, |plot| {
        let threshold_line = [(threshold, 0.0), (threshold, 1.0)];
        plot.draw_series(LineSeries::new(threshold_line, stroke(Role::Reference)))?;
        let connected = points.iter().map(|(x, connected, _)| (*x, *connected));
        plot.draw_series(LineSeries::new(connected, stroke(Role::First)))?;
        let abandoned = points.iter().map(|(x, _, abandoned)| (*x, *abandoned));
        plot.draw_series(LineSeries::new(abandoned, stroke(Role::Second)))?;
        Ok(())
    });
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let at_threshold = share(connected, threshold);
    Some(Chart {
        id: "waits".to_string(),
        title: title.to_string(),
        description: format!(
            "Of the calls that were connected or hung up, {} were connected within {threshold} s; \
             in the end {} were connected and {} had hung up.",
            percent(at_threshold),
            percent(connected.n() as f64 / n),
            percent(abandoned.n() as f64 / n),
        ),
        svg: drawing,
        legend: vec![
            Key::line(Role::First, "connected within"),
            Key::line(Role::Second, "hung up within"),
            Key::line(Role::Reference, format!("threshold, {threshold} s")),
        ],
        csv: csv(
            "wait_s,connected_within,abandoned_within",
            points
                .iter()
                .map(|(x, y, z)| [*x, *y, *z])
                .collect::<Vec<_>>()
                .iter()
                .map(|row| &row[..]),
        ),
        columns: ["wait, s", "connected within", "hung up within"]
            .map(String::from)
            .to_vec(),
        rows: thinned(&points)
            .map(|(x, connected, abandoned)| {
                vec![format!("{x:.1}"), percent(*connected), percent(*abandoned)]
            })
            .collect(),
    })
}
