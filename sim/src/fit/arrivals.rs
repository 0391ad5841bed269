//! When calls come: rates by weekday and interval, and how much days differ beyond chance.
//!
//! Owns counting. Intervals are of local time from midnight on; weekdays that are alike share their rates.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::id::QueueId;
use engine::time::micros;
use jiff::civil::Date;
use policy_file::Weekdays;
use reports::stats::{Overdispersion, overdispersion};

use super::families::rounded;
use super::log::Log;
use super::{Moment, moment};

/// Days of a week.
const DAYS: usize = 7;

/// Arrivals of one queue.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrivals {
    /// The length of an interval.
    pub step: Duration,
    /// Weekdays with the same rates, each weekday in exactly one, those without dates left out.
    pub groups: Vec<DayGroup>,
    /// How much days of a group differ; `None` when no group has two days with calls.
    pub overdispersion: Option<Overdispersion>,
    /// Variance over mean of the counts of intervals around their share of their own day's calls, all
    /// days together: 1 for a Poisson process.
    pub dispersion_within: Option<f64>,
    /// Calls by date.
    pub by_date: BTreeMap<Date, u64>,
}

/// Weekdays with the same rates.
#[derive(Clone, PartialEq, Debug)]
pub struct DayGroup {
    /// Which.
    pub weekdays: Weekdays,
    /// How many dates it rests on.
    pub n_dates: usize,
    /// Calls by interval of the day, all its dates together.
    pub counts: Vec<u64>,
}

impl DayGroup {
    /// Calls a day.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.counts.iter().sum::<u64>() as f64 / self.n_dates as f64
    }

    /// Calls per hour by interval, to four digits.
    #[must_use]
    pub fn hourly(&self, step: Duration, factor: f64) -> Vec<f64> {
        let hours = step.as_secs_f64() / 3600.0 * self.n_dates as f64;
        let rate = |count: &u64| rounded(*count as f64 * factor / hours);
        self.counts.iter().map(rate).collect()
    }
}

/// The weekdays of a week in groups: those named together, and every other alone.
#[must_use]
pub fn grouped(alike: &[Weekdays]) -> Vec<Weekdays> {
    let mut groups: Vec<Weekdays> = alike.to_vec();
    for day in 0..DAYS {
        if !alike.iter().any(|group| group.contains(day)) {
            groups.push(Weekdays(1 << day));
        }
    }
    groups.sort_by_key(|group| group.0.trailing_zeros());
    groups
}

/// Arrivals at a queue.
#[must_use]
pub fn arrivals(log: &Log, queue: QueueId, step: Duration, alike: &[Weekdays]) -> Arrivals {
    let n_steps = usize::try_from(86_400_000_000 / micros(step)).unwrap_or(1);
    let mut by_date: BTreeMap<Date, Vec<u64>> = log
        .days
        .calls
        .keys()
        .map(|date| (*date, vec![0; n_steps]))
        .collect();
    for call in log.calls.iter().filter(|call| call.queue() == queue) {
        let since = call.logged.arrived_at - midnight(call.logged.date);
        let place = usize::try_from(since / micros(step) as i64).unwrap_or(0);
        if let Some(counts) = by_date.get_mut(&call.logged.date) {
            counts[place.min(n_steps - 1)] += 1;
        }
    }
    let groups: Vec<(DayGroup, Vec<&Vec<u64>>)> = grouped(alike)
        .into_iter()
        .filter_map(|weekdays| group(weekdays, &by_date, n_steps))
        .collect();
    let totals = |days: &Vec<&Vec<u64>>| days.iter().map(|day| day.iter().sum()).collect();
    let totals: Vec<Vec<u64>> = groups.iter().map(|(_, days)| totals(days)).collect();
    Arrivals {
        step,
        overdispersion: overdispersion(&totals),
        dispersion_within: dispersion_within(&groups),
        groups: groups.into_iter().map(|(group, _)| group).collect(),
        by_date: by_date
            .into_iter()
            .map(|(date, counts)| (date, counts.iter().sum()))
            .collect(),
    }
}

fn midnight(date: Date) -> Moment {
    moment(date.at(0, 0, 0, 0))
}

/// The place of a date's weekday; Monday = 0.
#[must_use]
pub fn weekday(date: Date) -> usize {
    usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())
}

fn group(
    weekdays: Weekdays,
    by_date: &BTreeMap<Date, Vec<u64>>,
    n_steps: usize,
) -> Option<(DayGroup, Vec<&Vec<u64>>)> {
    let days = by_date
        .iter()
        .filter(|(date, _)| weekdays.contains(weekday(**date)));
    let days: Vec<&Vec<u64>> = days.map(|(_, counts)| counts).collect();
    let counts = (0..n_steps)
        .map(|k| days.iter().map(|day| day[k]).sum())
        .collect();
    let group = DayGroup {
        weekdays,
        n_dates: days.len(),
        counts,
    };
    (!days.is_empty()).then_some((group, days))
}

/// Pearson's statistic over its degrees of freedom, of intervals in which at least one call is expected.
fn dispersion_within(groups: &[(DayGroup, Vec<&Vec<u64>>)]) -> Option<f64> {
    let (mut sum, mut freedom) = (0.0, 0.0);
    for (group, days) in groups {
        let all = group.counts.iter().sum::<u64>() as f64;
        let busy: Vec<usize> = (0..group.counts.len())
            .filter(|k| group.counts[*k] as f64 / group.n_dates as f64 >= 1.0)
            .collect();
        if days.len() < 2 || busy.len() < 2 {
            continue;
        }
        for day in days {
            let own = day.iter().sum::<u64>() as f64;
            for k in &busy {
                let expected = own * group.counts[*k] as f64 / all;
                if expected > 0.0 {
                    sum += (day[*k] as f64 - expected).powi(2) / expected;
                }
            }
        }
        freedom += (days.len() - 1) as f64 * (busy.len() - 1) as f64;
    }
    (freedom > 0.0).then(|| sum / freedom)
}
