//! One queue's line: how long it is over time, and when an agent stood free for it.
//!
//! A call is in line from its arrival until it is bridged or gone, ringing included, so that mean
//! length = arrival rate x mean wait (Little 1961). Lengths that last no time do not count for the
//! maximum.

use engine::time::{Micros, Timestamp};

use super::options::Window;

/// A match must have been possible this long before a call that was not offered counts as
/// overlooked.
const OVERLOOKED_AFTER: Micros = 2_000_000;

/// A count that changes in time, its time integral over the window and its maximum there.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    window: Window,
    now: u32,
    since: Timestamp,
    area: u64,
    max: u32,
}

impl Level {
    pub(crate) fn new(window: Window) -> Self {
        Level {
            window,
            now: 0,
            since: Timestamp::ZERO,
            area: 0,
            max: 0,
        }
    }
    /// Accounts for the time up to `at`.
    #[inline]
    pub(crate) fn advance(&mut self, at: Timestamp) {
        let lasted = self.window.overlap(self.since, at);
        self.area += u64::from(self.now) * lasted;
        self.max = self.max.max(if lasted > 0 { self.now } else { 0 });
        self.since = at;
    }
    #[inline]
    pub(crate) fn up(&mut self, at: Timestamp) {
        self.advance(at);
        self.now += 1;
    }
    #[inline]
    pub(crate) fn down(&mut self, at: Timestamp) {
        self.advance(at);
        self.now = self.now.saturating_sub(1);
    }
    /// Integral so far, in microseconds.
    pub(crate) fn area(&self) -> u64 {
        self.area
    }
    pub(crate) fn tally(&self) -> LineTally {
        LineTally {
            area: self.area,
            max: self.max,
        }
    }
}

/// A line's length over the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LineTally {
    /// Calls x microseconds.
    pub area: u64,
    /// The longest that lasted any time.
    pub max: u32,
}

/// One queue.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) length: Level,
    /// Agents free for a call of this queue, and since when there is one.
    free: u32,
    free_since: Timestamp,
    /// The end of the last stretch of at least [`OVERLOOKED_AFTER`] with a free agent.
    last_free_end: Timestamp,
}

impl Line {
    pub(crate) fn new(window: Window) -> Self {
        Line {
            length: Level::new(window),
            free: 0,
            free_since: Timestamp::ZERO,
            last_free_end: Timestamp::ZERO,
        }
    }
    #[inline]
    pub(crate) fn agent_freed(&mut self, at: Timestamp) {
        if self.free == 0 {
            self.free_since = at;
        }
        self.free += 1;
    }
    #[inline]
    pub(crate) fn agent_taken(&mut self, at: Timestamp) {
        self.free -= 1;
        if self.free == 0 && at.since(self.free_since) >= OVERLOOKED_AFTER {
            self.last_free_end = at;
        }
    }
    /// An agent was free for at least 2 s on end between `since` and `at`.
    #[inline]
    pub(crate) fn had_a_match(&self, since: Timestamp, at: Timestamp) -> bool {
        let now = self.free > 0 && at.since(self.free_since.max(since)) >= OVERLOOKED_AFTER;
        now || self.last_free_end.since(since) >= OVERLOOKED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    #[test]
    fn length_is_averaged_inside_the_window_only() {
        let window = Window {
            from: s(10),
            to: s(20),
        };
        let mut level = Level::new(window);
        level.up(s(5));
        level.up(s(12));
        level.down(s(15));
        level.up(s(15));
        level.down(s(25));
        level.down(s(26));
        // 1 from 10 to 12, then 2 to 20; the instant of 1 at 15 s and all after 20 s do not count.
        assert_eq!(
            level.tally(),
            LineTally {
                area: 18_000_000,
                max: 2
            }
        );
    }

    #[test]
    fn a_match_must_last_two_seconds_within_the_wait() {
        let mut line = Line::new(Window {
            from: s(0),
            to: s(100),
        });
        line.agent_freed(s(10));
        assert!(!line.had_a_match(s(0), s(11)));
        assert!(line.had_a_match(s(0), s(12)));
        assert!(!line.had_a_match(s(11), s(12)));
        line.agent_freed(s(12));
        line.agent_taken(s(13));
        line.agent_taken(s(14));
        line.agent_freed(s(20));
        line.agent_taken(s(21));
        assert!(line.had_a_match(s(12), s(30)));
        assert!(!line.had_a_match(s(13), s(30)));
    }
}
