//! Which waiting call meets which agent: after every step, pair by pair, always the best possible
//! one over all queues that are looked at.

use std::cmp::Reverse;

use engine::id::{AgentId, CallId, Level, QueueId};
use engine::policy::{Discovery, Feature, Rotation, SelectCall};
use engine::time::micros;
use engine::{Event, Timestamp};

use super::Reference;
use super::agent::Candidate;
use super::call::{Call, Phase};

/// MurmurHash3's 64-bit finaliser (A. Appleby, 2011), which the `random` rotation is defined by.
fn mix(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

/// The first multiple of `every` after `now`.
pub(super) fn grid(now: Timestamp, every: u64) -> Timestamp {
    Timestamp((now.0 / every + 1) * every)
}

impl Reference {
    pub(super) fn route(&mut self, now: Timestamp) {
        self.ring_reserved(now);
        while let Some((call, candidate)) = self.best_pair(now) {
            self.make_pair(now, call, candidate);
        }
        // What a scan found and the carrier holds up stays found.
        for i in 0..self.queues.len() {
            let queue = QueueId(i as u16);
            let held_up = self
                .calls
                .iter()
                .filter(|call| call.queue == queue && self.is_looked_for(call))
                .any(|call| {
                    let allowed = self.allowed_level(call, now);
                    self.select_agent(now, call, allowed, true).is_some()
                });
            if !held_up {
                self.queues[i].scanned = false;
                self.queues[i].slow_scanned = false;
            }
        }
    }

    /// Pairs come in this order: untried before tried; under `level_first` the lower level of the
    /// agent; the highest score, then the earliest arrival, then the lowest id; then the rotation.
    fn best_pair(&self, now: Timestamp) -> Option<(CallId, Candidate)> {
        let takes_legs = self.carrier_takes_legs(now);
        let level_first = self.policy.select_call == SelectCall::LevelFirst;
        [false, true].into_iter().find_map(|tried| {
            self.calls
                .iter()
                .filter(|call| self.is_looked_for(call))
                .filter(|call| takes_legs || !self.needs_leg(call))
                .filter_map(|call| {
                    let allowed = self.allowed_level(call, now);
                    let candidate = self.select_agent(now, call, allowed, tried)?;
                    let level = if level_first { candidate.level } else { 0 };
                    let score = call.score(&self.rules(call.queue).priority, now);
                    let order = (level, Reverse(score), call.arrived, call.id);
                    Some((order, candidate))
                })
                .min_by_key(|(order, _)| *order)
                .map(|((_, _, _, id), candidate)| (id, candidate))
        })
    }

    /// A call in line whose matches are looked for now: under events always, else by a scan.
    fn is_looked_for(&self, call: &Call) -> bool {
        let queue = &self.queues[call.queue.index()];
        call.may_be_offered()
            && if call.traits.continuous {
                queue.scanned || self.is_matched_by_events(call.queue)
            } else {
                queue.slow_scanned
            }
    }

    /// We place the agent's leg unless its application does; a callback's leg is always ours.
    fn needs_leg(&self, call: &Call) -> bool {
        self.is_push(call.queue) || call.phase == Phase::CallbackWaiting
    }

    /// The highest level that may serve a call now.
    fn allowed_level(&self, call: &Call, now: Timestamp) -> Level {
        self.rules(call.queue)
            .widen
            .iter()
            .filter(|step| micros(step.after) <= now.since(call.arrived))
            .map(|step| step.level)
            .max()
            .unwrap_or(1)
    }

    /// The agent a call gets: of the lowest level, the first in the rotation. With `tried`, those
    /// that missed the call lately count too.
    pub(super) fn select_agent(
        &self,
        now: Timestamp,
        call: &Call,
        allowed: Level,
        tried: bool,
    ) -> Option<Candidate> {
        let rotation = if call.traits.balanced {
            Rotation::BestScore
        } else {
            self.rules(call.queue).rotation
        };
        let mut candidates: Vec<(Level, (u64, u64), AgentId)> = self
            .agents
            .iter()
            .enumerate()
            .filter(|(_, who)| who.free_for() >= Some(call.traits.need))
            .filter_map(|(i, who)| {
                let level = who.level_at(call.queue).filter(|level| *level <= allowed)?;
                Some((level, who.key(rotation), AgentId(i as u32)))
            })
            .collect();
        candidates.sort_unstable();
        if rotation == Rotation::Random {
            // Each level starts at its k-th agent and goes round.
            let hash = mix(call.id.0 << 16 ^ u64::from(call.attempts));
            for same_level in candidates.chunk_by_mut(|a, b| a.0 == b.0) {
                let k = (hash % same_level.len() as u64) as usize;
                same_level.rotate_left(k);
            }
        }
        candidates
            .into_iter()
            .map(|(level, _, agent)| Candidate { level, agent })
            .find(|c| tried || !call.was_missed_by(c.agent, now))
    }

    /// Whether a call waits that comes before this one and could be offered to the agent now,
    /// looked for or not.
    pub(super) fn passes_over(&self, now: Timestamp, id: CallId, to: Candidate) -> bool {
        let who = &self.agents[to.agent.index()];
        let level_first = self.policy.select_call == SelectCall::LevelFirst;
        let order = |call: &Call, level: Level| {
            let level = if level_first { level } else { 0 };
            let score = call.score(&self.rules(call.queue).priority, now);
            (level, Reverse(score), call.arrived, call.id)
        };
        let chosen = order(self.call(id), to.level);
        self.calls.iter().any(|call| {
            let could_be_offered = call.id != id
                && call.may_be_offered()
                && who.presence() >= call.traits.need
                && !call.was_missed_by(to.agent, now)
                && (self.carrier_takes_legs(now) || !self.needs_leg(call));
            let level = who.level_at(call.queue);
            could_be_offered
                && level.is_some_and(|level| {
                    level <= self.allowed_level(call, now) && order(call, level) < chosen
                })
        })
    }

    fn make_pair(&mut self, now: Timestamp, id: CallId, first: Candidate) {
        let call = self.call_mut(id);
        if call.was_missed_by(first.agent, now) {
            // Every candidate was tried.
            call.tried.clear();
        }
        if call.phase == Phase::CallbackWaiting {
            return self.place_callback(now, id, first);
        }
        call.phase = Phase::Ringing;
        self.offer(now, id, first);
        let queue = self.call(id).queue;
        let ring = usize::from(self.rules(queue).offer.ring);
        while self.rung_for(id).len() < ring
            && (self.carrier_takes_legs(now) || !self.is_push(queue))
        {
            let call = self.call(id);
            let allowed = self.allowed_level(call, now);
            let Some(next) = self.select_agent(now, call, allowed, false) else {
                return;
            };
            self.offer(now, id, next);
        }
    }

    /// The scans that every queue needs, on their grid from the epoch.
    pub(super) fn set_scans(&mut self, now: Timestamp) {
        for queue in (0..self.queues.len()).map(|i| QueueId(i as u16)) {
            for continuous in [true, false] {
                *self.scan_at(queue, continuous) = None;
                if self.needs_scan(queue, continuous) {
                    self.set_scan(now, queue, continuous);
                }
            }
        }
    }

    pub(super) fn scan_at(&mut self, queue: QueueId, continuous: bool) -> &mut Option<Timestamp> {
        let queue = &mut self.queues[queue.index()];
        if continuous {
            &mut queue.scan_at
        } else {
            &mut queue.slow_scan_at
        }
    }

    pub(super) fn set_scan(&mut self, now: Timestamp, queue: QueueId, continuous: bool) {
        let rules = self.rules(queue);
        let every = match rules.discovery {
            _ if !continuous => Some(rules.slow_poll),
            Discovery::Poll(every) => Some(every),
            Discovery::Events { reconcile } => reconcile,
        };
        *self.scan_at(queue, continuous) = every.map(|every| grid(now, micros(every)));
    }

    /// Calls with (without) `continuous_discovery` are in hand or may come: some bucket gives a caller
    /// a queue, and this.
    fn needs_scan(&self, queue: QueueId, continuous: bool) -> bool {
        let share = |feature| self.policy.features.share(feature).0;
        (0..10_000).any(|bucket| {
            bucket < share(Feature::EnhancedQueue)
                && (bucket < share(Feature::ContinuousDiscovery)) == continuous
        }) || self
            .calls
            .iter()
            .any(|c| c.queue == queue && c.traits.continuous == continuous && !c.is_legacy())
    }

    /// A scan that has lost its object is none.
    fn look(&mut self, now: Timestamp, queue: QueueId, continuous: bool) -> bool {
        *self.scan_at(queue, continuous) = None;
        let looks = self.needs_scan(queue, continuous);
        if looks {
            let waiting = self.n_in_line(queue);
            self.event(now, Event::QueueScanned { queue, waiting });
            self.set_scan(now, queue, continuous);
        }
        looks
    }

    pub(super) fn scan(&mut self, now: Timestamp, queue: QueueId) {
        self.queues[queue.index()].scanned |= self.look(now, queue, true);
    }

    pub(super) fn slow_scan(&mut self, now: Timestamp, queue: QueueId) {
        self.queues[queue.index()].slow_scanned |= self.look(now, queue, false);
    }

    /// The safety scan of an events queue. It never finds anything: that is the claim.
    pub(super) fn reconcile(&mut self, now: Timestamp, queue: QueueId) {
        self.look(now, queue, true);
    }
}
