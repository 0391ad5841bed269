//! The charts of a comparison: every difference on one relative scale; per measure the replications of
//! both runs against each other, and how their differences are spread.

use super::size::Size;
use super::terminal::letter;
use super::{Compared, Comparison, Verdict};
use crate::chart::{
    Along, Chart, Effect, Forest, Mark, Numbers, Plotted, Point, Role, Scale, Series,
};
use crate::measures::{Part, Unit};
use crate::render::confidence;

/// Bars of a histogram.
const BARS: usize = 16;

/// All differences of one run as shares of the baseline's values; `None` when there is none.
pub(super) fn forest(compared: &Compared, side: usize) -> Option<Chart> {
    let effects = compared.of_side(side).filter_map(effect);
    let confidence = confidence(compared.question.confidence);
    let name = letter(side);
    let chart = Forest {
        id: format!("differences-{}", name.to_lowercase()),
        title: format!("{name} - A, on one scale"),
        description: format!(
            "Differences as shares of A's value, with {confidence} intervals of each alone; what crosses the \
             line at 0 may be no difference. Beyond 100 % an arrow stands for the rest. Grey is the margin, \
             where one was given."
        ),
        along: Along::Shares,
        effects: effects.collect(),
    };
    chart.draw()
}

fn effect(comparison: &Comparison) -> Option<Effect> {
    let change = comparison.change.as_ref()?;
    let base = comparison.base?.point.abs();
    if base == 0.0 {
        return None;
    }
    let size = Size::of(comparison.measure.unit, change);
    let (lower, upper) = change.interval.bounds();
    Some(Effect {
        name: comparison.measure.id.to_string(),
        value: size.with_unit(change.difference),
        relative: change.difference / base,
        interval: (lower / base, upper / base),
        margin: comparison.margin.map(|margin| margin / base),
        verdict: comparison.verdict.word().to_string(),
        role: match comparison.verdict {
            Verdict::Better | Verdict::Higher => Role::First,
            Verdict::Worse | Verdict::Lower => Role::Second,
            Verdict::Equivalent | Verdict::Same => Role::Third,
            Verdict::NoneSeen | Verdict::Unknown => Role::Fifth,
        },
        missing: String::new(),
    })
}

/// The charts of one comparison's replications.
pub(super) fn of_measure(compared: &Compared, comparison: &Comparison) -> Vec<Chart> {
    let own = |side: usize| {
        let samples = &compared.sides[side].samples;
        samples.by_replication(comparison.measure, Part::Whole)
    };
    let (Some(base), Some(other)) = (own(0), own(comparison.side)) else {
        return Vec::new();
    };
    let is_paired = comparison.change.as_ref().is_some_and(|c| c.is_paired);
    let charts = match is_paired {
        true => {
            let both = base.iter().zip(&other);
            let pairs: Vec<(f64, f64)> = both.filter_map(|(a, b)| (*a).zip(*b)).collect();
            vec![scatter(comparison, &pairs), spread(comparison, &pairs)]
        }
        false => {
            let values = |all: &[Option<f64>]| all.iter().flatten().copied().collect();
            vec![shares(comparison, values(&base), values(&other))]
        }
    };
    charts.iter().filter_map(Plotted::draw).collect()
}

/// `scatter-b-mean-wait`
fn id(kind: &str, comparison: &Comparison) -> String {
    let measure = comparison.measure.id.replace('_', "-");
    format!(
        "{kind}-{}-{measure}",
        letter(comparison.side).to_lowercase()
    )
}

fn numbers(unit: Unit) -> (Numbers, &'static str) {
    match unit {
        Unit::Ratio => (Numbers::Percent, ""),
        Unit::Seconds | Unit::SignedSeconds => (Numbers::Plain, ", seconds"),
        Unit::PerHour => (Numbers::Plain, " per hour"),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => (Numbers::Plain, ""),
    }
}

fn scatter(comparison: &Comparison, pairs: &[(f64, f64)]) -> Plotted {
    let (kind, unit) = numbers(comparison.measure.unit);
    let name = letter(comparison.side);
    let ends = pairs.iter().flat_map(|(a, b)| [*a, *b]);
    let least = ends.clone().fold(f64::INFINITY, f64::min);
    let most = ends.fold(f64::NEG_INFINITY, f64::max);
    let above = pairs.iter().filter(|(a, b)| b > a).count();
    Plotted {
        id: id("scatter", comparison),
        title: format!("{}, replication by replication", comparison.measure.id),
        description: format!(
            "A dot per replication: the same day in A and in {name}. {above} of {} lie above the dotted line, on \
             which both would be equal; the closer they keep to a line, the more pairing is worth.",
            pairs.len()
        ),
        x: Scale::new(format!("A{unit}"), kind).cut(),
        y: Scale::new(format!("{name}{unit}"), kind).cut(),
        series: vec![
            Series::line("equal", Role::Reference, [(least, least), (most, most)]),
            Series::line(
                format!("{name} against A"),
                Role::First,
                pairs.iter().copied(),
            )
            .drawn_as(Mark::Dots),
        ],
    }
}

fn spread(comparison: &Comparison, pairs: &[(f64, f64)]) -> Plotted {
    // A difference of shares is one of points, as in the table.
    let (per, unit) = match numbers(comparison.measure.unit) {
        (Numbers::Percent, _) => (100.0, ", points"),
        (Numbers::Plain, unit) => (1.0, unit),
    };
    let name = letter(comparison.side);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| (b - a) * per).collect();
    let bars = histogram(&differences);
    let tallest = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    let mut series = vec![Series::line("replications", Role::First, bars).drawn_as(Mark::Bars)];
    if let Some(change) = &comparison.change {
        let at = change.difference * per;
        series.push(Series::line(
            "estimated difference",
            Role::Second,
            [(at, 0.0), (at, tallest)],
        ));
    }
    series.push(Series::line(
        "no difference",
        Role::Reference,
        [(0.0, 0.0), (0.0, tallest)],
    ));
    Plotted {
        id: id("spread", comparison),
        title: format!("{}, {name} - A", comparison.measure.id),
        description: format!(
            "How the differences of the {} pairs are spread; the estimate rests on them.",
            pairs.len()
        ),
        x: Scale::new(format!("{name} - A{unit}"), Numbers::Plain).cut(),
        y: Scale::new("replications", Numbers::Plain),
        series,
    }
}

/// Middles of equally wide bars and how many values each holds.
fn histogram(values: &[f64]) -> Vec<(f64, f64)> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !least.is_finite() || least == most {
        return values
            .first()
            .map(|only| (*only, values.len() as f64))
            .into_iter()
            .collect();
    }
    let n = BARS.min(values.len().div_ceil(3)).max(4);
    let width = (most - least) / n as f64;
    let mut counts = vec![0_u32; n];
    for value in values {
        counts[(((value - least) / width) as usize).min(n - 1)] += 1;
    }
    let middle = |place: usize| least + (place as f64 + 0.5) * width;
    let bars = counts.iter().enumerate();
    bars.map(|(place, count)| (middle(place), f64::from(*count)))
        .collect()
}

/// Of two independent runs: the share of replications at or below each value.
fn shares(comparison: &Comparison, base: Vec<f64>, other: Vec<f64>) -> Plotted {
    let (kind, unit) = numbers(comparison.measure.unit);
    let name = letter(comparison.side);
    let curve = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        (1..).zip(values).map(move |(rank, x)| Point {
            x,
            y: f64::from(rank) / n,
            band: None,
        })
    };
    let series = |name: String, role, values| Series {
        name,
        role,
        mark: Mark::Steps,
        points: curve(values).collect(),
    };
    Plotted {
        id: id("shares", comparison),
        title: format!("{}, by replication", comparison.measure.id),
        description:
            "The share of the replications of each run in which the measure is at most so much."
                .to_string(),
        x: Scale::new(format!("{}{unit}", comparison.measure.id), kind).cut(),
        y: Scale::new("share of replications", Numbers::Percent),
        series: vec![
            series("A".to_string(), Role::First, base),
            series(name, Role::Second, other),
        ],
    }
}
