//! What a run must show, as the scenario writes it.

use std::path::PathBuf;
use std::sync::Arc;

use engine::id::{ClassId, QueueId};
use policy_file::PolicyFile;

/// One rule about one measure.
#[derive(Clone, PartialEq, Debug)]
pub struct Gate {
    /// A measure id.
    pub measure: String,
    /// Over which calls.
    pub scope: Scope,
    /// What must hold.
    pub rule: Rule,
}

/// Which calls a gate looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All of them.
    All,
    /// Those of a queue.
    Queue(QueueId),
    /// Those of a class.
    Class(ClassId),
}

/// What must hold. Limits are in the measure's own unit (ratios 0..=1, spans in seconds).
#[derive(Clone, PartialEq, Debug)]
pub enum Rule {
    /// The measure is at least this.
    AtLeast(f64),
    /// The measure is at most this.
    AtMost(f64),
    /// The measure rises by at least this over another policy's in the same world.
    LiftAtLeast(Lift, LiftOver),
    /// The measure rises by at most this (negative: falls by at least as much).
    LiftAtMost(Lift, LiftOver),
}

/// How much a measure rises.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Lift {
    /// Relative to the other policy's value: 15 % = 0.15.
    Relative(f64),
    /// As a difference in the measure's own unit: 3 points = 0.03.
    Absolute(f64),
}

/// The policy that a lift is over: same world, same draws.
#[derive(Clone, PartialEq, Debug)]
pub struct LiftOver {
    /// Its file.
    pub path: PathBuf,
    /// Bound to the world's names.
    pub policy: Arc<PolicyFile>,
}

/// What a measure is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MeasureUnit {
    /// 0..=1, written in %.
    Ratio,
    /// A span, in seconds.
    Seconds,
    /// A plain number.
    Count,
    /// Per hour.
    PerHour,
}

/// The unit of a measure; `None` when there is no such measure.
#[must_use]
pub fn measure_unit(id: &str) -> Option<MeasureUnit> {
    MEASURES
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, unit)| *unit)
}

/// Every measure id, in the order of the glossary.
pub fn measure_ids() -> impl Iterator<Item = &'static str> {
    MEASURES.iter().map(|(id, _)| *id)
}

/// Every measure id with its unit, in the order of the glossary.
pub(super) const MEASURES: &[(&str, MeasureUnit)] = {
    use MeasureUnit::{Count, PerHour, Ratio, Seconds};
    &[
        ("offered_calls", Count),
        ("offered_callers", Count),
        ("connected_calls", Count),
        ("abandoned_calls", Count),
        ("callback_calls", Count),
        ("callback_connected_calls", Count),
        ("callback_failed_calls", Count),
        ("voicemail_calls", Count),
        ("refused_calls", Count),
        ("timed_out_calls", Count),
        ("failed_calls", Count),
        ("connection_rate", Ratio),
        ("reach_rate", Ratio),
        ("abandonment_rate", Ratio),
        ("abandonment_rate_net", Ratio),
        ("mean_wait", Seconds),
        ("wait_p50", Seconds),
        ("wait_p90", Seconds),
        ("wait_p99", Seconds),
        ("asa", Seconds),
        ("wait_probability", Ratio),
        ("service_level", Ratio),
        ("service_level_offered", Ratio),
        ("service_level_strict", Ratio),
        ("connected_within_threshold", Count),
        ("estimate_within_30s", Ratio),
        ("estimate_bias", Seconds),
        ("estimate_mae", Seconds),
        ("estimate_coverage", Ratio),
        ("estimate_announced_rate", Ratio),
        ("assignment_latency_p50", Seconds),
        ("assignment_latency_p99", Seconds),
        ("assignment_latency_max", Seconds),
        ("answer_delay", Seconds),
        ("dead_air", Seconds),
        ("availability_accuracy", Ratio),
        ("offer_reach_rate", Ratio),
        ("discovery_rate", Ratio),
        ("fallback_rate", Ratio),
        ("occupancy", Ratio),
        ("utilization", Ratio),
        ("occupancy_spread", Ratio),
        ("handled_per_agent_hour", PerHour),
        ("queue_length_mean", Count),
        ("queue_length_max", Count),
        ("rescues", Count),
        ("priority_inversions", Count),
        ("dropped_calls", Count),
        ("store_ops_per_hour", PerHour),
        ("carrier_requests_per_hour", PerHour),
        ("discovery_scans_per_hour", PerHour),
        ("added_response_latency_p99", Seconds),
        ("uptime", Ratio),
        ("revenue", Count),
    ]
};
