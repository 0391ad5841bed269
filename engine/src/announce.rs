//! Telling callers where they stand, and what the estimators learn from.

use crate::call::{self, Phase};
use crate::engine::Engine;
use crate::id::{AgentId, QueueId};
use crate::output::{Announced, Event, Outbox};
use crate::queue::LineKey;
use crate::time::{Micros, Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    pub(crate) fn announce_due(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let call = &self.calls[slot];
        let Some(announce) = self.policy.queues[call.queue.index()].announce else {
            return;
        };
        // While it rings there is nothing to say; it may come back into line.
        if matches!(call.phase, Phase::Waiting | Phase::Resting) {
            let position = self.position(now, slot);
            let estimate = if announce.wait {
                self.estimate(now, slot)
            } else {
                None
            };
            out.event(
                now,
                Event::EstimateAnnounced {
                    call: call.id,
                    position,
                    estimate,
                },
            );
        }
        let at = now.after(micros(announce.every));
        self.arm_call(slot, call::slots::ANNOUNCE, Timer::Announce, at);
    }

    /// 1 + the calls and due callbacks of its queue that come before a call in line.
    pub(crate) fn position(&self, now: Timestamp, slot: u32) -> u32 {
        let call = &self.calls[slot];
        let queue = &self.queues[call.queue.index()];
        let ahead = queue.ahead(call.lane, LineKey::of(call, slot), now);
        u32::try_from(ahead + 1).unwrap_or(u32::MAX)
    }

    /// The remaining wait of a call in line, if the queue's estimator knows.
    pub(crate) fn estimate(&self, _now: Timestamp, _slot: u32) -> Option<Announced> {
        None
    }

    pub(crate) fn call_widened(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        let waited = now.since(call.arrived);
        let arrived = call.arrived;
        let rules = &self.queues[call.queue.index()].rules;
        let next = rules
            .widen
            .iter()
            .find(|(after, _)| *after > waited)
            .map(|(after, _)| arrived.after(*after));
        if let Some(at) = next {
            self.arm_call(slot, call::slots::WIDEN, Timer::Widen, at);
        }
        if call_is_ready(self.calls[slot].phase) {
            self.call_may_match(slot);
        }
    }

    /// A waiting caller hung up.
    pub(crate) fn learn_abandoned(&mut self, _now: Timestamp, _slot: u32) {}

    /// A waiting call left its line otherwise.
    pub(crate) fn learn_left(&mut self, _now: Timestamp, _slot: u32) {}

    /// A call got its agent.
    pub(crate) fn learn_answered(&mut self, _now: Timestamp, _slot: u32) {}

    /// An agent is done with a call of this queue.
    pub(crate) fn learn_handled(&mut self, _now: Timestamp, _queue: QueueId, _handle: Micros) {}

    /// The agent's part in the staff of its queues changed.
    pub(crate) fn learn_staff(&mut self, _now: Timestamp, _agent: AgentId) {}
}

fn call_is_ready(phase: Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::CallbackWaiting)
}
