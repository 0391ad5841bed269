//! The scenario's local time: one place, no daylight-saving changes.

use engine::time::Micros;
use jiff::civil::DateTime;

pub(crate) const DAY: Micros = 86_400_000_000;

/// Where the epoch stands in the local week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LocalTime {
    /// Microseconds from midnight to the epoch.
    time_of_day: Micros,
    /// Monday = 0.
    weekday: usize,
    start: DateTime,
}

impl LocalTime {
    pub(crate) fn new(start: DateTime) -> Self {
        let time = start.time();
        let seconds = u64::from(time.hour().unsigned_abs()) * 3600
            + u64::from(time.minute().unsigned_abs()) * 60
            + u64::from(time.second().unsigned_abs());
        LocalTime {
            time_of_day: seconds * 1_000_000
                + u64::from(time.subsec_nanosecond().unsigned_abs()) / 1000,
            weekday: usize::from(
                start
                    .date()
                    .weekday()
                    .to_monday_zero_offset()
                    .unsigned_abs(),
            ),
            start,
        }
    }

    /// Days since the midnight before the epoch.
    pub(crate) fn day(&self, at: Micros) -> u64 {
        (at + self.time_of_day) / DAY
    }

    /// Of a day counted as in [`Self::day`]; Monday = 0.
    pub(crate) fn weekday(&self, day: u64) -> usize {
        (self.weekday + (day % 7) as usize) % 7
    }

    /// How long ago it was `from` (after midnight), today or yesterday.
    pub(crate) fn since_time_of_day(&self, at: Micros, from: Micros) -> Micros {
        (at + self.time_of_day + DAY - from) % DAY
    }

    /// The run's time at `of_day` on `day`; `None` before the epoch.
    pub(crate) fn at(&self, day: u64, of_day: Micros) -> Option<Micros> {
        (day * DAY + of_day).checked_sub(self.time_of_day)
    }

    /// The same, 0 before the epoch.
    pub(crate) fn at_or_epoch(&self, day: u64, of_day: Micros) -> Micros {
        self.at(day, of_day).unwrap_or(0)
    }

    /// The run's time of a local date and time; `None` before the epoch.
    pub(crate) fn of(&self, local: DateTime) -> Option<Micros> {
        let span = local.duration_since(self.start);
        u64::try_from(span.as_micros()).ok()
    }
}
