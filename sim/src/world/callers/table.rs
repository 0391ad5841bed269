//! The callers with a call in hand, by engine id.

use engine::id::CallId;

use crate::world::callers::Caller;

/// The callers with a call in hand, by engine id.
#[derive(Debug, Default)]
pub(crate) struct CallTable {
    slots: Vec<Caller>,
    free: Vec<u32>,
    directory: engine::directory::Directory,
}

impl CallTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.directory.live() == 0
    }

    #[inline]
    pub(super) fn admit(&mut self, caller: Caller) -> u32 {
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let slots = &self.slots;
        self.directory.push(slot, |slot| slots[slot as usize].id);
        match self.slots.get_mut(slot as usize) {
            Some(place) => {
                let generation = place.generation + 1;
                *place = caller;
                place.generation = generation;
            }
            None => self.slots.push(caller),
        }
        slot
    }

    #[inline]
    pub(crate) fn find(&self, call: CallId) -> Option<u32> {
        self.directory
            .slot(call, |slot| self.slots[slot as usize].id)
    }

    /// The caller in `slot`, if it is still this call's.
    #[inline]
    pub(crate) fn at(&mut self, slot: u32, call: CallId) -> Option<&mut Caller> {
        self.slots
            .get_mut(slot as usize)
            .filter(|caller| caller.id == call && caller.is_live)
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let caller = &mut self.slots[slot as usize];
        caller.generation += 1;
        caller.is_live = false;
        self.directory.remove(caller.id, slot);
        self.free.push(slot);
    }
}

impl std::ops::Index<u32> for CallTable {
    type Output = Caller;
    #[inline]
    fn index(&self, slot: u32) -> &Caller {
        &self.slots[slot as usize]
    }
}

impl std::ops::IndexMut<u32> for CallTable {
    #[inline]
    fn index_mut(&mut self, slot: u32) -> &mut Caller {
        &mut self.slots[slot as usize]
    }
}
