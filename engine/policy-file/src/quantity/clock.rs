//! Local clock times, days of the week and dates.

use jiff::civil::{Date, DateTime, Time};

use super::decimal::refuse;
use crate::hours::{TimeOfDay, TimeSpan, Weekdays};

/// A time of day: `08:00`, `08:00:30`, up to `24:00`.
///
/// # Errors
/// What was expected.
pub fn time_of_day(text: &str) -> Result<TimeOfDay, String> {
    read_time(text).ok_or_else(|| refuse(text, "a time of day such as 08:00"))
}

fn read_time(text: &str) -> Option<TimeOfDay> {
    let mut seconds = 0_u32;
    let mut n_parts = 0;
    for (part, (limit, unit)) in text.split(':').zip([(24, 3600), (59, 60), (59, 1)]) {
        let two_digits = part.len() == 2 || (n_parts == 0 && part.len() == 1);
        if !two_digits || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let value: u32 = part.parse().ok().filter(|value| *value <= limit)?;
        seconds += value * unit;
        n_parts += 1;
    }
    let complete = n_parts >= 2 && n_parts == text.split(':').count();
    (complete && seconds <= TimeOfDay::END.0).then_some(TimeOfDay(seconds))
}

/// From one time of day to another: `08:00-18:00`, `22:00-06:00`.
///
/// # Errors
/// What was expected.
pub fn time_span(text: &str) -> Result<TimeSpan, String> {
    let expected = "times of day such as 08:00-18:00";
    let (from, to) = text.split_once('-').ok_or_else(|| refuse(text, expected))?;
    match (read_time(from.trim_end()), read_time(to.trim_start())) {
        (Some(from), Some(to)) if from == to => Err(refuse(
            text,
            "a span that lasts (a whole day is 00:00-24:00)",
        )),
        (Some(from), Some(to)) if from != TimeOfDay::END && to != TimeOfDay::MIDNIGHT => {
            Ok(TimeSpan { from, to })
        }
        (Some(from), Some(TimeOfDay::MIDNIGHT)) if from != TimeOfDay::END => Ok(TimeSpan {
            from,
            to: TimeOfDay::END,
        }),
        (Some(_) | None, Some(_) | None) => Err(refuse(text, expected)),
    }
}

/// Days of the week: `mon-fri`, `sat`, `mon-thu,sun`, `fri-mon`, `daily`.
///
/// # Errors
/// What was expected.
pub fn weekdays(text: &str) -> Result<Weekdays, String> {
    if matches!(text, "daily" | "all") {
        return Ok(Weekdays::ALL);
    }
    let wrong = || refuse(text, "days such as mon-fri, sat or mon,wed,fri");
    let day = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        Weekdays::NAMES.iter().position(|known| *known == name)
    };
    let mut days = 0_u8;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let mut at = day(first).ok_or_else(wrong)?;
        let last = day(last).ok_or_else(wrong)?;
        days |= 1 << at;
        while at != last {
            at = (at + 1) % 7;
            days |= 1 << at;
        }
    }
    Ok(Weekdays(days))
}

/// A local date and time: `2026-03-02T08:00`, or a date alone for its midnight.
///
/// # Errors
/// What was expected.
pub fn date_time(text: &str) -> Result<DateTime, String> {
    let wrong = || refuse(text, "a local date and time such as 2026-03-02T08:00");
    let (date, time) = text
        .split_once(['T', ' '])
        .map_or((text, None), |(date, time)| (date, Some(time)));
    if date.len() != 10 {
        return Err(wrong());
    }
    let date: Date = date.parse().map_err(|_| wrong())?;
    let time = match time {
        None => Time::midnight(),
        Some(time) => {
            let time = read_time(time)
                .filter(|time| *time != TimeOfDay::END)
                .ok_or_else(wrong)?;
            let part = |unit: u32, limit: u32| i8::try_from(time.0 / unit % limit).unwrap_or(0);
            Time::new(part(3600, 24), part(60, 60), part(1, 60), 0).map_err(|_| wrong())?
        }
    };
    Ok(date.to_datetime(time))
}
