//! Scans: when a polled queue's calls, and those without `continuous_discovery`, are looked at; and
//! the safety scan of an events queue, whose finds are rescues.
//!
//! Every scan stands on a grid from the epoch: k x its interval. It runs while the queue has, or may get,
//! a call of the kind that it looks for, and is then reported though the line be empty: a cron does not
//! know that it will find nothing. What a scan finds, [`crate::routing`] matches.

use crate::engine::Engine;
use crate::id::QueueId;
use crate::output::{Event, Outbox};
use crate::policy::{Feature, Share};
use crate::queue::{Queue, pending, slots};
use crate::time::Timestamp;
use crate::timers::Timer;

impl Engine {
    /// Arms the scans that every queue needs, on their grid after `now`.
    pub(crate) fn arm_scans(&mut self, now: Timestamp) {
        for queue in (0..self.queues.len()).map(|i| QueueId(i as u16)) {
            for continuous in [true, false] {
                let slot = self.queues[queue.index()].timers.nth(scan_slot(continuous));
                self.timers.disarm(slot);
                if self.needs_scan(queue, continuous) {
                    self.arm_scan(now, queue, continuous);
                }
            }
        }
    }

    /// A call that only scans find (or whose matches they check) is in line, perhaps from another queue.
    #[inline]
    pub(crate) fn start_scan(&mut self, now: Timestamp, queue: QueueId, continuous: bool) {
        let state = &self.queues[queue.index()];
        let rules = &state.rules;
        if continuous && rules.poll.is_none() && rules.reconcile.is_none() {
            return;
        }
        let slot = state.timers.nth(scan_slot(continuous));
        if self.timers.deadline(slot).is_none() {
            self.arm_scan(now, queue, continuous);
        }
    }

    #[inline(never)]
    fn arm_scan(&mut self, now: Timestamp, queue: QueueId, continuous: bool) {
        let rules = &self.queues[queue.index()].rules;
        let scan = match (continuous, rules.poll, rules.reconcile) {
            (true, Some(every), _) => Some((Timer::Scan, every)),
            (true, None, Some(every)) => Some((Timer::Reconcile, every)),
            (true, None, None) => None,
            (false, ..) => Some((Timer::SlowScan, rules.slow_poll)),
        };
        if let Some((timer, every)) = scan {
            self.arm_queue(queue, scan_slot(continuous), timer, grid(now, every));
        }
    }

    /// Whether there are, or may come, calls with (without) `continuous_discovery`: a caller has every
    /// feature whose share is above its bucket.
    fn needs_scan(&self, queue: QueueId, continuous: bool) -> bool {
        let share = |feature| self.policy.features.share(feature);
        let queued = share(Feature::EnhancedQueue);
        let found = share(Feature::ContinuousDiscovery);
        let may_come = if continuous {
            queued.min(found) > Share::NONE
        } else {
            found < queued
        };
        may_come
            || self
                .calls
                .iter()
                .any(|(_, c)| c.queue == queue && c.features.continuous == continuous && !c.legacy)
    }

    /// Reports a scan that is due and arms the next one; `false` when it has lost its object meanwhile.
    fn look(&mut self, now: Timestamp, queue: QueueId, continuous: bool, out: &mut Outbox) -> bool {
        if !self.needs_scan(queue, continuous) {
            return false;
        }
        let waiting = self.queues[queue.index()].in_line;
        out.event(now, Event::QueueScanned { queue, waiting });
        self.arm_scan(now, queue, continuous);
        true
    }

    pub(crate) fn scan_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let queue = QueueId(queue as u16);
        if self.look(now, queue, true, out) {
            self.mark(queue, pending::CONTINUOUS);
        }
    }

    pub(crate) fn slow_scan_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let queue = QueueId(queue as u16);
        if self.look(now, queue, false, out) {
            self.mark(queue, pending::SLOW);
        }
    }

    /// The safety scan of an events queue: what it finds when all that events found is matched was
    /// missed by them. No input can bring that about, nor the loss of one (what the engine was not
    /// told, no scan can find): a rescue shows a fault of the engine's own marks.
    pub(crate) fn reconcile_due(&mut self, now: Timestamp, queue: u32, out: &mut Outbox) {
        let queue = QueueId(queue as u16);
        if self.look(now, queue, true, out) {
            self.mark(queue, pending::RECONCILE);
            self.reconciles = true;
        }
    }

    /// Makes the pairs that the safety scans of this instant find when those that events made
    /// possible are made: each of them a rescue.
    #[cold]
    pub(crate) fn rescue(&mut self, now: Timestamp, out: &mut Outbox) {
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
}

/// The timer that looks for calls with (without) `continuous_discovery`.
fn scan_slot(continuous: bool) -> u32 {
    if continuous { slots::SCAN } else { slots::SLOW }
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
