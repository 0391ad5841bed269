//! What the engine believes, for whoever asks: where a call stands and why it is not routed, what
//! each part of an agent's availability says and until when, how long a queue is.
//!
//! Read-only and off the hot path: a question costs O(n) in the agents of a queue, and asking
//! changes no output. A view is as of the engine's last step; what has come due since shows its
//! deadline in the past until [`Engine::advance_to`] is called. `changes_at` is the earliest
//! moment at which the engine's own clocks change a thing; news from outside (an agent signs in, a
//! call ends, a heartbeat) may come earlier, and `None` means that only they can change it.

mod agent;
mod call;
mod queue;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

pub use agent::{AgentActivity, AgentView, Bar, DeviceState, Hindrance};
pub use call::{CallState, CallView, Reason, Why};
pub use queue::QueueView;

use crate::breaker::Breaker;
use crate::engine::{self, Engine};
use crate::id::{AgentId, CallId, QueueId};
use crate::output::{Alert, BreakerState};
use crate::policy::{Feature, Share};
use crate::time::Timestamp;

/// The engine as it stands, seen at one moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    engine: &'a Engine,
    now: Timestamp,
}

/// How strict a call is about an agent's availability: fixed by its features at arrival. An agent
/// that meets one meets all before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Demand {
    /// Its status says available.
    Available,
    /// ... and its heartbeat lease is live.
    Alive,
    /// ... and its device is connected, or in its grace.
    Reachable,
}

/// A breaker and the end of its open span.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BreakerView {
    /// Closed, open or half-open.
    pub state: BreakerState,
    /// When an open one lets a probe through; `None` unless it is open.
    pub until: Option<Timestamp>,
}

/// The carrier as the engine sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CarrierView {
    /// Its breaker.
    pub breaker: BreakerView,
    /// Half-open, and its one probe is out.
    pub is_probing: bool,
    /// When pacing lets the next leg through; `None` = now.
    pub next_leg: Option<Timestamp>,
}

/// A feature's share of the callers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeatureView {
    /// Which.
    pub feature: Feature,
    /// In force, for the callers to come.
    pub share: Share,
    /// The policy's own.
    pub policy: Share,
    /// Set at runtime: it outlives the policy until it is set again or cleared.
    pub is_set: bool,
}

impl Engine {
    /// The engine as it stands, seen at `now`.
    ///
    /// # Panics
    /// If `now` is before the last step: a bug of the driver.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> View<'_> {
        assert!(now >= self.now, "time ran backwards: a bug of the driver");
        View { engine: self, now }
    }
}

impl<'a> View<'a> {
    /// The moment of the view.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The calls in hand, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<CallId> {
        let mut calls: Vec<CallId> = self.engine.calls.iter().map(|(_, call)| call.id).collect();
        calls.sort_unstable();
        calls
    }

    /// A call in hand.
    #[must_use]
    pub fn call(&self, call: CallId) -> Option<CallView> {
        let slot = self.engine.calls.slot(call)?;
        Some(self.view_call(slot))
    }

    /// Every agent that was ever assigned.
    pub fn agents(&self) -> impl Iterator<Item = AgentView> + 'a {
        let view = *self;
        (0..self.engine.agents.len()).map(move |i| view.view_agent(AgentId(i as u32)))
    }

    /// An agent.
    #[must_use]
    pub fn agent(&self, agent: AgentId) -> Option<AgentView> {
        self.engine.agents.get(agent.index())?;
        Some(self.view_agent(agent))
    }

    /// Every queue of the policy.
    pub fn queues(&self) -> impl Iterator<Item = QueueView> + 'a {
        let view = *self;
        (0..self.engine.queues.len()).map(move |i| view.view_queue(QueueId(i as u16)))
    }

    /// A queue.
    #[must_use]
    pub fn queue(&self, queue: QueueId) -> Option<QueueView> {
        self.engine.queues.get(queue.index())?;
        Some(self.view_queue(queue))
    }

    /// The carrier.
    #[must_use]
    pub fn carrier(&self) -> CarrierView {
        let carrier = &self.engine.carrier;
        let slot = self.engine.slots.nth(engine::slots::CARRIER_BREAKER);
        CarrierView {
            breaker: breaker_view(carrier.breaker, self.engine.timers.deadline(slot)),
            is_probing: carrier.is_probing(),
            next_leg: Some(carrier.next_leg).filter(|at| *at > self.now),
        }
    }

    /// The features, each with its share in force and where that comes from.
    #[must_use]
    pub fn features(&self) -> [FeatureView; 7] {
        Feature::ALL.map(|feature| FeatureView {
            feature,
            share: self.engine.policy.features.share(feature),
            policy: self.engine.policy_features.share(feature),
            is_set: self.engine.overrides[feature as usize].is_some(),
        })
    }

    /// The alerts that are raised, the earliest first.
    #[must_use]
    pub fn alerts(&self) -> &'a [Alert] {
        self.engine.alerts.raised()
    }
}

fn breaker_view(breaker: Breaker, until: Option<Timestamp>) -> BreakerView {
    let state = match breaker {
        Breaker::Closed { .. } => BreakerState::Closed,
        Breaker::Open { .. } => BreakerState::Open,
        Breaker::HalfOpen { .. } => BreakerState::HalfOpen,
    };
    BreakerView {
        state,
        until: until.filter(|_| breaker.is_open()),
    }
}
