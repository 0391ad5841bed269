//! The simulator's event calendar: which event is next. Ordered by time, then class, then the
//! order of scheduling, so that events of one instant have a written order and equal ones are
//! first in, first out.
//!
//! It knows nothing about events: cancelling is the users' business (a generation in the payload,
//! compared when the event comes up). It must never compare payloads or allocate once it has
//! reached its greatest length.
//!
//! A 4-ary implicit heap: half the depth of a binary one, and four children of 24 bytes lie in
//! one or two cache lines (LaMarca & Ladner, "The influence of caches on the performance of
//! heaps", 1996). The least of four is chosen by conditional moves, because a branch on random
//! times is mispredicted half of the time.
//!
//! Invariant: no entry's key is less than its parent's; keys are all different, since no two share
//! a sequence number.

/// An event that was scheduled, as it comes up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scheduled<E> {
    /// When, in microseconds.
    pub time: u64,
    /// Which class of event; a lower class comes first within one instant.
    pub class: u8,
    /// What happens.
    pub payload: E,
}

/// A priority queue of events. `E` is best 8 bytes or less: an index and a generation.
#[derive(Clone, Debug)]
pub struct Calendar<E> {
    heap: Vec<Entry<E>>,
    next_seq: u64,
    /// The root was popped and its place not filled yet: the next push takes it.
    is_root_vacant: bool,
}

/// `rank` is the class in the upper 8 bits and the sequence number in the 56 below, enough for
/// 10 million events a second for two centuries.
#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    time: u64,
    rank: u64,
    payload: E,
}

const SEQ_BITS: u32 = 56;

impl<E: Copy> Entry<E> {
    #[inline(always)]
    fn key(&self) -> u128 {
        u128::from(self.time) << 64 | u128::from(self.rank)
    }

    #[inline(always)]
    fn scheduled(self) -> Scheduled<E> {
        Scheduled {
            time: self.time,
            class: (self.rank >> SEQ_BITS) as u8,
            payload: self.payload,
        }
    }
}

impl<E: Copy> Calendar<E> {
    /// An empty calendar.
    #[must_use]
    pub const fn new() -> Self {
        Calendar {
            heap: Vec::new(),
            next_seq: 0,
            is_root_vacant: false,
        }
    }

    /// An empty calendar that holds `capacity` events before it allocates.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Calendar {
            heap: Vec::with_capacity(capacity),
            next_seq: 0,
            is_root_vacant: false,
        }
    }

    /// How many events are scheduled, those that their users have cancelled included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.is_root_vacant)
    }

    /// Whether no event is scheduled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all events and keeps the memory. Sequence numbers go on.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.is_root_vacant = false;
    }

    /// When the next event is, in microseconds.
    #[must_use]
    #[inline]
    pub fn peek_time(&mut self) -> Option<u64> {
        self.settle();
        self.heap.first().map(|entry| entry.time)
    }

    /// The next event, left where it is.
    #[must_use]
    #[inline]
    pub fn peek(&mut self) -> Option<Scheduled<E>> {
        self.settle();
        self.heap.first().map(|entry| entry.scheduled())
    }

    /// Schedules an event at `time` (microseconds), after those of the same time and class that
    /// are already there. O(log n), near O(1) when it is later than most.
    #[inline]
    pub fn push(&mut self, time: u64, class: u8, payload: E) {
        let entry = self.entry(time, class, payload);
        if self.is_root_vacant {
            self.is_root_vacant = false;
            sift_down(&mut self.heap, entry);
            return;
        }
        let key = entry.key();
        let mut hole = self.heap.len();
        self.heap.push(entry);
        let heap = &mut self.heap[..];
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if heap[parent].key() < key {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = entry;
    }

    /// Removes and returns the next event. O(log n), paid by what comes next: a push takes the
    /// vacant root and goes down once, anything else fills it with the last entry.
    #[inline]
    pub fn pop(&mut self) -> Option<Scheduled<E>> {
        self.settle();
        let next = self.heap.first()?.scheduled();
        self.is_root_vacant = true;
        Some(next)
    }

    /// Fills a vacant root.
    #[inline]
    fn settle(&mut self) {
        if self.is_root_vacant {
            self.is_root_vacant = false;
            if let Some(last) = self.heap.pop()
                && !self.heap.is_empty()
            {
                sift_down(&mut self.heap, last);
            }
        }
    }

    /// Removes and returns the next event and schedules another: `pop` and `push` in one pass.
    /// For the common event that schedules its own successor. On an empty calendar it only
    /// schedules.
    #[inline]
    pub fn replace_top(&mut self, time: u64, class: u8, payload: E) -> Option<Scheduled<E>> {
        self.settle();
        let Some(first) = self.heap.first() else {
            self.push(time, class, payload);
            return None;
        };
        let next = first.scheduled();
        let entry = self.entry(time, class, payload);
        sift_down(&mut self.heap, entry);
        Some(next)
    }

    #[inline(always)]
    fn entry(&mut self, time: u64, class: u8, payload: E) -> Entry<E> {
        let seq = self.next_seq;
        debug_assert!(seq < 1 << SEQ_BITS, "invariant: the sequence fits 56 bits");
        self.next_seq = seq + 1;
        Entry {
            time,
            rank: u64::from(class) << SEQ_BITS | seq,
            payload,
        }
    }
}

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Self {
        Self::new()
    }
}

/// Puts `entry` in the place of the root and moves it down to where it belongs.
#[inline(always)]
fn sift_down<E: Copy>(heap: &mut [Entry<E>], entry: Entry<E>) {
    let key = entry.key();
    let mut hole = 0;
    loop {
        let first = 4 * hole + 1;
        let least = if let Some(four) = heap.get(first..first + 4) {
            first + least_of_four(four)
        } else if first < heap.len() {
            (first + 1..heap.len()).fold(first, |least, i| {
                if heap[i].key() < heap[least].key() {
                    i
                } else {
                    least
                }
            })
        } else {
            break;
        };
        if key < heap[least].key() {
            break;
        }
        heap[hole] = heap[least];
        hole = least;
    }
    heap[hole] = entry;
}

/// Index of the least of four keys, as two independent comparisons and a third, without branches.
#[inline(always)]
fn least_of_four<E: Copy>(four: &[Entry<E>]) -> usize {
    let [a, b, c, d] = [four[0].key(), four[1].key(), four[2].key(), four[3].key()];
    let left = usize::from(b < a);
    let right = 2 + usize::from(d < c);
    let least_left = if b < a { b } else { a };
    let least_right = if d < c { d } else { c };
    if least_right < least_left {
        right
    } else {
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_one_instant_come_by_class_and_then_in_order_of_scheduling() {
        let mut calendar = Calendar::new();
        for (class, name) in [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')] {
            calendar.push(10, class, name);
        }
        calendar.push(9, 255, 'z');
        let order: String = std::iter::from_fn(|| calendar.pop().map(|s| s.payload)).collect();
        assert_eq!(order, "zdbeac");
    }

    #[test]
    fn the_extreme_times_and_classes_are_kept_apart() {
        let mut calendar = Calendar::new();
        calendar.push(u64::MAX, 255, 1);
        calendar.push(u64::MAX, 0, 2);
        calendar.push(0, 255, 3);
        assert_eq!(calendar.peek_time(), Some(0));
        let order: Vec<_> = std::iter::from_fn(|| calendar.pop()).collect();
        assert_eq!(
            order.iter().map(|s| (s.time, s.class)).collect::<Vec<_>>(),
            [(0, 255), (u64::MAX, 0), (u64::MAX, 255)]
        );
    }

    #[test]
    fn replacing_the_top_of_an_empty_calendar_only_schedules() {
        let mut calendar = Calendar::with_capacity(1);
        assert_eq!(calendar.replace_top(5, 1, 'x'), None);
        assert_eq!(calendar.len(), 1);
        assert_eq!(
            calendar.replace_top(4, 1, 'y').map(|s| s.payload),
            Some('x')
        );
        assert_eq!(calendar.pop().map(|s| s.payload), Some('y'));
        assert!(calendar.is_empty() && calendar.pop().is_none());
    }
}
