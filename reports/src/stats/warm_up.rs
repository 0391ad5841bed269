//! Where a run has forgotten how it began: MSER (White 1997; MSER-5: White, Cobb and Spratt 2000) and Welch's
//! moving average over replications (1983).

/// A cut at the start of a series.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Truncation {
    /// Values to be left out.
    pub cut: usize,
    /// MSER there: the squared standard error of the mean of the rest, as if values were independent.
    pub mser: f64,
}

/// Marginal standard error of the mean of `batches` from `cut` on: sum of squares around it / m^2, m of them.
#[must_use]
pub fn mser(batches: &[f64], cut: usize) -> f64 {
    let rest = &batches[cut.min(batches.len())..];
    let m = rest.len() as f64;
    let mean = rest.iter().sum::<f64>() / m;
    rest.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (m * m)
}

/// The cut of least MSER among those that leave at least half of the series, of several the first. `None` for
/// fewer than 10 values, and when the least is at the half: then no steady state can be told from the start
/// (Hoad, Robinson and Davies 2010).
#[must_use]
pub fn truncation(batches: &[f64]) -> Option<Truncation> {
    if batches.len() < 10 {
        return None;
    }
    let half = batches.len() / 2;
    let cuts = (0..=half).map(|cut| Truncation {
        cut,
        mser: mser(batches, cut),
    });
    let best = cuts.min_by(|a, b| a.mser.total_cmp(&b.mser))?;
    (best.cut < half).then_some(best)
}

/// Welch's moving average: of `reach` values on each side, and of as many as there are near the ends.
#[must_use]
pub fn welch(values: &[f64], reach: usize) -> Vec<f64> {
    let last = values.len().saturating_sub(1);
    let at = |middle: usize| {
        let reach = reach.min(middle).min(last - middle);
        let window = &values[middle - reach..=middle + reach];
        window.iter().sum::<f64>() / window.len() as f64
    };
    (0..values.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_where_the_transient_ends() {
        // Rises over 8 values, then wiggles around 10.
        let wiggle = |k: usize| if k.is_multiple_of(2) { 0.5 } else { -0.5 };
        let values: Vec<f64> = (0..60)
            .map(|k| if k < 8 { k as f64 } else { 10.0 + wiggle(k) })
            .collect();
        assert_eq!(truncation(&values).map(|found| found.cut), Some(8));
        // By hand, of 3, 5, 7: mean 5, squares 8, over 9.
        assert_eq!(mser(&[100.0, 3.0, 5.0, 7.0], 1), 8.0 / 9.0);
    }

    #[test]
    fn a_series_that_never_settles_has_no_cut() {
        let rising: Vec<f64> = (0..60).map(f64::from).collect();
        assert_eq!(truncation(&rising), None);
        assert_eq!(truncation(&rising[..9]), None, "too short to tell");
    }

    #[test]
    fn the_moving_average_shrinks_at_the_ends() {
        assert_eq!(
            welch(&[1.0, 2.0, 6.0, 2.0, 1.0], 2),
            [1.0, 3.0, 2.4, 3.0, 1.0]
        );
        assert_eq!(welch(&[], 2), Vec::<f64>::new());
    }
}
