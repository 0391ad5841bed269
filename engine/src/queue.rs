//! One queue: its [`crate::rules`], its waiting [`crate::lane`]s, its [`crate::idle`] agents, and what
//! it counts.

use alloc::boxed::Box;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::call::{CallFeatures, Need};
use crate::estimate::Learning;
use crate::id::ClassId;
use crate::idle::IdleSet;
use crate::lane::{Lane, LineKey};
use crate::policy::{Priority, QueuePolicy};
use crate::rules::Rules;
use crate::time::Timestamp;
use crate::timers::Slot;

/// Which calls of a queue may be matched now: bit 0 those with `continuous_discovery`, bit 1
/// those without. Bit 2: whether the first are all matched is to be looked at.
pub(crate) mod pending {
    /// Calls with `continuous_discovery`.
    pub(crate) const CONTINUOUS: u8 = 1;
    /// Calls without.
    pub(crate) const SLOW: u8 = 2;
    /// The safety scan looks for what events have missed, after what they have not.
    pub(crate) const RECONCILE: u8 = 4;
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
    ) -> u32 {
        // Two calls are alike when these agree; whether a callback may be offered is no matter of
        // order or matching.
        let kind = Lane::kind(class, features);
        let i = self
            .lanes
            .iter()
            .position(|lane| lane.kind == kind)
            .unwrap_or_else(|| self.add_lane(class, features, priorities));
        // At most 48 for each of 65,536 classes.
        i as u32
    }

    #[cold]
    fn add_lane(
        &mut self,
        class: ClassId,
        features: CallFeatures,
        priorities: &[Priority],
    ) -> usize {
        self.lanes.push(Lane::new(class, features, priorities));
        self.lanes.len() - 1
    }

    /// Agents that work for this queue and meet `need`.
    pub(crate) fn staff(&self, need: Need) -> u32 {
        self.staffed[need as usize..].iter().sum()
    }

    /// Calls and due callbacks before a call in line, by score at `now`.
    pub(crate) fn ahead(&self, lane: u32, key: LineKey, now: Timestamp) -> usize {
        let score = self.lanes[lane as usize].score(key, now);
        self.lanes
            .iter()
            .map(|lane| lane.before(key, score, now))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use crate::call::CallFeatures;
    use crate::id::ClassId;
    use crate::policy::{Features, QueuePolicy};
    use crate::timers::Slot;

    #[test]
    fn a_queue_has_room_for_every_class_with_every_set_of_features() {
        let mut queue = Queue::new(&QueuePolicy::default(), Slot(0));
        let (none, all) = (
            CallFeatures::of(&Features::default(), 0),
            CallFeatures::of(&Features::ALL, 0),
        );
        // As many as there are classes already, made without the search for one of a kind.
        let (last, first) = (ClassId(u16::MAX), ClassId(0));
        queue.lane(first, none, &[]);
        let lane = queue.lanes[0].clone();
        queue.lanes.resize(1 << 16, lane);
        assert_eq!(queue.lane(last, none, &[]), 1 << 16);
        assert_eq!(queue.lane(last, all, &[]), (1 << 16) + 1);
        assert_eq!(queue.lane(last, none, &[]), 1 << 16);
    }
}
