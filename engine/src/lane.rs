//! A lane: calls of one queue that differ only in when they arrived, in their order, and what a
//! place in it is worth.

use serde::{Deserialize, Serialize};

use crate::call::{Call, CallFeatures};
use crate::id::ClassId;
use crate::policy::Priority;
use crate::time::{Timestamp, micros};
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
    pub(crate) kind: u32,
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
    pub(crate) fn new(class: ClassId, features: CallFeatures, priorities: &[Priority]) -> Self {
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
    pub(crate) fn kind(class: ClassId, features: CallFeatures) -> u32 {
        u32::from(class.0) << 8
            | (features.need as u32) << 4
            | u32::from(features.continuous) << 2
            | u32::from(features.priority) << 1
            | u32::from(features.balanced)
    }

    /// Takes its weight from the policy.
    pub(crate) fn weigh(&mut self, priorities: &[Priority]) {
        // Without the feature the class counts for nothing.
        let priority = priorities
            .get(self.class.index())
            .copied()
            .filter(|_| self.features.priority)
            .unwrap_or_default();
        self.aging = u64::from(priority.aging_milli);
        self.head_start = micros(priority.head_start) * 1000;
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
