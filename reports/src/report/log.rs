//! What a log that the run replays says, beside the simulation. The driver compares; this is shown.

use serde::Serialize;

use crate::measures::Unit;

/// What was read of logs: every row that their columns files keep is in one of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct LogRows {
    /// Calls that are replayed.
    pub calls: u64,
    /// Calls outside the experiment's time, left out.
    pub outside: u64,
    /// Rows that could not be read and may be skipped.
    pub skipped: u64,
}

/// What a log recorded beside what its replay simulated. The driver compares; this is shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recorded {
    /// T of "served in time", seconds.
    pub threshold_s: f64,
    /// By half hour of the day, all days together, those without calls left out.
    pub half_hours: Vec<RecordedSpan>,
    /// The whole time.
    pub overall: RecordedSpan,
    /// Whether it is alike; `None` when a side has nobody to speak of.
    pub is_alike: Option<bool>,
    /// The verdict in a sentence.
    pub verdict: String,
    /// Why it is not closer, in sentences.
    pub reasons: Vec<String>,
}

/// One span of time of [`Recorded`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RecordedSpan {
    /// `08:30`, or `all`.
    pub name: String,
    /// The log.
    pub recorded: RecordedSide,
    /// Mean over the replications.
    pub simulated: RecordedSide,
}

/// One side of a [`RecordedSpan`]; `None` = nobody to speak of.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct RecordedSide {
    /// Calls.
    pub offered: f64,
    /// Hung up / offered.
    pub abandonment_rate: Option<f64>,
    /// Mean wait of the served, seconds.
    pub mean_wait_connected: Option<f64>,
    /// Mean wait of those who hung up, seconds.
    pub mean_wait_abandoned: Option<f64>,
    /// Served within T / offered.
    pub connected_within_threshold: Option<f64>,
}

impl RecordedSide {
    /// Its figures with their keys in files, their names, and the unit of each.
    #[must_use]
    pub fn figures(&self) -> [(&'static str, &'static str, Unit, Option<f64>); 4] {
        [
            (
                "abandonment_rate",
                "abandoned",
                Unit::Ratio,
                self.abandonment_rate,
            ),
            (
                "mean_wait_connected",
                "mean wait of the served",
                Unit::Seconds,
                self.mean_wait_connected,
            ),
            (
                "mean_wait_abandoned",
                "mean wait of those who hung up",
                Unit::Seconds,
                self.mean_wait_abandoned,
            ),
            (
                "connected_within_threshold",
                "served in time",
                Unit::Ratio,
                self.connected_within_threshold,
            ),
        ]
    }
}
