//! What became of calls: recorded beside simulated.

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};

use crate::fit::predict::{DayFigure, PredictedDay, Prediction};

/// Waits of served calls: recorded and simulated.
pub(in crate::fit::report) fn waits(id: &str, prediction: &Prediction) -> Option<Chart> {
    let cdf = |counts: &[u64]| {
        let all: u64 = counts.iter().sum();
        let mut sum = 0;
        let points = counts.iter().take(301).enumerate().map(|(second, n)| {
            sum += n;
            (second as f64, sum as f64 / all.max(1) as f64)
        });
        (all > 0).then(|| points.collect::<Vec<_>>())
    };
    let recorded = Series::line("recorded", Role::First, cdf(&prediction.recorded_waits)?)
        .drawn_as(Mark::Steps);
    let simulated = Series::line("simulated", Role::Second, cdf(&prediction.predicted_waits)?);
    Plotted {
        id: format!("waits-{id}"),
        title: format!("Waits of the served: {}", prediction.title),
        description: format!(
            "Share of served calls that waited no longer; distance {:.3}.",
            distance(prediction)
        ),
        x: Scale::new("wait, seconds", Numbers::Plain),
        y: Scale::new("share of served", Numbers::Percent),
        series: vec![recorded, simulated],
    }
    .draw()
}

/// Kolmogorov's distance between recorded and simulated waits of the served, in whole seconds.
pub(in crate::fit::report) fn distance(prediction: &Prediction) -> f64 {
    let share = |counts: &[u64]| {
        let all = counts.iter().sum::<u64>().max(1) as f64;
        let mut sum = 0;
        let sums = counts.iter().map(|n| {
            sum += n;
            sum as f64 / all
        });
        sums.collect::<Vec<f64>>()
    };
    let (a, b) = (
        share(&prediction.recorded_waits),
        share(&prediction.predicted_waits),
    );
    a.iter()
        .zip(&b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// Numbers by date: recorded, and the interval of the replications.
pub(in crate::fit::report) fn days(
    id: &str,
    what: &str,
    prediction: &Prediction,
    of: fn(&PredictedDay) -> DayFigure,
) -> Option<Chart> {
    let first = prediction.days.first()?.date;
    let place = |day: &PredictedDay| f64::from((day.date - first).get_days() + 1);
    let simulated = prediction.days.iter().map(|day| {
        let figure = of(day);
        Point {
            x: place(day),
            y: figure.mean,
            band: Some((figure.lower, figure.upper)),
        }
    });
    let simulated = Series {
        name: format!(
            "simulated, {:.0} % interval",
            100.0 * prediction.confidence()
        ),
        role: Role::Second,
        mark: Mark::Bars,
        points: simulated.collect(),
    };
    let recorded = prediction
        .days
        .iter()
        .map(|day| (place(day), of(day).recorded));
    let recorded = Series::line("recorded", Role::First, recorded).drawn_as(Mark::Dots);
    let (inside, all) = prediction.days_inside(of);
    Plotted {
        id: format!("days-{id}"),
        title: format!("{what} by date: {}", prediction.title),
        description: format!("{inside} of {all} days lie inside their interval."),
        x: Scale::new(format!("day, 1 = {first}"), Numbers::Plain),
        y: Scale::new(what, Numbers::Plain),
        series: vec![simulated, recorded],
    }
    .draw()
}
