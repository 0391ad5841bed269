//! The one place that reads a clock: engine time is the wall clock at boot plus the monotonic time since,
//! never before what was journaled, never backwards.
//!
//! A wall clock that is set while the server runs changes nothing; one that was set back while it was down
//! continues from the last journaled moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::Timestamp;

/// The server's time.
#[derive(Debug)]
pub struct Clock {
    /// The engine's epoch, microseconds since 1970.
    started_at: i64,
    /// The engine's time at boot.
    boot: u64,
    booted: Instant,
    /// The last stamp that was given.
    last: AtomicU64,
}

impl Clock {
    /// A clock whose engine time began at `started_at` (microseconds since 1970) and that has reached `last`.
    #[must_use]
    pub fn new(started_at: i64, last: Timestamp) -> Clock {
        let wall = wall_micros().saturating_sub(started_at);
        let boot = u64::try_from(wall).unwrap_or(0).max(last.0);
        Clock {
            started_at,
            boot,
            booted: monotonic(),
            last: AtomicU64::new(boot),
        }
    }

    /// Now, at or after every stamp before.
    pub fn stamp(&self) -> Timestamp {
        let passed = u64::try_from(self.booted.elapsed().as_micros()).unwrap_or(u64::MAX);
        let now = self.boot.saturating_add(passed);
        let before = self.last.fetch_max(now, Ordering::Relaxed);
        Timestamp(now.max(before))
    }

    /// An engine timestamp as microseconds since 1970.
    #[must_use]
    pub fn wall(&self, at: Timestamp) -> i64 {
        self.started_at
            .saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX))
    }

    /// Microseconds since 1970 as an engine timestamp; the epoch for what lies before it.
    #[must_use]
    pub fn engine(&self, wall: i64) -> Timestamp {
        Timestamp(u64::try_from(wall.saturating_sub(self.started_at)).unwrap_or(0))
    }

    /// How long until `at`.
    pub fn until(&self, at: Timestamp) -> Duration {
        at - self.stamp()
    }
}

/// Microseconds since 1970 by the machine's clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks for the date"
)]
pub fn wall_micros() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The monotonic clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the monotonic clock"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_before_what_was_journaled() {
        // The wall clock was set back by a day while the server was down.
        let clock = Clock::new(wall_micros(), Timestamp(86_400_000_000));
        let first = clock.stamp();
        assert!(first >= Timestamp(86_400_000_000));
        assert!(clock.stamp() >= first);
    }

    #[test]
    fn a_wall_clock_before_the_epoch_gives_the_epoch() {
        let clock = Clock::new(wall_micros() + 3_600_000_000, Timestamp::ZERO);
        assert!(clock.stamp() < Timestamp::from_secs(60));
    }
}
