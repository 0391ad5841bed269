//! Student's t and the normal distribution, from `statrs`, rounded to twelve digits so that the
//! last bits of a platform's logarithm do not reach a report.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Degrees of freedom above which a t is the normal quantile and one term of its series (Abramowitz
/// and Stegun 26.7.5).
const NEARLY_NORMAL: f64 = 1e6;

/// The t that a Student variate with `df` >= 1 degrees of freedom stays below with probability
/// `p`, 0 < p < 1.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df > NEARLY_NORMAL {
        // The series' next term is below 1e-12; the search of `statrs` does not end at some 2e7.
        let z = Normal::standard().inverse_cdf(p);
        return to_twelve_digits(z + (z.powi(3) + z) / (4.0 * df));
    }
    let t = StudentsT::new(0.0, 1.0, df).expect("invariant: degrees of freedom are positive");
    to_twelve_digits(t.inverse_cdf(p))
}

/// The probability that a Student variate with `df` degrees of freedom is at least as far from 0
/// as `t`; 0 for an infinite `t`.
#[must_use]
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    let distribution =
        StudentsT::new(0.0, 1.0, df).expect("invariant: degrees of freedom are positive");
    to_twelve_digits(2.0 * distribution.cdf(-t.abs()))
}

/// The z that a standard normal variate stays below with probability `p`, 0 < p < 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    to_twelve_digits(Normal::standard().inverse_cdf(p))
}

pub(super) fn to_twelve_digits(value: f64) -> f64 {
    format!("{value:.11e}")
        .parse()
        .expect("invariant: a formatted number parses")
}

#[cfg(test)]
mod tests {
    use super::*;

    // Golden values: SciPy 1.17.1 `stats.t.ppf`, `stats.t.sf`, `stats.norm.ppf`.
    const GOLDEN_T: [(f64, f64, f64); 11] = [
        (0.975, 1.0, 12.706204736174694),
        (0.975, 2.0, 4.302652729749462),
        (0.975, 9.0, 2.262157162798205),
        (0.975, 39.0, 2.022690920036761),
        (0.995, 4.0, 4.604094871349992),
        (0.9995, 399.0, 3.3150770126451565),
        (0.95, 19.0, 1.7291328115213682),
        (0.999875, 39.0, 4.030446615944359),
        (0.975, 2e6, 1.9599651706763748),
        (0.9995, 2e7, 3.2905272179785245),
        (0.95, 1e12, 1.644853626952996),
    ];
    const GOLDEN_TAILS: [(f64, f64, f64); 4] = [
        (2.0, 9.0, 0.07655282377070101),
        (12.0, 39.0, 1.1502881956646535e-14),
        (0.1, 3.0, 0.9266523488008059),
        (4.5, 1.0, 0.1392089745461279),
    ];
    const GOLDEN_Z: [(f64, f64); 2] = [(0.975, 1.959963984540054), (0.9999, 3.719016485455709)];

    #[test]
    fn quantiles_agree_with_scipy() {
        for (p, df, golden) in GOLDEN_T {
            let t = t_quantile(p, df);
            assert!((t / golden - 1.0).abs() < 1e-9, "t({p}, {df}) = {t}");
        }
        for (t, df, golden) in GOLDEN_TAILS {
            let tail = t_two_sided(t, df);
            assert!((tail / golden - 1.0).abs() < 1e-9, "P({t}, {df}) = {tail}");
        }
        for (p, golden) in GOLDEN_Z {
            let z = normal_quantile(p);
            assert!((z / golden - 1.0).abs() < 1e-9, "z({p}) = {z}");
        }
    }
}
