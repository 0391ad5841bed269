//! The scale on which an interval is symmetric.
//!
//! The mean of a few replications of something that cannot fall below 0 is skewed, and so is its
//! studentised error, the other way round: a plain t interval misses high values too often. On a
//! logarithmic scale most of that is gone for whatever spreads in proportion to its size, at any number of
//! replications and without estimating a skewness; for shares the scale is that of log odds, for quantiles
//! that of the share below (Woodruff 1952). `docs/statistics.md` has the experiments.
//!
//! Far out, more than e times the estimate, the logarithm gives way to a straight line: with two or three
//! replications an interval is wide, not astronomic.

use std::f64::consts::E;

use super::Pooled;
use super::student::to_twelve_digits;

/// Where an estimate lives.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Scale {
    /// Between these two; infinite where there is no bound.
    Range(f64, f64),
    /// It is a quantile of these spans, in microseconds of which `per` make one of the estimate's unit.
    Levels {
        pooled: Pooled,
        /// The share below it, and what controls add to that.
        q: f64,
        shift: f64,
        per: f64,
        /// Microseconds per unit of share, around the quantile.
        slope: f64,
    },
}

impl Scale {
    pub(super) const PLAIN: Scale = Scale::Range(f64::NEG_INFINITY, f64::INFINITY);

    /// The least and the largest value there can be.
    pub(super) fn range(&self) -> (f64, f64) {
        match self {
            Scale::Range(least, most) => (*least, *most),
            Scale::Levels { .. } => (0.0, f64::INFINITY),
        }
    }

    /// A line through the replications can tell what controls do to it. Not of quantiles beyond 95 %: few
    /// spans reach them, in few clumps, which a line explains badly and intervals then miss.
    pub(super) fn is_near_linear(&self) -> bool {
        match self {
            Scale::Range(..) => true,
            Scale::Levels { q, .. } => (0.05..=0.95).contains(q),
        }
    }

    /// What a standard error over `n` replications has to be multiplied by. Spans beyond a far quantile come in
    /// clumps, of which few replications see too little: without it, intervals of the 99 % quantile cover in
    /// 94.0 % at 10 replications.
    pub(super) fn correction(&self, n: usize) -> f64 {
        match self {
            Scale::Range(..) => 1.0,
            Scale::Levels { .. } => (1.0 + 0.5 / n as f64).sqrt(),
        }
    }

    /// `point`, `by` standard errors of `se` away, on this scale.
    pub(super) fn away(&self, point: f64, se: f64, by: f64) -> f64 {
        match self {
            Scale::Range(least, most) => match Skewed::at(point, *least, *most) {
                Some(skewed) => to_twelve_digits(skewed.away(se, by)),
                None => point + by * se,
            },
            Scale::Levels {
                pooled,
                q,
                shift,
                per,
                slope,
            } => {
                if *slope == 0.0 {
                    return point;
                }
                let share = q + shift + by * se * per / slope;
                beyond(pooled, share, *slope) / per
            }
        }
    }

    /// How many standard errors `value` is away from `point`: the inverse of [`Self::away`].
    pub(super) fn distance(&self, point: f64, se: f64, value: f64) -> f64 {
        match self {
            Scale::Range(least, most) => match Skewed::at(point, *least, *most) {
                Some(skewed) => skewed.distance(se, value),
                None => (value - point) / se,
            },
            Scale::Levels {
                pooled,
                q,
                shift,
                per,
                slope,
            } => (share_below(pooled, value * per, *slope) - q - shift) * slope / (se * per),
        }
    }
}

/// The quantile at `share`, continued by a straight line below all spans and above them.
fn beyond(pooled: &Pooled, share: f64, slope: f64) -> f64 {
    let inside = pooled.quantile(share.clamp(0.0, 1.0)).unwrap_or(0.0);
    let outside = share - share.clamp(0.0, 1.0);
    (inside + outside * slope).max(0.0)
}

/// The inverse of [`beyond`].
fn share_below(pooled: &Pooled, micros: f64, slope: f64) -> f64 {
    let [low, high] = [0.0, 1.0].map(|share| pooled.quantile(share).unwrap_or(0.0));
    if micros < low {
        (micros - low) / slope
    } else if micros > high {
        1.0 + (micros - high) / slope
    } else {
        pooled.share_below(micros).unwrap_or(0.0)
    }
}

/// A point with a bound on one side or on both: its distance from the nearer bound, and that over the
/// distance from the other one, when there is one.
struct Skewed {
    bound: f64,
    /// 1 = above its bound, -1 = below it.
    side: f64,
    odds: f64,
    /// From bound to bound; infinite without another one.
    width: f64,
    /// Of the logarithm of the odds by the point.
    slope: f64,
}

impl Skewed {
    /// `None` when there is no bound, or the point lies on it or beyond.
    fn at(point: f64, least: f64, most: f64) -> Option<Skewed> {
        let (low, high) = (point - least, most - point);
        if !(low > 0.0 && high > 0.0) || (low.is_infinite() && high.is_infinite()) {
            return None;
        }
        let (bound, side, near, far) = if low <= high {
            (least, 1.0, low, high)
        } else {
            (most, -1.0, high, low)
        };
        let (odds, slope) = if far.is_infinite() {
            (near, 1.0 / near)
        } else {
            (near / far, 1.0 / near + 1.0 / far)
        };
        Some(Skewed {
            bound,
            side,
            odds,
            width: near + far,
            slope,
        })
    }

    fn away(&self, se: f64, by: f64) -> f64 {
        let steps = self.side * by * se * self.slope;
        let factor = if steps <= 1.0 { steps.exp() } else { E * steps };
        let odds = self.odds * factor;
        let near = match self.width.is_finite() {
            true => self.width * odds / (1.0 + odds),
            false => odds,
        };
        self.bound + self.side * near
    }

    fn distance(&self, se: f64, value: f64) -> f64 {
        let near = self.side * (value - self.bound);
        let odds = match self.width.is_finite() {
            true => near / (self.width - near),
            false => near,
        };
        // On a bound or beyond it nothing can be.
        let steps = if near <= 0.0 {
            f64::NEG_INFINITY
        } else if self.width.is_finite() && near >= self.width {
            f64::INFINITY
        } else if odds <= E * self.odds {
            (odds / self.odds).ln()
        } else {
            odds / self.odds / E
        };
        self.side * steps / (se * self.slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_the_inverse_of_a_way() {
        let inf = f64::INFINITY;
        for (point, least, most) in [
            (3.0, 0.0, inf),
            (0.02, 0.0, 1.0),
            (0.97, 0.0, 1.0),
            (0.5, 0.0, 1.0),
            (4.2, 1.0, 5.0),
            (-0.3, -1.0, inf),
            (7.0, -inf, inf),
            (1.2, 0.0, 1.0),
        ] {
            let scale = Scale::Range(least, most);
            let se = 0.3 * (point - least).min(most - point).abs().min(1.0);
            for by in [-9.0, -2.0, -0.1, 0.0, 0.1, 2.0, 9.0] {
                let there = scale.away(point, se, by);
                let back = scale.distance(point, se, there);
                assert!((back - by).abs() < 1e-7, "{point} {by}: {there} {back}");
                let is_inside = point > most || (least..=most).contains(&there);
                assert!(is_inside, "{point} {by}: {there}");
            }
        }
    }

    #[test]
    fn intervals_are_mirrored_where_shares_are() {
        let scale = Scale::Range(0.0, 1.0);
        let (low, high) = (scale.away(0.1, 0.02, 2.0), scale.away(0.9, 0.02, -2.0));
        assert!((low - (1.0 - high)).abs() < 1e-12);
        // By hand: odds 1/9 times e^(2 x 0.02 / 0.09).
        let odds = (0.04_f64 / 0.09).exp() / 9.0;
        assert!((low - odds / (1.0 + odds)).abs() < 1e-11);
    }

    #[test]
    fn a_bound_is_infinitely_far() {
        let scale = Scale::Range(0.0, f64::INFINITY);
        assert_eq!(scale.distance(2.0, 0.5, 0.0), f64::NEG_INFINITY);
        assert_eq!(
            Scale::Range(0.0, 1.0).distance(0.9, 0.1, 1.0),
            f64::INFINITY
        );
    }
}
