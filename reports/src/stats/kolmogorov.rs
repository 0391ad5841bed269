//! The distance of Kolmogorov and Smirnov between a sample and a distribution.

/// The greatest difference between the sample's distribution function and `cdf`, 0..=1. `sorted` is
/// ascending. Values that were rounded to multiples of `resolution` (0: not rounded) are compared in the
/// middle between two of them, where rounding changes nothing. 0 of an empty sample.
#[must_use]
pub fn distance(sorted: &[f64], resolution: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let mut below = 0.0;
    let mut most = 0.0_f64;
    for same in sorted.chunk_by(|a, b| a == b) {
        let up_to = below + same.len() as f64;
        if resolution > 0.0 {
            most = most.max((up_to / n - cdf(same[0] + 0.5 * resolution)).abs());
            let before = (same[0] - 0.5 * resolution).max(0.0);
            most = most.max((below / n - cdf(before)).abs());
        } else {
            let there = cdf(same[0]);
            most = most
                .max((up_to / n - there).abs())
                .max((there - below / n).abs());
        }
        below = up_to;
    }
    most
}

/// The probability that the distance of `n` independent values from their own continuous distribution
/// is at least `distance`, by Kolmogorov's limit with Stephens's correction for small n (JRSS B 32,
/// 1970). Not valid for a distribution that was fitted to the same values: it is then too large.
#[must_use]
pub fn p_value(distance: f64, n: usize) -> f64 {
    let root = (n as f64).sqrt();
    let x = distance * (root + 0.12 + 0.11 / root);
    if x < 0.2 {
        // 1 to 13 digits; the series would take very many terms.
        return 1.0;
    }
    let terms = (1..=100).map(|k| {
        let k = f64::from(k);
        let sign = if k % 2.0 == 1.0 { 2.0 } else { -2.0 };
        sign * (-2.0 * k * k * x * x).exp()
    });
    terms.sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // SciPy 1.17.1, `stats.kstest(sample, "expon", args=(0, 2), mode="asymp").statistic`.
    #[test]
    fn distances_agree_with_scipy() {
        let sample = [0.1, 0.35, 0.35, 0.9, 1.4, 2.2, 2.2, 3.7, 5.0, 9.0];
        let cdf = |x: f64| 1.0 - (-x / 2.0_f64).exp();
        assert!((distance(&sample, 0.0, cdf) - GOLDEN_DISTANCE).abs() < 1e-12);
    }

    const GOLDEN_DISTANCE: f64 = 0.167_128_916_301_920_5;

    #[test]
    fn rounding_to_seconds_is_no_distance() {
        // 1,000 values of the uniform on (0, 10), rounded: half as many at both ends.
        let sample: Vec<f64> = (0..1_000)
            .map(|k| ((f64::from(k) + 0.5) / 100.0).round())
            .collect();
        assert!(distance(&sample, 1.0, |x| (x / 10.0).clamp(0.0, 1.0)) < 1e-12);
        assert!(distance(&sample, 0.0, |x| (x / 10.0).clamp(0.0, 1.0)) > 0.04);
    }

    #[test]
    fn p_values_are_those_of_kolmogorov_s_limit() {
        // `stats.kstwobign.sf(x)` of SciPy 1.17.1 at x = d (sqrt(n) + 0.12 + 0.11 / sqrt(n)).
        for (x, golden) in [
            (0.5, 0.9639452436648751),
            (1.0, 0.26999967167735456),
            (1.36, 0.049485876755377876),
            (2.0, 0.0006709252557796953),
        ] {
            let n = 400;
            let d = x / (20.0 + 0.12 + 0.11 / 20.0);
            assert!(
                (p_value(d, n) - golden).abs() < 1e-9,
                "{x}: {}",
                p_value(d, n)
            );
        }
        assert_eq!(p_value(0.0, 10), 1.0);
    }
}
