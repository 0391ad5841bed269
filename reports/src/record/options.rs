//! What a [`Recorder`](super::Recorder) must be told before it starts: the window in which things
//! count, the thresholds of the measures, and how much to keep.
//!
//! Never changes during a replication.

use engine::policy::RetryAfter;
use engine::time::{Micros, Timestamp};

/// Everything a recorder needs to know beforehand. Spans are microseconds.
#[derive(Clone, PartialEq, Debug)]
pub struct RecorderOptions {
    /// Calls that arrive earlier are followed but not counted. Below `horizon`.
    pub warm_up: Timestamp,
    /// Calls that arrive at or after it are not counted; time averages end here.
    pub horizon: Timestamp,
    /// Queues of the policy, at least 1.
    pub n_queues: u16,
    /// Caller classes, at least 1.
    pub n_classes: u16,
    /// The T of "x % within T".
    pub threshold: Micros,
    /// A hang-up within this wait is left out of `abandonment_rate_net`.
    pub short_abandon: Micros,
    /// Which level of belief the headline `availability_accuracy` and the series speak of.
    pub availability_level: AvailabilityLevel,
    /// The strictest level of which the engine is given signs. Nobody sends heartbeats where nothing looks at
    /// them, and what would be believed at a stricter level is then no measure of anything.
    pub signs_up_to: AvailabilityLevel,
    /// By queue: how long an agent rests after a missed offer, as in the policy (never after the
    /// legacy flow's); needed by `discovery_rate` only. Queues beyond the end: no rest.
    pub retry_after: Box<[RetryAfter]>,
    /// By queue: it never announces waits, so that its calls cannot be told one; needed by
    /// `estimate_announced_rate` only. Queues beyond the end announce.
    pub silent: Box<[bool]>,
    /// Bins of the series over time; `None` = no series and no charts over time.
    pub series_step: Option<Micros>,
    /// Keep a row per call (memory grows with the calls).
    pub calls_csv: bool,
    /// Keep what each caller was told of its wait (memory grows with the calls).
    pub told: bool,
    /// Store operations of one discovery scan.
    pub ops_per_scan: f64,
    /// Store operations of one scan per call that waits.
    pub ops_per_waiting_call: f64,
    /// What a connected call is worth, in the scenario's currency.
    pub value_per_call: f64,
}

impl RecorderOptions {
    /// Count from `warm_up` to `horizon`, with one queue, one class and the documented defaults:
    /// T = 20 s, short hang-ups 5 s, a store without cost, no series, no rows.
    #[must_use]
    pub fn new(warm_up: Timestamp, horizon: Timestamp) -> Self {
        RecorderOptions {
            warm_up,
            horizon,
            n_queues: 1,
            n_classes: 1,
            threshold: 20_000_000,
            short_abandon: 5_000_000,
            availability_level: AvailabilityLevel::Device,
            signs_up_to: AvailabilityLevel::Device,
            retry_after: Box::default(),
            silent: Box::default(),
            series_step: None,
            calls_csv: false,
            told: false,
            ops_per_scan: 0.0,
            ops_per_waiting_call: 0.0,
            value_per_call: 0.0,
        }
    }

    pub(crate) fn window(&self) -> Window {
        Window {
            from: self.warm_up,
            to: self.horizon,
        }
    }
}

/// How much is looked at before an agent is believed available; each includes the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AvailabilityLevel {
    /// The agent's own status (legacy).
    Status,
    /// ... and a live heartbeat lease.
    Heartbeat,
    /// ... and a reachable device.
    Device,
}

impl AvailabilityLevel {
    /// From loosest to strictest.
    pub const ALL: [AvailabilityLevel; 3] = [
        AvailabilityLevel::Status,
        AvailabilityLevel::Heartbeat,
        AvailabilityLevel::Device,
    ];
}

/// The half-open span `[from, to)` in which arrivals count and over which time is averaged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Window {
    /// Something at `at` counts.
    #[inline]
    pub(crate) fn contains(self, at: Timestamp) -> bool {
        // One comparison: an earlier time wraps round to a great span.
        at.0.wrapping_sub(self.from.0) < self.to.0.wrapping_sub(self.from.0)
    }
    /// The part of `[since, until)` inside the window.
    #[inline]
    pub(crate) fn overlap(self, since: Timestamp, until: Timestamp) -> Micros {
        until.min(self.to).since(since.max(self.from))
    }
}
