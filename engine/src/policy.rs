//! A routing policy as checked data: what the server deploys and the simulator tests.
//!
//! Reading order: the whole, `features`, `queue`, `check` and its `errors`. This module owns the
//! types, their defaults and the rules between their fields ([`Policy::check`]). It never reads text: `policy-file` turns YAML into a `Policy` and puts names
//! to the ids used here. Every span is a [`Duration`]; every share is in hundredths of a percent.

mod check;
mod errors;
mod features;
mod queue;

use alloc::vec::Vec;
use core::time::Duration;
use serde::{Deserialize, Serialize};

pub use errors::{PolicyError, PolicyErrors};
pub use features::{Feature, Features, Share};
pub use queue::{
    Announce, AtClose, CallbackPolicy, Discovery, OfferPolicy, Priority, QueuePolicy, RetryAfter,
    Rotation, Transport, Treatment, Widen,
};

/// The whole policy. [`Policy::default`] has every feature off, no queues and no limits.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Which share of the callers gets which feature.
    pub features: Features,
    /// When an agent counts as alive and its device as connected.
    pub presence: Presence,
    /// The single-attempt flow of callers without `enhanced_queue`.
    pub legacy: Legacy,
    /// Which call a freed agent gets.
    pub select_call: SelectCall,
    /// The queues; a [`QueueId`](crate::id::QueueId) is an index into this.
    pub queues: Vec<QueuePolicy>,
    /// What the carrier allows.
    pub carrier: CarrierPolicy,
    /// When a failing agent device or the carrier is left alone for a while.
    pub breakers: Breakers,
    /// What raises an alert; `None` = no alerts.
    pub alerts: Option<Alerts>,
}

/// When an agent counts as alive and its device as connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Presence {
    /// A heartbeat's lease. At least 10 ms.
    pub heartbeat_timeout: Duration,
    /// How long a disconnected device still counts as connected.
    pub device_grace: Duration,
}

impl Default for Presence {
    fn default() -> Self {
        Presence {
            heartbeat_timeout: Duration::from_secs(45),
            device_grace: Duration::from_secs(10),
        }
    }
}

/// The legacy flow: one attempt to one agent, then this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Legacy {
    /// How long the one agent is rung. Above 0.
    pub dial_timeout: Duration,
    /// What the caller gets when the attempt fails or nobody is believed available.
    pub on_failure: LegacyFailure,
}

impl Default for Legacy {
    fn default() -> Self {
        Legacy {
            dial_timeout: Duration::from_secs(20),
            on_failure: LegacyFailure::Voicemail,
        }
    }
}

/// What follows a failed legacy attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LegacyFailure {
    /// The caller may leave a message.
    Voicemail,
    /// A goodbye and the end of the call.
    HangUp,
}

/// Which call a freed agent gets, over all queues it may serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum SelectCall {
    /// The highest score (head start + aging x waited); ties by arrival, then id.
    #[default]
    LongestWaiting,
    /// A queue at which the agent's level is lower first; then the highest score.
    LevelFirst,
}

/// What the carrier allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CarrierPolicy {
    /// Legs placed per second by us, in thousandths (1/s = 1000); `None` = no limit. Above 0.
    pub calls_per_second_milli: Option<u32>,
}

/// The circuit breakers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Breakers {
    /// Per agent device: unreachable and expired offers in a row open it.
    pub agent: Option<BreakerPolicy>,
    /// For the carrier: failed offers in a row open it.
    pub carrier: Option<BreakerPolicy>,
}

/// closed -> open with back-off -> half-open with one probe -> closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// Failures in a row that open it, at least 1.
    pub failures: u16,
    /// The first open span; doubled with each failed probe. At least 10 ms.
    pub open: Duration,
    /// The longest open span, at least `open`.
    pub max_open: Duration,
}

/// What raises an alert, measured in sliding windows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alerts {
    /// Connected / ended may fall this far below the run's own rate before, in hundredths of a
    /// percentage point.
    pub success_rate_drop: Share,
    /// Mean store latency of a window over the baseline (the first full window), in thousandths.
    pub store_latency_factor_milli: u32,
    /// (Reachable and alive) / wanting work, agent-time in the window, hundredths of a percent.
    pub agent_availability: Share,
    /// Waiting calls of one queue above this.
    pub queue_length: u32,
    /// The window. At least 5 s. Another length begins a window anew.
    pub window: Duration,
    /// Ended calls that the success rate is taken over, at least: where the window has fewer, it
    /// reaches back until it has as many. Until that many ended before them it says nothing.
    pub min_calls: u32,
    /// A fall of the success rate by no more than so many standard errors of the difference of two samples
    /// of one rate, were calls independent, may be chance. At most 100. Calls are not independent: a busy
    /// spell loses several at once, so that two or three raise alerts on healthy days.
    pub standard_errors: u32,
}
