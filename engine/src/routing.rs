//! Matching: which waiting call meets which idle agent, over (call, agent) pairs.
//!
//! A *possible pair* is a call in line that does not rest, and an agent that can be offered a
//! call, works for the call's queue at a level the call has widened to, and meets the call's need.
//! Pairs are made one by one, each time the best possible one:
//!
//! 1. pairs in which the agent has not missed this call lately come before those in which it has
//!    (when only such are left, every candidate was tried, and the call's tried set clears);
//! 2. under `level_first`, the lower level of the agent at the call's queue;
//! 3. the call with the highest score, then the earliest arrival, then the lowest id;
//! 4. for that call, the agent that `select_agent` picks.
//!
//! Two short cuts give the same outputs and must be changed with it: `match_at_once` in
//! [`crate::arrival`] for a call that has just come, and [`crate::handover`] for an agent that has just
//! come free. [`crate::inversion`] judges what was chosen, by a search of its own.
//!
//! Only queues marked since the last routing are looked at: an events queue is marked when one of
//! its calls becomes eligible or one of its agents becomes offerable, a polled queue by its scan.
//! What the carrier holds up stays marked.
//!
//! # What a search costs
//!
//! A look at the head of each lane, O(log n), and at the calls that it passes over. Where agents place
//! their own legs and the carrier takes none, these are the callbacks ahead, one by one. Else each was
//! missed, within `tried_for`, by every idle agent that could serve it. So it passes over no more
//! calls than *the least missing of the idle agents* missed within `tried_for`, however long the line
//! is: with the default rests (2 s at least, 60 s of `tried_for`) 30 calls. Only a policy without rests, and
//! agents that miss offers as fast as they are made, can make that many; `examples/tried.rs` measures
//! a line that every idle agent has missed from end to end.

use core::cmp::Reverse;

use crate::agent::IdleKey;
use crate::arrival::mix;
use crate::call::Phase;
use crate::engine::Engine;
use crate::id::{AgentId, Level, QueueId};
use crate::lane::{LineKey, Score};
use crate::output::Outbox;
use crate::policy::{Rotation, SelectCall};
use crate::queue::pending;
use crate::time::Timestamp;

/// A pair that may be made, and what it is compared by.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) slot: u32,
    pub(crate) agent: IdleKey,
    order: (Level, Reverse<Score>, LineKey),
}

impl Engine {
    /// Notes that calls of `queue` may match in this step.
    #[inline]
    pub(crate) fn mark(&mut self, queue: QueueId, what: u8) {
        let state = &mut self.queues[queue.index()];
        if state.pending == 0 {
            self.to_route.push(queue);
        }
        state.pending |= what;
    }

    /// Makes every pair that is possible now.
    #[inline]
    pub(crate) fn route(&mut self, now: Timestamp, out: &mut Outbox) {
        if !self.to_route.is_empty() || !self.answered_callbacks.is_empty() {
            self.route_marked(now, out);
        }
    }

    fn route_marked(&mut self, now: Timestamp, out: &mut Outbox) {
        // Callers on the line with an agent kept for them come before all who wait.
        self.ring_reserved(now, out);
        loop {
            let push = self.carrier_takes_legs(now);
            match self.best_pair(now, push) {
                Some(pair) => self.make_pair(now, pair, out),
                None if self.reconciles => self.rescue(now, out),
                None if push => return self.unmark_all(),
                None => return self.hold_up(now),
            }
        }
    }

    pub(crate) fn unmark_all(&mut self) {
        for queue in self.to_route.drain(..) {
            self.queues[queue.index()].pending = 0;
        }
    }

    /// The carrier takes no leg now: queues with a pair that needs one stay marked until it does.
    #[inline(never)]
    fn hold_up(&mut self, now: Timestamp) {
        let mut held_up = core::mem::take(&mut self.to_route);
        held_up.retain(|queue| {
            let waits = self.could_match(now, *queue);
            if !waits {
                self.queues[queue.index()].pending = 0;
            }
            waits
        });
        self.to_route = held_up;
        let waits = !self.to_route.is_empty() || !self.answered_callbacks.is_empty();
        if waits && self.carrier.next_leg > now {
            self.arm_pace(self.carrier.next_leg);
        }
    }

    /// Whether a marked queue has a possible pair, had the carrier a leg for it.
    #[inline(never)]
    fn could_match(&self, now: Timestamp, queue: QueueId) -> bool {
        let state = &self.queues[queue.index()];
        let mut best = None;
        for lane in 0..state.lanes.len() {
            self.best_in_lane(now, queue, lane, true, true, &mut best);
        }
        best.is_some()
    }

    pub(crate) fn make_pair(&mut self, now: Timestamp, pair: Pair, out: &mut Outbox) {
        let slot = pair.slot;
        if self.calls[slot].has_tried(pair.agent.agent(), now) {
            self.calls[slot].tried.clear();
        }
        self.leave_line(slot);
        if self.calls[slot].phase == Phase::CallbackWaiting {
            return self.place_callback(now, slot, pair.agent, out);
        }
        self.ring_agents(now, slot, pair.agent, out);
    }

    /// Rings `agent` for a call out of line, and with parallel ring the next best ones.
    #[inline]
    pub(crate) fn ring_agents(
        &mut self,
        now: Timestamp,
        slot: u32,
        agent: IdleKey,
        out: &mut Outbox,
    ) {
        self.calls[slot].phase = Phase::Ringing;
        self.make_offer(now, slot, agent, out);
        let rules = &self.queues[self.calls[slot].queue.index()].rules;
        let (ring, push) = (rules.ring, rules.push);
        if ring == 1 {
            return;
        }
        let waited = now.since(self.calls[slot].arrived);
        let allowed = rules.allowed_level(waited);
        while self.calls[slot].n_live < ring && (!push || self.carrier_takes_legs(now)) {
            match self.select_agent(now, slot, allowed, false) {
                Some(key) => self.make_offer(now, slot, key, out),
                None => break,
            };
        }
    }

    /// The best possible pair over the marked queues, without those that need a leg the carrier
    /// does not take.
    #[inline]
    pub(crate) fn best_pair(&self, now: Timestamp, push: bool) -> Option<Pair> {
        let mut passed_over = false;
        self.best_pair_if(now, push, false, &mut passed_over)
            .or_else(|| {
                passed_over
                    .then(|| self.best_pair_if(now, push, true, &mut false))
                    .flatten()
            })
    }

    /// `passed_over` becomes true when some call was left out because every candidate missed it.
    fn best_pair_if(
        &self,
        now: Timestamp,
        push: bool,
        tried: bool,
        passed_over: &mut bool,
    ) -> Option<Pair> {
        let mut best: Option<Pair> = None;
        for queue in &self.to_route {
            let state = &self.queues[queue.index()];
            if state.in_line == 0 || state.rules.push && !push {
                continue;
            }
            for lane in 0..state.lanes.len() {
                *passed_over |= self.best_in_lane(now, *queue, lane, push, tried, &mut best);
            }
        }
        best
    }

    /// Improves `best` with the best possible pair of one lane; true when a call was passed over
    /// because every candidate missed it.
    fn best_in_lane(
        &self,
        now: Timestamp,
        queue: QueueId,
        lane: usize,
        push: bool,
        tried: bool,
        best: &mut Option<Pair>,
    ) -> bool {
        let state = &self.queues[queue.index()];
        let lane = &state.lanes[lane];
        let kind = if lane.features.continuous {
            pending::CONTINUOUS
        } else {
            pending::SLOW
        };
        if state.pending & kind == 0 || lane.ready.is_empty() {
            return false;
        }
        let Some(lowest) = state.lowest_level(lane.features.need) else {
            return false;
        };
        let mut passed_over = false;
        let level_first = self.policy.select_call == SelectCall::LevelFirst;
        for i in 0..lane.ready.len() {
            let Some(key) = lane.ready.get(i) else {
                break;
            };
            let slot = key.slot();
            // A callback's leg is ours, whoever places the agent's.
            if !push && self.calls[slot].phase == Phase::CallbackWaiting {
                continue;
            }
            let score = lane.score(key, now);
            let rank = |level: Level| {
                let level = if level_first { level } else { 0 };
                (level, Reverse(score), key)
            };
            if best.is_some_and(|b| b.order <= rank(lowest)) {
                break;
            }
            let allowed = state
                .rules
                .allowed_level(now.since(self.calls[slot].arrived));
            if lowest > allowed {
                // Those behind have waited less, unless this one was sent to the front.
                if key.is_front() {
                    continue;
                }
                break;
            }
            let Some(agent) = self.select_agent(now, slot, allowed, tried) else {
                passed_over = true;
                continue;
            };
            let order = rank(agent.level());
            if best.is_none_or(|b| order < b.order) {
                *best = Some(Pair { slot, agent, order });
            }
            if !level_first || agent.level() == lowest {
                break;
            }
        }
        passed_over
    }

    /// The idle agent that a call gets: of the lowest level present, the first in the rotation.
    /// With `tried`, those that missed the call lately count too.
    pub(crate) fn select_agent(
        &self,
        now: Timestamp,
        slot: u32,
        allowed: Level,
        tried: bool,
    ) -> Option<IdleKey> {
        let call = &self.calls[slot];
        let queue = &self.queues[call.queue.index()];
        let fits = |agent: AgentId| tried || call.tried.is_empty() || !call.has_tried(agent, now);
        let balanced = call.features.balanced;
        let need = call.features.need;
        if queue.idle_set(balanced).rotation == Rotation::Random {
            let hash = mix(call.id.0 << 16 ^ u64::from(call.attempts));
            queue.random_idle(need, allowed, hash, fits)
        } else {
            queue.first_idle(balanced, need, allowed, fits)
        }
    }
}
