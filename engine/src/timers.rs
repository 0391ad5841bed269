//! When to wake up, and for what: an indexed 4-ary heap with one slot per (entity, kind), re-armed
//! in place.
//!
//! Timers fire in the order of their deadline, then of [`Timer`]'s variants, then of the entity's
//! id. That order is part of the engine's contract: it decides what happens first at one instant.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a timer is for. The variants' order is the order in which timers of one instant fire:
/// what an agent can do first, then what becomes of offers and calls, then looking for matches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[repr(u8)]
pub enum Timer {
    /// When an agent's heartbeat lease runs out.
    HeartbeatLease,
    /// When a disconnected device stops counting as connected.
    DeviceGrace,
    /// When an agent's open breaker lets a probe through.
    AgentBreaker,
    /// When an agent's rest after a missed offer is over.
    AgentRest,
    /// When after-call work ends at the latest.
    WrapUp,
    /// When an offer was not placed, not answered or not bridged in time, or a callback not
    /// answered.
    Offer,
    /// When the carrier's open breaker lets a probe through.
    CarrierBreaker,
    /// When a call has waited too long.
    MaxWait,
    /// When a callback has been owed for too long.
    CallbackExpiry,
    /// When an exhausted call may be offered again.
    CallRest,
    /// When a call widens to the next level of agents.
    Widen,
    /// When a callback is offered, or an offered one that replaces waiting is not taken.
    CallbackOffer,
    /// When a scheduled or missed callback is due again.
    CallbackDue,
    /// When a caller hears where it stands.
    Announce,
    /// When the carrier takes the next leg.
    Pace,
    /// When a queue's calls are scanned (poll discovery).
    Scan,
    /// When the calls without `continuous_discovery` are scanned.
    SlowScan,
    /// When events discovery is checked for a missed match.
    Reconcile,
    /// When the alert windows move on.
    AlertWindow,
}

/// Where a timer lives: one per (entity, kind), for as long as the entity lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Slot(pub(crate) u32);

impl Slot {
    /// The `k`-th slot of a block.
    pub(crate) const fn nth(self, k: u32) -> Slot {
        Slot(self.0 + k)
    }
}

/// A due timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) timer: Timer,
    /// The entity's table index, as given when it was armed.
    pub(crate) entity: u32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Entry {
    at: u64,
    /// Timer kind in the top byte, the entity's id (its order among equals) below.
    order: u64,
    /// The slot in the high half, the entity's table index in the low one.
    place: u64,
}

impl Entry {
    #[inline]
    fn before(&self, other: &Entry) -> bool {
        (self.at, self.order) < (other.at, other.order)
    }
    #[inline]
    fn slot(&self) -> Slot {
        Slot((self.place >> 32) as u32)
    }
    #[inline]
    fn due(&self) -> Due {
        Due {
            at: Timestamp(self.at),
            timer: KINDS[(self.order >> 56) as usize],
            entity: self.place as u32,
        }
    }
}

const ARITY: usize = 4;
const UNARMED: u32 = u32::MAX;
const KINDS: [Timer; 19] = [
    Timer::HeartbeatLease,
    Timer::DeviceGrace,
    Timer::AgentBreaker,
    Timer::AgentRest,
    Timer::WrapUp,
    Timer::Offer,
    Timer::CarrierBreaker,
    Timer::MaxWait,
    Timer::CallbackExpiry,
    Timer::CallRest,
    Timer::Widen,
    Timer::CallbackOffer,
    Timer::CallbackDue,
    Timer::Announce,
    Timer::Pace,
    Timer::Scan,
    Timer::SlowScan,
    Timer::Reconcile,
    Timer::AlertWindow,
];

/// All timers of the engine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Timers {
    heap: Vec<Entry>,
    /// By slot: the index in `heap`, or [`UNARMED`].
    position: Vec<u32>,
}

impl Timers {
    /// A block of `n` new slots.
    pub(crate) fn block(&mut self, n: u32) -> Slot {
        let first = self.position.len();
        self.position.resize(first + n as usize, UNARMED);
        Slot(u32::try_from(first).expect("invariant: fewer than 2^32 timer slots"))
    }

    /// Arms (or moves) the timer in `slot`. `id` orders equals, `entity` comes back when it fires.
    #[inline]
    pub(crate) fn arm(&mut self, slot: Slot, timer: Timer, id: u64, entity: u32, at: Timestamp) {
        let entry = Entry {
            at: at.0,
            order: (timer as u64) << 56 | id,
            place: u64::from(slot.0) << 32 | u64::from(entity),
        };
        let i = self.position[slot.0 as usize];
        if i == UNARMED {
            let end = self.heap.len();
            self.heap.push(entry);
            self.rise(end, entry);
        } else {
            let i = i as usize;
            if entry.before(&self.heap[i]) {
                self.rise(i, entry);
            } else {
                self.sink(i, entry);
            }
        }
    }

    /// Disarms the timer in `slot`, if armed.
    #[inline]
    pub(crate) fn disarm(&mut self, slot: Slot) {
        let i = self.position[slot.0 as usize];
        if i != UNARMED {
            self.take(i as usize);
        }
    }

    /// When the timer in `slot` fires, if armed.
    pub(crate) fn deadline(&self, slot: Slot) -> Option<Timestamp> {
        let i = self.position[slot.0 as usize];
        (i != UNARMED).then(|| Timestamp(self.heap[i as usize].at))
    }

    /// The next deadline.
    #[inline]
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.heap.first().map(|e| Timestamp(e.at))
    }

    /// The next timer.
    pub(crate) fn next(&self) -> Option<Due> {
        self.heap.first().map(Entry::due)
    }

    /// Takes the next timer if it is due at `now`.
    #[inline]
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<Due> {
        let first = self.heap.first()?;
        if first.at > now.0 {
            return None;
        }
        let due = first.due();
        self.take(0);
        Some(due)
    }

    /// Moves the armed timer in `slot` to `at`; its order among equals stays.
    pub(crate) fn put_off(&mut self, slot: Slot, at: Timestamp) {
        let i = self.position[slot.0 as usize] as usize;
        let entry = Entry {
            at: at.0,
            ..self.heap[i]
        };
        debug_assert!(
            entry.at >= self.heap[i].at,
            "a timer is put off, not hastened"
        );
        self.sink(i, entry);
    }

    /// Every armed timer, in no order.
    pub(crate) fn armed(&self) -> impl Iterator<Item = (Slot, Due)> + '_ {
        self.heap.iter().map(|e| (e.slot(), e.due()))
    }

    fn take(&mut self, i: usize) {
        self.position[self.heap[i].slot().0 as usize] = UNARMED;
        let last = self.heap.pop().expect("invariant: the heap holds entry i");
        if i < self.heap.len() {
            if i > 0 && last.before(&self.heap[(i - 1) / ARITY]) {
                self.rise(i, last);
            } else {
                self.sink(i, last);
            }
        }
    }

    #[inline(always)]
    fn put(&mut self, i: usize, entry: Entry) {
        self.heap[i] = entry;
        self.position[entry.slot().0 as usize] = i as u32;
    }

    #[inline(always)]
    fn rise(&mut self, mut i: usize, entry: Entry) {
        while i > 0 {
            let parent = (i - 1) / ARITY;
            let above = self.heap[parent];
            if !entry.before(&above) {
                break;
            }
            self.put(i, above);
            i = parent;
        }
        self.put(i, entry);
    }

    #[inline]
    fn sink(&mut self, mut i: usize, entry: Entry) {
        loop {
            let first = ARITY * i + 1;
            if first >= self.heap.len() {
                break;
            }
            let end = (first + ARITY).min(self.heap.len());
            let mut least = first;
            for c in first + 1..end {
                if self.heap[c].before(&self.heap[least]) {
                    least = c;
                }
            }
            let below = self.heap[least];
            if !below.before(&entry) {
                break;
            }
            self.put(i, below);
            i = least;
        }
        self.put(i, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Timer, Timers};
    use crate::time::Timestamp;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    #[test]
    fn the_table_of_kinds_is_in_the_order_of_the_enum() {
        for (i, kind) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, i);
        }
    }

    proptest! {
        #[test]
        fn they_fire_in_the_order_of_deadline_kind_and_id(
            ops in prop::collection::vec((0u32..40, 0u64..50, 0u8..4), 1..400)
        ) {
            let mut timers = Timers::default();
            let slots = timers.block(40);
            let mut model: BTreeMap<u32, u64> = BTreeMap::new();
            let kind = |k: u32| KINDS[(k % 18) as usize];
            for (k, at, op) in ops {
                if op == 0 {
                    timers.disarm(slots.nth(k));
                    model.remove(&k);
                } else {
                    timers.arm(slots.nth(k), kind(k), u64::from(k), k, Timestamp(at));
                    model.insert(k, at);
                }
                prop_assert_eq!(timers.deadline(slots.nth(k)), model.get(&k).map(|t| Timestamp(*t)));
            }
            let mut expected: alloc::vec::Vec<(u64, Timer, u32)> =
                model.iter().map(|(k, at)| (*at, kind(*k), *k)).collect();
            expected.sort_unstable();
            let mut fired = alloc::vec::Vec::new();
            while let Some(due) = timers.pop_due(Timestamp(1000)) {
                fired.push((due.at.0, due.timer, due.entity));
            }
            prop_assert_eq!(fired, expected);
        }
    }
}
