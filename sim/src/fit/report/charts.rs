//! The charts of `fit.html`: data beside model for every part that was fitted, what was recorded solid in the first
//! colour and what is simulated dashed in the second, as in a replay's report. Arrivals and staffing here,
//! spans in [`laws`], what became of calls in [`outcomes`].

pub(super) mod laws;
pub(super) mod outcomes;

use reports::chart::{Chart, Mark, Numbers, Plotted, Point, Role, Scale, Series};

use crate::dist::Dist;
use crate::fit::arrivals::Arrivals;
use crate::fit::groups::GroupFit;

/// 95 % of a normal variate lie within this many standard errors.
const Z: f64 = 1.959_963_984_540_054;
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
            role: Role::First,
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
            Role::Second,
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
        Role::First,
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
            Role::Second,
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
        series: [recorded].into_iter().chain(model).chain(chance).collect(),
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
        let seen = Series::line("seen, on average", Role::First, steps(means.clone()))
            .drawn_as(Mark::Steps);
        let own = counts.iter().map(|n| f64::from(*n)).collect();
        let own = Series::line("scenario", Role::Second, steps(own)).drawn_as(Mark::Steps);
        let plotted = Plotted {
            id: format!("staffing-{}-{}", slug(&group.name), slug(&days.to_string())),
            title: format!("Agents, {days} ({})", group.name),
            description: "Inferred from services, by interval of the day.".to_owned(),
            x: Scale::new("hour of the day", Numbers::Plain),
            y: Scale::new("agents", Numbers::Plain),
            series: vec![seen, own],
        };
        charts.extend(plotted.draw());
    }
    charts
}
