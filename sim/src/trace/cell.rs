//! What one cell says: a date, a time of day, a span.

use engine::time::Micros;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use policy_file::quantity;

/// A span beyond a year is a mistake in the unit.
const LONGEST: f64 = 366.0 * 86_400.0 * 1e6;

/// Whether a cell says something.
pub(super) fn is_there(cell: &str, missing: &[String]) -> bool {
    !cell.is_empty() && missing.iter().all(|nothing| nothing != cell)
}

/// With a zone, times are of UTC unless the cell says its own offset, and become local there.
pub(super) fn read_date_time(
    cell: &str,
    format: Option<&str>,
    zone: Option<&TimeZone>,
) -> Result<DateTime, String> {
    let Some(format) = format else {
        return match (zone, cell.parse::<jiff::Timestamp>()) {
            (Some(zone), Ok(instant)) => Ok(zone.to_datetime(instant)),
            (Some(zone), Err(_)) => from_utc(quantity::date_time(cell)?, zone),
            (None, _) => quantity::date_time(cell),
        };
    };
    let wrong = |_| format!("`{cell}` is not a date and time like \"{format}\"");
    let parsed = BrokenDownTime::parse(format, cell).map_err(wrong)?;
    match zone {
        None => parsed.to_datetime().map_err(wrong),
        Some(zone) if parsed.offset().is_some() => {
            Ok(zone.to_datetime(parsed.to_timestamp().map_err(wrong)?))
        }
        Some(zone) => from_utc(parsed.to_datetime().map_err(wrong)?, zone),
    }
}

fn from_utc(time: DateTime, zone: &TimeZone) -> Result<DateTime, String> {
    let instant = TimeZone::UTC.to_timestamp(time);
    let instant = instant.map_err(|error| error.to_string())?;
    Ok(zone.to_datetime(instant))
}

pub(super) fn read_date(cell: &str, format: Option<&str>) -> Result<Date, String> {
    match format {
        Some(format) => BrokenDownTime::parse(format, cell)
            .and_then(|time| time.to_date())
            .map_err(|_| format!("`{cell}` is not a date like \"{format}\"")),
        None => cell
            .parse()
            .map_err(|_| format!("`{cell}` is not a date such as 2026-03-02")),
    }
}

/// A time of day on a date. 24:00:00 is the start of the next day.
pub(super) fn read_time(date: Date, cell: &str, format: Option<&str>) -> Result<DateTime, String> {
    if let Some(format) = format {
        return BrokenDownTime::parse(format, cell)
            .and_then(|time| time.to_time())
            .map(|time| date.to_datetime(time))
            .map_err(|_| format!("`{cell}` is not a time like \"{format}\""));
    }
    let time = quantity::time_of_day(cell)?;
    date.to_datetime(Time::midnight())
        .checked_add(time.since_midnight())
        .map_err(|error| error.to_string())
}

/// A span: a number of the column's unit, or `h:mm:ss`. An empty cell is none.
pub(super) fn read_span(cell: &str, unit_micros: u64) -> Result<Option<Micros>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    if cell.contains(':') {
        let mut seconds = 0.0;
        for part in cell.split(':') {
            let value = part.parse::<u32>();
            let value = value.map_err(|_| format!("`{cell}` is not a span like 0:02:30"))?;
            seconds = seconds * 60.0 + f64::from(value);
        }
        return bounded(cell, seconds * 1e6);
    }
    let value: f64 = cell
        .parse()
        .map_err(|_| format!("`{cell}` is not a number of seconds (or the column's unit)"))?;
    if value < 0.0 {
        return Err(format!("`{cell}` is negative"));
    }
    bounded(cell, value * unit_micros as f64)
}

fn bounded(cell: &str, micros: f64) -> Result<Option<Micros>, String> {
    if !micros.is_finite() || micros > LONGEST {
        return Err(format!("`{cell}` is not a span of at most a year"));
    }
    Ok(Some(micros.round() as Micros))
}
