//! One queue: its compiled rules, its waiting lanes, and its idle agents in rotation order.

use alloc::boxed::Box;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::agent::IdleKey;
use crate::call::{Call, CallFeatures, Need};
use crate::estimate::Learning;
use crate::id::{AgentId, ClassId, Level};
use crate::policy::{Discovery, Priority, QueuePolicy, Rotation, Transport};
use crate::time::{Micros, Timestamp, micros};
use crate::timers::Slot;
use crate::tree::CountedTree;

/// A waiting call's place in its lane: by arrival, then id; calls sent to the front before all.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub(crate) struct LineKey {
    /// 0 = at the front; else 1 + the arrival.
    at: u64,
    call: u64,
    slot: u32,
}

impl LineKey {
    pub(crate) fn of(call: &Call, slot: u32) -> Self {
        LineKey {
            at: if call.front { 0 } else { call.arrived.0 + 1 },
            call: call.id.0,
            slot,
        }
    }
    #[inline]
    pub(crate) fn slot(self) -> u32 {
        self.slot
    }
    #[inline]
    pub(crate) fn is_front(self) -> bool {
        self.at == 0
    }
    /// The smallest key that arrived at `at` with an id of at least `call`.
    fn bound(at: u64, call: u64) -> Self {
        LineKey { at, call, slot: 0 }
    }
}

/// Score in thousandths of a microsecond; the front of the line is above every other.
pub(crate) type Score = u128;

/// Calls of one queue that differ only in when they arrived: same class weight, same need, same
/// discovery. The few lanes of a queue are the "caller classes" of the cost promises.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lane {
    /// What its calls have in common, in one word.
    kind: u32,
    pub(crate) class: ClassId,
    pub(crate) features: CallFeatures,
    head_start: u64,
    aging: u64,
    /// Calls that may be offered.
    pub(crate) ready: CountedTree<LineKey>,
    /// Calls that rest after too many failed offers; they keep their place.
    pub(crate) resting: CountedTree<LineKey>,
}

impl Lane {
    fn new(class: ClassId, features: CallFeatures, priorities: &[Priority]) -> Self {
        let mut lane = Lane {
            kind: Lane::kind(class, features),
            class,
            features,
            head_start: 0,
            aging: 0,
            ready: CountedTree::new(),
            resting: CountedTree::new(),
        };
        lane.weigh(priorities);
        lane
    }

    /// Class and those features that matter for order and matching.
    #[inline]
    fn kind(class: ClassId, features: CallFeatures) -> u32 {
        u32::from(class.0) << 8
            | (features.need as u32) << 4
            | u32::from(features.continuous) << 2
            | u32::from(features.priority) << 1
            | u32::from(features.balanced)
    }

    /// Takes its weight from the policy.
    pub(crate) fn weigh(&mut self, priorities: &[Priority]) {
        let priority = priorities
            .get(self.class.index())
            .copied()
            .unwrap_or_default();
        self.aging = u64::from(priority.aging_milli);
        self.head_start = if self.features.priority {
            micros(priority.head_start) * 1000
        } else {
            0
        };
    }

    /// The score at `now` of the call with this key.
    #[inline]
    pub(crate) fn score(&self, key: LineKey, now: Timestamp) -> Score {
        if key.is_front() {
            return Score::MAX;
        }
        let waited = now.0.saturating_sub(key.at - 1);
        Score::from(self.head_start) + Score::from(self.aging) * Score::from(waited)
    }

    /// How many calls of this lane come before a call with `key` and `score`: a higher score, or
    /// the same one and an earlier arrival, then a lower id.
    pub(crate) fn before(&self, key: LineKey, score: Score, now: Timestamp) -> usize {
        let bound = self.bound(key, score, now);
        self.ready.rank(bound) + self.resting.rank(bound)
    }

    /// The first key of this lane that does not come before `key`.
    fn bound(&self, key: LineKey, score: Score, now: Timestamp) -> LineKey {
        if key.is_front() {
            return LineKey::bound(0, key.call);
        }
        let Some(above) = score.checked_sub(Score::from(self.head_start)) else {
            // Even one that arrives now has a higher score.
            return LineKey::bound(u64::MAX, 0);
        };
        if self.aging == 0 {
            return if above == 0 {
                LineKey::bound(key.at, key.call)
            } else {
                LineKey::bound(1, 0)
            };
        }
        let aging = Score::from(self.aging);
        let (waited, rest) = (above / aging, above % aging);
        let Some(arrived) = u64::try_from(waited)
            .ok()
            .and_then(|w| now.0.checked_sub(w))
        else {
            return LineKey::bound(1, 0);
        };
        // One that arrived at `arrived` ties if nothing is left over; earlier ones are before.
        let at = arrived + 1;
        if rest > 0 || at > key.at {
            LineKey::bound(at, 0)
        } else if at == key.at {
            LineKey::bound(at, key.call)
        } else {
            LineKey::bound(at + 1, 0)
        }
    }
}

/// Idle agents in one rotation, by the strictest need each meets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IdleSet {
    pub(crate) rotation: Rotation,
    pub(crate) by_need: [CountedTree<IdleKey>; 3],
}

impl IdleSet {
    pub(crate) fn new(rotation: Rotation) -> Self {
        IdleSet {
            rotation,
            by_need: [const { CountedTree::new() }; 3],
        }
    }
}

/// Which calls of a queue may be matched now: bit 0 those with `continuous_discovery`, bit 1
/// those without.
pub(crate) mod pending {
    /// Calls with `continuous_discovery`.
    pub(crate) const CONTINUOUS: u8 = 1;
    /// Calls without.
    pub(crate) const SLOW: u8 = 2;
}

/// A queue's timers within its block of slots.
pub(crate) mod slots {
    /// [`crate::timers::Timer::Scan`] or [`crate::timers::Timer::Reconcile`].
    pub(crate) const SCAN: u32 = 0;
    /// [`crate::timers::Timer::SlowScan`].
    pub(crate) const SLOW: u32 = 1;
    /// How many.
    pub(crate) const COUNT: u32 = 2;
}

/// The spans of a [`QueuePolicy`] in microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rules {
    pub(crate) poll: Option<Micros>,
    pub(crate) events: bool,
    pub(crate) reconcile: Option<Micros>,
    pub(crate) slow_poll: Micros,
    pub(crate) ring_timeout: Micros,
    pub(crate) place_timeout: Micros,
    pub(crate) max_attempts: u16,
    pub(crate) ring: u8,
    pub(crate) tried_for: Micros,
    pub(crate) exhausted: Micros,
    pub(crate) push: bool,
    pub(crate) rest_declined: Micros,
    pub(crate) rest_expired: Micros,
    pub(crate) rest_unreachable: Micros,
    pub(crate) rest_failed: Micros,
    pub(crate) widen: Box<[(Micros, Level)]>,
    pub(crate) wrap_up: Micros,
    pub(crate) max_wait: Option<Micros>,
    /// A waiting call has some timer or other.
    pub(crate) watches_waits: bool,
}

impl Rules {
    pub(crate) fn of(policy: &QueuePolicy) -> Self {
        let (poll, events, reconcile) = match policy.discovery {
            Discovery::Poll(every) => (Some(micros(every)), false, None),
            Discovery::Events { reconcile } => (None, true, reconcile.map(micros)),
        };
        let offer = &policy.offer;
        Rules {
            poll,
            events,
            reconcile,
            slow_poll: micros(policy.slow_poll),
            ring_timeout: micros(offer.timeout),
            place_timeout: micros(offer.place_timeout),
            max_attempts: offer.max_attempts,
            ring: offer.ring,
            tried_for: micros(offer.tried_for),
            exhausted: micros(offer.exhausted),
            push: offer.transport == Transport::Push,
            rest_declined: micros(offer.retry_after.declined),
            rest_expired: micros(offer.retry_after.expired),
            rest_unreachable: micros(offer.retry_after.unreachable),
            rest_failed: micros(offer.retry_after.failed),
            widen: policy
                .widen
                .iter()
                .map(|w| (micros(w.after), w.level))
                .collect(),
            wrap_up: micros(policy.wrap_up),
            max_wait: policy.max_wait.map(micros),
            watches_waits: policy.max_wait.is_some()
                || !policy.widen.is_empty()
                || policy.callback.is_some()
                || policy.announce.is_some(),
        }
    }

    /// The highest level that may serve a call that has waited `waited`.
    #[inline]
    pub(crate) fn allowed_level(&self, waited: Micros) -> Level {
        let mut level = 1;
        for (after, to) in &self.widen {
            if waited < *after {
                break;
            }
            level = *to;
        }
        level
    }

    /// How long a call must have waited before agents of `level` may serve it.
    pub(crate) fn widened_after(&self, level: Level) -> Micros {
        if level <= 1 {
            return 0;
        }
        self.widen
            .iter()
            .find(|(_, to)| *to >= level)
            .map_or(0, |(after, _)| *after)
    }
}

/// One queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub(crate) rules: Rules,
    pub(crate) open: bool,
    pub(crate) lanes: Vec<Lane>,
    /// Idle agents in the queue's rotation and, when `load_balancing` is in use and differs, in
    /// `best_score` order.
    pub(crate) idle: Vec<IdleSet>,
    /// Agents that work for this queue, by the strictest need each meets.
    pub(crate) staffed: [u32; 3],
    /// Agents that are available or on a break.
    pub(crate) signed_in: u32,
    /// Calls that joined and are neither connected nor gone, callbacks included.
    pub(crate) held: u32,
    /// Calls in line (ready or resting), callbacks included.
    pub(crate) in_line: u32,
    /// Calls that are with an agent.
    pub(crate) talking: u32,
    /// Agents in after-call work for one of its calls.
    pub(crate) wrapping: u32,
    /// What its estimator learns from; `None` = nobody is told a wait.
    pub(crate) learning: Option<Box<Learning>>,
    /// The learner is to hear of the line at the end of this step.
    pub(crate) is_touched: bool,
    /// See [`pending`]; non-zero = in the engine's list of queues to route.
    pub(crate) pending: u8,
    pub(crate) timers: Slot,
}

impl Queue {
    pub(crate) fn new(policy: &QueuePolicy, timers: Slot) -> Self {
        Queue {
            rules: Rules::of(policy),
            open: policy.opens_at_start,
            lanes: Vec::new(),
            idle: Vec::new(),
            staffed: [0; 3],
            signed_in: 0,
            held: 0,
            in_line: 0,
            talking: 0,
            wrapping: 0,
            learning: None,
            is_touched: false,
            pending: 0,
            timers,
        }
    }

    /// The lane for calls like this one; made when the first such call comes.
    pub(crate) fn lane(
        &mut self,
        class: ClassId,
        features: CallFeatures,
        priorities: &[Priority],
    ) -> u16 {
        // Two calls are alike when these agree; whether a callback may be offered is no matter of
        // order or matching.
        let kind = Lane::kind(class, features);
        let i = self
            .lanes
            .iter()
            .position(|lane| lane.kind == kind)
            .unwrap_or_else(|| {
                self.lanes.push(Lane::new(class, features, priorities));
                self.lanes.len() - 1
            });
        u16::try_from(i).expect("invariant: at most 48 lanes per class")
    }

    /// The idle set that a call's rotation looks at.
    #[inline]
    pub(crate) fn idle_set(&self, balanced: bool) -> &IdleSet {
        let last = self.idle.len() - 1;
        &self.idle[if balanced { last } else { 0 }]
    }

    /// The lowest level among the idle agents that meet `need`.
    #[inline]
    pub(crate) fn lowest_level(&self, need: Need) -> Option<Level> {
        self.idle[0].by_need[need as usize..]
            .iter()
            .filter_map(|tree| tree.first().map(IdleKey::level))
            .min()
    }

    /// Idle agents that meet `need`.
    pub(crate) fn n_idle(&self, need: Need) -> u32 {
        self.idle[0].by_need[need as usize..]
            .iter()
            .map(|tree| tree.len() as u32)
            .sum()
    }

    /// Agents that work for this queue and meet `need`.
    pub(crate) fn staff(&self, need: Need) -> u32 {
        self.staffed[need as usize..].iter().sum()
    }

    /// Calls and due callbacks before a call in line, by score at `now`.
    pub(crate) fn ahead(&self, lane: u16, key: LineKey, now: Timestamp) -> usize {
        let score = self.lanes[usize::from(lane)].score(key, now);
        self.lanes
            .iter()
            .map(|lane| lane.before(key, score, now))
            .sum()
    }

    /// The idle agent that comes first in the rotation among those that `fits`, of level `allowed`
    /// at most and meeting `need`.
    pub(crate) fn first_idle(
        &self,
        balanced: bool,
        need: Need,
        allowed: Level,
        mut fits: impl FnMut(AgentId) -> bool,
    ) -> Option<IdleKey> {
        let trees = &self.idle_set(balanced).by_need[need as usize..];
        let mut at = [0usize; 3];
        loop {
            let mut best: Option<(IdleKey, usize)> = None;
            for (i, tree) in trees.iter().enumerate() {
                if let Some(key) = tree.get(at[i])
                    && best.is_none_or(|(least, _)| key < least)
                {
                    best = Some((key, i));
                }
            }
            let (key, i) = best?;
            if key.level() > allowed {
                return None;
            }
            if fits(key.agent()) {
                return Some(key);
            }
            at[i] += 1;
        }
    }

    /// The k-th idle agent by id of the lowest level present, k = `hash` mod their number; the
    /// next one round that `fits`, then the next level.
    pub(crate) fn random_idle(
        &self,
        need: Need,
        allowed: Level,
        hash: u64,
        mut fits: impl FnMut(AgentId) -> bool,
    ) -> Option<IdleKey> {
        let trees = &self.idle_set(false).by_need[need as usize..];
        let mut from = IdleKey::start_of(0);
        while let Some(start) = from {
            let level = trees
                .iter()
                .filter_map(|t| t.get(t.rank(start)).map(IdleKey::level))
                .min()
                .filter(|level| *level <= allowed)?;
            let begin = IdleKey::start_of(u16::from(level))?;
            from = IdleKey::start_of(u16::from(level) + 1);
            let end = |t: &CountedTree<IdleKey>| from.map_or(t.len(), |end| t.rank(end));
            let n: usize = trees.iter().map(|t| end(t) - t.rank(begin)).sum();
            let k = (hash % n as u64) as usize;
            for i in 0..n {
                let key = nth_by_agent(trees, begin, (k + i) % n);
                if fits(key.agent()) {
                    return Some(key);
                }
            }
        }
        None
    }
}

/// The key with `n` keys from `begin` before it, over all trees: by bisection on the agent's id
/// (keys of one level in a random rotation differ in nothing else).
fn nth_by_agent(trees: &[CountedTree<IdleKey>], begin: IdleKey, n: usize) -> IdleKey {
    let below = |agent: u32| -> usize {
        let key = IdleKey { agent, ..begin };
        trees.iter().map(|t| t.rank(key) - t.rank(begin)).sum()
    };
    let (mut low, mut high) = (0u32, crate::id::OfferId::MAX_AGENTS);
    // `below(low) <= n < below(high)`: the n-th has the largest id with at most n below it.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if below(middle) <= n {
            low = middle;
        } else {
            high = middle;
        }
    }
    IdleKey {
        agent: low,
        ..begin
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, LineKey};
    use crate::call::{CallFeatures, Need};
    use crate::id::ClassId;
    use crate::policy::{Features, Priority};
    use crate::time::Timestamp;
    use alloc::vec::Vec;
    use core::time::Duration;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_are_those_of_a_sort_by_score_arrival_and_id(
            weights in prop::collection::vec((0u64..40, prop::sample::select(alloc::vec![0u32, 500, 1000, 1500])), 1..4),
            calls in prop::collection::vec((0usize..4, 0u64..40, any::<bool>()), 1..60),
            later in 0u64..30,
        ) {
            let now = Timestamp(40 + later);
            let features = CallFeatures { need: Need::Status, priority: true, ..CallFeatures::of(&Features::ALL, 0) };
            let priorities: Vec<Priority> = weights
                .iter()
                .map(|(head, aging)| Priority { head_start: Duration::from_micros(*head), aging_milli: *aging })
                .collect();
            let mut lanes: Vec<Lane> = (0..priorities.len())
                .map(|c| Lane::new(ClassId(c as u16), features, &priorities))
                .collect();
            let mut keys = Vec::new();
            for (id, (lane, at, front)) in calls.iter().enumerate() {
                let lane = lane % lanes.len();
                let key = LineKey { at: if *front && id % 7 == 0 { 0 } else { at + 1 }, call: id as u64, slot: id as u32 };
                if id % 3 == 0 { lanes[lane].resting.insert(key); } else { lanes[lane].ready.insert(key); }
                keys.push((lane, key));
            }
            let mut order: Vec<(usize, LineKey)> = keys.clone();
            order.sort_by_key(|(lane, key)| {
                (core::cmp::Reverse(lanes[*lane].score(*key, now)), key.at, key.call)
            });
            for (rank, (lane, key)) in order.iter().enumerate() {
                let score = lanes[*lane].score(*key, now);
                let ahead: usize = lanes.iter().map(|l| l.before(*key, score, now)).sum();
                prop_assert_eq!(ahead, rank);
            }
        }
    }
}
