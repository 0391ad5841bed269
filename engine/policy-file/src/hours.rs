//! Times of day, days of the week and opening hours: local wall-clock time without a date.
//!
//! Knows no time zone rules; a zone is kept as its checked name.

use std::fmt;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use serde::Serialize;

/// A local time of day in seconds since midnight, 0..=86,400 (24:00 = the end of the day).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
pub struct TimeOfDay(pub u32);

impl TimeOfDay {
    /// The start of the day.
    pub const MIDNIGHT: TimeOfDay = TimeOfDay(0);
    /// The end of the day.
    pub const END: TimeOfDay = TimeOfDay(86_400);

    /// The span since midnight.
    #[must_use]
    pub const fn since_midnight(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl fmt::Display for TimeOfDay {
    /// `08:00`, or `08:00:30` when the seconds are not 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{h:02}:{m:02}")?;
        if s != 0 {
            write!(f, ":{s:02}")?;
        }
        Ok(())
    }
}

/// From one time of day to another, `08:00-18:00`. When `to <= from` it ends on the next day.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct TimeSpan {
    /// The start; below 24:00.
    pub from: TimeOfDay,
    /// The end, exclusive; above 00:00.
    pub to: TimeOfDay,
}

impl TimeSpan {
    /// The whole day.
    pub const DAY: TimeSpan = TimeSpan {
        from: TimeOfDay::MIDNIGHT,
        to: TimeOfDay::END,
    };

    /// Whether it ends on the day after it starts.
    #[must_use]
    pub const fn wraps_midnight(self) -> bool {
        self.to.0 <= self.from.0
    }

    /// Its length, above 0 and at most a day.
    #[must_use]
    pub const fn length(self) -> Duration {
        let day = if self.wraps_midnight() { 86_400 } else { 0 };
        Duration::from_secs((self.to.0 + day - self.from.0) as u64)
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

/// A set of days of the week: bit 0 is Monday, bit 6 Sunday. Never empty when it was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Weekdays(pub u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Weekdays = Weekdays(0b111_1111);
    /// The names as files write them, Monday first.
    pub const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// Whether the set holds this day; 0 is Monday.
    #[must_use]
    pub const fn contains(self, monday_based: usize) -> bool {
        monday_based < 7 && self.0 >> monday_based & 1 == 1
    }
}

impl fmt::Display for Weekdays {
    /// Runs as `mon-fri`, parts joined by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut day = 0;
        let mut first = true;
        while day < 7 {
            if !self.contains(day) {
                day += 1;
                continue;
            }
            let start = day;
            while self.contains(day + 1) {
                day += 1;
            }
            if !first {
                f.write_str(",")?;
            }
            first = false;
            f.write_str(Self::NAMES[start])?;
            if day > start {
                write!(f, "-{}", Self::NAMES[day])?;
            }
            day += 1;
        }
        Ok(())
    }
}

/// When a queue is open. The driver turns this into `QueueOpened` and `QueueClosed`: the server
/// in `timezone`, the simulator in the scenario's own local time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hours {
    /// At least one; may overlap.
    pub spans: Vec<OpenSpan>,
    /// An IANA name that exists; `None` = the server's own zone.
    pub timezone: Option<String>,
}

/// Open on these days for this time; a span past midnight belongs to the day on which it starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenSpan {
    /// The days on which it starts.
    pub days: Weekdays,
    /// From when to when.
    pub open: TimeSpan,
}

impl Hours {
    /// Whether the queue is open at a local moment of its own time zone.
    #[must_use]
    pub fn is_open(&self, local: DateTime) -> bool {
        self.intervals(local)
            .iter()
            .any(|(opens, closes)| *opens <= local && local < *closes)
    }

    /// When it next opens or closes after a local moment; `None` when it never does (open round
    /// the clock). Spans that touch are one.
    #[must_use]
    pub fn next_change(&self, local: DateTime) -> Option<DateTime> {
        let is_open = self.is_open(local);
        let mut edges: Vec<DateTime> = self
            .intervals(local)
            .into_iter()
            .flat_map(|(opens, closes)| [opens, closes])
            .filter(|edge| *edge > local)
            .collect();
        edges.sort();
        edges
            .into_iter()
            .find(|edge| self.is_open(*edge) != is_open)
    }

    /// The opening times that start from the day before a moment to eight days after it.
    fn intervals(&self, local: DateTime) -> Vec<(DateTime, DateTime)> {
        let mut found = Vec::new();
        for offset in -1..=8_i64 {
            let Ok(day) = local.date().checked_add(jiff::Span::new().days(offset)) else {
                continue;
            };
            let weekday = day.weekday().to_monday_zero_offset();
            let weekday = usize::try_from(weekday).unwrap_or(0);
            for span in self.spans.iter().filter(|s| s.days.contains(weekday)) {
                let from = moment(day, span.open.from.since_midnight());
                let to = moment(day, span.open.from.since_midnight() + span.open.length());
                found.extend(from.zip(to));
            }
        }
        found
    }
}

/// A span after a day's midnight; `None` beyond the calendar.
fn moment(day: Date, since_midnight: Duration) -> Option<DateTime> {
    day.at(0, 0, 0, 0).checked_add(since_midnight).ok()
}
