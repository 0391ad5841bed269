//! What went on during the run: lines, availability and abandonment, by the clock or by time since the start.

use std::ops::Range;

use engine::time::Timestamp;
use plotters::prelude::*;

use super::canvas::{Axis, Plot, Role, stroke, svg};
use super::{Chart, Key, Mark, axis_end, csv, thinned};
use crate::record::Bin;
use crate::render::apart;
use crate::report::ChartInput;

/// Longer runs are drawn by days.
const LONGEST_IN_HOURS: f64 = 96.0;
/// Of longer runs a time of the day says too little.
const LONGEST_BY_CLOCK: f64 = 30.0;
/// Distances of labels by the clock, in hours.
const CLOCK_STEPS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0];

/// A curve: the bin's middle in hours, and the value there.
type Curve = Vec<(f64, f64)>;

pub(super) fn line_length(input: &ChartInput, n_replications: usize) -> Option<Chart> {
    let length = curve(input, |bin, lasted| {
        average(bin.line_area, lasted, n_replications)
    });
    let longest = largest(&[&length])?;
    let y = Axis {
        range: 0.0..axis_end(longest),
        name: "calls in line",
        label: &|value| short(*value),
        ticks: None,
    };
    let title = "Calls in line over time";
    let drawing = draw(input, title, &y, &[(Role::First, &length)]);
    let peak = length.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Chart {
        id: "line".to_string(),
        title: title.to_string(),
        description: format!(
            "Mean number of calls in line, ringing ones included; most around {}, {} calls.",
            moment(input, peak.0),
            short(peak.1)
        ),
        svg: drawing,
        legend: legend(input, &[(Role::First, "calls in line")]),
        columns: [time_column(input), "calls in line"]
            .map(String::from)
            .to_vec(),
        rows: rows(input, &[&length], short),
        csv: curves_csv("hour,calls_in_line", &[&length]),
    })
}

pub(super) fn availability(input: &ChartInput, n_replications: usize) -> Option<Chart> {
    let believed = curve(input, |bin, lasted| {
        average(bin.believed_area, lasted, n_replications)
    });
    let truly = curve(input, |bin, lasted| {
        average(bin.true_area, lasted, n_replications)
    });
    let most = largest(&[&believed, &truly]).filter(|most| *most > 0.0)?;
    let is_truth_known = truly.iter().any(|point| point.1 > 0.0);
    let range = axis_around(&[&believed, &truly], most);
    let cut = match range.start > 0.0 {
        true => " The axis does not start at 0.",
        false => "",
    };
    let y = Axis {
        range,
        name: "agents",
        label: &|value| short(*value),
        ticks: None,
    };
    let title = "Agents available, believed and true";
    let mut curves = vec![(Role::First, &believed)];
    let mut named = vec![(Role::First, "believed available")];
    if is_truth_known {
        curves.push((Role::Second, &truly));
        named.push((Role::Second, "truly available"));
    }
    let drawing = draw(input, title, &y, &curves);
    let (believed_mean, true_mean) = (mean(&believed), mean(&truly));
    Some(Chart {
        id: "availability".to_string(),
        title: title.to_string(),
        description: if is_truth_known {
            format!(
                "On average {} agents were believed available and {} were.{cut}",
                short(believed_mean),
                short(true_mean)
            )
        } else {
            format!(
                "On average {} agents were believed available; the truth was not recorded.{cut}",
                short(believed_mean)
            )
        },
        svg: drawing,
        legend: legend(input, &named),
        columns: [time_column(input), "believed available", "truly available"]
            .map(String::from)
            .to_vec(),
        rows: rows(input, &[&believed, &truly], short),
        csv: curves_csv(
            "hour,believed_available,truly_available",
            &[&believed, &truly],
        ),
    })
}

pub(super) fn abandonment(input: &ChartInput) -> Option<Chart> {
    let rate = curve(input, |bin, _| {
        (bin.offered > 0).then(|| bin.abandoned as f64 / bin.offered as f64)
    });
    let most = largest(&[&rate])?;
    let percent = |rate: f64| format!("{:.1} %", rate * 100.0);
    let y = Axis {
        range: 0.0..axis_end(most.max(0.01)).min(1.0),
        name: "abandoned / offered",
        label: &|value| {
            let whole = (value * 100.0 - (value * 100.0).round()).abs() < 1e-9;
            let digits = usize::from(!whole);
            format!("{:.digits$} %", value * 100.0)
        },
        ticks: None,
    };
    let title = "Abandonment over time";
    let drawing = draw(input, title, &y, &[(Role::First, &rate)]);
    let peak = rate.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Chart {
        id: "abandonment".to_string(),
        title: title.to_string(),
        description: format!(
            "Share of the calls that arrived in each span of time and hung up; highest around \
             {}, {}.",
            moment(input, peak.0),
            percent(peak.1)
        ),
        svg: drawing,
        legend: legend(input, &[(Role::First, "abandoned / offered")]),
        columns: [time_column(input), "abandoned / offered"]
            .map(String::from)
            .to_vec(),
        rows: rows(input, &[&rate], percent),
        csv: curves_csv("hour,abandonment_rate", &[&rate]),
    })
}

pub(super) fn announcements(input: &ChartInput) -> Option<Chart> {
    let of = |sum: fn(&Bin) -> u64| {
        curve(input, move |bin, _| {
            (bin.announced > 0).then(|| sum(bin) as f64 / 1e6 / bin.announced as f64)
        })
    };
    let announced = of(|bin| bin.announced_sum);
    let realised = of(|bin| bin.remained_sum);
    let most = largest(&[&announced, &realised])?;
    let y = Axis {
        range: 0.0..axis_end(most),
        name: "seconds",
        label: &|value| short(*value),
        ticks: None,
    };
    let title = "Announced and realised wait over time";
    let curves = [(Role::First, &announced), (Role::Second, &realised)];
    let drawing = draw(input, title, &y, &curves);
    let named = [(Role::First, "announced"), (Role::Second, "realised")];
    Some(Chart {
        id: "announcements".to_string(),
        title: title.to_string(),
        description: format!(
            "Mean first announcement and mean wait that then remained, of calls that were told a wait \
             and were connected; on average over time {} s and {} s.",
            short(mean(&announced)),
            short(mean(&realised))
        ),
        svg: drawing,
        legend: legend(input, &named),
        columns: [time_column(input), "announced, s", "realised, s"]
            .map(String::from)
            .to_vec(),
        rows: rows(input, &[&announced, &realised], short),
        csv: curves_csv("hour,announced_s,realised_s", &[&announced, &realised]),
    })
}

/// One point per bin for which `value` (of the bin and its length in microseconds) is known.
fn curve(input: &ChartInput, value: impl Fn(&Bin, f64) -> Option<f64>) -> Curve {
    let step = input.series.step;
    let bins = input.series.bins.iter().zip(0_u64..);
    let points = bins.filter_map(|(bin, index)| {
        let from = Timestamp(index * step);
        let to = from.after(step).min(input.horizon);
        let middle = (from.as_secs_f64() + to.as_secs_f64()) / 2.0 / 3600.0;
        Some((middle, value(bin, to.since(from) as f64)?))
    });
    points.collect()
}

fn average(area: u64, lasted: f64, n_replications: usize) -> Option<f64> {
    let over = lasted * n_replications as f64;
    (over > 0.0).then(|| area as f64 / over)
}

/// A time since the start in the axis' own words.
fn moment(input: &ChartInput, hour: f64) -> String {
    match (by_clock(input), is_in_days(input)) {
        (Some(begins), _) => clock(begins + hour),
        (None, true) => format!("day {:.1}", hour / 24.0),
        (None, false) => format!("hour {hour:.1}"),
    }
}

/// The hour of the day at which a run begins that is short enough to be drawn by the clock.
fn by_clock(input: &ChartInput) -> Option<f64> {
    let hours = input.horizon.as_secs_f64() / 3600.0;
    let begins = input.begins.filter(|_| hours <= LONGEST_BY_CLOCK)?;
    Some(f64::from(begins) / 3600.0)
}

/// `13:30`.
fn clock(hour: f64) -> String {
    let minutes = (hour * 60.0).round() as u64;
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

/// Where the clock's labels stand, in hours since the start: at most seven.
fn clock_ticks(begins: f64, hours: f64) -> Vec<f64> {
    let fits = |step: &&f64| hours / **step <= 6.0;
    let step = *CLOCK_STEPS.iter().find(fits).unwrap_or(&6.0);
    let first = (begins / step).ceil() as u32;
    let last = ((begins + hours) / step).floor() as u32;
    (first..=last)
        .map(|place| f64::from(place) * step - begins)
        .collect()
}

fn is_in_days(input: &ChartInput) -> bool {
    input.horizon.as_secs_f64() / 3600.0 > LONGEST_IN_HOURS
}

fn largest(curves: &[&Curve]) -> Option<f64> {
    let values = curves.iter().flat_map(|curve| curve.iter());
    values.map(|point| point.1).max_by(f64::total_cmp)
}

/// From 0, unless that would press curves that hardly move into one line.
fn axis_around(curves: &[&Curve], most: f64) -> Range<f64> {
    let values = curves.iter().flat_map(|curve| curve.iter());
    let least = values.map(|point| point.1).fold(most, f64::min);
    if least < 0.6 * most {
        return 0.0..axis_end(most);
    }
    let margin = ((most - least) / 4.0).max(0.02 * most);
    (least - margin)..(most + margin)
}

fn mean(curve: &Curve) -> f64 {
    curve.iter().map(|point| point.1).sum::<f64>() / curve.len().max(1) as f64
}

fn draw(input: &ChartInput, title: &str, y: &Axis<'_>, curves: &[(Role, &Curve)]) -> String {
    let hours = input.horizon.as_secs_f64() / 3600.0;
    let begins = by_clock(input);
    let (scale, name) = match (begins, is_in_days(input)) {
        (Some(_), _) => (1.0, "time of day"),
        (None, true) => (1.0 / 24.0, "days since the start"),
        (None, false) => (1.0, "hours since the start"),
    };
    let label = |value: &f64| match begins {
        Some(begins) => clock(begins + value),
        None => short(*value),
    };
    let x = Axis {
        range: 0.0..hours * scale,
        name,
        label: &label,
        ticks: begins.map(|begins| clock_ticks(begins, hours)),
    };
    svg(title, &x, y, |plot: &mut Plot<'_, '_>| {
        let warm = input.warm_up.as_secs_f64() / 3600.0 * scale;
        if warm > 0.0 {
            let corners = [(0.0, y.range.start), (warm, y.range.end)];
            plot.draw_series([Rectangle::new(corners, Role::Shade.marker().filled())])?;
        }
        for (role, curve) in curves {
            for stretch in stretches(curve, input.series.step) {
                let points = stretch.iter().map(|(hour, value)| (hour * scale, *value));
                plot.draw_series(LineSeries::new(points, stroke(*role)))?;
            }
        }
        Ok(())
    })
}

/// The parts of a curve without a hole: where a bin has no value no line is drawn.
fn stretches(curve: &Curve, step: u64) -> impl Iterator<Item = &[(f64, f64)]> {
    // The last bin may be shorter than the others.
    let furthest = 1.25 * step as f64 / 3.6e9;
    curve.chunk_by(move |a, b| b.0 - a.0 <= furthest)
}

fn legend(input: &ChartInput, named: &[(Role, &str)]) -> Vec<Key> {
    let mut legend: Vec<Key> = named
        .iter()
        .map(|(role, name)| Key::line(*role, *name))
        .collect();
    if input.warm_up > Timestamp::ZERO {
        legend.push(Key {
            role: Role::Shade,
            mark: Mark::Area,
            name: "warm-up, not counted".to_string(),
        });
    }
    legend
}

/// A row per point of the first curve; the others have their points at the same hours.
fn curves_csv(header: &str, curves: &[&Curve]) -> String {
    let first = curves.first().map_or(&[][..], |curve| curve.as_slice());
    let row = |place: usize| -> Vec<f64> {
        let values = curves.iter().map(|curve| curve[place].1);
        std::iter::once(first[place].0).chain(values).collect()
    };
    let rows: Vec<Vec<f64>> = (0..first.len()).map(row).collect();
    csv(header, rows.iter().map(Vec::as_slice))
}

/// The first column of a table.
fn time_column(input: &ChartInput) -> &'static str {
    match by_clock(input) {
        Some(_) => "time",
        None => "hour",
    }
}

fn rows(input: &ChartInput, curves: &[&Curve], format: impl Fn(f64) -> String) -> Vec<Vec<String>> {
    let Some(first) = curves.first() else {
        return Vec::new();
    };
    let indices: Vec<usize> = (0..first.len()).collect();
    thinned(&indices)
        .map(|index| {
            let hour = match by_clock(input) {
                Some(begins) => clock(begins + first[*index].0),
                None => format!("{:.2}", first[*index].0),
            };
            let values = curves.iter().map(|curve| format(curve[*index].1));
            std::iter::once(hour).chain(values).collect()
        })
        .collect()
}

/// At most two decimals, none when whole.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "" | "-" | "-0" => "0".to_string(),
        text => apart(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_at_whole_times_of_the_clock() {
        // From 08:20 for 9 hours: every two hours, the first at 10:00.
        let begins = 8.0 + 1.0 / 3.0;
        let labels = |hours: f64| -> Vec<String> {
            let ticks = clock_ticks(begins, hours).into_iter();
            ticks.map(|tick| clock(begins + tick)).collect()
        };
        assert_eq!(labels(9.0), ["10:00", "12:00", "14:00", "16:00"]);
        assert_eq!(labels(1.0), ["08:30", "08:45", "09:00", "09:15"]);
        assert_eq!(
            labels(24.0),
            ["12:00", "16:00", "20:00", "00:00", "04:00", "08:00"]
        );
    }
}
