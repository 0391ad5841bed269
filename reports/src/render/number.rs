//! Numbers as people read them: a unit, a sensible number of digits, plain UTF-8.

use crate::gate::Judged;
use crate::measures::Unit;

/// `value` with its unit: `95.7 %`, `12.3 s`, `4 m 05 s`, `12 345`.
pub(crate) fn with_unit(value: f64, unit: Unit) -> String {
    match unit {
        // A share that is not all of it never reads as if it were.
        Unit::Ratio if value < 1.0 && value > 0.99995 => "99.99 %".to_string(),
        Unit::Ratio => format!("{} %", plain(value * 100.0, percent_digits(value))),
        Unit::Seconds | Unit::SignedSeconds => seconds(value),
        Unit::PerHour => format!("{} /h", grouped(value)),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => grouped(value),
    }
}

/// Two bounds with one unit: `95.5 .. 95.9 %`.
pub(crate) fn range(lower: f64, upper: f64, unit: Unit) -> String {
    let (low, high) = (with_unit(lower, unit), with_unit(upper, unit));
    let suffix = match unit {
        Unit::Ratio => " %",
        Unit::PerHour => " /h",
        Unit::Seconds | Unit::SignedSeconds => " s",
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => "",
    };
    match low.strip_suffix(suffix) {
        Some(bare) if high.ends_with(suffix) && !high.contains(" m ") => {
            format!("{bare} .. {high}")
        }
        Some(_) | None => format!("{low} .. {high}"),
    }
}

/// A gate's target: `>= 95 %`, `<= 2 s`, `>= +15 %`.
pub(crate) fn target(gate: &Judged) -> String {
    let sign = if gate.rule.wants_more() { ">=" } else { "<=" };
    let plus = if !gate.rule.is_absolute() && gate.limit > 0.0 {
        "+"
    } else {
        ""
    };
    // A limit is a round number that someone wrote: show it as written.
    let (value, unit) = match gate.unit() {
        Unit::Ratio if gate.rule.is_points() => (gate.limit * 100.0, " points"),
        Unit::Ratio => (gate.limit * 100.0, " %"),
        Unit::Seconds | Unit::SignedSeconds => (gate.limit, " s"),
        Unit::PerHour => (gate.limit, " /h"),
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => (gate.limit, ""),
    };
    let rounded = (value * 1e6).round() / 1e6;
    format!("{sign} {plus}{rounded}{unit}")
}

/// A gate's ideal, a lift with its sign: `97.2 %`, `+16.5 %`; `None` where there is none.
pub(crate) fn ideal(gate: &Judged) -> Option<String> {
    let value = gate.ideal?;
    let plus = if !gate.rule.is_absolute() && value > 0.0 {
        "+"
    } else {
        ""
    };
    Some(format!("{plus}{}", with_unit(value, gate.unit())))
}

/// Rare things need more digits: 99.97 % is not 100 %.
fn percent_digits(ratio: f64) -> usize {
    let from_the_edge = ratio.abs().min((1.0 - ratio).abs());
    if from_the_edge > 0.0 && from_the_edge < 0.01 {
        2
    } else {
        1
    }
}

fn seconds(value: f64) -> String {
    let size = value.abs();
    if size >= 119.95 {
        let whole = size.round();
        let sign = if value < 0.0 { "-" } else { "" };
        if whole >= 7200.0 {
            let minutes = (size / 60.0).round();
            return format!(
                "{sign}{} h {:02} m",
                (minutes / 60.0).floor(),
                minutes % 60.0
            );
        }
        return format!("{sign}{} m {:02} s", (whole / 60.0).floor(), whole % 60.0);
    }
    let digits = match size {
        0.0 => 1,
        s if s < 0.1 => 4,
        s if s < 10.0 => 2,
        _ => 1,
    };
    format!("{} s", plain(value, digits))
}

/// Thousands apart by a thin gap; whole numbers without decimals.
fn grouped(value: f64) -> String {
    let digits = match value.abs() {
        v if v == v.trunc() => 0,
        v if v < 1.0 => 3,
        v if v < 100.0 => 2,
        v if v < 10_000.0 => 1,
        _ => 0,
    };
    let text = plain(value, digits);
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.as_str()),
    };
    let (whole, decimals) = match rest.split_once('.') {
        Some((whole, _)) => (whole, &rest[whole.len()..]),
        None => (rest, ""),
    };
    let mut apart = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            apart.push(' ');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}{decimals}")
}

/// Fixed decimals, never a negative zero.
fn plain(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.starts_with('-') && !text.contains(|c: char| ('1'..='9').contains(&c)) {
        return text[1..].to_string();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_person_would_write_them() {
        let cases = [
            (0.957, Unit::Ratio, "95.7 %"),
            (0.9997, Unit::Ratio, "99.97 %"),
            (0.999_99, Unit::Ratio, "99.99 %"),
            (1.0, Unit::Ratio, "100.0 %"),
            (0.0, Unit::Ratio, "0.0 %"),
            (12.34, Unit::Seconds, "12.3 s"),
            (0.0423, Unit::Seconds, "0.0423 s"),
            (245.2, Unit::Seconds, "4 m 05 s"),
            (7300.0, Unit::Seconds, "2 h 02 m"),
            (119.96, Unit::Seconds, "2 m 00 s"),
            (-0.001, Unit::SignedSeconds, "-0.0010 s"),
            (-30.04, Unit::SignedSeconds, "-30.0 s"),
            (1234567.0, Unit::Count, "1 234 567"),
            (1834.25, Unit::Count, "1 834.2"),
            (-0.0, Unit::Count, "0"),
            (360.0, Unit::PerHour, "360 /h"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(with_unit(value, unit), text);
        }
        assert_eq!(range(0.955, 0.959, Unit::Ratio), "95.5 .. 95.9 %");
        assert_eq!(range(100.0, 130.0, Unit::Seconds), "100.0 s .. 2 m 10 s");
        assert_eq!(range(130.0, 131.0, Unit::Seconds), "2 m 10 s .. 2 m 11 s");
    }
}
