//! The difference of two estimates: on the same draws (paired) or of independent runs (Welch).

use super::student::{t_quantile, t_two_sided};
use super::{Estimate, Interval};

/// What is known of `other - base`.
#[derive(Clone, PartialEq, Debug)]
pub enum Contrast {
    /// Replication i of one ran on the draws of replication i of the other: a paired t test of the
    /// influences (Law 2015, 10.2.1).
    Paired(Estimate),
    /// The runs are independent of each other.
    Welch {
        /// The difference of the points.
        point: f64,
        /// Root of the sum of both squared standard errors.
        se: f64,
        /// Degrees of freedom (Welch 1938, Satterthwaite 1946).
        df: f64,
    },
}

impl Contrast {
    /// `other - base` on the same draws. `None` when they rest on different numbers of replications
    /// or on fewer than two.
    #[must_use]
    pub fn paired(base: &Estimate, other: &Estimate) -> Option<Contrast> {
        let difference = other.minus(base)?;
        difference.se()?;
        Some(Contrast::Paired(difference))
    }

    /// `other - base` of independent runs. `None` when one of them rests on fewer than two
    /// replications.
    #[must_use]
    pub fn welch(base: &Estimate, other: &Estimate) -> Option<Contrast> {
        let part = |estimate: &Estimate| Some((estimate.se()?.powi(2), degrees(estimate)));
        let ((v_base, df_base), (v_other, df_other)) = (part(base)?, part(other)?);
        let variance = v_base + v_other;
        let df = match variance == 0.0 {
            true => df_base.min(df_other),
            false => variance.powi(2) / (v_base.powi(2) / df_base + v_other.powi(2) / df_other),
        };
        Some(Contrast::Welch {
            point: other.point - base.point,
            se: variance.sqrt(),
            df,
        })
    }

    /// The difference itself.
    #[must_use]
    pub fn point(&self) -> f64 {
        match self {
            Contrast::Paired(estimate) => estimate.point,
            Contrast::Welch { point, .. } => *point,
        }
    }

    /// Its standard error.
    #[must_use]
    pub fn se(&self) -> f64 {
        match self {
            Contrast::Paired(estimate) => estimate.se().unwrap_or(0.0),
            Contrast::Welch { se, .. } => *se,
        }
    }

    /// Degrees of freedom of that error.
    #[must_use]
    pub fn df(&self) -> f64 {
        match self {
            Contrast::Paired(estimate) => degrees(estimate),
            Contrast::Welch { df, .. } => *df,
        }
    }

    /// The two-sided t interval at `confidence` (0..1).
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Interval {
        let (point, se) = (self.point(), self.se());
        if let Contrast::Paired(estimate) = self
            && let Some(interval) = estimate.interval(confidence)
        {
            return interval;
        }
        let reach = match se == 0.0 {
            true => 0.0,
            false => t_quantile(0.5 + confidence / 2.0, self.df()) * se,
        };
        Interval {
            lower: point - reach,
            upper: point + reach,
        }
    }

    /// The p value of "the true difference is `value`", two-sided.
    #[must_use]
    pub fn p_value(&self, value: f64) -> f64 {
        match self {
            Contrast::Paired(estimate) => estimate.p_value(value).unwrap_or(1.0),
            Contrast::Welch { point, se, df } => {
                let distance = point - value;
                match (*se == 0.0, distance == 0.0) {
                    (true, true) => 1.0,
                    (true, false) => 0.0,
                    (false, _) => t_two_sided(distance / se, *df),
                }
            }
        }
    }

    /// The p value of "the true difference is `margin` or more, either way": two one-sided tests
    /// (Schuirmann 1987). Small = equivalent within the margin.
    #[must_use]
    pub fn p_not_within(&self, margin: f64) -> f64 {
        if self.point().abs() >= margin {
            return 1.0;
        }
        // One-sided: half of the two-sided, as the point lies on the side of each alternative.
        self.p_value(margin).max(self.p_value(-margin)) / 2.0
    }
}

/// The smallest true difference that a two-sided test at `level` finds with probability `power`
/// (0.5..1), given a standard error and its degrees of freedom: (t(1 - level/2) + t(power)) x se
/// (Bloom 1995).
#[must_use]
pub fn smallest_effect(se: f64, df: f64, level: f64, power: f64) -> f64 {
    match se == 0.0 {
        true => 0.0,
        false => (t_quantile(1.0 - level / 2.0, df) + t_quantile(power, df)) * se,
    }
}

/// Of a standard error of one estimate.
fn degrees(estimate: &Estimate) -> f64 {
    estimate.n() as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 6] = [12.1, 9.8, 11.4, 10.9, 13.2, 10.1];
    const B: [f64; 6] = [12.9, 10.1, 12.6, 11.2, 14.4, 10.6];
    const LONGER: [f64; 8] = [11.0, 14.2, 9.1, 12.3, 15.0, 8.8, 10.7, 13.9];

    fn of(values: &[f64]) -> Estimate {
        Estimate::of_mean(values).expect("values")
    }

    fn agrees(value: f64, golden: f64, what: &str) {
        assert!(
            (value / golden - 1.0).abs() < 1e-9,
            "{what}: {value}, {golden}"
        );
    }

    // Golden values: SciPy 1.17.1, `stats.ttest_rel(B, A)`, its `confidence_interval()`, and
    // `ttest_rel(B - 1.5, A, alternative="less")` beside `ttest_rel(B + 1.5, A, alternative="greater")`.
    #[test]
    fn paired_differences_agree_with_scipy() {
        let contrast = Contrast::paired(&of(&A), &of(&B)).expect("six pairs");
        agrees(contrast.point(), 0.7166666666666665, "mean");
        agrees(contrast.p_value(0.0), 0.008388458032104678, "p");
        let interval = contrast.interval(0.95);
        agrees(interval.lower, 0.2793318599301074, "lower");
        agrees(interval.upper, 1.1540014734032256, "upper");
        agrees(
            contrast.p_not_within(1.5),
            0.002908779183077315,
            "equivalence",
        );
        assert_eq!(contrast.p_not_within(0.7), 1.0);
    }

    // Golden values: SciPy 1.17.1, `stats.ttest_ind(LONGER, A, equal_var=False)`.
    #[test]
    fn independent_differences_agree_with_scipy() {
        let contrast = Contrast::welch(&of(&A), &of(&LONGER)).expect("enough of both");
        agrees(contrast.df(), 11.149759093989593, "degrees");
        agrees(contrast.p_value(0.0), 0.5368199693182051, "p");
        let interval = contrast.interval(0.95);
        agrees(interval.lower, -1.5301023618979506, "lower");
        agrees(interval.upper, 2.780102361897954, "upper");
        assert!(Contrast::paired(&of(&A), &of(&LONGER)).is_none());
    }

    // Golden values: the effect at which SciPy's non-central t gives a power of exactly 0.9, in
    // standard errors, by df and level. The sum of two quantiles is its usual approximation.
    #[test]
    fn the_smallest_effect_has_the_power_it_says() {
        for (n, level, exact) in [
            (10_u32, 0.05, 3.651055466604101),
            (40_u32, 0.05, 3.3244266946787513),
            (40_u32, 0.0071428571428571435, 4.1674037100362575),
            (100_u32, 0.01, 3.9234579127525957),
        ] {
            let effect = smallest_effect(1.0, f64::from(n) - 1.0, level, 0.9);
            assert!(
                (effect / exact - 1.0).abs() < 0.02,
                "{n}, {level}: {effect}, {exact}"
            );
        }
    }

    #[test]
    fn what_never_differs_is_known_exactly() {
        let same = Contrast::paired(&of(&A), &of(&A)).expect("pairs");
        assert_eq!(
            (same.point(), same.se(), same.p_value(0.0)),
            (0.0, 0.0, 1.0)
        );
        assert_eq!(same.p_not_within(0.1), 0.0);
        let constant = Contrast::welch(&of(&[1.0; 4]), &of(&[2.0; 4])).expect("enough");
        assert_eq!((constant.p_value(0.0), constant.p_value(1.0)), (0.0, 1.0));
    }
}
