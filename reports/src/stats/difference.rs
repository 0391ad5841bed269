//! The difference of two estimates, of the same draws or of others: one-sided bounds, p values, and
//! the smallest change that so many replications can show.

use super::student::{normal_quantile, t_quantile, t_two_sided};
use super::{Estimate, Interval};

/// More replications are never asked for.
const MOST: f64 = 1e7;
/// From so many replications on Student's distribution asks for less than one in a hundred more than
/// the normal.
const BY_NORMAL: u64 = 500;

/// One estimate minus another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// The difference.
    pub point: f64,
    /// Its standard error; 0 when no replication differs from another in it.
    pub se: f64,
    /// Degrees of freedom of its t statistic.
    pub df: f64,
}

impl Difference {
    /// `now - then`, replication i of one on the draws of replication i of the other (Law 2015,
    /// 10.2.1: the paired-t interval). `None` when their numbers differ or are below two.
    #[must_use]
    pub fn paired(now: &Estimate, then: &Estimate) -> Option<Difference> {
        let difference = now.minus(then)?;
        Some(Difference {
            point: difference.point,
            se: difference.se()?,
            df: difference.df(),
        })
    }

    /// `now - then` of independent draws, with the degrees of freedom of Welch (1938) and
    /// Satterthwaite (1946). `None` when one of them has below two replications.
    #[must_use]
    pub fn independent(now: &Estimate, then: &Estimate) -> Option<Difference> {
        let part = |of: &Estimate| Some((of.se()?.powi(2), of.df()));
        let ((a, df_a), (b, df_b)) = (part(now)?, part(then)?);
        let df = if a + b > 0.0 {
            (a + b).powi(2) / (a * a / df_a + b * b / df_b)
        } else {
            df_a + df_b
        };
        Some(Difference {
            point: now.point - then.point,
            se: (a + b).sqrt(),
            df,
        })
    }

    /// The other way round.
    #[must_use]
    pub fn negated(self) -> Difference {
        Difference {
            point: -self.point,
            ..self
        }
    }

    /// The true difference is below this with probability `level` (0..1) at most.
    #[must_use]
    pub fn lower(&self, level: f64) -> f64 {
        self.away(1.0 - level)
    }

    /// The true difference is above this with probability `level` (0..1) at most.
    #[must_use]
    pub fn upper(&self, level: f64) -> f64 {
        self.away(level)
    }

    /// The two-sided interval at `confidence` (0..1).
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Interval {
        let level = (1.0 - confidence) / 2.0;
        Interval {
            lower: self.lower(level),
            upper: self.upper(level),
        }
    }

    /// The value of which this difference would be the `q` quantile.
    fn away(&self, q: f64) -> f64 {
        if self.se == 0.0 {
            return self.point;
        }
        self.point - t_quantile(q, self.df) * self.se
    }

    /// The p value of "the true difference is at most 0", one-sided: small when it is above.
    #[must_use]
    pub fn p_above_zero(&self) -> f64 {
        if self.se == 0.0 {
            return if self.point > 0.0 { 0.0 } else { 1.0 };
        }
        let tail = t_two_sided(self.point / self.se, self.df) / 2.0;
        if self.point > 0.0 { tail } else { 1.0 - tail }
    }

    /// The p value of "the true difference is `value`", two-sided.
    #[must_use]
    pub fn p_value(&self, value: f64) -> f64 {
        match (self.se == 0.0, self.point == value) {
            (true, true) => 1.0,
            (true, false) => 0.0,
            (false, _) => t_two_sided((self.point - value) / self.se, self.df),
        }
    }

    /// The p value of "the true difference is `margin` or more, either way": two one-sided tests
    /// (Schuirmann 1987). Small = equivalent within the margin.
    #[must_use]
    pub fn p_not_within(&self, margin: f64) -> f64 {
        if self.point.abs() >= margin {
            return 1.0;
        }
        // One-sided: half of the two-sided, as the point lies on the side of each alternative.
        self.p_value(margin).max(self.p_value(-margin)) / 2.0
    }

    /// The smallest true difference that a one-sided test at `level` finds with probability `power`:
    /// (t(1 - level) + t(power)) standard errors (Julious 2004, by t in place of z). `None` when no
    /// replication differs from another: what a change that is rarer than that would do is not known.
    #[must_use]
    pub fn detectable(&self, level: f64, power: f64) -> Option<f64> {
        let reach = || t_quantile(1.0 - level, self.df) + t_quantile(power, self.df);
        (self.se > 0.0).then(|| reach() * self.se)
    }

    /// With how many replications, of which there are `n` now, `size` would be detectable; `None`
    /// when no number up to ten million is enough.
    #[must_use]
    pub fn replications_for(&self, size: f64, level: f64, power: f64, n: u64) -> Option<u64> {
        if size <= 0.0 || n < 2 {
            return None;
        }
        // With the normal distribution in place of Student's, which asks for a few more.
        let z = normal_quantile(1.0 - level) + normal_quantile(power);
        let by_normal = (n as f64 * (z * self.se / size).powi(2)).ceil();
        if by_normal > MOST {
            return None;
        }
        let finds = |more: u64| {
            let detectable = self.with_replications(n, more).detectable(level, power);
            detectable.is_none_or(|detectable| detectable <= size)
        };
        let mut enough = (by_normal as u64).max(2);
        while enough < BY_NORMAL && !finds(enough) {
            enough += 1;
        }
        Some(enough)
    }

    /// What it would be with `more` replications in place of `n`.
    fn with_replications(&self, n: u64, more: u64) -> Difference {
        let (n, more) = (n as f64, more as f64);
        Difference {
            se: self.se * (n / more).sqrt(),
            df: (self.df * (more - 1.0) / (n - 1.0)).max(1.0),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(values: &[f64]) -> Estimate {
        Estimate::of_mean(values).expect("values")
    }

    const THEN: [f64; 8] = [4.1, 5.0, 3.7, 4.4, 5.2, 4.9, 3.9, 4.6];
    const NOW: [f64; 6] = [5.3, 4.7, 6.1, 5.8, 4.9, 7.2];

    #[test]
    fn welchs_difference_agrees_with_scipy() {
        // SciPy 1.17.1: stats.ttest_ind(NOW, THEN, equal_var=False), alternative "greater", and its
        // confidence_interval.
        let difference = Difference::independent(&estimate(&NOW), &estimate(&THEN));
        let difference = difference.expect("enough replications");
        let close = |value: f64, golden: f64| {
            assert!((value / golden - 1.0).abs() < 1e-9, "{value} {golden}");
        };
        close(difference.df, WELCH.0);
        close(difference.point / difference.se, WELCH.1);
        close(difference.p_above_zero(), WELCH.2);
        close(difference.lower(0.05), WELCH.3);
        close(difference.negated().upper(0.05), -WELCH.3);
    }

    const WELCH: (f64, f64, f64, f64) = (
        7.608075161613034,
        2.82851209421513,
        0.011679822308120289,
        0.4029653424083447,
    );

    #[test]
    fn a_pair_that_never_differs_has_no_error_and_a_pair_that_always_does_has_none_either() {
        let then = estimate(&THEN);
        let same = Difference::paired(&then, &then).expect("as many");
        assert_eq!((same.point, same.se, same.p_above_zero()), (0.0, 0.0, 1.0));
        assert_eq!((same.upper(0.05), same.detectable(0.01, 0.9)), (0.0, None));
        let shifted: Vec<f64> = THEN.iter().map(|value| value + 1.0).collect();
        let shifted = Difference::paired(&estimate(&shifted), &then).expect("as many");
        assert!(shifted.se < 1e-12 && shifted.p_above_zero() < 1e-12);
        assert_eq!(Difference::paired(&estimate(&NOW), &then), None);
    }

    #[test]
    fn the_replications_that_it_names_are_just_enough() {
        let difference = Difference::independent(&estimate(&NOW), &estimate(&THEN));
        let difference = difference.expect("enough replications");
        let (level, power) = (0.005, 0.9);
        let size = difference.detectable(level, power).expect("an error") / 2.0;
        let n = difference.replications_for(size, level, power, 7);
        let n = n.expect("some number is enough");
        let reached = |n| difference.with_replications(7, n).detectable(level, power);
        assert!(
            reached(n) <= Some(size) && reached(n - 1) > Some(size),
            "{n}"
        );
        assert_eq!(difference.replications_for(0.0, level, power, 7), None);
    }
}
