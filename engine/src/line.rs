//! A call's place in its line: taking it, keeping it through offers and rests, and leaving it.

use crate::call::{self, CallFeatures, Phase};
use crate::engine::Engine;
use crate::id::ClassId;
use crate::lane::LineKey;
use crate::queue::pending;
use crate::time::{Timestamp, micros};
use crate::timers::Timer;

impl Engine {
    /// Gives a call that joins its queue its lane there.
    pub(crate) fn take_lane(
        &mut self,
        now: Timestamp,
        slot: u32,
        (class, features): (ClassId, CallFeatures),
    ) {
        let call = &mut self.calls[slot];
        let queue = call.queue.index();
        let priorities = &self.policy.queues[queue].priority;
        call.lane = self.queues[queue].lane(class, features, priorities);
        call.joined = now;
        call.eligible = now;
    }

    /// Puts a call that has a lane and a phase in line, and is not held by its queue, into the line.
    pub(crate) fn enter_line(&mut self, now: Timestamp, slot: u32) {
        let call = &mut self.calls[slot];
        let queue = call.queue;
        let state = &mut self.queues[queue.index()];
        call.joined = now;
        call.eligible = now;
        state.lanes[call.lane as usize]
            .ready
            .insert(LineKey::of(call, slot));
        state.in_line += 1;
        state.held += 1;
        self.alerts.lengthened(queue, state.in_line);
        self.touch(queue);
        let continuous = self.calls[slot].features.continuous;
        self.start_scan(now, queue, continuous);
        self.call_may_match(slot);
    }

    /// Under events discovery, a call that has become eligible may match in this step.
    #[inline]
    pub(crate) fn call_may_match(&mut self, slot: u32) {
        let call = &self.calls[slot];
        if call.features.continuous && self.queues[call.queue.index()].rules.events {
            self.mark(call.queue, pending::CONTINUOUS);
        }
    }

    /// Arms what a newly waiting call waits for, by its queue's present policy.
    #[inline]
    pub(crate) fn arm_waiting(&mut self, now: Timestamp, slot: u32) {
        let queue = self.calls[slot].queue.index();
        if self.queues[queue].rules.watches_waits {
            self.arm_watched(now, slot);
        }
    }

    #[inline(never)]
    fn arm_watched(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        let queue = call.queue.index();
        let rules = &self.queues[queue].rules;
        let policy = &self.policy.queues[queue];
        let (joined, arrived) = (call.joined, call.arrived);
        let max_wait = rules
            .max_wait
            .filter(|_| !call.is_callback)
            .map(|span| joined.after(span));
        let waited = now.since(arrived);
        let widen = rules
            .widen
            .iter()
            .find(|(after, _)| *after > waited)
            .map(|(after, _)| arrived.after(*after));
        let callback = policy
            .callback
            .filter(|_| call.features.callback && !call.callback_offered && !call.is_callback)
            .map(|c| joined.after(micros(c.offer_after)));
        let announce = policy.announce.filter(|_| !call.is_callback).map(|a| {
            // After a change of policy: on the grid it would have been on.
            let (first, every) = (joined.after(micros(a.first)), micros(a.every));
            first.after(now.since(first).div_ceil(every) * every)
        });
        if let Some(at) = max_wait {
            self.arm_call(slot, call::slots::MAX_WAIT, Timer::MaxWait, at.max(now));
        }
        if let Some(at) = widen {
            self.arm_call(slot, call::slots::WIDEN, Timer::Widen, at);
        }
        if let Some(at) = callback {
            self.arm_call(
                slot,
                call::slots::CALLBACK,
                Timer::CallbackOffer,
                at.max(now),
            );
        }
        if let Some(at) = announce {
            self.arm_call(slot, call::slots::ANNOUNCE, Timer::Announce, at.max(now));
        }
    }

    /// Back into line, at its own place.
    pub(crate) fn return_to_line(&mut self, now: Timestamp, slot: u32) {
        let call = &mut self.calls[slot];
        call.phase = Phase::Waiting;
        call.eligible = now;
        let (queue, lane, key) = (call.queue, call.lane, LineKey::of(call, slot));
        let state = &mut self.queues[queue.index()];
        state.lanes[lane as usize].ready.insert(key);
        state.in_line += 1;
        self.alerts.lengthened(queue, state.in_line);
        self.touch(queue);
        self.call_may_match(slot);
    }

    pub(crate) fn call_rested(&mut self, now: Timestamp, slot: u32) {
        let call = &self.calls[slot];
        debug_assert_eq!(call.phase, Phase::Resting);
        let key = LineKey::of(call, slot);
        let (queue, lane) = (call.queue, call.lane);
        let lane = &mut self.queues[queue.index()].lanes[lane as usize];
        lane.resting.remove(key);
        lane.ready.insert(key);
        let call = &mut self.calls[slot];
        call.phase = Phase::Waiting;
        call.eligible = now;
        self.call_may_match(slot);
    }

    /// Takes a call out of its line (not out of the queue's held calls).
    pub(crate) fn leave_line(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let key = LineKey::of(call, slot);
        let queue = &mut self.queues[call.queue.index()];
        let lane = &mut queue.lanes[call.lane as usize];
        let tree = if call.phase == Phase::Resting {
            &mut lane.resting
        } else {
            &mut lane.ready
        };
        let was_there = tree.remove(key);
        debug_assert!(was_there, "invariant: a call in line has its key there");
        queue.in_line -= 1;
        let id = self.calls[slot].queue;
        self.touch(id);
    }

    /// Takes a call out of its queue: out of line if it is there, out of the held ones.
    pub(crate) fn leave_queue(&mut self, slot: u32) {
        if self.calls[slot].is_in_line() {
            self.leave_line(slot);
        }
        let queue = self.calls[slot].queue;
        self.queues[queue.index()].held -= 1;
    }
}
