//! One call: where it stands, what it may expect, and why it is not routed.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{Bar, Demand, Hindrance, View};
use crate::call::{Call, Phase, slots};
use crate::id::{AgentId, CallId, ClassId, OfferId, QueueId};
use crate::output::{Announced, BreakerState};
use crate::queue;
use crate::time::{Micros, Timestamp};

/// A call in hand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallView {
    /// Which.
    pub call: CallId,
    /// Where it is now.
    pub queue: QueueId,
    /// Its class.
    pub class: ClassId,
    /// When it arrived.
    pub arrived: Timestamp,
    /// Since its arrival, in microseconds; a connected call's conversation included.
    pub waited: Micros,
    /// How strict it is about an agent's availability.
    pub demand: Demand,
    /// Where it stands.
    pub state: CallState,
    /// Offers made for it.
    pub attempts: u16,
    /// 1 = next; `None` unless it is in line.
    pub position: Option<u32>,
    /// Its remaining wait, as it would be announced now; `None` unless it is in line and its queue's
    /// estimator knows.
    pub estimate: Option<Announced>,
    /// Why it is with no agent, in the order of [`Why`]; empty unless it waits for one.
    pub reasons: Vec<Reason>,
    /// The earliest of the reasons' changes that the engine's own clocks bring.
    pub changes_at: Option<Timestamp>,
}

/// Where a call stands, in the order of its life.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CallState {
    /// In line, on the phone.
    Waiting,
    /// In line, resting after too many failed offers.
    Resting,
    /// Being offered.
    Ringing(
        /// Its live offers.
        Vec<OfferId>,
    ),
    /// This agent has answered and is being bridged.
    Claimed(AgentId),
    /// With this agent.
    Talking(AgentId),
    /// At the voicemail greeting.
    Voicemail,
    /// Offered a callback in place of waiting, until then.
    OfferedCallback(Option<Timestamp>),
    /// In line for a callback; the caller has hung up.
    CallbackWaiting,
    /// A callback before its chosen time, or between attempts.
    CallbackPaused,
    /// The caller is being called back; this agent is kept.
    CallbackPlacing(AgentId),
    /// The caller has picked up; this agent is kept until the carrier takes its leg.
    CallbackAnswered(AgentId),
}

/// Why a call is not routed: first what holds the call, then what holds the agents of its queue.
/// Every agent of the queue counts under exactly one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Why {
    /// Its callback is not due.
    NotDue,
    /// It rests after too many failed offers.
    Exhausted,
    /// Its queue is looked through only by scans.
    NextScan,
    /// The carrier takes the next leg only then.
    Pacing,
    /// The carrier's breaker is open.
    CarrierOpen,
    /// The carrier's breaker is half-open, and its one probe is out.
    CarrierProbing,
    /// Nobody works for its queue.
    NoAgents,
    /// Its agents cannot be offered it.
    Agents(
        /// What keeps them.
        Bar,
    ),
    /// These could be offered it, were it not for what holds the call.
    FreeAgents,
}

/// One reason, and when it can change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// What.
    pub why: Why,
    /// Agents it is about; 0 = it is about the call.
    pub agents: u32,
    /// When it can change by the engine's own clocks, for the first of the agents; `None` = only
    /// news from outside changes it.
    pub changes_at: Option<Timestamp>,
}

impl View<'_> {
    pub(super) fn view_call(&self, slot: u32) -> CallView {
        let call = &self.engine.calls[slot];
        let in_line = call.is_in_line();
        let reasons = self.reasons(call);
        CallView {
            call: call.id,
            queue: call.queue,
            class: call.class,
            arrived: call.arrived,
            waited: self.now.since(call.arrived),
            demand: Demand::from(call.features.need),
            state: self.call_state(call),
            attempts: call.attempts,
            position: in_line.then(|| self.engine.position(self.now, slot)),
            estimate: in_line
                .then(|| self.engine.estimate(self.now, slot))
                .flatten()
                .map(Announced::from),
            changes_at: reasons.iter().filter_map(|reason| reason.changes_at).min(),
            reasons,
        }
    }

    fn call_state(&self, call: &Call) -> CallState {
        match call.phase {
            Phase::Waiting => CallState::Waiting,
            Phase::Resting => CallState::Resting,
            Phase::Ringing => {
                let mut offers: Vec<OfferId> = call
                    .live()
                    .iter()
                    .filter_map(|agent| {
                        let who = &self.engine.agents[agent.index()];
                        match who.activity {
                            crate::agent::Activity::Offered(offer) => Some(offer.id),
                            crate::agent::Activity::Idle
                            | crate::agent::Activity::Reserved(_)
                            | crate::agent::Activity::Talking(_)
                            | crate::agent::Activity::WrapUp(_) => None,
                        }
                    })
                    .collect();
                offers.sort_unstable();
                CallState::Ringing(offers)
            }
            Phase::Claimed(agent) => CallState::Claimed(agent),
            Phase::Talking(agent, _) => CallState::Talking(agent),
            Phase::Voicemail => CallState::Voicemail,
            Phase::Declining(_) => CallState::OfferedCallback(
                self.engine
                    .timers
                    .deadline(call.timers.nth(slots::CALLBACK)),
            ),
            Phase::CallbackWaiting => CallState::CallbackWaiting,
            Phase::CallbackPaused => CallState::CallbackPaused,
            Phase::CallbackPlacing(agent) => CallState::CallbackPlacing(agent),
            Phase::CallbackAnswered(agent) => CallState::CallbackAnswered(agent),
        }
    }

    /// Why the call is with no agent.
    fn reasons(&self, call: &Call) -> Vec<Reason> {
        let rest = self.engine.timers.deadline(call.timers.nth(slots::REST));
        let about_call = |why, changes_at| Reason {
            why,
            agents: 0,
            changes_at,
        };
        let mut reasons = Vec::new();
        match call.phase {
            Phase::CallbackPaused => {
                reasons.push(about_call(Why::NotDue, rest));
                return reasons;
            }
            Phase::CallbackAnswered(_) => {
                reasons.extend(self.carrier_reasons());
                return reasons;
            }
            Phase::Resting => reasons.push(about_call(Why::Exhausted, rest)),
            Phase::Waiting | Phase::CallbackWaiting => {}
            Phase::Ringing
            | Phase::Claimed(_)
            | Phase::Talking(..)
            | Phase::Voicemail
            | Phase::Declining(_)
            | Phase::CallbackPlacing(_) => return reasons,
        }
        if let Some(at) = self.next_scan(call) {
            reasons.push(about_call(Why::NextScan, at));
        }
        let rules = &self.engine.queues[call.queue.index()].rules;
        if rules.push || call.phase == Phase::CallbackWaiting {
            reasons.extend(self.carrier_reasons());
        }
        self.add_agents(call, &mut reasons);
        reasons
    }

    /// When the call's queue is scanned for it, if scans are what finds it.
    fn next_scan(&self, call: &Call) -> Option<Option<Timestamp>> {
        let state = &self.engine.queues[call.queue.index()];
        let nth = match (call.features.continuous, state.rules.events) {
            (true, true) => return None,
            (true, false) => queue::slots::SCAN,
            (false, _) => queue::slots::SLOW,
        };
        Some(self.engine.timers.deadline(state.timers.nth(nth)))
    }

    /// Why the carrier takes no leg now.
    fn carrier_reasons(&self) -> impl Iterator<Item = Reason> {
        let carrier = self.carrier();
        let paced = carrier.next_leg.map(|at| (Why::Pacing, Some(at)));
        let guarded = match carrier.breaker.state {
            BreakerState::Open => Some((Why::CarrierOpen, carrier.breaker.until)),
            BreakerState::HalfOpen if carrier.is_probing => Some((Why::CarrierProbing, None)),
            BreakerState::HalfOpen | BreakerState::Closed => None,
        };
        let reasons = paced.into_iter().chain(guarded);
        reasons.map(|(why, changes_at)| Reason {
            why,
            agents: 0,
            changes_at,
        })
    }

    /// Counts every agent of the call's queue under the first thing that keeps it from the call.
    fn add_agents(&self, call: &Call, reasons: &mut Vec<Reason>) {
        let mut found: Vec<Reason> = Vec::new();
        for who in &self.engine.agents {
            let Some((_, level)) = who.queues.iter().find(|(queue, _)| *queue == call.queue) else {
                continue;
            };
            let mut hindrances = self.hindrances(who, call.features.need);
            let rules = &self.engine.queues[call.queue.index()].rules;
            if *level > rules.allowed_level(self.now.since(call.arrived)) {
                hindrances.push(Hindrance {
                    bar: Bar::OtherLevel,
                    changes_at: rules.reaches(*level).map(|after| call.arrived.after(after)),
                });
            }
            let first = hindrances.iter().min_by_key(|hindrance| hindrance.bar);
            let (why, changes_at) = match first {
                Some(first) => (Why::Agents(first.bar), first.changes_at),
                None => (Why::FreeAgents, None),
            };
            match found.iter_mut().find(|reason| reason.why == why) {
                Some(reason) => {
                    reason.agents += 1;
                    let both = [reason.changes_at, changes_at];
                    reason.changes_at = both.into_iter().flatten().min();
                }
                None => found.push(Reason {
                    why,
                    agents: 1,
                    changes_at,
                }),
            }
        }
        found.sort_by_key(|reason| reason.why);
        if found.is_empty() {
            found.push(Reason {
                why: Why::NoAgents,
                agents: 0,
                changes_at: None,
            });
        }
        reasons.append(&mut found);
    }
}
