//! Numbers as people read them: a unit, a sensible number of digits, plain UTF-8.

use crate::gate::{Judged, Rule};
use crate::measures::Unit;

/// How the numbers of one row are written: all in one unit, that of the largest of them.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    unit: Unit,
    span: Span,
    /// Of differences between shares: points, which are no shares of anything.
    is_points: bool,
}

/// The unit of a row's spans of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Span {
    Seconds,
    Minutes,
    Hours,
}

impl Row {
    /// For these numbers, absent ones left out.
    #[must_use]
    pub fn of(unit: Unit, values: impl IntoIterator<Item = Option<f64>>) -> Row {
        let sizes = values.into_iter().flatten().map(f64::abs);
        let largest = sizes.fold(0.0, f64::max);
        let span = if largest.round() >= 7200.0 {
            Span::Hours
        } else if largest >= 119.95 {
            Span::Minutes
        } else {
            Span::Seconds
        };
        Row {
            unit,
            span,
            is_points: false,
        }
    }

    /// For an estimate with its interval.
    #[must_use]
    pub fn of_estimate(unit: Unit, estimate: Option<f64>, bounds: Option<(f64, f64)>) -> Row {
        let (lower, upper) = bounds.unzip();
        Row::of(unit, [estimate, lower, upper])
    }

    /// For what such a gate judges: of a rule about measure - baseline, shares differ by points, not
    /// by per cent.
    #[must_use]
    pub fn judged_by(self, rule: Rule) -> Row {
        Row {
            is_points: rule.is_points() && self.unit == Unit::Ratio,
            ..self
        }
    }

    /// A number with its unit.
    #[must_use]
    pub fn number(self, value: f64) -> String {
        match self.unit {
            Unit::Ratio if self.is_points => {
                let digits = match (value * 100.0).abs() {
                    0.0 => 1,
                    p if p < 0.1 => 3,
                    p if p < 1.0 => 2,
                    _ => 1,
                };
                format!("{} points", plain(value * 100.0, digits))
            }
            // A share that is not all of it never reads as if it were.
            Unit::Ratio if value < 1.0 && value > 0.99995 => "99.99 %".to_string(),
            Unit::Ratio => format!("{} %", plain(value * 100.0, percent_digits(value))),
            Unit::Seconds | Unit::SignedSeconds => self.span.written(value),
            Unit::PerHour => format!("{} /h", grouped(value)),
            Unit::Count | Unit::Calls | Unit::Value | Unit::Score => grouped(value),
        }
    }

    /// Two bounds with one unit: `95.5 .. 95.9 %`.
    #[must_use]
    pub fn range(self, (lower, upper): (f64, f64)) -> String {
        let (low, high) = (self.number(lower), self.number(upper));
        let suffix = match (self.unit, self.span) {
            (Unit::Ratio, _) if self.is_points => " points",
            (Unit::Ratio, _) => " %",
            (Unit::PerHour, _) => " /h",
            (Unit::Seconds | Unit::SignedSeconds, Span::Seconds) => " s",
            (Unit::Seconds | Unit::SignedSeconds, Span::Minutes | Span::Hours)
            | (Unit::Count | Unit::Calls | Unit::Value | Unit::Score, _) => "",
        };
        let bare = low.strip_suffix(suffix).unwrap_or(&low);
        format!("{bare} .. {high}")
    }

    /// A gate's target: `>= 95 %`, `<= 2 s`, `>= +15 %`.
    #[must_use]
    pub fn target(self, gate: &Judged) -> String {
        let sign = if gate.rule.wants_more() { ">=" } else { "<=" };
        let plus = if !gate.rule.is_absolute() && gate.limit > 0.0 {
            "+"
        } else {
            ""
        };
        if gate.recorded.is_some() {
            return format!("{sign} {}", self.number(gate.limit));
        }
        // A limit is a round number that someone wrote: show it as written.
        let (value, unit) = match gate.unit() {
            Unit::Ratio if gate.rule.is_points() => (gate.limit * 100.0, " points"),
            Unit::Ratio => (gate.limit * 100.0, " %"),
            Unit::Seconds | Unit::SignedSeconds
                if self.span != Span::Seconds && gate.limit.fract() == 0.0 =>
            {
                let written = self.number(gate.limit);
                let short = written.strip_suffix(" 00 s").unwrap_or(&written);
                return format!("{sign} {plus}{short}");
            }
            Unit::Seconds | Unit::SignedSeconds => (gate.limit, " s"),
            Unit::PerHour => (gate.limit, " /h"),
            Unit::Count | Unit::Calls | Unit::Value | Unit::Score => (gate.limit, ""),
        };
        let rounded = (value * 1e6).round() / 1e6;
        format!("{sign} {plus}{rounded}{unit}")
    }

    /// A gate's ideal, a lift with its sign: `97.2 %`, `+16.5 %`; `None` where there is none.
    #[must_use]
    pub fn ideal(self, gate: &Judged) -> Option<String> {
        let value = gate.ideal?;
        let plus = if !gate.rule.is_absolute() && value > 0.0 {
            "+"
        } else {
            ""
        };
        Some(format!("{plus}{}", self.number(value)))
    }
}

impl Span {
    fn written(self, value: f64) -> String {
        let sixty = |whole: f64| ((whole / 60.0).trunc().abs(), (whole % 60.0).abs());
        let sign = |whole: f64| if whole < 0.0 { "-" } else { "" };
        match self {
            Span::Seconds => seconds(value),
            Span::Minutes => {
                let whole = value.round();
                match sixty(whole) {
                    (0.0, rest) => format!("{}{rest} s", sign(whole)),
                    (minutes, rest) => format!("{}{minutes} m {rest:02} s", sign(whole)),
                }
            }
            Span::Hours => {
                let whole = (value / 60.0).round();
                match sixty(whole) {
                    (0.0, rest) => format!("{}{rest} m", sign(whole)),
                    (hours, rest) => format!("{}{hours} h {rest:02} m", sign(whole)),
                }
            }
        }
    }
}

/// `value` alone with its unit: `95.7 %`, `12.3 s`, `4 m 05 s`, `12 345`.
#[must_use]
pub fn with_unit(value: f64, unit: Unit) -> String {
    Row::of(unit, [Some(value)]).number(value)
}

/// The confidence of intervals: `95 %`.
#[must_use]
pub fn confidence(value: f64) -> String {
    with_unit(value, Unit::Ratio).replace(".0 %", " %")
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
    let digits = match value.abs() {
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
    apart(&plain(value, digits))
}

/// With its sign, also when it is above 0, and so many decimals: `+1 234.5`.
#[must_use]
pub(crate) fn signed(value: f64, digits: usize) -> String {
    let text = apart(&plain(value, digits));
    let is_above = value > 0.0 && text.contains(|c: char| ('1'..='9').contains(&c));
    format!("{}{text}", if is_above { "+" } else { "" })
}

/// Thousands apart by a gap.
pub(crate) fn apart(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, decimals) = match rest.split_once('.') {
        Some((whole, _)) => (whole, &rest[whole.len()..]),
        None => (rest, ""),
    };
    let mut spaced = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    format!("{sign}{spaced}{decimals}")
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
    }

    #[test]
    fn differences_of_shares_are_points() {
        let row = Row::of(Unit::Ratio, [Some(-0.092)]);
        let of_points = row.judged_by(Rule::PointsAtMost);
        assert_eq!(of_points.number(-0.092), "-9.2 points");
        assert_eq!(of_points.range((-0.101, 0.0005)), "-10.1 .. 0.050 points");
        assert_eq!(row.judged_by(Rule::LiftAtMost).number(-0.092), "-9.2 %");
        let seconds = Row::of(Unit::Seconds, [Some(-3.0)]).judged_by(Rule::PointsAtMost);
        assert_eq!(seconds.number(-3.0), "-3.00 s");
    }

    #[test]
    fn a_row_is_written_alike() {
        let rows = [
            (
                Unit::Ratio,
                (0.957, 0.955, 0.959),
                "95.7 %",
                "95.5 .. 95.9 %",
            ),
            (
                Unit::Seconds,
                (110.0, 100.0, 119.0),
                "110.0 s",
                "100.0 .. 119.0 s",
            ),
            (
                Unit::Seconds,
                (119.3, 118.4, 120.1),
                "1 m 59 s",
                "1 m 58 s .. 2 m 00 s",
            ),
            (
                Unit::SignedSeconds,
                (-60.0, -130.0, 10.0),
                "-1 m 00 s",
                "-2 m 10 s .. 10 s",
            ),
            (
                Unit::SignedSeconds,
                (200.0, -0.4, 400.0),
                "3 m 20 s",
                "0 s .. 6 m 40 s",
            ),
            (
                Unit::Seconds,
                (7100.0, 6900.0, 7300.0),
                "1 h 58 m",
                "1 h 55 m .. 2 h 02 m",
            ),
        ];
        for (unit, (estimate, lower, upper), number, range) in rows {
            let row = Row::of_estimate(unit, Some(estimate), Some((lower, upper)));
            assert_eq!(row.number(estimate), number);
            assert_eq!(row.range((lower, upper)), range);
        }
    }
}
