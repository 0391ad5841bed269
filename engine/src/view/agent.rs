//! One agent: what it wants and does, and each part of its availability with its clock.

use alloc::boxed::Box;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{BreakerView, Demand, View, breaker_view};
use crate::agent::{Activity, Agent, Device, OfferStage, slots};
use crate::call::{Need, Phase};
use crate::id::{AgentId, CallId, Level, OfferId, QueueId};
use crate::input::AgentStatus;
use crate::time::Timestamp;

/// An agent as the engine believes it to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentView {
    /// Who.
    pub agent: AgentId,
    /// What it wants.
    pub status: AgentStatus,
    /// What it does.
    pub activity: AgentActivity,
    /// Its queues and its level at each.
    pub queues: Box<[(QueueId, Level)]>,
    /// The end of its heartbeat lease; `None` = not alive.
    pub alive_until: Option<Timestamp>,
    /// Its device.
    pub device: DeviceState,
    /// Its device's breaker.
    pub breaker: BreakerView,
    /// The end of its rest from all offers; `None` = rested.
    pub rests_until: Option<Timestamp>,
    /// Since when it has had nothing to do; `None` = it has.
    pub idle_since: Option<Timestamp>,
    /// Since when it could be offered a call; `None` = it cannot.
    pub free_since: Option<Timestamp>,
    /// The strictest call it can be offered now; `None` = none.
    pub free_for: Option<Demand>,
    /// Everything that keeps it from the strictest calls, in the order of [`Bar`].
    pub hindrances: Vec<Hindrance>,
}

/// What an agent is doing, in the order of a call's life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum AgentActivity {
    /// Nothing.
    Idle,
    /// Kept for a callback, until then at the latest.
    Reserved {
        /// The callback.
        call: CallId,
        /// The deadline.
        until: Option<Timestamp>,
    },
    /// Asked, and until then at the latest.
    Offered {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// Its device rings.
        rings: bool,
        /// The deadline.
        until: Option<Timestamp>,
    },
    /// It has answered; to be bridged until then.
    Answered {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// The deadline.
        until: Option<Timestamp>,
    },
    /// With a caller.
    Talking {
        /// The call.
        call: CallId,
        /// Since the bridge.
        since: Timestamp,
    },
    /// After-call work, until then at the latest.
    WrapUp {
        /// The deadline.
        until: Option<Timestamp>,
    },
}

/// The registration of an agent's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DeviceState {
    /// Registered.
    Connected,
    /// Disconnected, and counted as connected until then.
    Grace {
        /// The end of the grace.
        until: Option<Timestamp>,
    },
    /// Gone.
    Unreachable,
}

/// What keeps an agent from a call, in order of precedence: what it wants, what it may, what it
/// does, what it can.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Bar {
    /// Signed out.
    SignedOut,
    /// On a break.
    OnBreak,
    /// The call has not widened to its level.
    OtherLevel,
    /// It has something to do: reserved, offered, talking, in after-call work.
    Busy,
    /// Its heartbeat lease has run out.
    NotAlive,
    /// Its device is gone.
    Unreachable,
    /// Its device's breaker is open.
    BreakerOpen,
    /// It rests after an offer it missed.
    Resting,
}

/// One thing that keeps an agent from calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hindrance {
    /// What.
    pub bar: Bar,
    /// When it is over by the engine's own clocks; `None` = only news from outside ends it.
    pub changes_at: Option<Timestamp>,
}

impl From<Need> for Demand {
    fn from(need: Need) -> Self {
        match need {
            Need::Status => Demand::Available,
            Need::Alive => Demand::Alive,
            Need::Reachable => Demand::Reachable,
        }
    }
}

impl View<'_> {
    pub(super) fn view_agent(&self, agent: AgentId) -> AgentView {
        let who = &self.engine.agents[agent.index()];
        let deadline = |nth| self.engine.timers.deadline(who.timers.nth(nth));
        let free_for = who.offerable();
        AgentView {
            agent,
            status: who.status,
            activity: self.activity(who),
            queues: Box::from(&who.queues[..]),
            alive_until: deadline(slots::LEASE).filter(|_| who.alive),
            device: match who.device {
                Device::Connected => DeviceState::Connected,
                Device::Grace => DeviceState::Grace {
                    until: deadline(slots::GRACE),
                },
                Device::Unreachable => DeviceState::Unreachable,
            },
            breaker: breaker_view(who.breaker, deadline(slots::BREAKER)),
            rests_until: deadline(slots::REST).filter(|_| who.resting),
            idle_since: Some(who.idle_since).filter(|_| who.activity == Activity::Idle),
            free_since: Some(who.free_since).filter(|_| free_for.is_some()),
            free_for: free_for.map(Demand::from),
            hindrances: self.hindrances(who, Need::Reachable),
        }
    }

    fn activity(&self, who: &Agent) -> AgentActivity {
        let until = self.engine.timers.deadline(who.timers.nth(slots::WORK));
        let call = |slot: u32| self.engine.calls[slot].id;
        match who.activity {
            Activity::Idle => AgentActivity::Idle,
            Activity::Reserved(slot) => AgentActivity::Reserved {
                call: call(slot),
                until,
            },
            Activity::Offered(offer) if offer.stage == OfferStage::Answered => {
                AgentActivity::Answered {
                    offer: offer.id,
                    call: call(offer.call),
                    until,
                }
            }
            Activity::Offered(offer) => AgentActivity::Offered {
                offer: offer.id,
                call: call(offer.call),
                rings: offer.stage == OfferStage::Ringing,
                until,
            },
            Activity::Talking(slot) => AgentActivity::Talking {
                call: call(slot),
                since: match self.engine.calls[slot].phase {
                    Phase::Talking(_, since) => since,
                    Phase::Waiting
                    | Phase::Resting
                    | Phase::Ringing
                    | Phase::Claimed(_)
                    | Phase::Voicemail
                    | Phase::Declining(_)
                    | Phase::CallbackWaiting
                    | Phase::CallbackPaused
                    | Phase::CallbackPlacing(_)
                    | Phase::CallbackAnswered(_) => {
                        unreachable!("invariant: who talks has a call that does")
                    }
                },
            },
            Activity::WrapUp(_) => AgentActivity::WrapUp { until },
        }
    }

    /// What keeps the agent from any call that needs `need`, its levels apart.
    pub(super) fn hindrances(&self, who: &Agent, need: Need) -> Vec<Hindrance> {
        let deadline = |nth| self.engine.timers.deadline(who.timers.nth(nth));
        let mut found = Vec::new();
        let mut add = |bar, changes_at| found.push(Hindrance { bar, changes_at });
        match who.status {
            AgentStatus::Available => {}
            AgentStatus::Break(_) => add(Bar::OnBreak, None),
            AgentStatus::Offline => add(Bar::SignedOut, None),
        }
        if who.activity != Activity::Idle {
            add(Bar::Busy, deadline(slots::WORK));
        }
        if need >= Need::Alive && !who.alive {
            add(Bar::NotAlive, None);
        }
        if need >= Need::Reachable && who.device == Device::Unreachable {
            add(Bar::Unreachable, None);
        }
        if who.breaker.is_open() {
            add(Bar::BreakerOpen, deadline(slots::BREAKER));
        }
        if who.resting {
            add(Bar::Resting, deadline(slots::REST));
        }
        found
    }
}
