//! What is remembered of each call while it lasts: a dense table by [`CallId`] in pages. A page
//! whose calls are all over is used again, so memory follows the calls in progress, not the calls
//! of the run.
//!
//! Never looks at events; it only finds the place of a call.

use engine::id::{CallId, QueueId};
use engine::output::Refusal;
use engine::time::Timestamp;

use super::outcome::Anomaly;

/// Calls per page, as a power of two.
const PAGE_BITS: u32 = 8;
const PAGE: usize = 1 << PAGE_BITS;

/// Where a call stands for the recorder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Phase {
    /// No such call.
    #[default]
    Vacant,
    /// Arrived, no outcome yet.
    Open,
    /// Refused; a voicemail greeting may still follow and replaces the refusal.
    Refused(Refusal),
    /// Waits for its callback.
    Callback,
    /// With an agent.
    Talking,
    /// Over.
    Done,
}

/// One call in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// Since when it stands in its present queue.
    pub(crate) in_queue_since: Timestamp,
    /// The first ring for it; `NEVER` before.
    pub(crate) first_rang_at: Timestamp,
    /// The last answer for it; `NEVER` before.
    pub(crate) answered_at: Timestamp,
    /// Its newest announcement.
    pub(crate) announced: Option<u32>,
    /// Its row, when rows are kept.
    pub(crate) row: u32,
    /// Its series bin; `u32::MAX` = none.
    pub(crate) bin: u32,
    /// Where its tallies go: arrival queue and class.
    pub(crate) cell: u32,
    /// Where it stands now.
    pub(crate) queue: QueueId,
    pub(crate) phase: Phase,
    pub(crate) marks: Marks,
}

/// Things that are true of a call, each at most once set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Marks(u8);

impl Marks {
    /// Its queue let it in: beyond its arrival step it waited, or an agent was asked.
    pub(crate) const LET_IN: u8 = Marks::WAITED | Marks::OFFERED;

    /// It arrived in the window.
    pub(crate) const COUNTED: u8 = 1;
    /// It is part of its queue's length.
    pub(crate) const IN_LINE: u8 = 1 << 1;
    /// It was not offered in its arrival step.
    pub(crate) const WAITED: u8 = 1 << 2;
    /// At least one agent was asked.
    pub(crate) const OFFERED: u8 = 1 << 3;
    /// The first agent asked did not take it.
    pub(crate) const FIRST_OFFER_FAILED: u8 = 1 << 4;
    /// An agent was free for it for a while and it was not offered.
    pub(crate) const OVERLOOKED: u8 = 1 << 5;
    /// It is held in a queue (not the legacy flow).
    pub(crate) const QUEUED: u8 = 1 << 6;
    /// It waited in line until we sent it to the voicemail.
    pub(crate) const SENT_AWAY: u8 = 1 << 7;

    /// Whether ending it now ends a waiting in line; the legacy flow has no line.
    pub(crate) const fn is_sent_away(self) -> bool {
        self.has(Marks::QUEUED) && self.0 & Marks::LET_IN != 0
    }
    #[inline]
    pub(crate) const fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }
    #[inline]
    pub(crate) const fn set(&mut self, mark: u8) {
        self.0 |= mark;
    }
    #[inline]
    pub(crate) const fn clear(&mut self, mark: u8) {
        self.0 &= !mark;
    }
}

const VACANT: Slot = Slot {
    in_queue_since: Timestamp::ZERO,
    first_rang_at: Timestamp::NEVER,
    answered_at: Timestamp::NEVER,
    announced: None,
    row: 0,
    bin: 0,
    cell: 0,
    queue: QueueId(0),
    phase: Phase::Vacant,
    marks: Marks(0),
};

impl Slot {
    pub(crate) const fn new(arrived_at: Timestamp, queue: QueueId, cell: u32) -> Self {
        Slot {
            in_queue_since: arrived_at,
            queue,
            cell,
            bin: u32::MAX,
            phase: Phase::Open,
            ..VACANT
        }
    }
}

#[derive(Debug)]
struct Page {
    slots: [Slot; PAGE],
    /// Slots in use that are not done.
    live: u32,
    /// Slots ever used.
    used: u32,
}

/// The calls in progress.
#[derive(Debug, Default)]
pub(crate) struct CallTable {
    /// Page number of `pages[0]`.
    first: u64,
    pages: Vec<Option<Box<Page>>>,
    /// Pages that were full of finished calls when last looked at. They are given up only when the
    /// next page is needed, so that the last word about a call just finished still finds it.
    idle: Vec<u64>,
    spare: Vec<Box<Page>>,
    /// The first thing that could not be.
    anomaly: Option<Anomaly>,
}

impl CallTable {
    /// The place of `call`, vacant or not; `None` when it was given up.
    #[inline]
    pub(crate) fn find(&mut self, call: CallId) -> Option<&mut Slot> {
        let index = (call.0 >> PAGE_BITS).wrapping_sub(self.first) as usize;
        match self.pages.get_mut(index) {
            Some(Some(page)) => Some(&mut page.slots[call.0 as usize % PAGE]),
            Some(None) | None => None,
        }
    }

    /// The place of `call`, to look at.
    #[inline]
    pub(crate) fn peek(&self, call: CallId) -> Option<&Slot> {
        let index = (call.0 >> PAGE_BITS).wrapping_sub(self.first) as usize;
        let page = self.pages.get(index)?.as_ref()?;
        Some(&page.slots[call.0 as usize % PAGE])
    }

    /// The place of a call that arrived; any other is an anomaly.
    #[inline]
    pub(crate) fn known(&mut self, call: CallId) -> Option<&mut Slot> {
        let index = (call.0 >> PAGE_BITS).wrapping_sub(self.first) as usize;
        if let Some(Some(page)) = self.pages.get_mut(index) {
            let slot = &mut page.slots[call.0 as usize % PAGE];
            if slot.phase != Phase::Vacant {
                return Some(slot);
            }
        }
        self.anomaly.get_or_insert(Anomaly::UnknownCall(call));
        None
    }

    /// Remembers the first anomaly.
    #[cold]
    pub(crate) fn note_anomaly(&mut self, anomaly: Anomaly) {
        self.anomaly.get_or_insert(anomaly);
    }
    pub(crate) fn anomaly(&self) -> Option<Anomaly> {
        self.anomaly
    }

    /// Puts a new call in its place. `false` when it is not free, or was given up.
    #[inline]
    pub(crate) fn put(&mut self, call: CallId, slot: Slot) -> bool {
        let Some(index) = (call.0 >> PAGE_BITS).checked_sub(self.first) else {
            return false;
        };
        if index as usize >= self.pages.len() {
            self.add_page(call.0 >> PAGE_BITS);
        }
        let index = ((call.0 >> PAGE_BITS) - self.first) as usize;
        let Some(Some(page)) = self.pages.get_mut(index) else {
            return false;
        };
        let place = &mut page.slots[call.0 as usize % PAGE];
        let is_free = place.phase == Phase::Vacant;
        if is_free {
            *place = slot;
            page.live += 1;
            page.used += 1;
        }
        is_free
    }

    /// The call in this place is over.
    #[inline]
    pub(crate) fn done(&mut self, call: CallId) {
        self.change_live(call, -1);
    }

    /// A call that was over goes on after all.
    pub(crate) fn reopened(&mut self, call: CallId) {
        self.change_live(call, 1);
    }

    #[inline]
    fn change_live(&mut self, call: CallId, by: i32) {
        let number = call.0 >> PAGE_BITS;
        let index = number.wrapping_sub(self.first) as usize;
        if let Some(Some(page)) = self.pages.get_mut(index) {
            page.live = page.live.wrapping_add_signed(by);
            if page.live == 0 && page.used as usize == PAGE {
                self.idle.push(number);
            }
        }
    }

    #[cold]
    fn add_page(&mut self, number: u64) {
        while let Some(idle) = self.idle.pop() {
            let place = &mut self.pages[(idle - self.first) as usize];
            if place.as_ref().is_some_and(|page| page.live == 0) {
                self.spare.extend(place.take());
            }
        }
        let gone = self.pages.iter().take_while(|page| page.is_none()).count();
        if gone == self.pages.len() {
            self.pages.clear();
            self.first = number;
        } else if gone > self.pages.len() / 2 {
            self.pages.drain(..gone);
            self.first += gone as u64;
        }
        let index = (number - self.first) as usize;
        if self.pages.len() <= index {
            self.pages.resize_with(index + 1, || None);
        }
        let mut page = self.spare.pop().unwrap_or_else(|| {
            Box::new(Page {
                slots: [VACANT; PAGE],
                live: 0,
                used: 0,
            })
        });
        page.slots.fill(VACANT);
        (page.live, page.used) = (0, 0);
        self.pages[index] = Some(page);
    }

    /// The calls still in `phase`: how many, and one of them.
    pub(crate) fn in_phase(&self, phase: Phase) -> (u64, Option<CallId>) {
        let (mut n, mut example) = (0, None);
        for (page, number) in self.pages.iter().zip(self.first..) {
            let slots = page.iter().flat_map(|page| &page.slots);
            for (slot, place) in slots.zip(0..) {
                if slot.phase == phase {
                    n += 1;
                    example = example.or(Some(CallId((number << PAGE_BITS) + place)));
                }
            }
        }
        (n, example)
    }

    /// Pages held, for tests of the memory promise.
    #[cfg(test)]
    fn n_pages(&self) -> usize {
        self.spare.len() + self.pages.iter().flatten().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_does_not_grow_with_finished_calls() {
        let mut table = CallTable::default();
        let slot = Slot::new(Timestamp::ZERO, QueueId(0), 0);
        // One call never ends; the others end one hundred calls after their arrival.
        for number in 0..200_000_u64 {
            assert!(table.put(CallId(number), slot));
            if let Some(over) = number.checked_sub(100).filter(|over| *over != 7) {
                assert!(table.find(CallId(over)).is_some());
                table.done(CallId(over));
            }
        }
        assert!(table.n_pages() <= 4, "{} pages", table.n_pages());
        assert!(table.find(CallId(7)).is_some());
        assert!(table.find(CallId(5_000)).is_none());
    }

    #[test]
    fn a_call_cannot_be_put_twice() {
        let mut table = CallTable::default();
        let slot = Slot::new(Timestamp::ZERO, QueueId(0), 0);
        assert!(table.put(CallId(3), slot));
        assert!(!table.put(CallId(3), slot));
    }
}
