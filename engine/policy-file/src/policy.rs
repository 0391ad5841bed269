//! The content of a policy file: the engine's policy, the names behind its ids and the parts
//! that belong to the drivers (routes, opening hours, rollout).

use std::time::Duration;

use engine::Policy;
use engine::id::QueueId;
use engine::policy::Share;

use crate::hours::Hours;
use crate::names::Names;

/// A checked policy file. Equal files have equal [`PolicyFile::digest`]s.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicyFile {
    /// Passes [`Policy::check`].
    pub policy: Policy,
    /// The names of its queues and of the classes its priorities name.
    pub names: Names,
    /// Which number reaches which queue; the server's business.
    pub routes: Vec<Route>,
    /// By [`QueueId`]: when the queue is open; `None` = always (`opens_at_start`).
    pub hours: Vec<Option<Hours>>,
    /// How features are rolled out; `None` = by hand.
    pub rollout: Option<Rollout>,
}

/// Where a call to a number goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// Calls to this number.
    Number {
        /// E.164, `+` and 2 to 15 digits.
        number: String,
        /// The queue they join.
        queue: QueueId,
    },
    /// Calls to every other number; at most one.
    Default {
        /// The queue they join.
        queue: QueueId,
    },
}

/// A staged rollout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rollout {
    /// Ascending shares, each above 0.
    pub stages: Vec<Share>,
    /// How long a stage must stay healthy before the next; above 0.
    pub hold: Duration,
    /// The alerts that roll back; keys of the `alerts` section.
    pub rollback_on: Vec<Guard>,
}

/// An alert that may roll a stage back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Guard {
    /// `success_rate_drop`.
    SuccessRateDrop,
    /// `store_latency_factor`.
    StoreLatencyFactor,
    /// `agent_availability`.
    AgentAvailability,
    /// `queue_length`.
    QueueLength,
}

impl Guard {
    /// Every guard.
    pub const ALL: [Guard; 4] = [
        Guard::SuccessRateDrop,
        Guard::StoreLatencyFactor,
        Guard::AgentAvailability,
        Guard::QueueLength,
    ];

    /// Its key in the `alerts` section.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Guard::SuccessRateDrop => "success_rate_drop",
            Guard::StoreLatencyFactor => "store_latency_factor",
            Guard::AgentAvailability => "agent_availability",
            Guard::QueueLength => "queue_length",
        }
    }
}
