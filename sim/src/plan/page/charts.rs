//! What changed from before a phase to after it, drawn.

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use reports::measures::{Measure, Part, Unit};
use reports::render::Row;
use reports::sample::{Evidence, SampleTable};
use reports::stats::Pooled;

use crate::plan::run::PhaseRun;
use crate::plan::{Phase, share};

/// What is drawn of every phase, and what an axis calls it.
pub(super) const DRAWN: [(&str, &str, &str); 6] = [
    ("reach_rate", "Callers reached", "reached / offered"),
    (
        "abandonment_rate",
        "Callers who hung up",
        "abandoned / offered",
    ),
    ("mean_wait", "Mean wait", "seconds"),
    (
        "assignment_latency_p99",
        "From an agent free to a phone ringing, p99",
        "seconds",
    ),
    (
        "handled_per_agent_hour",
        "Calls handled per agent and hour",
        "calls",
    ),
    ("store_ops_per_hour", "Load on the store", "operations / h"),
];

/// A measure before the phase and at each of its stages.
pub(super) fn by_stage(
    id: &str,
    phase: &Phase,
    run: &PhaseRun,
    (measure, title, axis): &(&str, &str, &str),
) -> Option<Chart> {
    let measure = Measure::named(measure).expect("invariant: the names are of measures");
    let mut words = vec!["before".to_string()];
    let mut tables = vec![&run.before];
    for stage in &run.stages {
        words.push(stage.share.map_or("after".to_string(), share));
        tables.push(&stage.after);
    }
    let confidence = phase.before.experiment.confidence;
    let points: Vec<Point> = (0..)
        .zip(&tables)
        .map(|(x, samples)| point(f64::from(x), samples, measure, confidence))
        .collect();
    let known: Vec<&Point> = points.iter().filter(|point| point.y.is_finite()).collect();
    let row = Row::of(measure.unit, known.iter().map(|point| Some(point.y)));
    // Shares near all of it would be one flat line.
    let least = known
        .iter()
        .map(|point| point.y)
        .fold(f64::INFINITY, f64::min);
    let is_cut = measure.unit == Unit::Ratio && least > 0.5;
    let cut = match is_cut {
        true => " The axis does not start at 0.",
        false => "",
    };
    let description = match (known.first(), known.last()) {
        (Some(first), Some(last)) => format!(
            "{} before, {} at {}.{cut}",
            row.number(first.y),
            row.number(last.y),
            words.last().map_or("", String::as_str)
        ),
        _ => String::new(),
    };
    let numbers = Numbers::of(measure.unit);
    let plotted = Plotted {
        id: format!("{id}-{}", measure.id.replace('_', "-")),
        title: (*title).to_string(),
        description,
        x: Scale::of_words("share of callers", words),
        y: match is_cut {
            true => Scale::new(*axis, numbers).cut(),
            false => Scale::new(*axis, numbers),
        },
        series: vec![Series {
            name: measure.id.to_string(),
            role: Role::First,
            mark: Mark::Marked,
            points,
        }],
    };
    plotted.draw()
}

fn point(x: f64, samples: &SampleTable, measure: &'static Measure, confidence: f64) -> Point {
    let estimate = Evidence::from(samples).estimate(measure, Part::Whole);
    let band = estimate
        .as_ref()
        .and_then(|estimate| estimate.interval(confidence))
        .map(|interval| interval.within(measure.unit.range()).bounds());
    Point {
        x,
        y: estimate.map_or(f64::NAN, |estimate| estimate.point),
        band,
    }
}

/// How waits are spread before and after.
pub(super) fn waits(id: &str, run: &PhaseRun) -> Option<Chart> {
    /// Points of a curve.
    const POINTS: u32 = 100;
    let measure = Measure::named("wait_p50").expect("invariant: the name is of a measure");
    let after = &run.stages.last()?.after;
    let spans = |samples: &SampleTable| samples.spans(measure, Part::Whole);
    let (before, after) = (spans(&run.before)?, spans(after)?);
    let longest = |waits: &Pooled| waits.quantile(0.98).unwrap_or(0.0) / 1e6;
    let end = longest(&before).max(longest(&after)).max(1.0);
    let curve = |waits: &Pooled| -> Vec<(f64, f64)> {
        (0..=POINTS)
            .map(|k| {
                let seconds = end * f64::from(k) / f64::from(POINTS);
                let within = waits.share_within((seconds * 1e6) as u64);
                (seconds, within.unwrap_or(f64::NAN))
            })
            .collect()
    };
    let within = |waits: &Pooled| waits.share_within(20_000_000).unwrap_or(0.0) * 100.0;
    let plotted = Plotted {
        id: format!("{id}-waits"),
        title: "How long callers waited".to_string(),
        description: format!(
            "Of those who were connected or hung up, {:.0} % had waited at most 20 s before and {:.0} % after.",
            within(&before),
            within(&after)
        ),
        x: Scale::new("wait, seconds", Numbers::Plain),
        y: Scale::new("share of calls within", Numbers::Percent),
        series: vec![
            Series::line("before", Role::Second, curve(&before)),
            Series::line("after", Role::First, curve(&after)),
        ],
    };
    plotted.draw()
}
