//! From a call's dense, ever-growing id to its slot in the call table, without hashing.
//!
//! Pages of slots are kept only while one of their calls lives, so memory follows the calls in
//! hand, not the calls there ever were (eight bytes for each 512 finished ones since the oldest).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::id::CallId;

const PAGE: usize = 512;
const GONE: u32 = u32::MAX;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Page {
    slots: Box<[u32]>,
    live: u32,
}

/// The live calls' slots, by id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    /// Number of the first page in `pages`.
    first: u64,
    pages: VecDeque<Option<Page>>,
    spare: Vec<Page>,
    next: u64,
}

impl Directory {
    /// The id the next call must have.
    #[inline]
    pub fn next(&self) -> CallId {
        CallId(self.next)
    }

    /// Enters the next call.
    pub fn push(&mut self, slot: u32) -> CallId {
        let id = self.next;
        let offset = (id as usize) % PAGE;
        if offset == 0 || self.pages.is_empty() {
            if self.pages.is_empty() {
                self.first = id / PAGE as u64;
            }
            let page = self.spare.pop().unwrap_or_else(|| Page {
                slots: alloc::vec![GONE; PAGE].into_boxed_slice(),
                live: 0,
            });
            self.pages.push_back(Some(page));
        }
        let last = self.pages.len() - 1;
        let page = self.pages[last].get_or_insert_with(|| Page {
            slots: alloc::vec![GONE; PAGE].into_boxed_slice(),
            live: 0,
        });
        page.slots[offset] = slot;
        page.live += 1;
        self.next += 1;
        CallId(id)
    }

    /// The live call's slot.
    #[inline]
    pub fn slot(&self, call: CallId) -> Option<u32> {
        let page = (call.0 / PAGE as u64).checked_sub(self.first)?;
        let page = self.pages.get(usize::try_from(page).ok()?)?.as_ref()?;
        let slot = page.slots[(call.0 as usize) % PAGE];
        (slot != GONE).then_some(slot)
    }

    /// Forgets a call that has ended.
    pub fn remove(&mut self, call: CallId) {
        let index = (call.0 / PAGE as u64 - self.first) as usize;
        let is_last = index + 1 == self.pages.len();
        let entry = &mut self.pages[index];
        let page = entry
            .as_mut()
            .expect("invariant: a live call's page is kept");
        page.slots[(call.0 as usize) % PAGE] = GONE;
        page.live -= 1;
        if page.live == 0 && (!is_last || self.next.is_multiple_of(PAGE as u64)) {
            if let Some(page) = entry.take() {
                self.spare.push(page);
            }
            while let Some(None) = self.pages.front() {
                self.pages.pop_front();
                self.first += 1;
            }
        }
    }

    /// Calls entered and not removed.
    pub fn live(&self) -> usize {
        self.pages.iter().flatten().map(|p| p.live as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Directory;
    use crate::id::CallId;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_agrees_with_a_map(ops in prop::collection::vec((any::<bool>(), any::<u32>()), 1..4000)) {
            let (mut directory, mut map) = (Directory::default(), BTreeMap::new());
            for (i, (push, pick)) in ops.into_iter().enumerate() {
                if push || map.is_empty() {
                    map.insert(directory.push(i as u32), i as u32);
                } else {
                    let id: CallId = *map.keys().nth(pick as usize % map.len()).expect("not empty");
                    map.remove(&id);
                    directory.remove(id);
                }
            }
            prop_assert_eq!(directory.live(), map.len());
            for id in (0..directory.next().0).map(CallId) {
                prop_assert_eq!(directory.slot(id), map.get(&id).copied());
            }
        }
    }

    #[test]
    fn one_long_call_does_not_keep_the_pages_of_the_finished_ones() {
        let mut directory = Directory::default();
        let first = directory.push(0);
        for _ in 0..1_000_000u32 {
            let call = directory.push(1);
            directory.remove(call);
        }
        assert_eq!(directory.slot(first), Some(0));
        assert!(directory.pages.iter().flatten().count() <= 2);
        assert!(directory.spare.len() <= 2);
    }
}
