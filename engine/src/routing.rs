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
use crate::output::{Event, Outbox};
use crate::policy::{Rotation, SelectCall};
use crate::queue::{Queue, pending};
use crate::time::Timestamp;
use crate::timers::Timer;

/// A pair that may be made, and what it is compared by.
#[derive(Clone, Copy)]
struct Pair {
    slot: u32,
    agent: IdleKey,
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

    fn unmark_all(&mut self) {
        for queue in self.to_route.drain(..) {
            self.queues[queue.index()].pending = 0;
        }
    }

    /// Makes the pairs that the safety scans of this instant find when those that events made
    /// possible are made: each of them a rescue.
    #[cold]
    fn rescue(&mut self, now: Timestamp, out: &mut Outbox) {
        self.reconciles = false;
        let is_asked = |state: &Queue| state.pending & pending::RECONCILE != 0;
        let marked = core::mem::take(&mut self.to_route);
        for queue in &marked {
            let state = &mut self.queues[queue.index()];
            // What the carrier holds up has been found.
            if is_asked(state) && state.pending & pending::CONTINUOUS == 0 {
                state.pending |= pending::CONTINUOUS;
                self.to_route.push(*queue);
            }
        }
        while let Some(pair) = self.best_pair(now, self.carrier_takes_legs(now)) {
            let (call, agent) = (self.calls[pair.slot].id, pair.agent.agent());
            out.event(now, Event::Rescued { call, agent });
            self.make_pair(now, pair, out);
        }
        // A missed pair whose leg the carrier does not take is left to the next safety scan.
        for queue in core::mem::replace(&mut self.to_route, marked) {
            self.queues[queue.index()].pending &= !pending::CONTINUOUS;
        }
        let queues = &mut self.queues;
        self.to_route.retain(|queue| {
            let state = &mut queues[queue.index()];
            state.pending &= !pending::RECONCILE;
            state.pending != 0
        });
    }

    /// The carrier takes no leg now: queues with a pair that needs one stay marked until it does.
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
    fn could_match(&self, now: Timestamp, queue: QueueId) -> bool {
        let state = &self.queues[queue.index()];
        let mut best = None;
        for lane in 0..state.lanes.len() {
            self.best_in_lane(now, queue, lane, true, true, &mut best);
        }
        best.is_some()
    }

    fn make_pair(&mut self, now: Timestamp, pair: Pair, out: &mut Outbox) {
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
    fn best_pair(&self, now: Timestamp, push: bool) -> Option<Pair> {
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

    /// Arms the scans of every queue, on their grid after `now`.
    pub(crate) fn arm_scans(&mut self, now: Timestamp) {
        for i in 0..self.queues.len() {
            let queue = QueueId(i as u16);
            let rules = &self.queues[i].rules;
            let (scan, slow) = (
                rules
                    .poll
                    .map(|every| (Timer::Scan, every))
                    .or(rules.reconcile.map(|every| (Timer::Reconcile, every))),
                rules.slow_poll,
            );
            match scan {
                Some((timer, every)) => {
                    self.arm_queue(queue, crate::queue::slots::SCAN, timer, grid(now, every));
                }
                None => {
                    let slot = self.queues[i].timers.nth(crate::queue::slots::SCAN);
                    self.timers.disarm(slot);
                }
            }
            self.arm_slow_scan(now, queue, slow);
        }
    }

    fn arm_slow_scan(&mut self, now: Timestamp, queue: QueueId, every: u64) {
        let at = grid(now, every);
        let slot = self.queues[queue.index()]
            .timers
            .nth(crate::queue::slots::SLOW);
        if self.needs_slow_scan(queue) {
            self.arm_queue(queue, crate::queue::slots::SLOW, Timer::SlowScan, at);
        } else {
            self.timers.disarm(slot);
        }
    }

    /// A call without `continuous_discovery` has come, perhaps from another queue.
    pub(crate) fn start_slow_scan(&mut self, now: Timestamp, queue: QueueId) {
        let state = &self.queues[queue.index()];
        let slot = state.timers.nth(crate::queue::slots::SLOW);
        if self.timers.deadline(slot).is_none() {
            let at = grid(now, state.rules.slow_poll);
            self.arm_queue(queue, crate::queue::slots::SLOW, Timer::SlowScan, at);
        }
    }

    /// Whether there are, or may come, calls without `continuous_discovery`.
    fn needs_slow_scan(&self, queue: QueueId) -> bool {
        let features = &self.policy.features;
        let may_come = features
            .share(crate::policy::Feature::ContinuousDiscovery)
            .0
            < features.share(crate::policy::Feature::EnhancedQueue).0;
        may_come
            || self.queues[queue.index()].lanes.iter().any(|lane| {
                !lane.features.continuous && (!lane.ready.is_empty() || !lane.resting.is_empty())
            })
            || self
                .calls
                .iter()
                .any(|(_, c)| c.queue == queue && !c.features.continuous && !c.legacy)
    }

    pub(crate) fn scan_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let id = QueueId(queue as u16);
        let state = &self.queues[id.index()];
        let every = state.rules.poll.expect("invariant: a polled queue scans");
        let waiting = state.in_line;
        out.event(now, Event::QueueScanned { queue: id, waiting });
        self.arm_queue(id, crate::queue::slots::SCAN, Timer::Scan, grid(now, every));
        self.mark(id, pending::CONTINUOUS);
    }

    pub(crate) fn slow_scan_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let id = QueueId(queue as u16);
        let waiting = self.queues[id.index()].in_line;
        out.event(now, Event::QueueScanned { queue: id, waiting });
        self.arm_slow_scan(now, id, self.queues[id.index()].rules.slow_poll);
        self.mark(id, pending::SLOW);
    }

    /// The safety scan of an events queue: what it finds when all that events found is matched was
    /// missed by them. No input can bring that about, nor the loss of one (what the engine was not
    /// told, no scan can find): a rescue shows a fault of the engine's own marks.
    pub(crate) fn reconcile_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let id = QueueId(queue as u16);
        let state = &self.queues[id.index()];
        let every = state
            .rules
            .reconcile
            .expect("invariant: a reconciling queue");
        let waiting = state.in_line;
        out.event(now, Event::QueueScanned { queue: id, waiting });
        self.arm_queue(
            id,
            crate::queue::slots::SCAN,
            Timer::Reconcile,
            grid(now, every),
        );
        self.mark(id, pending::RECONCILE);
        self.reconciles = true;
    }
}

/// The first multiple of `every` after `now`.
pub(crate) fn grid(now: Timestamp, every: u64) -> Timestamp {
    Timestamp((now.0 / every + 1).saturating_mul(every))
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::id::{AgentId, CallId, CallerKey, ClassId, OfferId, QueueId};
    use crate::input::{AgentStatus, Input};
    use crate::invariants;
    use crate::output::{Event, Outbox, What};
    use crate::policy::{Discovery, Feature, Policy, QueuePolicy, Share};
    use crate::time::Timestamp;
    use alloc::boxed::Box;
    use alloc::vec;
    use alloc::vec::Vec;
    use core::time::Duration;

    const fn at(seconds: u64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    /// Calls `0..calls` wait from 1 s on in a queue with a safety scan every 10 s; so many agents
    /// work for it, each on a break.
    fn waiting(calls: u64, agents: u32) -> Engine {
        let reconcile = Some(Duration::from_secs(10));
        let mut policy = Policy {
            queues: vec![QueuePolicy {
                discovery: Discovery::Events { reconcile },
                ..QueuePolicy::default()
            }],
            ..Policy::default()
        };
        for feature in [Feature::EnhancedQueue, Feature::ContinuousDiscovery] {
            policy.features.set(feature, Share::ALL);
        }
        let mut engine = Engine::new(policy).expect("a sound policy");
        let mut out = Outbox::new();
        for agent in (0..agents).map(AgentId) {
            let queues = Box::new([(QueueId(0), 1)]);
            let status = AgentStatus::Break(0);
            for input in [
                Input::AgentAssigned { agent, queues },
                Input::AgentStatusChanged { agent, status },
            ] {
                engine.handle(at(0), input, &mut out).expect("taken");
            }
        }
        for i in 0..calls {
            let arrival = Input::CallArrived {
                call: CallId(i),
                caller: CallerKey(i),
                queue: QueueId(0),
                class: ClassId(0),
            };
            engine.handle(at(1), arrival, &mut out).expect("taken");
        }
        engine
    }

    /// The fault: an agent becomes available, and nothing is marked.
    fn lose_the_event_of(engine: &mut Engine, now: Timestamp, agent: u32) {
        let mut out = Outbox::new();
        engine.advance_to(now, &mut out);
        let status = AgentStatus::Available;
        engine
            .agent_status_changed(now, AgentId(agent), status, &mut out)
            .expect("taken");
        engine.unmark_all();
        assert!(invariants::check(engine).is_err(), "the fault is there");
    }

    fn rescued(engine: &mut Engine, until: Timestamp) -> Vec<(Timestamp, CallId, AgentId)> {
        let mut out = Outbox::new();
        engine.advance_to(until, &mut out);
        let rescues = out.iter().filter_map(|output| match output.what {
            What::Event(Event::Rescued { call, agent }) => Some((output.at, call, agent)),
            What::Event(_) | What::Command(..) => None,
        });
        rescues.collect()
    }

    #[test]
    fn a_call_whose_match_events_missed_is_rescued_once() {
        let mut engine = waiting(2, 1);
        lose_the_event_of(&mut engine, at(3), 0);
        assert_eq!(rescued(&mut engine, at(9)), []);
        let found = rescued(&mut engine, at(35));
        assert_eq!(found, [(at(10), CallId(0), AgentId(0))]);
        assert_eq!(invariants::check(&engine), Ok(()));
        let offer = OfferId::new(0, AgentId(0));
        assert!(engine.agents[0].live_offer(offer).is_some());
    }

    #[test]
    fn every_call_that_one_scan_rescues_counts() {
        let mut engine = waiting(3, 2);
        lose_the_event_of(&mut engine, at(3), 0);
        lose_the_event_of(&mut engine, at(4), 1);
        let found = rescued(&mut engine, at(10));
        let expected = [
            (at(10), CallId(0), AgentId(0)),
            (at(10), CallId(1), AgentId(1)),
        ];
        assert_eq!(found, expected);
        assert_eq!(invariants::check(&engine), Ok(()));
    }

    #[test]
    fn what_events_find_in_the_instant_of_the_scan_is_no_rescue() {
        // Agent 0 was overlooked; agent 1 comes back from a rest when the scan is due.
        let mut engine = waiting(2, 2);
        lose_the_event_of(&mut engine, at(3), 0);
        let mut out = Outbox::new();
        let (agent, status) = (AgentId(1), AgentStatus::Available);
        engine.rest(at(3), agent, 7_000_000);
        engine
            .agent_status_changed(at(3), agent, status, &mut out)
            .expect("taken");
        // Its event has the whole queue looked at, and so finds the overlooked pair as well.
        let found = rescued(&mut engine, at(10));
        assert_eq!(found, []);
        assert_eq!(invariants::check(&engine), Ok(()));
    }

    #[test]
    fn a_missed_match_that_the_carrier_holds_up_is_rescued_by_a_later_scan() {
        let mut engine = waiting(1, 1);
        lose_the_event_of(&mut engine, at(3), 0);
        engine.carrier.next_leg = at(15);
        assert_eq!(rescued(&mut engine, at(19)), []);
        let found = rescued(&mut engine, at(20));
        assert_eq!(found, [(at(20), CallId(0), AgentId(0))]);
        assert_eq!(invariants::check(&engine), Ok(()));
    }
}
