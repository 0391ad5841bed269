//! First announcements by what was announced, by their error, by when they were made and by place in line: what the
//! charts show. Counts only.

use std::collections::BTreeMap;

use engine::output::Announced;
use engine::time::Micros;

use crate::record::{EstimateCounts, Said};

/// Where bins of announced waits begin, seconds: narrow where most waits are told.
pub const ANNOUNCED_FROM: [u32; 14] =
    [0, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900];
/// Where bins of places in line begin; 1 is the head.
pub const POSITION_FROM: [u32; 11] = [1, 2, 3, 4, 6, 9, 13, 21, 41, 81, 161];
/// Errors are counted in steps of so many seconds.
pub const ERROR_STEP: i32 = 10;

/// Waits that were told alike.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ToldAlike {
    /// How many.
    pub n: u64,
    /// Sum of the points, microseconds.
    pub announced_sum: u64,
    /// Sum of what remained, microseconds.
    pub remained_sum: u64,
    /// What remained, in whole seconds, and how often.
    remained: BTreeMap<u32, u64>,
}

impl ToldAlike {
    /// Mean announced point, seconds; `None` when empty.
    #[must_use]
    pub fn announced(&self) -> Option<f64> {
        (self.n > 0).then(|| self.announced_sum as f64 / self.n as f64 / 1e6)
    }

    /// Mean realised wait, seconds; `None` when empty.
    #[must_use]
    pub fn realised(&self) -> Option<f64> {
        (self.n > 0).then(|| self.remained_sum as f64 / self.n as f64 / 1e6)
    }

    /// The wait that a share `q` of these did not exceed, to the second; `None` when empty.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = q * self.n as f64;
        let mut below = 0;
        for (second, count) in &self.remained {
            below += count;
            if below as f64 >= rank {
                return Some(f64::from(*second) + 0.5);
            }
        }
        None
    }
}

/// One speaker's first announcements, grouped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Length of a step of [`Self::by_time`], microseconds.
    pub time_step: Micros,
    /// By announced point, in the bins of [`ANNOUNCED_FROM`].
    pub by_announced: Vec<ToldAlike>,
    /// Announced less realised, in steps of [`ERROR_STEP`] s (rounded to the nearest), and how often.
    pub errors: BTreeMap<i32, u64>,
    /// By the moment of the announcement.
    pub by_time: Vec<EstimateCounts>,
    /// By position, in the bins of [`POSITION_FROM`].
    pub by_position: Vec<EstimateCounts>,
}

impl Shape {
    pub(crate) fn new(time_step: Micros) -> Self {
        Shape {
            time_step: time_step.max(1),
            by_announced: vec![ToldAlike::default(); ANNOUNCED_FROM.len()],
            errors: BTreeMap::new(),
            by_time: Vec::new(),
            by_position: vec![EstimateCounts::default(); POSITION_FROM.len()],
        }
    }

    pub(crate) fn add(&mut self, said: &Said, announced: Announced, remained: Micros) {
        let alike = &mut self.by_announced[bin(&ANNOUNCED_FROM, seconds(announced.point))];
        alike.n += 1;
        alike.announced_sum += announced.point;
        alike.remained_sum += remained;
        *alike.remained.entry(seconds(remained)).or_default() += 1;
        let error = announced.point as f64 - remained as f64;
        let step = (error * 1e-6 / f64::from(ERROR_STEP)).round() as i32;
        *self.errors.entry(step * ERROR_STEP).or_default() += 1;
        self.by_position[bin(&POSITION_FROM, said.position)].pair(announced, remained);
        let place = (said.at.0 / self.time_step) as usize;
        if self.by_time.len() <= place {
            self.by_time.resize(place + 1, EstimateCounts::default());
        }
        self.by_time[place].pair(announced, remained);
    }

    pub(crate) fn absorb(&mut self, other: &Shape) {
        for (mine, theirs) in self.by_announced.iter_mut().zip(&other.by_announced) {
            mine.n += theirs.n;
            mine.announced_sum += theirs.announced_sum;
            mine.remained_sum += theirs.remained_sum;
            for (second, count) in &theirs.remained {
                *mine.remained.entry(*second).or_default() += count;
            }
        }
        for (error, count) in &other.errors {
            *self.errors.entry(*error).or_default() += count;
        }
        let longest = self.by_time.len().max(other.by_time.len());
        self.by_time.resize(longest, EstimateCounts::default());
        let pairs = self.by_time.iter_mut().zip(&other.by_time);
        for (mine, theirs) in pairs.chain(self.by_position.iter_mut().zip(&other.by_position)) {
            mine.absorb(theirs);
        }
    }
}

/// The last bin that begins at or below `value`; the first for what lies before it.
fn bin(from: &[u32], value: u32) -> usize {
    from.partition_point(|begin| *begin <= value)
        .saturating_sub(1)
}

fn seconds(span: Micros) -> u32 {
    u32::try_from(span / 1_000_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Timestamp;

    #[test]
    fn an_announcement_stands_where_it_belongs() {
        let mut shape = Shape::new(60_000_000);
        let said = Said {
            at: Timestamp::from_secs(61),
            position: 5,
            estimate: None,
        };
        let told = |point| Announced {
            point,
            p50: point,
            p90: point,
        };
        shape.add(&said, told(44_000_000), 70_400_000);
        let alike = &shape.by_announced[3];
        assert_eq!(
            (alike.n, alike.realised(), alike.quantile(0.5)),
            (1, Some(70.4), Some(70.5))
        );
        assert_eq!(shape.errors, BTreeMap::from([(-30, 1)]));
        assert_eq!(shape.by_position[3].n, 1, "places 4 and 5");
        assert_eq!((shape.by_time[0].n, shape.by_time[1].n), (0, 1));
        let mut both = shape.clone();
        both.absorb(&shape);
        assert_eq!((both.by_announced[3].n, both.by_time[1].n), (2, 2));
    }
}
