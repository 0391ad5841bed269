//! How many agents are there by weekday and interval, from when they were there on each date.
//!
//! Owns averages and their rounding. A table of whole numbers that is rounded interval by interval is off
//! by up to half an agent everywhere; here what was rounded away is carried into the next interval, so
//! that a day has the agent-hours it should have.

use std::time::Duration;

use engine::time::micros;
use jiff::civil::Date;
use policy_file::Weekdays;
use std::collections::BTreeSet;

use super::arrivals::{grouped, weekday};
use super::presence::Stretch;
use super::{Moment, moment};

/// Mean agents by weekday and interval.
#[derive(Clone, PartialEq, Debug)]
pub struct MeanStaff {
    /// The length of an interval.
    pub step: Duration,
    /// By group of weekdays: agents there on average, by interval of the day from midnight.
    pub groups: Vec<(Weekdays, Vec<f64>)>,
    /// Agent-hours in all.
    pub hours: f64,
}

/// Averages presence over the dates of each group of weekdays.
#[must_use]
pub fn mean_staff(
    stretches: &[Stretch],
    dates: &BTreeSet<Date>,
    step: Duration,
    alike: &[Weekdays],
) -> MeanStaff {
    let step_micros = micros(step) as i64;
    let n_steps = (86_400_000_000 / step_micros) as usize;
    let mut groups = Vec::new();
    for weekdays in grouped(alike) {
        let own: Vec<Moment> = dates
            .iter()
            .filter(|date| weekdays.contains(weekday(**date)))
            .map(|date| moment(date.at(0, 0, 0, 0)))
            .collect();
        if own.is_empty() {
            continue;
        }
        let mut means = vec![0.0; n_steps];
        for (k, mean) in means.iter_mut().enumerate() {
            let from = k as i64 * step_micros;
            let there = own
                .iter()
                .map(|midnight| overlap(stretches, midnight + from, step_micros));
            *mean = there.sum::<f64>() / (own.len() as f64 * step_micros as f64);
        }
        groups.push((weekdays, means));
    }
    let hours = stretches
        .iter()
        .map(|s| (s.to - s.from) as f64 / 3.6e9)
        .sum();
    MeanStaff {
        step,
        groups,
        hours,
    }
}

/// Agent-microseconds within a span.
fn overlap(stretches: &[Stretch], from: Moment, lasts: i64) -> f64 {
    let to = from + lasts;
    let inside = stretches.iter().filter(|s| s.to > from && s.from < to);
    inside
        .map(|s| (s.to.min(to) - s.from.max(from)) as f64)
        .sum()
}

impl MeanStaff {
    /// Whole agents, `scale` times as many as were seen; what rounding leaves goes on into the next
    /// interval. An interval in which next to nobody was there has nobody.
    #[must_use]
    pub fn counts(&self, scale: f64) -> Vec<(Weekdays, Vec<u32>)> {
        let whole = |means: &Vec<f64>| {
            let mut left = 0.0;
            let count = |mean: &f64| {
                if *mean < 0.05 {
                    left = 0.0;
                    return 0;
                }
                let wanted = mean * scale + left;
                let count = wanted.round().max(0.0);
                left = (wanted - count).clamp(-0.5, 0.5);
                count as u32
            };
            means.iter().map(count).collect()
        };
        self.groups
            .iter()
            .map(|(days, means)| (*days, whole(means)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_rounding_leaves_goes_on_into_the_next_interval() {
        let means = |values: &[f64]| MeanStaff {
            step: Duration::from_secs(1800),
            groups: vec![(Weekdays(1), values.to_vec())],
            hours: 0.0,
        };
        let counts = |values: &[f64], scale| means(values).counts(scale)[0].1.clone();
        assert_eq!(counts(&[2.4, 2.4, 2.4, 2.4, 2.4], 1.0), [2, 3, 2, 3, 2]);
        assert_eq!(counts(&[0.01, 1.0, 3.0], 1.0), [0, 1, 3]);
        assert_eq!(counts(&[2.0, 2.0, 2.0, 2.0], 1.25), [3, 2, 3, 2]);
    }

    #[test]
    fn presence_is_averaged_over_dates() {
        let monday = date(2026, 3, 2);
        let at = |date: Date, hour: i8, minute: i8| moment(date.at(hour, minute, 0, 0));
        let stretch = |from, to| Stretch {
            agent: "a".into(),
            from,
            to,
        };
        let next = date(2026, 3, 9);
        let stretches = [
            stretch(at(monday, 8, 0), at(monday, 9, 0)),
            stretch(at(next, 8, 30), at(next, 8, 45)),
        ];
        let dates = [monday, next].into_iter().collect();
        let staff = mean_staff(&stretches, &dates, Duration::from_secs(1800), &[]);
        assert_eq!(staff.groups.len(), 1);
        assert_eq!(staff.groups[0].1[16], 0.5);
        assert_eq!(staff.groups[0].1[17], 0.75);
        assert_eq!(staff.hours, 1.25);
    }
}
