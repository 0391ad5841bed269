//! Distributions taken from observations: a plain sample, and a survival curve such as Kaplan and
//! Meier's, which also speaks for those who were not seen to the end.
//!
//! Owns their checks, quantiles and moments. Invariants: the sample is sorted and not empty; the
//! curve starts at (0, 1) or with an atom at 0, its times increase, its survival never rises and
//! ends below 1.

use super::error::DistError;
use super::level::Level;

/// How a survival curve runs between its points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interpolation {
    /// It holds its value up to the next point and falls there: only the observed times occur.
    /// This is the Kaplan-Meier estimate as it stands.
    Step,
    /// It falls evenly from point to point: any time occurs.
    Linear,
}

/// One point of a survival curve.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SurvivalPoint {
    /// Seconds, or the factor's unit.
    pub time: f64,
    /// The share in [0, 1] that lasts longer than `time`.
    pub survival: f64,
}

/// A sorted sample; its quantile is the inverse of the empirical distribution function.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Sample {
    values: Box<[f64]>,
}

impl Sample {
    pub(crate) fn new(mut values: Vec<f64>) -> Result<Self, DistError> {
        if values.is_empty() {
            return Err(DistError::NoValues);
        }
        for (index, &value) in values.iter().enumerate() {
            if !value.is_finite() || value < 0.0 {
                return Err(DistError::SampleValue { index, value });
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Sample {
            values: values.into_boxed_slice(),
        })
    }

    /// The least value that at least `level.below` of the sample does not exceed.
    #[inline]
    pub(crate) fn quantile(&self, level: Level) -> f64 {
        let n = self.values.len();
        let rank = (n as f64 * level.below).ceil() as usize;
        self.values[rank.clamp(1, n) - 1]
    }

    pub(crate) fn cdf(&self, x: f64) -> f64 {
        self.values.partition_point(|&v| v <= x) as f64 / self.values.len() as f64
    }

    pub(crate) fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Of the distribution drawn from, so divided by n, not n - 1.
    pub(crate) fn variance(&self) -> f64 {
        let mean = self.mean();
        let squares = self.values.iter().map(|v| (v - mean) * (v - mean));
        squares.sum::<f64>() / self.values.len() as f64
    }
}

/// A survival curve with a bucket index for its inversion.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SurvivalCurve {
    /// From (0, 1), or from (0, s) where there is an atom at 0.
    points: Box<[SurvivalPoint]>,
    interpolation: Interpolation,
    /// Per second, of the exponential tail beyond the last point; only used when survival is left.
    tail_hazard: f64,
    /// `guide[j]` is the first point whose survival is at most 1 - j/len (Chen & Asau 1974), so
    /// that a draw costs one step on average instead of a binary search.
    guide: Box<[u32]>,
}

impl SurvivalCurve {
    pub(crate) fn new(
        points: &[SurvivalPoint],
        interpolation: Interpolation,
    ) -> Result<Self, DistError> {
        let mut curve: Vec<SurvivalPoint> = Vec::with_capacity(points.len() + 1);
        for (index, &point) in points.iter().enumerate() {
            let before = curve.last();
            let earliest = before.map_or(0.0, |p| p.time);
            if !point.time.is_finite()
                || point.time < earliest
                || (index > 0 && point.time == earliest)
            {
                return Err(DistError::SurvivalTime {
                    index,
                    value: point.time,
                });
            }
            let highest = before.map_or(1.0, |p| p.survival);
            if !(0.0..=highest).contains(&point.survival) {
                return Err(DistError::SurvivalValue {
                    index,
                    value: point.survival,
                });
            }
            if index == 0 && point.time > 0.0 {
                curve.push(SurvivalPoint {
                    time: 0.0,
                    survival: 1.0,
                });
            }
            curve.push(point);
        }
        let Some(&last) = curve.last() else {
            return Err(DistError::NoValues);
        };
        if last.survival == 1.0 {
            return Err(DistError::SurvivalNeverFalls);
        }
        let tail_hazard = tail_hazard(&curve)?;
        let guide = guide(&curve);
        Ok(SurvivalCurve {
            points: curve.into_boxed_slice(),
            interpolation,
            tail_hazard,
            guide,
        })
    }

    fn last(&self) -> SurvivalPoint {
        self.points[self.points.len() - 1]
    }

    /// The first time at which survival is no more than `level.above`.
    #[inline]
    pub(crate) fn quantile(&self, level: Level) -> f64 {
        let last = self.last();
        if level.above < last.survival {
            return last.time + libm::log(last.survival / level.above) / self.tail_hazard;
        }
        let buckets = self.guide.len();
        let bucket = (level.below * buckets as f64) as usize;
        let mut i = self.guide[bucket.min(buckets - 1)] as usize;
        // The guide may be one off at a bucket's edge, where the level was rounded.
        while i > 0 && self.points[i - 1].survival <= level.above {
            i -= 1;
        }
        while self.points[i].survival > level.above {
            i += 1;
        }
        let to = self.points[i];
        match self.interpolation {
            Interpolation::Step => to.time,
            Interpolation::Linear if i == 0 => to.time,
            Interpolation::Linear => {
                let from = self.points[i - 1];
                let share = (from.survival - level.above) / (from.survival - to.survival);
                from.time + share * (to.time - from.time)
            }
        }
    }

    pub(crate) fn survival(&self, x: f64) -> f64 {
        let i = self.points.partition_point(|p| p.time <= x);
        if i == 0 {
            return 1.0;
        }
        let from = self.points[i - 1];
        if from.survival == 0.0 {
            return 0.0;
        }
        let Some(to) = self.points.get(i) else {
            return from.survival * libm::exp(-self.tail_hazard * (x - from.time));
        };
        match self.interpolation {
            Interpolation::Step => from.survival,
            Interpolation::Linear => {
                let share = (x - from.time) / (to.time - from.time);
                from.survival + share * (to.survival - from.survival)
            }
        }
    }

    /// The area under the curve.
    pub(crate) fn mean(&self) -> f64 {
        let pieces = self.points.windows(2).map(|w| {
            let height = match self.interpolation {
                Interpolation::Step => w[0].survival,
                Interpolation::Linear => 0.5 * (w[0].survival + w[1].survival),
            };
            height * (w[1].time - w[0].time)
        });
        let last = self.last();
        let tail = if last.survival > 0.0 {
            last.survival / self.tail_hazard
        } else {
            0.0
        };
        pieces.sum::<f64>() + tail
    }

    /// The second moment is the integral of 2 x S(x); the squared mean is taken off.
    pub(crate) fn variance(&self) -> f64 {
        let pieces = self.points.windows(2).map(|w| {
            let (a, b) = (w[0].time, w[1].time);
            match self.interpolation {
                Interpolation::Step => w[0].survival * (b - a) * (b + a),
                // The integral of 2x times a line, exact by Simpson's rule.
                Interpolation::Linear => {
                    let (sa, sb) = (w[0].survival, w[1].survival);
                    (b - a) / 3.0 * (a * sa + (a + b) * (sa + sb) + b * sb)
                }
            }
        });
        let last = self.last();
        let tail = if last.survival > 0.0 {
            2.0 * last.survival * (last.time + 1.0 / self.tail_hazard) / self.tail_hazard
        } else {
            0.0
        };
        let mean = self.mean();
        (pieces.sum::<f64>() + tail - mean * mean).max(0.0)
    }
}

/// The mean hazard from the last point that lies above the end of the curve to its end: of the
/// last stretch in which anything was seen to happen, the flat end included.
fn tail_hazard(curve: &[SurvivalPoint]) -> Result<f64, DistError> {
    let last = curve[curve.len() - 1];
    if last.survival == 0.0 {
        return Ok(f64::INFINITY);
    }
    let above = curve.iter().rfind(|p| p.survival > last.survival);
    // Only an atom at 0 and then nothing: its whole fall took no time.
    let Some(above) = above else {
        return Err(DistError::SurvivalNeverFalls);
    };
    Ok(libm::log(above.survival / last.survival) / (last.time - above.time))
}

fn guide(curve: &[SurvivalPoint]) -> Box<[u32]> {
    let buckets = curve.len();
    let mut i = 0;
    (0..buckets)
        .map(|j| {
            let above = 1.0 - j as f64 / buckets as f64;
            while i + 1 < curve.len() && curve[i].survival > above {
                i += 1;
            }
            u32::try_from(i).expect("invariant: a curve has fewer than 2^32 points")
        })
        .collect()
}
