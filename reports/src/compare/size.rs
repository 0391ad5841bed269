//! How differences are written: with a sign, in one unit, to the digits that their intervals bear.

use super::{Change, Known};
use crate::measures::Unit;
use crate::render::{Row, signed};

/// How the numbers of one difference are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Of these one is 1 in the measure's unit.
    per: f64,
    suffix: &'static str,
    digits: usize,
}

impl Size {
    /// As many digits as half the interval's width is known to: its first, or its first two below 3.
    pub(super) fn of(unit: Unit, change: &Change) -> Size {
        let (per, suffix) = match unit {
            Unit::Ratio => (100.0, " points"),
            Unit::Seconds | Unit::SignedSeconds => (1.0, " s"),
            Unit::PerHour => (1.0, " /h"),
            Unit::Count | Unit::Calls | Unit::Value | Unit::Score => (1.0, ""),
        };
        let half = (change.interval.upper - change.interval.lower) / 2.0 * per;
        let size = match half > 0.0 {
            true => half,
            false => change.difference.abs() * per / 10.0,
        };
        let digits = match size > 0.0 {
            true => {
                let power = size.log10().floor();
                let is_small = size / 10_f64.powf(power) < 3.0;
                (i32::from(is_small) - power as i32).clamp(0, 6)
            }
            false => 0,
        };
        Size {
            per,
            suffix,
            digits: digits as usize,
        }
    }

    /// `-3.95 points`
    pub(super) fn with_unit(self, value: f64) -> String {
        format!("{}{}", self.bare(value), self.suffix)
    }

    /// `-3.95`
    pub(super) fn bare(self, value: f64) -> String {
        signed(value * self.per, self.digits)
    }

    /// `0.35`: without a sign.
    pub(super) fn unsigned(self, value: f64) -> String {
        self.bare(value).trim_start_matches(['+', '-']).to_string()
    }

    /// `0.35 points`
    pub(super) fn unsigned_with_unit(self, value: f64) -> String {
        format!("{}{}", self.unsigned(value), self.suffix)
    }
}

/// Both values in one unit; `-` for what has none.
pub(super) fn values(unit: Unit, base: Option<Known>, other: Option<Known>) -> (String, String) {
    let point = |known: Option<Known>| known.map(|known| known.point);
    let row = Row::of(unit, [point(base), point(other)]);
    let written = |known| point(known).map_or("-".to_string(), |value| row.number(value));
    (written(base), written(other))
}

/// `3.1x`
pub(super) fn times(ratio: f64) -> String {
    match ratio {
        r if r >= 9.95 => format!("{r:.0}x"),
        r => format!("{r:.1}x"),
    }
}
