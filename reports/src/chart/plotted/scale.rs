//! An axis of numbers or words: where values lie, how far it reaches, how they are written.

use crate::chart::axis_end;
use crate::chart::canvas::{SIZE, text_width};
use crate::measures::Unit;
use crate::render::apart;

/// An axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    /// What it shows, with its unit: `wait, seconds`.
    pub name: String,
    /// How its numbers are written.
    pub numbers: Numbers,
    /// It begins at 0, also when all values are far from it.
    pub from_zero: bool,
    /// Equal distances are equal ratios; only for values above 0.
    pub is_logarithmic: bool,
    /// It reaches at least here, so that charts side by side have one scale.
    pub until: Option<f64>,
    /// Words instead of numbers: value k (0, 1, 2, ...) is labelled with the k-th. Empty for numbers.
    pub words: Vec<String>,
}

/// How numbers are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// As they are.
    Plain,
    /// 0.25 is `25 %`.
    Percent,
}

impl Numbers {
    /// As a measure of this unit has them.
    #[must_use]
    pub const fn of(unit: Unit) -> Numbers {
        match unit {
            Unit::Ratio => Numbers::Percent,
            Unit::Seconds
            | Unit::SignedSeconds
            | Unit::Count
            | Unit::Calls
            | Unit::PerHour
            | Unit::Value
            | Unit::Score => Numbers::Plain,
        }
    }
}

impl Scale {
    /// Numbers from 0.
    #[must_use]
    pub fn new(name: impl Into<String>, numbers: Numbers) -> Scale {
        Scale {
            name: name.into(),
            numbers,
            from_zero: true,
            is_logarithmic: false,
            until: None,
            words: Vec::new(),
        }
    }

    /// Begins where the values do.
    #[must_use]
    pub fn cut(mut self) -> Scale {
        self.from_zero = false;
        self
    }

    /// Equal distances are equal ratios.
    #[must_use]
    pub fn logarithmic(mut self) -> Scale {
        self.is_logarithmic = true;
        self
    }

    /// Reaches at least to `end`, as the charts beside it do.
    #[must_use]
    pub fn until(mut self, end: f64) -> Scale {
        self.until = end.is_finite().then_some(end);
        self
    }

    /// With words instead of numbers.
    #[must_use]
    pub fn of_words(name: impl Into<String>, words: Vec<String>) -> Scale {
        Scale {
            words,
            ..Scale::new(name, Numbers::Plain)
        }
    }

    /// Where a value lies on the drawing.
    pub(super) fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic {
            value.log10()
        } else {
            value
        }
    }

    /// A value as the axis, the table and the descriptions write it.
    #[must_use]
    pub fn written(&self, value: f64) -> String {
        if !self.words.is_empty() {
            let is_whole = (value - value.round()).abs() < 1e-6 && value > -0.5;
            let word = self.words.get(value.round().max(0.0) as usize);
            return word
                .filter(|_| is_whole)
                .map_or(String::new(), String::clone);
        }
        match self.numbers {
            Numbers::Plain => short(value),
            Numbers::Percent => format!("{} %", short(value * 100.0)),
        }
    }

    /// Where labels stand, when round numbers would not do.
    pub(super) fn ticks(&self, places: &[f64]) -> Option<Vec<f64>> {
        if !self.words.is_empty() {
            let every = self.words_apart();
            let words = (0..self.words.len()).step_by(every);
            return Some(words.map(|word| word as f64).collect());
        }
        if !self.is_logarithmic {
            return None;
        }
        let (least, most) = places.iter().fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, most), place| (least.min(*place), most.max(*place)),
        );
        // 1, 2, 5 of each power of ten; of many powers only the ones.
        let steps: &[f64] = if most - least < 2.5 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let powers = least.floor() as i32..=most.ceil() as i32;
        let ticks =
            powers.flat_map(|power| steps.iter().map(move |s| (s.log10()) + f64::from(power)));
        Some(
            ticks
                .filter(|tick| *tick > least - 0.05 && *tick < most + 0.05)
                .collect(),
        )
    }

    /// Of so many words one is labelled, so that no two run together.
    fn words_apart(&self) -> usize {
        let slot = (f64::from(SIZE.0) - 90.0) / self.words.len() as f64;
        let fits = |every: &usize| {
            let labelled: Vec<&String> = self.words.iter().step_by(*every).collect();
            labelled.windows(2).all(|pair| {
                let halves = (text_width(pair[0]) + text_width(pair[1])) / 2.0;
                halves + 4.0 <= slot * *every as f64
            })
        };
        (1..self.words.len()).find(fits).unwrap_or(1)
    }

    /// The drawing's ends for these values (places, not values).
    pub(super) fn range(&self, places: &[f64], is_x: bool) -> std::ops::Range<f64> {
        if !self.words.is_empty() {
            return -0.5..self.words.len() as f64 - 0.5;
        }
        let least = places.iter().copied().fold(f64::INFINITY, f64::min);
        let most = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let most = self.until.map_or(most, |end| most.max(self.place(end)));
        let width = most - least;
        if self.is_logarithmic || (!self.from_zero && width > 0.0) {
            let margin = if is_x { 0.0 } else { width * 0.08 };
            let margin = if width == 0.0 { 0.5 } else { margin };
            return (least - margin)..(most + margin);
        }
        let below = if least < 0.0 { -axis_end(-least) } else { 0.0 };
        match is_x && least >= 0.0 && most > 0.0 {
            true => 0.0..most,
            false => below..axis_end(most.max(0.0)).max(below + f64::EPSILON),
        }
    }
}

/// Few digits: three that matter below 1000, none after the point above, thousands apart. What is 0 but for
/// rounding is 0.
fn short(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        s if s < 1e-12 => return "0".to_string(),
        s if s < 0.001 => return format!("{value:.1e}"),
        s if s < 0.01 => 5,
        s if s < 0.1 => 4,
        s if s < 1.0 => 3,
        s if s < 10.0 => 2,
        s if s < 1000.0 => 1,
        _ => return apart(&format!("{value:.0}")),
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}
