//! From a call's dense, ever-growing id to its slot in the call table, without hashing.
//!
//! A ring of slots, direct-mapped by the id's low bits: two live calls share a place only when one
//! of them has lasted as long as it takes for a whole ring of calls to arrive. The older one then
//! moves to an ordered map; the ring doubles when such calls are more than one in 64 of its places.
//! So a look is one load and a comparison for nearly every call, and memory follows the calls in
//! hand, not the calls there ever were.
//!
//! The directory keeps no ids of the calls in the ring: its owner's table does, and says which call
//! a slot holds.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::id::CallId;

const GONE: u32 = u32::MAX;
const SMALLEST: usize = 64;
/// Calls that outlived their place, as a share of the ring: beyond it, the ring doubles.
const OLD_SHARE: usize = 64;
/// Places per live call at the most.
const LARGEST_SHARE: usize = 256;

/// The live calls' slots, by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    /// A power of two of places, or none before the first call.
    ring: Vec<u32>,
    old: BTreeMap<CallId, u32>,
    next: u64,
    live: usize,
}

impl Directory {
    /// The id the next call must have.
    #[inline]
    pub fn next(&self) -> CallId {
        CallId(self.next)
    }

    /// Calls entered and not removed.
    #[inline]
    pub fn live(&self) -> usize {
        self.live
    }

    #[inline]
    fn place(&self, call: CallId) -> usize {
        call.0 as usize & self.ring.len().wrapping_sub(1)
    }

    /// The live call's slot; `id_of` says which call a slot holds.
    #[inline]
    pub fn slot(&self, call: CallId, id_of: impl Fn(u32) -> CallId) -> Option<u32> {
        let slot = *self.ring.get(self.place(call))?;
        if slot != GONE && id_of(slot) == call {
            return Some(slot);
        }
        self.slot_of_old(call)
    }

    #[cold]
    fn slot_of_old(&self, call: CallId) -> Option<u32> {
        self.old.get(&call).copied()
    }

    /// Enters the next call. `id_of` is asked about other calls' slots only.
    #[inline]
    pub fn push(&mut self, slot: u32, id_of: impl Fn(u32) -> CallId) -> CallId {
        let call = CallId(self.next);
        self.enter(call, slot, id_of);
        call
    }

    /// Enters a call that is not in the directory, for owners who do not number their calls; ids are
    /// best dense and ascending.
    #[inline]
    pub fn enter(&mut self, call: CallId, slot: u32, id_of: impl Fn(u32) -> CallId) {
        self.next = self.next.max(call.0 + 1);
        self.live += 1;
        let place = self.place(call);
        match self.ring.get_mut(place) {
            Some(free) if *free == GONE => *free = slot,
            Some(_) | None => self.make_room(call, slot, id_of),
        }
    }

    /// The place is taken by a call that has outlived it, or there is none yet.
    #[cold]
    fn make_room(&mut self, call: CallId, slot: u32, id_of: impl Fn(u32) -> CallId) {
        let crowded = self.old.len() >= self.ring.len() / OLD_SHARE;
        // Ids that are far from dense are no reason to grow.
        if crowded && self.ring.len() < self.live.saturating_mul(LARGEST_SHARE) {
            let places = (self.ring.len() * 2).max(SMALLEST);
            let ring = core::mem::replace(&mut self.ring, alloc::vec![GONE; places]);
            let mut calls = core::mem::take(&mut self.old);
            let of_ring = ring.into_iter().filter(|slot| *slot != GONE);
            calls.extend(of_ring.map(|slot| (id_of(slot), slot)));
            // In order of age, so that of two that share a place the younger one has it.
            for (id, slot) in calls {
                self.displace(id, slot, &id_of);
            }
        }
        self.displace(call, slot, &id_of);
    }

    /// Gives a call its place, and who was there one among the old.
    fn displace(&mut self, call: CallId, slot: u32, id_of: &impl Fn(u32) -> CallId) {
        let place = self.place(call);
        let before = core::mem::replace(&mut self.ring[place], slot);
        if before != GONE {
            self.old.insert(id_of(before), before);
        }
    }

    /// Forgets a call that has ended, given its slot.
    #[inline]
    pub fn remove(&mut self, call: CallId, slot: u32) {
        let place = self.place(call);
        self.live -= 1;
        if self.ring[place] == slot {
            self.ring[place] = GONE;
        } else {
            self.remove_old(call);
        }
    }

    #[cold]
    fn remove_old(&mut self, call: CallId) {
        self.old.remove(&call);
    }
}

#[cfg(test)]
mod tests {
    use super::Directory;
    use crate::id::CallId;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// A table that recycles its slots, as the owners of directories do.
    #[derive(Default)]
    struct Table {
        ids: Vec<CallId>,
        free: Vec<u32>,
        directory: Directory,
    }

    impl Table {
        fn admit(&mut self) -> CallId {
            let slot = self.free.pop().unwrap_or(self.ids.len() as u32);
            let ids = &self.ids;
            let id = self.directory.push(slot, |s| ids[s as usize]);
            match self.ids.get_mut(slot as usize) {
                Some(place) => *place = id,
                None => self.ids.push(id),
            }
            id
        }
        fn find(&self, id: CallId) -> Option<u32> {
            self.directory.slot(id, |s| self.ids[s as usize])
        }
        fn remove(&mut self, id: CallId) {
            let slot = self.find(id).expect("live");
            self.directory.remove(id, slot);
            self.free.push(slot);
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_map(ops in prop::collection::vec((0u8..3, any::<u32>()), 1..4000)) {
            let (mut table, mut map) = (Table::default(), BTreeMap::new());
            for (op, pick) in ops {
                if op > 0 || map.is_empty() {
                    let id = table.admit();
                    map.insert(id, ());
                    let slot = table.find(id).expect("just admitted");
                    prop_assert_eq!(table.ids[slot as usize], id);
                } else {
                    let id: CallId = *map.keys().nth(pick as usize % map.len()).expect("not empty");
                    map.remove(&id);
                    table.remove(id);
                }
            }
            prop_assert_eq!(table.directory.live(), map.len());
            for id in (0..table.directory.next().0 + 200).map(CallId) {
                prop_assert_eq!(
                    table.find(id).map(|slot| table.ids[slot as usize]),
                    map.contains_key(&id).then_some(id)
                );
            }
        }
    }

    #[test]
    fn memory_follows_the_calls_in_hand() {
        let mut table = Table::default();
        let first = table.admit();
        for _ in 0..1_000_000u32 {
            let call = table.admit();
            table.remove(call);
        }
        assert_eq!(table.find(first), Some(0));
        assert!(table.directory.ring.len() <= 512);
        assert!(table.directory.old.len() <= 1);
    }
}
