//! Telling callers where they stand.

use crate::call::{self, Phase};
use crate::engine::Engine;
use crate::lane::LineKey;
use crate::output::{Announced, Event, Outbox};
use crate::time::{Timestamp, micros};
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
            if let Some(told) = estimate {
                self.calls[slot].told.get_or_insert((now, told));
            }
            let call = &self.calls[slot];
            out.event(
                now,
                Event::EstimateAnnounced {
                    call: call.id,
                    position,
                    estimate: estimate.map(Announced::from),
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
}

fn call_is_ready(phase: Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::CallbackWaiting)
}
