//! Alerts, from a log of everything that happened: each window is added up anew.

use std::time::Duration;

use engine::id::QueueId;
use engine::output::Alert;
use engine::policy::Alerts;
use engine::time::micros;
use engine::{Event, Timestamp};

use super::Reference;
use super::matching::grid;

/// A window is so many parts long and moves by one.
const PARTS: usize = 5;

#[derive(Clone, Copy, Debug)]
enum Entry {
    /// A call got an outcome: connected or not.
    Outcome(bool),
    /// One store commit, in microseconds.
    Latency(u64),
    /// So many agents want work, and so many of them can be reached.
    Agents(Timestamp, u64, u64),
    /// A part of a window is over.
    PartOver(Timestamp),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Alarms {
    log: Vec<Entry>,
    pub(super) window_at: Option<Timestamp>,
    /// How long a part is; `None` = nobody watches.
    part: Option<u64>,
    /// The place in the log before the first part that may belong to a window.
    begun: usize,
    /// The place in the log from which on the success rate is taken.
    recent_from: usize,
    /// The part that runs began between two moments of the grid.
    is_partial: bool,
    raised: Vec<Alert>,
    /// Mean store latency of the first full window that has one.
    usual_latency: Option<u64>,
}

/// What happened in a stretch of the log.
#[derive(Default)]
struct Sums {
    connected: u64,
    ended: u64,
    latency: u64,
    commits: u64,
    /// Agent-time, in microseconds.
    wanting: u128,
    reachable: u128,
}

impl Alarms {
    pub(super) fn heard(&mut self, event: &Event) {
        if matches!(event, Event::CallConnected { .. }) {
            self.log.push(Entry::Outcome(true));
        }
        if matches!(
            event,
            Event::CallAbandoned { .. }
                | Event::CallRefused { .. }
                | Event::CallTimedOut { .. }
                | Event::CallFailed { .. }
                | Event::VoicemailTaken { .. }
                | Event::CallbackFailed { .. }
        ) {
            self.log.push(Entry::Outcome(false));
        }
    }

    pub(super) fn store_took(&mut self, latency: Duration) {
        self.log.push(Entry::Latency(micros(latency)));
    }

    pub(super) fn counted(&mut self, now: Timestamp, wanting: u64, reachable: u64) {
        let last = self.log.iter().rev().find_map(|entry| match entry {
            Entry::Agents(_, wanting, reachable) => Some((*wanting, *reachable)),
            Entry::Outcome(_) | Entry::Latency(_) | Entry::PartOver(_) => None,
        });
        if last.unwrap_or_default() != (wanting, reachable) {
            self.log.push(Entry::Agents(now, wanting, reachable));
        }
    }

    /// The places in the log after the ends of parts.
    fn part_ends(&self) -> Vec<usize> {
        (self.begun..self.log.len())
            .filter(|i| matches!(self.log[*i], Entry::PartOver(_)))
            .map(|i| i + 1)
            .collect()
    }

    fn sums(&self, from: usize, to: usize) -> Sums {
        let mut sums = Sums::default();
        let mut agents = (Timestamp::ZERO, 0, 0);
        for (i, entry) in self.log[..to].iter().enumerate() {
            let counts = i >= from;
            match *entry {
                Entry::Outcome(connected) if counts => {
                    sums.ended += 1;
                    sums.connected += u64::from(connected);
                }
                Entry::Latency(latency) if counts => {
                    sums.commits += 1;
                    sums.latency += latency;
                }
                Entry::Outcome(_) | Entry::Latency(_) => {}
                Entry::Agents(at, ..) | Entry::PartOver(at) => {
                    let (since, wanting, reachable) = agents;
                    if counts {
                        let span = u128::from(at.since(since));
                        sums.wanting += u128::from(wanting) * span;
                        sums.reachable += u128::from(reachable) * span;
                    }
                    agents = match *entry {
                        Entry::Agents(at, wanting, reachable) => (at, wanting, reachable),
                        Entry::PartOver(_) | Entry::Outcome(_) | Entry::Latency(_) => {
                            (at, wanting, reachable)
                        }
                    };
                }
            }
        }
        sums
    }
}

impl Reference {
    pub(super) fn set_alarm_window(&mut self, now: Timestamp) {
        let part = self.policy.alerts.map(|rules| part(&rules));
        self.alarms.window_at = part.map(|part| grid(now, part));
        if part != self.alarms.part {
            self.alarms.log.push(Entry::PartOver(now));
            self.alarms.begun = self.alarms.log.len();
            self.alarms.recent_from = self.alarms.begun;
            self.alarms.is_partial = part.is_some_and(|part| !now.0.is_multiple_of(part));
            self.alarms.part = part;
        }
    }

    /// An alarm of what nobody watches any more is over.
    pub(super) fn drop_alarms(&mut self, now: Timestamp) {
        for alert in self.alarms.raised.clone() {
            let is_gone =
                matches!(alert, Alert::QueueLength(queue) if queue.index() >= self.queues.len());
            if is_gone || self.policy.alerts.is_none() {
                self.set_alarm(now, alert, None);
            }
        }
    }

    pub(super) fn raise_long_queues(&mut self, now: Timestamp) {
        let Some(rules) = self.policy.alerts else {
            return;
        };
        for queue in (0..self.queues.len()).map(|i| QueueId(i as u16)) {
            let length = self.n_in_line(queue);
            if length > rules.queue_length {
                self.set_alarm(now, Alert::QueueLength(queue), Some(u64::from(length)));
            }
        }
    }

    pub(super) fn alarm_window_over(&mut self, now: Timestamp) {
        let Some(rules) = self.policy.alerts else {
            return;
        };
        self.alarms.window_at = Some(grid(now, part(&rules)));
        self.alarms.log.push(Entry::PartOver(now));
        if self.alarms.is_partial {
            self.alarms.is_partial = false;
            self.alarms.begun = self.alarms.log.len();
            self.alarms.recent_from = self.alarms.begun;
        }
        let ends = self.alarms.part_ends();
        if ends.len() >= PARTS {
            let begin = if ends.len() == PARTS {
                self.alarms.begun
            } else {
                ends[ends.len() - PARTS - 1]
            };
            let end = ends[ends.len() - 1];
            let window = self.alarms.sums(begin, end);
            // Back from the window to the latest end of a part that leaves enough outcomes after it.
            let enough = u64::from(rules.min_calls).max(1);
            let from = ends
                .iter()
                .copied()
                .rfind(|from| *from <= begin && self.alarms.sums(*from, end).ended >= enough);
            let recent_from = &mut self.alarms.recent_from;
            *recent_from = (*recent_from).max(from.unwrap_or(0));
            let recent_from = *recent_from;
            self.set_alarm(
                now,
                Alert::SuccessRate,
                fallen_success(
                    &self.alarms.sums(0, recent_from),
                    &self.alarms.sums(recent_from, end),
                    &rules,
                ),
            );
            self.set_alarm(
                now,
                Alert::AgentAvailability,
                low_availability(&window, &rules),
            );
            let latency = self.slow_store(&window, &rules);
            self.set_alarm(now, Alert::StoreLatency, latency);
        }
        for queue in (0..self.queues.len()).map(|i| QueueId(i as u16)) {
            if self.n_in_line(queue) <= rules.queue_length {
                self.set_alarm(now, Alert::QueueLength(queue), None);
            }
        }
    }

    fn slow_store(&mut self, window: &Sums, rules: &Alerts) -> Option<u64> {
        let mean = window.latency.checked_div(window.commits)?;
        let usual = *self.alarms.usual_latency.get_or_insert(mean.max(1));
        let factor = mean * 1000 / usual;
        (factor > u64::from(rules.store_latency_factor_milli)).then_some(factor)
    }

    /// Raised once with its first value, cleared once.
    fn set_alarm(&mut self, now: Timestamp, alert: Alert, value: Option<u64>) {
        let is_raised = self.alarms.raised.contains(&alert);
        match value {
            Some(value) if !is_raised => {
                self.alarms.raised.push(alert);
                self.event(now, Event::AlertRaised { alert, value });
            }
            None if is_raised => {
                self.alarms.raised.retain(|raised| *raised != alert);
                self.event(now, Event::AlertCleared { alert });
            }
            Some(_) | None => {}
        }
    }
}

fn part(rules: &Alerts) -> u64 {
    micros(rules.window) / PARTS as u64
}

fn fallen_success(before: &Sums, window: &Sums, rules: &Alerts) -> Option<u64> {
    let enough = u64::from(rules.min_calls).max(1);
    if before.ended < enough || window.ended < enough {
        return None;
    }
    let rate = |connected: u64, ended: u64| connected * 10_000 / ended;
    let now = rate(window.connected, window.ended);
    let fallen = rate(before.connected, before.ended).checked_sub(now)?;
    // The standard error of the difference of two samples of one rate; in hundredths of a percent.
    let one = rate(
        window.connected + before.connected,
        window.ended + before.ended,
    );
    let variance = (one * (10_000 - one)) as f64;
    let per_call = 1.0 / window.ended as f64 + 1.0 / before.ended as f64;
    let error = (variance * per_call).sqrt();
    let is_chance = fallen as f64 <= f64::from(rules.standard_errors) * error;
    (fallen > u64::from(rules.success_rate_drop.0) && !is_chance).then_some(now)
}

fn low_availability(window: &Sums, rules: &Alerts) -> Option<u64> {
    let share = (window.reachable * 10_000).checked_div(window.wanting)?;
    (share < u128::from(rules.agent_availability.0)).then_some(share as u64)
}
