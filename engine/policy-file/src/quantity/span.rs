//! Spans (`10s`, `250ms`, `1h30m`) and rates (`180/h`).

use std::time::Duration;

use super::decimal::{Decimal, refuse, split_unit};

/// Units from long to short, in microseconds.
const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// The longest span: a thousand years is a mistake, and sums of spans must not overflow.
const LONGEST_DAYS: u64 = 36_525;

const EXPECTED: &str = "a span such as 10s, 250ms, 2m, 8h or 2d";

/// A span: `10s`, `250ms`, `2m`, `8h`, `2d`, `1h30m`; units d, h, m, s, ms, us. Whole microseconds.
///
/// # Errors
/// What was expected.
pub fn span(text: &str) -> Result<Duration, String> {
    if Decimal::read(text).is_some() {
        return Err("needs a unit: write 10s, 250ms or 2m".to_owned());
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let (number, tail) = split_unit(rest);
        let unit_length = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_length);
        let value = Decimal::read(number).ok_or_else(|| refuse(text, EXPECTED))?;
        let micros = unit_micros(unit)
            .filter(|micros| *micros < last_unit)
            .ok_or_else(|| refuse(text, EXPECTED))?;
        last_unit = micros;
        let part = value
            .times(micros)
            .ok_or_else(|| refuse(text, "a span of at most 100 years"))?;
        if part == 0 && value.digits != 0 {
            return Err(refuse(text, "a span of at least 1us"));
        }
        total = total.saturating_add(part);
        rest = tail;
    }
    if text.is_empty() {
        return Err(refuse(text, EXPECTED));
    }
    if total > LONGEST_DAYS * UNITS[0].1 {
        return Err(refuse(text, "a span of at most 100 years"));
    }
    Ok(Duration::from_micros(total))
}

fn unit_micros(unit: &str) -> Option<u64> {
    let unit = if unit == "min" { "m" } else { unit };
    UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, micros)| *micros)
}

/// The canonical text: one number with the longest unit that divides it, `90s` not `1m30s`.
#[must_use]
pub fn format_span(span: Duration) -> String {
    let micros = engine::time::micros(span);
    if micros == 0 {
        return "0s".to_owned();
    }
    let (name, unit) = UNITS
        .iter()
        .find(|(_, unit)| micros.is_multiple_of(*unit))
        .expect("invariant: 1 us divides every span");
    format!("{}{name}", micros / unit)
}

/// A rate per second: `180/h`, `4.2/min`, `3/s`, `4000/d`. At least 0.
///
/// # Errors
/// What was expected.
pub fn rate(text: &str) -> Result<f64, String> {
    let (number, unit) = split_unit(text);
    let value = Decimal::read(number);
    let seconds = match unit {
        "/s" => Some(1.0),
        "/min" | "/m" => Some(60.0),
        "/h" => Some(3600.0),
        "/d" => Some(86_400.0),
        _ => None,
    };
    match (value, seconds) {
        (Some(value), Some(seconds)) => Ok(value.to_f64() / seconds),
        (Some(_), None) if unit.is_empty() => {
            Err("needs a unit: write 180/h, 4.2/min or 3/s".to_owned())
        }
        (Some(_) | None, _) => Err(refuse(text, "a rate such as 180/h, 4.2/min or 3/s")),
    }
}
