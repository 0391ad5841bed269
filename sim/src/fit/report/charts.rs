//! The charts of `fit.html`: data beside model for every part that was fitted.

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};

use crate::dist::Dist;
use crate::fit::arrivals::Arrivals;
use crate::fit::families::{Family, Fitted};
use crate::fit::parts::{ClassFit, GroupFit, SpanFit};
use crate::fit::peaks::{Peak, by_second};
use crate::fit::predict::{DayFigure, PredictedDay, Prediction};
use crate::fit::spans::Spans;
use crate::world::plan::dist;

/// 95 % of a normal variate lie within this many standard errors.
const Z: f64 = 1.959_963_984_540_054;
/// Survival curves are drawn up to this many seconds.
const LONGEST_WAIT: f64 = 600.0;
/// Points of a drawn curve.
const POINTS: usize = 160;

fn hours(step: std::time::Duration, k: usize) -> f64 {
    k as f64 * step.as_secs_f64() / 3600.0
}

/// Lower case, digits and `-`.
pub(super) fn slug(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    name.chars().map(safe).collect()
}

/// Calls per hour by interval: recorded, and the rates that are written with those who call again put
/// back in; and the same of the days' totals.
pub(super) fn by_interval(queue: &str, arrivals: &Arrivals) -> Vec<Chart> {
    let mut charts = Vec::new();
    for group in &arrivals.groups {
        let hour = arrivals.step.as_secs_f64() / 3600.0;
        let exposure = hour * group.n_dates as f64;
        let recorded = group.counts.iter().enumerate().map(|(k, count)| {
            let (x, n) = (hours(arrivals.step, k) + 0.5 * hour, *count as f64);
            // Poisson, by the square root, which has the same spread everywhere.
            let bound =
                |sign: f64| ((n + 0.25).sqrt() + sign * 0.5 * Z).max(0.0).powi(2) / exposure;
            Point {
                x,
                y: n / exposure,
                band: Some((bound(-1.0), bound(1.0))),
            }
        });
        let recorded = Series {
            name: format!(
                "recorded, mean of {} dates (95 % of Poisson)",
                group.n_dates
            ),
            role: Role::Second,
            mark: Mark::Dots,
            points: recorded.collect(),
        };
        let mut steps: Vec<(f64, f64)> = group
            .hourly(arrivals.step, 1.0)
            .into_iter()
            .enumerate()
            .map(|(k, rate)| (hours(arrivals.step, k), rate))
            .collect();
        steps.push((24.0, steps.last().map_or(0.0, |last| last.1)));
        let fitted = Series::line(
            "scenario, those who call again included",
            Role::First,
            steps,
        )
        .drawn_as(Mark::Steps);
        let plotted = Plotted {
            id: format!(
                "arrivals-{}-{}",
                slug(queue),
                slug(&group.weekdays.to_string())
            ),
            title: format!("Calls per hour, {} ({queue})", group.weekdays),
            description: format!(
                "{:.0} calls a day on {} dates.",
                group.mean(),
                group.n_dates
            ),
            x: Scale::new("hour of the day", Numbers::Plain),
            y: Scale::new("calls per hour", Numbers::Plain),
            series: vec![fitted, recorded],
        };
        charts.extend(plotted.draw());
    }
    charts
}

/// The days' totals over their weekday's mean, beside what the fitted factor and chance alone make.
pub(super) fn overdispersion(
    queue: &str,
    arrivals: &Arrivals,
    shape: Option<f64>,
) -> Option<Chart> {
    let mut ratios: Vec<f64> = Vec::new();
    let mut means: Vec<f64> = Vec::new();
    for group in arrivals
        .groups
        .iter()
        .filter(|group| group.n_dates > 1 && group.mean() >= 1.0)
    {
        let mean = group.mean();
        let own = arrivals.by_date.iter();
        let own = own.filter(|(date, _)| {
            group
                .weekdays
                .contains(crate::fit::arrivals::weekday(**date))
        });
        ratios.extend(own.map(|(_, n)| *n as f64 / mean));
        means.push(mean);
    }
    if ratios.len() < 3 {
        return None;
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let n = ratios.len() as f64;
    let steps = ratios
        .iter()
        .enumerate()
        .map(|(k, ratio)| (*ratio, (k + 1) as f64 / n));
    let recorded = Series::line(
        format!("recorded, {} dates", ratios.len()),
        Role::Second,
        steps,
    )
    .drawn_as(Mark::Steps);
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    let (low, high) = (
        ratios[0].min(0.7) - 0.05,
        ratios[ratios.len() - 1].max(1.3) + 0.05,
    );
    let curve = |name: String, role, variance: f64| {
        let law = Dist::gamma((1.0 / variance).min(1e6), 1.0).ok()?;
        let at = |k: usize| low + (high - low) * k as f64 / POINTS as f64;
        Some(Series::line(
            name,
            role,
            (0..=POINTS).map(|k| (at(k), law.cdf(at(k)))),
        ))
    };
    let chance = curve(
        "chance alone (Poisson)".to_owned(),
        Role::Reference,
        1.0 / mean,
    );
    let model = shape.and_then(|shape| {
        curve(
            format!("gamma factor of shape {shape} and chance"),
            Role::First,
            1.0 / shape + 1.0 / mean,
        )
    });
    Plotted {
        id: format!("days-{}", slug(queue)),
        title: format!("How much days differ ({queue})"),
        description: "Calls of a day over the mean of its weekday: share of days at or below."
            .to_owned(),
        x: Scale::new("calls of a day / mean of its weekday", Numbers::Plain).cut(),
        y: Scale::new("share of days", Numbers::Percent),
        series: model.into_iter().chain(chance).chain([recorded]).collect(),
    }
    .draw()
}

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
pub(super) fn talk(class: &ClassFit) -> Option<Chart> {
    let fit = &class.talk;
    let points = ecdf(&fit.spans);
    let (first, last) = (points.first()?.0.max(1.0), points.last()?.0.max(2.0));
    let at = |k: usize| first * (last / first).powf(k as f64 / POINTS as f64);
    let mut series = Vec::new();
    let roles = [Role::First, Role::Third, Role::Fourth];
    for (one, role) in shown(fit).into_iter().zip(roles) {
        let law = dist(&one.spec);
        let name = format!("{}, distance {:.3}", one.family.name(), one.distance);
        series.push(Series::line(
            name,
            role,
            (0..=POINTS).map(|k| (at(k), law.cdf(at(k)))),
        ));
    }
    let data = format!("data, {} services", fit.spans.n());
    series.push(Series::line(data, Role::Second, points).drawn_as(Mark::Steps));
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
pub(super) fn patience(id: &str, title: &str, fit: &SpanFit) -> Option<Chart> {
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
    let mut series = Vec::new();
    for (one, role) in
        shown(fit)
            .into_iter()
            .zip([Role::First, Role::Third, Role::Fourth, Role::Fifth])
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
    series.push(Series {
        name: "data (Kaplan-Meier, 95 % band)".to_owned(),
        role: Role::Second,
        mark: Mark::Steps,
        points: data,
    });
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
pub(super) fn hazard(spans: &Spans, peaks: &[Peak]) -> Option<Chart> {
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

/// Agents by interval: seen on average, and written.
pub(super) fn staffing(group: &GroupFit, scale: f64) -> Vec<Chart> {
    let written = group.staff.counts(scale);
    let mut charts = Vec::new();
    for ((days, means), (_, counts)) in group.staff.groups.iter().zip(&written) {
        let step = group.staff.step;
        let steps = |values: Vec<f64>| {
            let mut points: Vec<(f64, f64)> = values
                .into_iter()
                .enumerate()
                .map(|(k, y)| (hours(step, k), y))
                .collect();
            points.push((24.0, points.last().map_or(0.0, |last| last.1)));
            points
        };
        let seen = Series::line("seen, on average", Role::Second, steps(means.clone()))
            .drawn_as(Mark::Steps);
        let own = counts.iter().map(|n| f64::from(*n)).collect();
        let own = Series::line("scenario", Role::First, steps(own)).drawn_as(Mark::Steps);
        let plotted = Plotted {
            id: format!("staffing-{}-{}", slug(&group.name), slug(&days.to_string())),
            title: format!("Agents, {days} ({})", group.name),
            description: "Inferred from services, by interval of the day.".to_owned(),
            x: Scale::new("hour of the day", Numbers::Plain),
            y: Scale::new("agents", Numbers::Plain),
            series: vec![own, seen],
        };
        charts.extend(plotted.draw());
    }
    charts
}

/// How long agents are not ready after a service.
pub(super) fn wrap_up(curve: &crate::fit::curve::Curve, pauses: &Spans) -> Option<Chart> {
    let data = pauses.curve.iter().map(|step| Point {
        x: step.after as f64 * 1e-6,
        y: step.share,
        band: step.band(Z),
    });
    let data = Series {
        name: "pauses under load (Kaplan-Meier, 95 % band)".to_owned(),
        role: Role::Second,
        mark: Mark::Steps,
        points: data.collect(),
    };
    let own = Series::line("scenario", Role::First, curve.points.iter().copied());
    Plotted {
        id: "wrap-up".to_owned(),
        title: "After a service".to_owned(),
        description: format!(
            "Share of agents not ready; mean {:.1} s.",
            curve.dist().mean()
        ),
        x: Scale::new("seconds after a service", Numbers::Plain),
        y: Scale::new("share not ready", Numbers::Percent),
        series: vec![own, data],
    }
    .draw()
}

/// Waits of served calls: recorded and simulated.
pub(super) fn waits(id: &str, prediction: &Prediction) -> Option<Chart> {
    let cdf = |counts: &[u64]| {
        let all: u64 = counts.iter().sum();
        let mut sum = 0;
        let points = counts.iter().take(301).enumerate().map(|(second, n)| {
            sum += n;
            (second as f64, sum as f64 / all.max(1) as f64)
        });
        (all > 0).then(|| points.collect::<Vec<_>>())
    };
    let recorded = Series::line("recorded", Role::Second, cdf(&prediction.recorded_waits)?)
        .drawn_as(Mark::Steps);
    let simulated = Series::line("simulated", Role::First, cdf(&prediction.predicted_waits)?);
    Plotted {
        id: format!("waits-{id}"),
        title: format!("Waits of the served: {}", prediction.title),
        description: format!(
            "Share of served calls that waited no longer; distance {:.3}.",
            distance(prediction)
        ),
        x: Scale::new("wait, seconds", Numbers::Plain),
        y: Scale::new("share of served", Numbers::Percent),
        series: vec![simulated, recorded],
    }
    .draw()
}

/// Kolmogorov's distance between recorded and simulated waits of the served, in whole seconds.
pub(super) fn distance(prediction: &Prediction) -> f64 {
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
pub(super) fn days(
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
        name: "simulated, 95 % of replications".to_owned(),
        role: Role::First,
        mark: Mark::Bars,
        points: simulated.collect(),
    };
    let recorded = prediction
        .days
        .iter()
        .map(|day| (place(day), of(day).recorded));
    let recorded = Series::line("recorded", Role::Second, recorded).drawn_as(Mark::Dots);
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
