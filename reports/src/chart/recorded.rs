//! A replay beside its log by time of day: recorded solid, simulated dashed.

use plotters::prelude::*;

use super::canvas::{Axis, Role, stroke, svg};
use super::{Chart, Key, axis_end};
use crate::measures::Unit;
use crate::render::with_unit;
use crate::report::{Recorded, RecordedSide, RecordedSpan};

/// Abandonment and the mean wait of the served.
pub(crate) fn charts(recorded: &Recorded) -> Vec<Chart> {
    let abandonment = Figure {
        id: "recorded-abandonment",
        title: "Abandonment, recorded and simulated",
        axis: "abandoned / offered",
        unit: Unit::Ratio,
        of: |side| side.abandonment_rate,
    };
    let wait = Figure {
        id: "recorded-wait",
        title: "Mean wait of the served, recorded and simulated",
        axis: "seconds",
        unit: Unit::Seconds,
        of: |side| side.mean_wait_connected,
    };
    [abandonment, wait]
        .iter()
        .filter_map(|figure| figure.chart(recorded))
        .collect()
}

struct Figure {
    id: &'static str,
    title: &'static str,
    axis: &'static str,
    unit: Unit,
    of: fn(&RecordedSide) -> Option<f64>,
}

impl Figure {
    fn chart(&self, recorded: &Recorded) -> Option<Chart> {
        let curve = |side: fn(&RecordedSpan) -> &RecordedSide| -> Vec<(f64, f64)> {
            let spans = recorded.half_hours.iter();
            spans
                .filter(|span| side(span).offered >= LEAST_CALLS)
                .filter_map(|span| Some((middle(&span.name)?, (self.of)(side(span))?)))
                .collect()
        };
        let (log, simulated) = (curve(|s| &s.recorded), curve(|s| &s.simulated));
        let values = log.iter().chain(&simulated);
        let most = values.map(|(_, value)| *value).max_by(f64::total_cmp)?;
        let hours = || log.iter().chain(&simulated).map(|(hour, _)| *hour);
        let from = hours().min_by(f64::total_cmp)?.floor();
        let to = hours().max_by(f64::total_cmp)?.ceil();
        let said = |value: f64| match self.unit {
            Unit::Ratio => format!("{:.0} %", value * 100.0),
            Unit::Seconds
            | Unit::SignedSeconds
            | Unit::Count
            | Unit::Calls
            | Unit::PerHour
            | Unit::Value
            | Unit::Score => format!("{value:.0}"),
        };
        let x = Axis {
            range: from..to,
            name: "hour of the day",
            label: &|value| format!("{value:.0}"),
            ticks: None,
        };
        let y = Axis {
            range: 0.0..axis_end(most),
            name: self.axis,
            label: &|value| said(*value),
            ticks: None,
        };
        let drawing = svg(self.title, &x, &y, |plot| {
            for (role, curve) in [(Role::First, &log), (Role::Second, &simulated)] {
                let line = LineSeries::new(curve.iter().copied(), stroke(role));
                plot.draw_series(line)?;
            }
            Ok(())
        });
        let overall = &recorded.overall;
        let exact = |value: f64| with_unit(value, self.unit);
        let whole = |side| (self.of)(side).map_or("-".to_string(), exact);
        Some(Chart {
            id: self.id.to_string(),
            title: self.title.to_string(),
            description: format!(
                "By half hour of the day, those with at least {LEAST_CALLS} calls; over the whole time {} \
                 recorded and {} simulated.",
                whole(&overall.recorded),
                whole(&overall.simulated)
            ),
            svg: drawing,
            legend: vec![
                Key::line(Role::First, "recorded"),
                Key::line(Role::Second, "simulated"),
            ],
            csv: self.csv(recorded),
            columns: ["half hour", "recorded", "simulated"]
                .map(String::from)
                .to_vec(),
            rows: recorded
                .half_hours
                .iter()
                .map(|span| {
                    let cell = |side| (self.of)(side).map_or("-".to_string(), exact);
                    vec![
                        span.name.clone(),
                        cell(&span.recorded),
                        cell(&span.simulated),
                    ]
                })
                .collect(),
        })
    }
}

impl Figure {
    fn csv(&self, recorded: &Recorded) -> String {
        let mut text = String::from("half_hour,recorded,simulated\n");
        for span in &recorded.half_hours {
            let cell = |side| (self.of)(side).map_or(String::new(), |value| value.to_string());
            let row = [
                span.name.clone(),
                cell(&span.recorded),
                cell(&span.simulated),
            ];
            text.push_str(&row.join(","));
            text.push('\n');
        }
        text
    }
}

/// Half hours with fewer calls are noise, and would set the axis.
const LEAST_CALLS: f64 = 20.0;

/// `08:30` is 8.75: the middle of its half hour.
fn middle(name: &str) -> Option<f64> {
    let (hour, minute) = name.split_once(':')?;
    let (hour, minute): (f64, f64) = (hour.parse().ok()?, minute.parse().ok()?);
    Some(hour + minute / 60.0 + 0.25)
}
