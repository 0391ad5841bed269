//! When agents are to be there and queues are open, as tables over the whole run.
//!
//! From the horizon on nothing changes any more: whoever is there then stays until the last call
//! is served out.

use engine::id::QueueId;
use engine::time::{Micros, micros};
use policy_file::{Hours, TimeSpan, Weekdays};

use crate::scenario::{AgentGroup, Staffing};
use crate::world::local::{DAY, LocalTime};

/// A break of every agent of a group, within a window of the day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BreakPlan {
    days: Weekdays,
    pub(crate) from: Micros,
    pub(crate) window: Micros,
    pub(crate) length: Micros,
}

impl BreakPlan {
    pub(crate) fn is_on(&self, weekday: usize) -> bool {
        self.days.contains(weekday)
    }
}

pub(crate) fn breaks(group: &AgentGroup) -> Vec<BreakPlan> {
    group
        .breaks
        .iter()
        .map(|b| BreakPlan {
            days: b.days,
            from: micros(b.window.from.since_midnight()),
            window: micros(b.window.length()),
            length: micros(b.length),
        })
        .collect()
}

/// How many of the group are to be there from when on: ascending, starting at 0, changes only.
pub(crate) fn staffing(
    group: &AgentGroup,
    local: &LocalTime,
    horizon: Micros,
) -> Vec<(Micros, u32)> {
    let mut steps = match &group.staffing {
        Staffing::Count(count) if group.shifts.is_empty() => vec![(0, *count)],
        Staffing::Count(count) => {
            let spans: Vec<(Weekdays, TimeSpan)> =
                group.shifts.iter().map(|s| (s.days, s.hours)).collect();
            open_spans(&spans, local, horizon)
                .into_iter()
                .flat_map(|(from, to)| [(from, *count), (to, 0)])
                .collect()
        }
        Staffing::Table(table) => {
            let step = micros(table.step);
            let from = micros(table.from.since_midnight());
            let mut steps = Vec::new();
            // A day's steps may run past midnight: begin with the day before the epoch's. The day
            // before is counted as day 0 with its steps shifted back by a day.
            for day in 0..=local.day(horizon) + 1 {
                let values = &table.days[(local.weekday(day) + 6) % 7];
                let ends = values.len();
                for k in 0..=ends {
                    let of_day = from + step * k as u64;
                    let at = (day * DAY + of_day).checked_sub(DAY);
                    let at = at.map(|at| local.at_or_epoch(at / DAY, at % DAY));
                    steps.push((at.unwrap_or(0), values.get(k).copied().unwrap_or(0)));
                }
            }
            steps
        }
        // Whom a record brings in, no table sends home.
        Staffing::Given => return Vec::new(),
        Staffing::Dated { steps, .. } => steps
            .iter()
            .map(|(at, count)| (local.of(*at).unwrap_or(0), *count))
            .collect(),
    };
    // Later entries win at one instant; a stable sort keeps their order.
    steps.sort_by_key(|(at, _)| *at);
    let mut changes: Vec<(Micros, u32)> = vec![(0, 0)];
    for (at, count) in steps {
        if at >= horizon {
            break;
        }
        let last = changes.len() - 1;
        if changes[last].0 == at {
            changes[last].1 = count;
        } else if changes[last].1 != count {
            changes.push((at, count));
        }
    }
    changes.dedup_by(|next, before| next.1 == before.1);
    changes
}

/// When queues open and close: those that keep hours, ascending.
pub(crate) fn queue_hours(
    hours: &[Option<Hours>],
    local: &LocalTime,
    horizon: Micros,
) -> Vec<(Micros, QueueId, bool)> {
    let mut changes = Vec::new();
    for (i, hours) in hours.iter().enumerate() {
        let Some(hours) = hours else {
            continue;
        };
        let spans: Vec<(Weekdays, TimeSpan)> =
            hours.spans.iter().map(|s| (s.days, s.open)).collect();
        for (from, to) in open_spans(&spans, local, horizon) {
            changes.push((from, QueueId(i as u16), true));
            if to < horizon {
                changes.push((to, QueueId(i as u16), false));
            }
        }
    }
    changes.sort_by_key(|(at, queue, open)| (*at, *queue, *open));
    changes
}

/// The union of the spans as they fall into the run, ascending and apart.
fn open_spans(
    spans: &[(Weekdays, TimeSpan)],
    local: &LocalTime,
    horizon: Micros,
) -> Vec<(Micros, Micros)> {
    let mut all = Vec::new();
    for day in 0..=local.day(horizon) + 1 {
        // `day` counts from the day before the epoch's, for spans that run past midnight.
        let weekday = (local.weekday(day) + 6) % 7;
        for (days, span) in spans {
            if !days.contains(weekday) {
                continue;
            }
            let begin = day * DAY + micros(span.from.since_midnight());
            let end = begin + micros(span.length());
            let run = |at: Micros| {
                at.checked_sub(DAY)
                    .map(|at| local.at_or_epoch(at / DAY, at % DAY))
            };
            let (from, to) = (run(begin).unwrap_or(0), run(end).unwrap_or(0));
            if to > from && from < horizon {
                all.push((from, to));
            }
        }
    }
    all.sort_unstable();
    let mut joined: Vec<(Micros, Micros)> = Vec::new();
    for (from, to) in all {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}
