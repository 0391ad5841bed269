//! The switches that are rolled out by share of callers.

use serde::{Deserialize, Serialize};

/// A share of the callers in hundredths of a percent, 0..=10,000.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Share(pub u16);

impl Share {
    /// Nobody.
    pub const NONE: Share = Share(0);
    /// Everybody.
    pub const ALL: Share = Share(10_000);
}

/// A switch that is rolled out by share of callers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Feature {
    /// An agent must have a live heartbeat lease to be offered a call.
    AgentHeartbeat,
    /// ... and a reachable device (implies the heartbeat).
    EnhancedDiscovery,
    /// The call is held in a queue instead of the single-attempt legacy flow.
    EnhancedQueue,
    /// The queue's own discovery finds the agent, instead of a scan every `slow_poll`.
    ContinuousDiscovery,
    /// The class's head start counts.
    PriorityQueue,
    /// `best_score` chooses the agent instead of the queue's rotation.
    LoadBalancing,
    /// A callback is offered.
    Callback,
}

impl Feature {
    /// Every feature, in the order of the plan's phases.
    pub const ALL: [Feature; 7] = [
        Feature::AgentHeartbeat,
        Feature::EnhancedDiscovery,
        Feature::EnhancedQueue,
        Feature::ContinuousDiscovery,
        Feature::PriorityQueue,
        Feature::LoadBalancing,
        Feature::Callback,
    ];

    /// The feature's key in a policy file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Feature::AgentHeartbeat => "agent_heartbeat",
            Feature::EnhancedDiscovery => "enhanced_discovery",
            Feature::EnhancedQueue => "enhanced_queue",
            Feature::ContinuousDiscovery => "continuous_discovery",
            Feature::PriorityQueue => "priority_queue",
            Feature::LoadBalancing => "load_balancing",
            Feature::Callback => "callback",
        }
    }
}

/// The share of callers that has each [`Feature`], indexed by `Feature as usize`.
///
/// A caller has one bucket (0..10,000) for all features, and has every feature whose share is
/// above it: the callers of a 10 % feature are among those of a 25 % one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Features(pub [Share; 7]);

impl Features {
    /// Every feature for every caller.
    pub const ALL: Features = Features([Share::ALL; 7]);

    /// The share of `feature`.
    #[must_use]
    pub const fn share(&self, feature: Feature) -> Share {
        self.0[feature as usize]
    }
    /// Sets the share of `feature`.
    pub const fn set(&mut self, feature: Feature, share: Share) {
        self.0[feature as usize] = share;
    }
}
