//! The simulator's event calendar: which event is next. An event is a number that its user packs;
//! at one instant the smaller number comes first, so that the order of equal times is written in the
//! events themselves and not in the history of their scheduling.
//!
//! It knows nothing about events: cancelling is the users' business (a generation in the number,
//! compared when the event comes up). It must never allocate once it has reached its greatest
//! length.
//!
//! A 4-ary implicit heap: half the depth of a binary one, and four children of 16 bytes are one
//! cache line (LaMarca & Ladner, "The influence of caches on the performance of heaps", 1996). The
//! least of four is chosen by conditional moves, because a branch on random times is mispredicted
//! half of the time.
//!
//! Invariant: no entry's key is less than its parent's.

/// An event that was scheduled, as it comes up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Scheduled {
    /// When, in microseconds.
    pub time: u64,
    /// What happens.
    pub event: u64,
}

/// A priority queue of events.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    heap: Vec<Scheduled>,
    /// The root was popped and its place not filled yet: the next push takes it.
    is_root_vacant: bool,
}

impl Scheduled {
    #[inline(always)]
    fn key(&self) -> u128 {
        u128::from(self.time) << 64 | u128::from(self.event)
    }
}

impl Calendar {
    /// An empty calendar that holds `capacity` events before it allocates.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Calendar {
            heap: Vec::with_capacity(capacity),
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

    /// Forgets all events and keeps the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.is_root_vacant = false;
    }

    /// The next event, left where it is.
    #[must_use]
    #[inline]
    pub fn peek(&mut self) -> Option<Scheduled> {
        self.settle();
        self.heap.first().copied()
    }

    /// Schedules an event at `time` (microseconds). O(log n), near O(1) when it is later than most.
    #[inline]
    pub fn push(&mut self, time: u64, event: u64) {
        let entry = Scheduled { time, event };
        if self.is_root_vacant {
            self.is_root_vacant = false;
            sift_down(&mut self.heap, entry);
            return;
        }
        let hole = self.heap.len();
        self.heap.push(entry);
        sift_up(&mut self.heap, hole, entry);
    }

    /// Removes and returns the next event. O(log n), paid by what comes next: a push takes the
    /// vacant root and goes down once, anything else fills it with the last entry.
    #[inline]
    pub fn pop(&mut self) -> Option<Scheduled> {
        self.settle();
        let next = self.heap.first().copied()?;
        self.is_root_vacant = true;
        Some(next)
    }

    /// Events of which the next is one, once the one that was popped last is dealt with.
    pub fn next_few(&self) -> impl Iterator<Item = u64> + '_ {
        let below_root = self.heap.get(1..).unwrap_or_default();
        below_root.iter().take(4).map(|entry| entry.event)
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
}

/// Puts `entry` in the place of the root and moves it down to where it belongs.
#[inline(always)]
fn sift_down(heap: &mut [Scheduled], entry: Scheduled) {
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

/// Moves `entry` up from a hole to where it belongs.
#[inline(always)]
fn sift_up(heap: &mut [Scheduled], mut hole: usize, entry: Scheduled) {
    let key = entry.key();
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

/// Index of the least of four keys, as two independent comparisons and a third, without branches.
#[inline(always)]
fn least_of_four(four: &[Scheduled]) -> usize {
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
    fn events_of_one_instant_come_in_the_order_of_their_numbers() {
        let mut calendar = Calendar::default();
        for event in [2, 1, 4, 0, 3, 1] {
            calendar.push(10, event);
        }
        calendar.push(9, u64::MAX);
        let order: Vec<u64> = std::iter::from_fn(|| calendar.pop().map(|s| s.event)).collect();
        assert_eq!(order, [u64::MAX, 0, 1, 1, 2, 3, 4]);
    }

    #[test]
    fn the_extreme_times_and_events_are_kept_apart() {
        let mut calendar = Calendar::with_capacity(1);
        calendar.push(u64::MAX, u64::MAX);
        calendar.push(u64::MAX, 0);
        calendar.push(0, u64::MAX);
        assert_eq!(calendar.peek().map(|next| next.time), Some(0));
        let order: Vec<_> = std::iter::from_fn(|| calendar.pop()).collect();
        assert_eq!(
            order.iter().map(|s| (s.time, s.event)).collect::<Vec<_>>(),
            [(0, u64::MAX), (u64::MAX, 0), (u64::MAX, u64::MAX)]
        );
        assert!(calendar.is_empty());
    }
}
