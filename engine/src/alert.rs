//! The plan's alerts, measured from what happened in a sliding window.
//!
//! The window is five buckets long and moves by one bucket at a time, on a grid from the epoch. A
//! long queue is the exception: it raises its alert in the step in which it becomes too long.
//!
//! The success rate is taken over `min_calls` calls at least: where the window has fewer, what it looks at
//! reaches back until it has. A drop is shown when it is larger than the policy's and than chance explains.
//!
//! A policy that turns the alerts on, or changes the length of the window, begins a window at the next
//! moment of its grid: it says nothing until it is full, and holds nothing that was counted in
//! another length or while nobody watched. What was counted until then is history: it goes into the
//! usual success rate, and the store's usual latency stays what it was. An alert that is raised stays
//! so until the first full window has judged.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::id::QueueId;
use crate::output::{Alert, Event, Outbox};
use crate::policy::Alerts;
use crate::scan::grid;
use crate::time::{Micros, Timestamp, micros};

const BUCKETS: usize = 5;

/// Calls that got an outcome.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Outcomes {
    connected: u64,
    ended: u64,
}

impl Outcomes {
    fn add(&mut self, other: Outcomes) {
        self.connected += other.connected;
        self.ended += other.ended;
    }
}

/// What happened in a fifth of a window.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Bucket {
    outcomes: Outcomes,
    /// Agent-time wanting work, and of that reachable.
    wanting: u64,
    reachable: u64,
    latency: u64,
    n_latency: u64,
}

impl Bucket {
    fn add(&mut self, other: &Bucket) {
        self.outcomes.add(other.outcomes);
        self.wanting += other.wanting;
        self.reachable += other.reachable;
        self.latency = self.latency.saturating_add(other.latency);
        self.n_latency += other.n_latency;
    }
}

/// The memory of the alerts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AlertWatch {
    /// A queue longer than this raises its alert; `None` = no alerts at all.
    limit: Option<u32>,
    /// The length of a bucket; `None` = no window, what happens is history at once.
    length: Option<Micros>,
    /// `now` began between two moments of the grid: it is history when it is over.
    is_broken: bool,
    now: Bucket,
    /// The full buckets of the window, oldest first.
    window: Vec<Bucket>,
    /// Buckets closed since the window began.
    turns: u64,
    /// The buckets that the success rate is taken over, those without an outcome left out, each with
    /// its turn, oldest first: as many as `min_calls` at most, and the window's.
    recent: VecDeque<(u64, Outcomes)>,
    /// Their sum.
    in_recent: Outcomes,
    /// Everything before.
    before: Outcomes,
    wanting: u64,
    reachable: u64,
    counted_to: Timestamp,
    /// Mean store latency of the first full window.
    baseline_latency: Option<Micros>,
    raised: Vec<Alert>,
    /// Queues that became too long in this step.
    long: Vec<QueueId>,
}

impl AlertWatch {
    /// A call got an outcome.
    #[inline]
    pub(crate) fn ended(&mut self, connected: bool) {
        self.now.outcomes.ended += 1;
        self.now.outcomes.connected += u64::from(connected);
    }

    /// One store commit.
    pub(crate) fn store_latency(&mut self, latency: Micros) {
        self.now.latency = self.now.latency.saturating_add(latency);
        self.now.n_latency += 1;
    }

    /// A queue has this many calls in line.
    #[inline]
    pub(crate) fn lengthened(&mut self, queue: QueueId, in_line: u32) {
        if self.limit.is_some_and(|limit| in_line > limit)
            && !self.raised.contains(&Alert::QueueLength(queue))
            && !self.long.contains(&queue)
        {
            self.long.push(queue);
        }
    }

    /// An agent's part in the availability changed: `None` = wants no work, else whether it can
    /// be reached.
    pub(crate) fn recount(&mut self, now: Timestamp, was: Option<bool>, is: Option<bool>) {
        self.count_to(now);
        let part = |counted: Option<bool>| {
            (
                u64::from(counted.is_some()),
                u64::from(counted == Some(true)),
            )
        };
        let ((w0, r0), (w1, r1)) = (part(was), part(is));
        self.wanting = self.wanting + w1 - w0;
        self.reachable = self.reachable + r1 - r0;
    }

    /// The alerts that are raised, the earliest first.
    pub(crate) fn raised(&self) -> &[Alert] {
        &self.raised
    }

    /// Some queue became too long in this step.
    #[inline]
    pub(crate) fn has_long_queues(&self) -> bool {
        !self.long.is_empty()
    }

    fn count_to(&mut self, now: Timestamp) {
        let span = now.since(self.counted_to);
        self.now.wanting += self.wanting * span;
        self.now.reachable += self.reachable * span;
        self.counted_to = now;
    }

    /// Takes the length of a bucket; a new one begins a new window.
    fn take_length(&mut self, now: Timestamp, length: Option<Micros>) {
        if length == self.length {
            return;
        }
        self.count_to(now);
        self.before.add(core::mem::take(&mut self.now).outcomes);
        self.before.add(core::mem::take(&mut self.in_recent));
        self.recent.clear();
        self.window.clear();
        self.turns = 0;
        self.length = length;
        self.is_broken = length.is_some_and(|length| !now.0.is_multiple_of(length));
    }

    /// Closes a bucket; the sum of the window when it is full. The success rate is to be taken over
    /// `least` calls, if the window has not more.
    fn turn(&mut self, now: Timestamp, least: u64) -> Option<Bucket> {
        self.count_to(now);
        let bucket = core::mem::take(&mut self.now);
        if core::mem::take(&mut self.is_broken) {
            self.before.add(bucket.outcomes);
            return None;
        }
        self.turns += 1;
        if bucket.outcomes.ended > 0 {
            self.recent.push_back((self.turns, bucket.outcomes));
            self.in_recent.add(bucket.outcomes);
        }
        while let Some((turn, oldest)) = self.recent.front().copied()
            && turn + BUCKETS as u64 <= self.turns
            && self.in_recent.ended - oldest.ended >= least
        {
            self.recent.pop_front();
            self.in_recent.ended -= oldest.ended;
            self.in_recent.connected -= oldest.connected;
            self.before.add(oldest);
        }
        self.window.push(bucket);
        if self.window.len() > BUCKETS {
            self.window.remove(0);
        }
        (self.window.len() == BUCKETS).then(|| {
            let mut sum = Bucket::default();
            for bucket in &self.window {
                sum.add(bucket);
            }
            sum
        })
    }
}

impl Engine {
    /// Starts (or stops) the alert windows as the policy says; one of the same length runs on.
    pub(crate) fn arm_alerts(&mut self, now: Timestamp) {
        let length = self.policy.alerts.map(|alerts| bucket_length(&alerts));
        self.alerts.take_length(now, length);
        match self.policy.alerts {
            Some(alerts) => {
                self.alerts.limit = Some(alerts.queue_length);
                let bucket = bucket_length(&alerts);
                self.arm_alert_window(grid(now, bucket));
                // Some may be too long under a new limit.
                for (i, queue) in self.queues.iter().enumerate() {
                    self.alerts.lengthened(QueueId(i as u16), queue.in_line);
                }
            }
            None => {
                self.alerts.limit = None;
                self.disarm_alert_window();
            }
        }
    }

    /// Nobody watches any more what these are about: the policy has no alerts, or not that queue.
    pub(crate) fn clear_stale_alerts(&mut self, now: Timestamp, out: &mut Outbox) {
        let watches = self.policy.alerts.is_some();
        let queues = self.queues.len();
        self.alerts.raised.retain(|alert| {
            let is_there = match alert {
                Alert::QueueLength(queue) => queue.index() < queues,
                Alert::SuccessRate | Alert::StoreLatency | Alert::AgentAvailability => true,
            };
            if !(watches && is_there) {
                out.event(now, Event::AlertCleared { alert: *alert });
            }
            watches && is_there
        });
    }

    /// Raises the alert of every queue that is too long at the end of this step.
    pub(crate) fn raise_queue_alerts(&mut self, now: Timestamp, out: &mut Outbox) {
        let mut long = core::mem::take(&mut self.alerts.long);
        long.sort_unstable();
        for queue in &long {
            let length = self.queues[queue.index()].in_line;
            let over = self.alerts.limit.is_some_and(|limit| length > limit);
            let alert = Alert::QueueLength(*queue);
            self.set_alert(now, alert, over.then_some(u64::from(length)), out);
        }
        self.alerts.long = long;
        self.alerts.long.clear();
    }

    pub(crate) fn alert_window_over(&mut self, now: Timestamp, out: &mut Outbox) {
        let Some(rules) = self.policy.alerts else {
            return;
        };
        let bucket = bucket_length(&rules);
        self.arm_alert_window(grid(now, bucket));
        let least = u64::from(rules.min_calls).max(1);
        if let Some(window) = self.alerts.turn(now, least) {
            let (recent, before) = (self.alerts.in_recent, self.alerts.before);
            let success = success_alert(recent, before, &rules);
            self.set_alert(now, Alert::SuccessRate, success, out);
            let availability = (u128::from(window.reachable) * 10_000)
                .checked_div(u128::from(window.wanting))
                .map(|share| share as u64)
                .filter(|share| *share < u64::from(rules.agent_availability.0));
            self.set_alert(now, Alert::AgentAvailability, availability, out);
            let latency = self.store_alert(&window, u64::from(rules.store_latency_factor_milli));
            self.set_alert(now, Alert::StoreLatency, latency, out);
        }
        for i in 0..self.queues.len() {
            let alert = Alert::QueueLength(QueueId(i as u16));
            if self.queues[i].in_line <= rules.queue_length {
                self.set_alert(now, alert, None, out);
            }
        }
    }

    pub(crate) fn store_latency_measured(&mut self, latency: Duration) {
        self.alerts.store_latency(micros(latency));
    }

    fn store_alert(&mut self, window: &Bucket, factor_milli: u64) -> Option<u64> {
        let mean = window.latency.checked_div(window.n_latency)?;
        let baseline = *self.alerts.baseline_latency.get_or_insert(mean.max(1));
        let factor = mean.saturating_mul(1000) / baseline;
        (factor > factor_milli).then_some(factor)
    }

    fn set_alert(&mut self, now: Timestamp, alert: Alert, value: Option<u64>, out: &mut Outbox) {
        let place = self
            .alerts
            .raised
            .iter()
            .position(|raised| *raised == alert);
        match (value, place) {
            (Some(value), None) => {
                self.alerts.raised.push(alert);
                out.event(now, Event::AlertRaised { alert, value });
            }
            (None, Some(place)) => {
                self.alerts.raised.remove(place);
                out.event(now, Event::AlertCleared { alert });
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

fn bucket_length(rules: &Alerts) -> Micros {
    micros(rules.window) / BUCKETS as u64
}

/// The recent success rate in hundredths of a percent, if it is too far below that of everything
/// before: by more than the policy's drop, and by more than chance explains, were the two one rate (pooled
/// two-sample test of proportions).
fn success_alert(recent: Outcomes, before: Outcomes, rules: &Alerts) -> Option<u64> {
    let least = u64::from(rules.min_calls).max(1);
    if recent.ended < least || before.ended < least {
        return None;
    }
    let rate = |connected: u64, ended: u64| u128::from(connected) * 10_000 / u128::from(ended);
    let now = rate(recent.connected, recent.ended);
    let fallen = rate(before.connected, before.ended).saturating_sub(now);
    let (n, m) = (u128::from(recent.ended), u128::from(before.ended));
    let both = rate(
        recent.connected + before.connected,
        recent.ended + before.ended,
    );
    let z = u128::from(rules.standard_errors);
    let is_beyond_chance = fallen * fallen * n * m > z * z * both * (10_000 - both) * (n + m);
    (fallen > u128::from(rules.success_rate_drop.0) && is_beyond_chance).then_some(now as u64)
}
