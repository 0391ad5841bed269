//! The start of a run: the number in system over time, smoothed, and where counting begins.

use super::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};
use crate::report::WarmUp;

pub(crate) fn chart(warm_up: &WarmUp) -> Option<Chart> {
    let points = |curve: &[(f64, f64)]| -> Vec<Point> {
        let point = |(x, y): &(f64, f64)| Point {
            x: *x,
            y: *y,
            band: None,
        };
        curve.iter().map(point).collect()
    };
    let most = warm_up
        .in_system
        .iter()
        .map(|(_, y)| *y)
        .fold(0.0, f64::max);
    let upright = |hour: f64, high: f64| points(&[(hour, 0.0), (hour, high * most)]);
    let line = |name: &str, role: Role, points: Vec<Point>| Series {
        name: name.to_owned(),
        role,
        mark: Mark::Line,
        points,
    };
    let mut series = vec![
        line(
            "mean over replications",
            Role::Third,
            points(&warm_up.in_system),
        ),
        line(
            "Welch's moving average",
            Role::First,
            points(&warm_up.smoothed),
        ),
        line(
            "warm-up as configured",
            Role::Reference,
            upright(warm_up.configured.as_secs_f64() / 3600.0, 1.0),
        ),
    ];
    if let Some(found) = warm_up.found {
        let hour = found.as_secs_f64() / 3600.0;
        series.push(line("MSER", Role::Second, upright(hour, 0.8)));
    }
    Plotted {
        id: "warm-up".to_owned(),
        title: "The start of the run".to_owned(),
        description: format!(
            "Calls in line and in conversation: mean over the replications, and Welch's moving average of it, which shows \
             where the level settles. Upright: where the scenario begins to count{}.",
            match warm_up.found {
                Some(_) => ", and where MSER would: the rule that leaves out so much of the start that the mean of the rest is \
                            known best",
                None => "",
            }
        ),
        x: Scale::new("hours since the start", Numbers::Plain),
        y: Scale::new("calls in system", Numbers::Plain),
        series,
    }
    .draw()
}
