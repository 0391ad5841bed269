//! A call comes in, or comes to another queue.

use engine::id::{CallId, CallerKey, ClassId, QueueId};
use engine::output::Refusal;
use engine::policy::{LegacyFailure, Treatment};
use engine::time::micros;
use engine::{Event, Rejection, Timestamp};

use super::Reference;
use super::call::{Call, Phase, Traits, Unserved};

impl Reference {
    pub(super) fn known_queue(&self, queue: QueueId) -> Result<(), Rejection> {
        if queue.index() < self.queues.len() {
            Ok(())
        } else {
            Err(Rejection::UnknownQueue)
        }
    }

    pub(super) fn call_arrived(
        &mut self,
        now: Timestamp,
        call: CallId,
        caller: CallerKey,
        queue: QueueId,
        class: ClassId,
    ) -> Result<(), Rejection> {
        self.known_queue(queue)?;
        if call.0 != self.next_call {
            return Err(Rejection::CallIdOutOfOrder);
        }
        self.next_call += 1;
        let traits = Traits::of(&self.policy.features, caller);
        self.calls.push(Call::new(call, queue, class, traits, now));
        self.arriving = Some(call);
        let queued = traits.queued;
        self.event(
            now,
            Event::CallArrived {
                call,
                caller,
                queue,
                class,
                queued,
            },
        );
        self.come_to(now, call, queue);
        Ok(())
    }

    /// The call asks for an agent of `queue`, to wait for one or (legacy) at once.
    pub(super) fn come_to(&mut self, now: Timestamp, call: CallId, queue: QueueId) {
        self.call_mut(call).queue = queue;
        let refusal = self.why_not_let_in(queue, self.call(call).is_legacy());
        if let Some((refusal, then)) = refusal {
            return self.treat(now, call, then, Unserved::Refused(refusal));
        }
        if self.call(call).is_legacy() {
            return self.attempt_legacy(now, call);
        }
        self.stand_in_line(now, call, Phase::Waiting);
        self.set_waiting_timers(now, call);
    }

    fn why_not_let_in(&self, queue: QueueId, legacy: bool) -> Option<(Refusal, Treatment)> {
        let rules = self.rules(queue);
        if !self.queues[queue.index()].open {
            return Some((Refusal::Closed, rules.on_closed));
        }
        if legacy {
            return None;
        }
        let held = self
            .calls
            .iter()
            .filter(|c| c.queue == queue && c.is_held())
            .count();
        if rules.max_length.is_some_and(|max| held >= max as usize) {
            return Some((Refusal::Full, rules.on_full));
        }
        let somebody = self.agents.iter().any(|who| {
            who.level_at(queue).is_some() && who.status != engine::input::AgentStatus::Offline
        });
        if !somebody && rules.on_nobody != Treatment::Wait {
            return Some((Refusal::Nobody, rules.on_nobody));
        }
        None
    }

    pub(super) fn stand_in_line(&mut self, now: Timestamp, id: CallId, phase: Phase) {
        let call = self.call_mut(id);
        call.phase = phase;
        call.joined = now;
        call.eligible = now;
        let (queue, continuous) = (call.queue, call.traits.continuous);
        if self.scan_at(queue, continuous).is_none() {
            self.set_scan(now, queue, continuous);
        }
    }

    /// What a caller on the phone waits for, by its queue's policy.
    pub(super) fn set_waiting_timers(&mut self, now: Timestamp, id: CallId) {
        let call = self.call(id).clone();
        let rules = self.rules(call.queue);
        let max_wait = rules
            .max_wait
            .filter(|_| !call.is_callback)
            .map(|span| (call.joined + span).max(now));
        let callback_offer = rules
            .callback
            .filter(|_| call.traits.callback && !call.callback_offered && !call.is_callback)
            .map(|policy| (call.joined + policy.offer_after).max(now));
        let announce = rules.announce.filter(|_| !call.is_callback).map(|rules| {
            let (first, every) = (call.joined + rules.first, micros(rules.every));
            let mut at = first;
            while at < now {
                at = at.after(every);
            }
            at
        });
        let call = self.call_mut(id);
        call.max_wait_at = max_wait;
        call.callback_offer_at = callback_offer;
        call.announce_at = announce;
        self.set_widen(now, id);
    }

    /// The next moment at which more agents may serve the call.
    pub(super) fn set_widen(&mut self, now: Timestamp, id: CallId) {
        let call = self.call(id);
        let next = self
            .rules(call.queue)
            .widen
            .iter()
            .map(|step| call.arrived + step.after)
            .find(|at| *at > now);
        self.call_mut(id).widen_at = next;
    }

    /// One attempt to one agent believed available, of whatever level.
    fn attempt_legacy(&mut self, now: Timestamp, id: CallId) {
        match self.select_agent(now, self.call(id), u8::MAX, false) {
            Some(candidate) => {
                self.call_mut(id).phase = Phase::Ringing;
                self.offer(now, id, candidate);
            }
            None => self.legacy_failed(now, id, Unserved::Refused(Refusal::Nobody)),
        }
    }

    pub(super) fn legacy_failed(&mut self, now: Timestamp, id: CallId, unserved: Unserved) {
        let then = match self.policy.legacy.on_failure {
            LegacyFailure::Voicemail => Treatment::Voicemail,
            LegacyFailure::HangUp => Treatment::HangUp,
        };
        self.treat(now, id, then, unserved);
    }

    /// The caller hears where it stands: 1 + those of its queue with a higher score, ringing ones
    /// excluded.
    pub(super) fn announce(&mut self, now: Timestamp, id: CallId) {
        let call = self.call(id).clone();
        let Some(announce) = self.rules(call.queue).announce else {
            return;
        };
        if matches!(call.phase, Phase::Waiting | Phase::Resting) {
            let weights = &self.rules(call.queue).priority;
            let order = |c: &Call| (std::cmp::Reverse(c.score(weights, now)), c.arrived, c.id);
            let ahead = self
                .in_line(call.queue)
                .filter(|other| order(other) < order(&call))
                .count();
            self.event(
                now,
                Event::EstimateAnnounced {
                    call: id,
                    position: ahead as u32 + 1,
                    estimate: None,
                },
            );
        }
        self.call_mut(id).announce_at = Some(now + announce.every);
    }
}
