//! The charts of a search: the cost and every gate that decided something, against the values tried.

use super::{Cost, Held, Point, Tuned, axis};
use crate::chart::{Chart, Mark, Numbers, Plotted, Point as Dot, Role, Scale, Series};
use crate::gate::{Judged, Verdict};
use crate::measures::Unit;
use crate::stats::Interval;

/// Cost first, then the gates, those that decided at some point before the others.
pub(super) fn all(tuned: &Tuned) -> Vec<Chart> {
    let mut charts: Vec<Plotted> = cost(tuned).into_iter().collect();
    let n = tuned
        .points
        .iter()
        .map(|point| point.gates.len())
        .max()
        .unwrap_or(0);
    let decides = |gate: usize| {
        let points = tuned.points.iter();
        points
            .filter(|point| point.binding().is_some_and(|(place, _)| place == gate))
            .count()
    };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|gate| std::cmp::Reverse(decides(*gate)));
    let binding = order.into_iter().filter(|place| decides(*place) > 0);
    charts.extend(binding.filter_map(|place| gate(tuned, place)));
    charts.iter().filter_map(Plotted::draw).collect()
}

/// The axis of values: their numbers when all are, else their words.
fn x(tuned: &Tuned) -> Scale {
    let name = tuned
        .parameters
        .first()
        .map_or("", |parameter| &parameter.path);
    match is_numeric(tuned) {
        true => {
            let unit = tuned
                .parameters
                .first()
                .and_then(|parameter| parameter.unit.as_deref());
            let unit = unit.filter(|unit| !unit.is_empty());
            let last = name.rsplit('.').next().unwrap_or(name);
            let unit = unit.map_or(String::new(), |unit| format!(", {unit}"));
            let scale = Scale::new(format!("{last}{unit}"), Numbers::Plain).cut();
            match is_wide(tuned) {
                true => scale.logarithmic(),
                false => scale,
            }
        }
        // Their values would not fit: the table has them by the same numbers.
        false => Scale::of_words(
            "point, by its number in the table",
            (1..=tuned.points.len())
                .map(|place| place.to_string())
                .collect(),
        ),
    }
}

/// The values differ so much that equal distances would press the small ones together.
fn is_wide(tuned: &Tuned) -> bool {
    let numbers = || tuned.points.iter().filter_map(|point| point.number);
    let least = numbers().fold(f64::INFINITY, f64::min);
    least > 0.0 && numbers().fold(0.0, f64::max) / least >= 20.0
}

fn is_numeric(tuned: &Tuned) -> bool {
    tuned.parameters.len() == 1 && tuned.points.iter().all(|point| point.number.is_some())
}

fn place(tuned: &Tuned, place: usize, point: &Point) -> f64 {
    match point.number {
        Some(number) if is_numeric(tuned) => number,
        Some(_) | None => place as f64,
    }
}

/// What a chart shows at a point: value, interval, and whether it is as it should be.
type Shown = (f64, Option<Interval>, Held);

/// A line where the chosen value is, the curve with its band, and on it dots by verdict.
fn series(tuned: &Tuned, value: impl Fn(&Point) -> Option<Shown>) -> Vec<Series> {
    let mut shown: Vec<(usize, Dot, Held)> = tuned
        .points
        .iter()
        .enumerate()
        .filter_map(|(at, point)| {
            let (y, interval, held) = value(point)?;
            let dot = Dot {
                x: place(tuned, at, point),
                y,
                band: interval.map(Interval::bounds),
            };
            Some((at, dot, held))
        })
        .collect();
    shown.sort_by(|a, b| a.1.x.total_cmp(&b.1.x));
    let mut series = Vec::new();
    let chosen = shown.iter().find(|(at, _, _)| tuned.chosen == Some(*at));
    if let Some((_, dot, _)) = chosen {
        let ends = shown.iter().flat_map(|(_, dot, _)| {
            let (lower, upper) = dot.band.unwrap_or((dot.y, dot.y));
            [lower, upper]
        });
        let least = ends.clone().fold(f64::INFINITY, f64::min);
        let most = ends.fold(f64::NEG_INFINITY, f64::max);
        let line = [(dot.x, least), (dot.x, most)];
        series.push(Series::line("chosen", Role::Third, line));
    }
    series.push(Series {
        name: "estimate".to_string(),
        role: Role::First,
        mark: match is_numeric(tuned) {
            true => Mark::Line,
            false => Mark::Dots,
        },
        points: shown.iter().map(|(_, dot, _)| *dot).collect(),
    });
    for (name, role, held) in [
        ("fails", Role::Fourth, &[Held::Fails][..]),
        (
            "undecided",
            Role::Fifth,
            &[Held::Undecided, Held::Dearer][..],
        ),
        ("holds", Role::Second, &[Held::Holds, Held::HoldsDearer][..]),
    ] {
        let of_it = shown
            .iter()
            .filter(|(_, _, verdict)| held.contains(verdict));
        let dots: Vec<(f64, f64)> = of_it.map(|(_, dot, _)| (dot.x, dot.y)).collect();
        if !dots.is_empty() {
            series.push(Series::line(name, role, dots).drawn_as(Mark::Dots));
        }
    }
    series
}

fn cost(tuned: &Tuned) -> Option<Plotted> {
    let Cost::Measure(measure) = tuned.cost else {
        return None;
    };
    let confidence = crate::render::confidence(tuned.confidence);
    Some(Plotted {
        id: "cost".to_string(),
        title: format!("What it costs: {}", measure.id),
        description: format!(
            "The measure that was to be small at every value tried, with {confidence} intervals of each alone; dots say whether all gates hold there."
        ),
        x: x(tuned),
        y: Scale::new(
            format!("{}{}", measure.id, axis(measure.unit)),
            Numbers::of(measure.unit),
        ),
        series: series(tuned, |point| {
            let cost = point.cost?;
            Some((cost.point, cost.interval, point.held))
        }),
    })
}

fn gate(tuned: &Tuned, which: usize) -> Option<Plotted> {
    let first: &Judged = tuned
        .points
        .iter()
        .find_map(|point| point.gates.get(which))?;
    let unit = first.unit();
    let id = first.measure.id.replace('_', "-");
    let mut series = series(tuned, |point| {
        let gate = point.gates.get(which)?;
        let held = match gate.verdict {
            Verdict::Pass => Held::Holds,
            Verdict::Fail => Held::Fails,
            Verdict::Inconclusive => Held::Undecided,
        };
        Some((gate.estimate?, gate.interval, held))
    });
    let places = tuned
        .points
        .iter()
        .enumerate()
        .map(|(at, point)| place(tuned, at, point));
    let least = places.clone().fold(f64::INFINITY, f64::min);
    let most = places.fold(f64::NEG_INFINITY, f64::max);
    series.insert(
        0,
        Series::line(
            "limit",
            Role::Reference,
            [(least, first.limit), (most, first.limit)],
        ),
    );
    Some(Plotted {
        id: format!("gate-{}-{id}", which + 1),
        title: tuned.gate_name(which, first),
        description: format!(
            "What the gate is about at every value tried, with the intervals of {} of which each verdict was \
             made before Holm's correction.",
            crate::render::with_unit(1.0 - tuned.level, Unit::Ratio)
        ),
        x: x(tuned),
        y: match first.rule.is_points() && unit == Unit::Ratio {
            // 5 % more and 5 points more are not the same.
            true => Scale::new(
                format!("{}, difference as a share", first.measure.id),
                Numbers::Plain,
            ),
            false => Scale::new(
                format!("{}{}", first.measure.id, axis(unit)),
                Numbers::of(unit),
            ),
        }
        .cut(),
        series,
    })
}
