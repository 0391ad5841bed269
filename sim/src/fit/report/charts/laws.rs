//! Spans and the laws that were tried on them.

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};

use super::{POINTS, Z, slug};
use crate::fit::curve::Curve;
use crate::fit::families::{Family, Fitted};
use crate::fit::law::SpanFit;
use crate::fit::parts::ClassFit;
use crate::fit::peaks::{Peak, by_second};
use crate::fit::spans::Spans;
use crate::world::plan::dist;

/// Survival curves are drawn up to this many seconds.
const LONGEST_WAIT: f64 = 600.0;

/// The data's distribution function as steps, thinned to what can be seen.
fn ecdf(spans: &Spans) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for step in &spans.curve {
        let at = (step.after as f64 * 1e-6).max(0.5);
        let share = 1.0 - step.share;
        if points.last().is_none_or(|last| share - last.1 >= 0.002) {
            points.push((at, share));
        }
    }
    points
}

/// Talk of a class: data, what was chosen, and the other families.
pub(in crate::fit::report) fn talk(class: &ClassFit) -> Option<Chart> {
    let fit = &class.talk;
    let points = ecdf(&fit.spans);
    let (first, last) = (points.first()?.0.max(1.0), points.last()?.0.max(2.0));
    let at = |k: usize| first * (last / first).powf(k as f64 / POINTS as f64);
    let n = fit.spans.n();
    let data = Series::line(format!("data, {n} services"), Role::First, points);
    let mut series = vec![data.drawn_as(Mark::Steps)];
    let roles = [Role::Second, Role::Third, Role::Fourth];
    for (one, role) in shown(fit).into_iter().zip(roles) {
        let law = dist(&one.spec);
        let name = format!("{}, distance {:.3}", one.family.name(), one.distance);
        series.push(Series::line(
            name,
            role,
            (0..=POINTS).map(|k| (at(k), law.cdf(at(k)))),
        ));
    }
    Plotted {
        id: format!("talk-{}", slug(&class.name)),
        title: format!("Talk of {}", class.name),
        description: format!(
            "Share of services at or below. Chosen: {}.",
            fit.law().map_or("nothing", |law| law.name())
        ),
        x: Scale::new("talk, seconds", Numbers::Plain).logarithmic(),
        y: Scale::new("share of services", Numbers::Percent),
        series,
    }
    .draw()
}

/// The best, and what people expect to see: exponential and lognormal.
fn shown(fit: &SpanFit) -> Vec<&Fitted> {
    let mut shown: Vec<&Fitted> = fit.candidates.iter().take(1).collect();
    for family in [Family::Lognormal, Family::Exponential, Family::Gamma] {
        let other = fit.candidates.iter().find(|one| one.family == family);
        shown.extend(other.filter(|other| shown.iter().all(|one| one.family != other.family)));
    }
    shown
}

/// Patience: the Kaplan-Meier curve with its band, and families.
pub(in crate::fit::report) fn patience(id: &str, title: &str, fit: &SpanFit) -> Option<Chart> {
    let mut data: Vec<Point> = vec![Point {
        x: 0.0,
        y: 1.0,
        band: None,
    }];
    for step in &fit.spans.curve {
        let x = step.after as f64 * 1e-6;
        let last = data.last().map_or(1.0, |last| last.y);
        if x <= LONGEST_WAIT && (last - step.share >= 0.002 || data.len() == 1) {
            data.push(Point {
                x,
                y: step.share,
                band: step.band(Z),
            });
        }
    }
    let end = data.last()?.x;
    let mut series = vec![Series {
        name: "data (Kaplan-Meier, 95 % band)".to_owned(),
        role: Role::First,
        mark: Mark::Steps,
        points: data,
    }];
    for (one, role) in
        shown(fit)
            .into_iter()
            .zip([Role::Second, Role::Third, Role::Fourth, Role::Fifth])
    {
        let law = dist(&one.spec);
        let at = |k: usize| end * k as f64 / POINTS as f64;
        let name = format!("{}, distance {:.3}", one.family.name(), one.distance);
        series.push(Series::line(
            name,
            role,
            (0..=POINTS).map(|k| (at(k), law.survival(at(k)))),
        ));
    }
    Plotted {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!(
            "Share of callers who would still wait. {} hung up, {} were served before (censored).",
            fit.spans.ended.len(),
            fit.spans.cut.len()
        ),
        x: Scale::new("wait, seconds", Numbers::Plain),
        y: Scale::new("share still waiting", Numbers::Percent).cut(),
        series,
    }
    .draw()
}

/// Hang-ups per waiting caller and minute by second of the wait, and where they stand out.
pub(in crate::fit::report) fn hazard(spans: &Spans, peaks: &[Peak]) -> Option<Chart> {
    let seconds = by_second(spans);
    // Beyond, too few wait to tell.
    let last = seconds
        .iter()
        .rposition(|(_, waiting)| *waiting >= 200.0)?
        .min(300);
    let smooth = (0..last).filter_map(|k| {
        let near = &seconds[k.saturating_sub(1)..(k + 2).min(seconds.len())];
        let (n, time) = near
            .iter()
            .fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        (time > 0.0).then(|| (k as f64, 60.0 * n / time))
    });
    let line = Series::line(
        "hang-ups per minute and waiting caller, over 3 s",
        Role::First,
        smooth,
    );
    let points = peaks.iter().map(|peak| (peak.at, 60.0 * peak.hazard));
    let marks = Series::line("stands out", Role::Second, points).drawn_as(Mark::Dots);
    Plotted {
        id: "hazard".to_owned(),
        title: "When callers hang up".to_owned(),
        description: match peaks.len() {
            0 => "No second stands out from its surroundings.".to_owned(),
            n => format!("{n} moments stand out from their surroundings."),
        },
        x: Scale::new("wait, seconds", Numbers::Plain),
        y: Scale::new("per minute", Numbers::Plain),
        series: if peaks.is_empty() {
            vec![line]
        } else {
            vec![line, marks]
        },
    }
    .draw()
}

/// How long agents are not ready after a service.
pub(in crate::fit::report) fn wrap_up(curve: &Curve, pauses: &Spans) -> Option<Chart> {
    let data = pauses.curve.iter().map(|step| Point {
        x: step.after as f64 * 1e-6,
        y: step.share,
        band: step.band(Z),
    });
    let data = Series {
        name: "pauses under load (Kaplan-Meier, 95 % band)".to_owned(),
        role: Role::First,
        mark: Mark::Steps,
        points: data.collect(),
    };
    let own = Series::line("scenario", Role::Second, curve.points.iter().copied());
    Plotted {
        id: "wrap-up".to_owned(),
        title: "After a service".to_owned(),
        description: format!(
            "Share of agents not ready; mean {:.1} s.",
            curve.dist().mean()
        ),
        x: Scale::new("seconds after a service", Numbers::Plain),
        y: Scale::new("share not ready", Numbers::Percent),
        series: vec![data, own],
    }
    .draw()
}
