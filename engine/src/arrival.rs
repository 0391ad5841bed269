//! A call comes in: which features it gets, whether its queue lets it in, or the legacy attempt.

use crate::call::{CallFeatures, Phase, Refused};
use crate::engine::Engine;
use crate::id::{CallId, CallerKey, ClassId, QueueId};
use crate::output::{Event, Outbox, Refusal};
use crate::policy::{LegacyFailure, Treatment};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// The caller's bucket, 0..10,000: one for all features.
///
/// The key is a keyed hash already; mixing it once more (the finaliser of MurmurHash3, A. Appleby
/// 2011) keeps shares right for drivers that number their callers.
#[must_use]
pub fn bucket(caller: CallerKey) -> u16 {
    let mixed = mix(caller.0 ^ 0x6c69_6e65_6669_6e64);
    ((u128::from(mixed) * 10_000) >> 64) as u16
}

/// MurmurHash3's 64-bit finaliser.
pub(crate) const fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

impl Engine {
    pub(crate) fn call_arrived(
        &mut self,
        now: Timestamp,
        call: CallId,
        caller: CallerKey,
        queue: QueueId,
        class: ClassId,
        out: &mut Outbox,
    ) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if call != self.calls.next_id() {
            return Err(Rejection::CallIdOutOfOrder);
        }
        let features = match self.same_for_all {
            Some(features) => features,
            None => CallFeatures::of(&self.policy.features, bucket(caller)),
        };
        let slot = self
            .calls
            .admit(&mut self.timers, now, queue, class, features);
        self.arriving = Some(slot);
        out.event(
            now,
            Event::CallArrived {
                call,
                caller,
                queue,
                class,
                queued: features.queued,
            },
        );
        if features.queued {
            self.join(now, slot, queue, (class, features), out);
        } else {
            self.attempt_legacy(now, slot, out);
        }
        Ok(())
    }

    /// The call of this class and with these features asks to wait in `queue`.
    pub(crate) fn join(
        &mut self,
        now: Timestamp,
        slot: u32,
        queue: QueueId,
        kind: (ClassId, CallFeatures),
        out: &mut Outbox,
    ) {
        self.calls[slot].queue = queue;
        let state = &self.queues[queue.index()];
        let policy = &self.policy.queues[queue.index()];
        if !state.open {
            let then = policy.on_closed;
            return self.treat(now, slot, then, Refused::At(Refusal::Closed), out);
        }
        if policy.max_length.is_some_and(|max| state.held >= max) {
            let then = policy.on_full;
            return self.treat(now, slot, then, Refused::At(Refusal::Full), out);
        }
        if state.signed_in == 0 && policy.on_nobody != Treatment::Wait {
            let then = policy.on_nobody;
            return self.treat(now, slot, then, Refused::At(Refusal::Nobody), out);
        }
        self.take_lane(now, slot, kind);
        self.learn_arrived(now, slot);
        if self.arriving == Some(slot) && self.match_at_once(now, slot, out) {
            return;
        }
        self.calls[slot].phase = Phase::Waiting;
        self.enter_line(now, slot);
        self.arm_waiting(now, slot);
    }

    /// The short cut for most arrivals of a centre that is not overloaded: when nothing else waits
    /// to be routed, a new call's best pair is the only new one possible, and it need not stand in
    /// line for it. Gives the same outputs as [`crate::routing`] does, whose rule this is, as
    /// [`crate::handover`] is for an agent that comes free: who changes the rule changes all three.
    fn match_at_once(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) -> bool {
        let call = &self.calls[slot];
        let state = &self.queues[call.queue.index()];
        if !self.to_route.is_empty()
            || !call.features.continuous
            || !state.rules.events
            || state.rules.push && !self.carrier_takes_legs(now)
        {
            return false;
        }
        let allowed = state.rules.allowed_level(now.since(call.arrived));
        let Some(agent) = self.select_agent(now, slot, allowed, false) else {
            return false;
        };
        let queue = call.queue;
        self.queues[queue.index()].held += 1;
        self.arm_waiting(now, slot);
        self.ring_agents(now, slot, agent, out);
        true
    }

    /// The arrival's step is over: if it is in line, it waits.
    pub(crate) fn announce_queueing(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let call = &self.calls[slot];
        if call.phase == Phase::Waiting && call.attempts == 0 {
            let (call, queue) = (call.id, call.queue);
            out.event(now, Event::CallQueued { call, queue });
        }
    }

    /// The legacy flow: one attempt to one agent believed available, else its failure.
    #[inline(never)]
    pub(crate) fn attempt_legacy(&mut self, now: Timestamp, slot: u32, out: &mut Outbox) {
        let queue = self.calls[slot].queue;
        if !self.queues[queue.index()].open {
            let then = self.policy.queues[queue.index()].on_closed;
            return self.treat(now, slot, then, Refused::At(Refusal::Closed), out);
        }
        let allowed = u8::MAX;
        match self.select_agent(now, slot, allowed, false) {
            Some(key) => {
                self.calls[slot].phase = Phase::Ringing;
                self.make_offer(now, slot, key, out);
            }
            None => self.legacy_failed(now, slot, Refused::At(Refusal::Nobody), out),
        }
    }

    /// Nobody was believed available, or the one attempt failed.
    pub(crate) fn legacy_failed(
        &mut self,
        now: Timestamp,
        slot: u32,
        refused: Refused,
        out: &mut Outbox,
    ) {
        let then = match self.policy.legacy.on_failure {
            LegacyFailure::Voicemail => Treatment::Voicemail,
            LegacyFailure::HangUp => Treatment::HangUp,
        };
        self.treat(now, slot, then, refused, out);
    }
}
