//! The charts of a search: the cost and every gate that decided something, against the values tried.

use super::{Cost, Held, Point, Tuned, axis};
use crate::chart::{Chart, Mark, Numbers, Plotted, Point as Dot, Role, Scale, Series};
use crate::gate::Judged;
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
            Scale::new(format!("{last}{unit}"), Numbers::Plain).cut()
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

fn is_numeric(tuned: &Tuned) -> bool {
    tuned.parameters.len() == 1 && tuned.points.iter().all(|point| point.number.is_some())
}

fn place(tuned: &Tuned, place: usize, point: &Point) -> f64 {
    match point.number {
        Some(number) if is_numeric(tuned) => number,
        Some(_) | None => place as f64,
    }
}

/// A curve with its band, dots by verdict on it, and the chosen one.
fn series(
    tuned: &Tuned,
    name: &str,
    value: impl Fn(&Point) -> Option<(f64, Option<Interval>)>,
) -> Vec<Series> {
    let dot = |(at, point): (usize, &Point)| {
        let (y, interval) = value(point)?;
        Some(Dot {
            x: place(tuned, at, point),
            y,
            band: interval.map(Interval::bounds),
        })
    };
    let of = |is_wanted: &dyn Fn(usize, &Point) -> bool| -> Vec<Dot> {
        let all = tuned.points.iter().enumerate();
        all.filter(|(at, point)| is_wanted(*at, point))
            .filter_map(dot)
            .collect()
    };
    let all = of(&|_, _| true);
    let curve_mark = if is_numeric(tuned) {
        Mark::Line
    } else {
        Mark::Dots
    };
    let mut series = vec![Series {
        name: name.to_string(),
        role: Role::First,
        mark: curve_mark,
        points: all,
    }];
    let bare = |mut dots: Vec<Dot>| {
        for dot in &mut dots {
            dot.band = None;
        }
        dots
    };
    for (name, role, held) in [
        ("fails", Role::Fourth, &[Held::Fails][..]),
        (
            "undecided",
            Role::Fifth,
            &[Held::Undecided, Held::Dearer][..],
        ),
        ("holds", Role::First, &[Held::Holds, Held::HoldsDearer][..]),
    ] {
        let points = bare(of(&|at, point| {
            held.contains(&point.held) && tuned.chosen != Some(at)
        }));
        if !points.is_empty() {
            series.push(Series {
                name: name.to_string(),
                role,
                mark: Mark::Dots,
                points,
            });
        }
    }
    let chosen = bare(of(&|at, _| tuned.chosen == Some(at)));
    if !chosen.is_empty() {
        series.push(Series {
            name: "chosen".to_string(),
            role: Role::Third,
            mark: Mark::Dots,
            points: chosen,
        });
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
            "The measure that was to be small at every value tried, with {confidence} intervals of each alone."
        ),
        x: x(tuned),
        y: Scale::new(
            format!("{}{}", measure.id, axis(measure.unit)),
            numbers(measure.unit),
        ),
        series: series(tuned, "estimate", |point| {
            let cost = point.cost?;
            Some((cost.point, cost.interval))
        }),
    })
}

fn numbers(unit: Unit) -> Numbers {
    match unit {
        Unit::Ratio => Numbers::Percent,
        Unit::Seconds
        | Unit::SignedSeconds
        | Unit::Count
        | Unit::Calls
        | Unit::PerHour
        | Unit::Value
        | Unit::Score => Numbers::Plain,
    }
}

fn gate(tuned: &Tuned, which: usize) -> Option<Plotted> {
    let first: &Judged = tuned
        .points
        .iter()
        .find_map(|point| point.gates.get(which))?;
    let unit = first.unit();
    let id = first.measure.id.replace('_', "-");
    let mut series = series(tuned, "estimate", |point| {
        let gate = point.gates.get(which)?;
        Some((gate.estimate?, gate.interval))
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
        y: Scale::new(format!("{}{}", first.measure.id, axis(unit)), numbers(unit)),
        series,
    })
}
