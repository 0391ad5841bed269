//! Announced wait estimates of the calls that still wait, kept until what happened is known.
//!
//! A pool of linked entries: announcing and forgetting never allocate once the pool has grown to
//! the largest number of open announcements.

use engine::output::Announced;
use engine::time::Timestamp;

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Timestamp,
    announced: Announced,
    /// The one before of the same call, or the next free entry.
    next: Option<u32>,
}

/// All open announcements.
#[derive(Debug, Default)]
pub(crate) struct Announcements {
    entries: Vec<Entry>,
    free: Option<u32>,
}

impl Announcements {
    /// Puts one in front of a call's `newest`; returns the new front.
    pub(crate) fn push(&mut self, newest: Option<u32>, at: Timestamp, announced: Announced) -> u32 {
        let entry = Entry {
            at,
            announced,
            next: newest,
        };
        match self.free {
            Some(place) => {
                let old = &mut self.entries[place as usize];
                self.free = old.next;
                *old = entry;
                place
            }
            None => {
                let place = u32::try_from(self.entries.len())
                    .expect("invariant: fewer than 2^32 open announcements");
                self.entries.push(entry);
                place
            }
        }
    }

    /// Takes a call's newest announcement away: it, its moment, and the one before.
    pub(crate) fn pop(&mut self, newest: u32) -> (Timestamp, Announced, Option<u32>) {
        let entry = &mut self.entries[newest as usize];
        let (at, announced, before) = (entry.at, entry.announced, entry.next);
        entry.next = self.free;
        self.free = Some(newest);
        (at, announced, before)
    }

    /// Takes all of a call's announcements away.
    pub(crate) fn forget(&mut self, mut newest: Option<u32>) {
        while let Some(place) = newest {
            newest = self.pop(place).2;
        }
    }
}
