//! How much days differ beyond what chance calls make of equal days.
//!
//! Model: the calls of a day are Poisson with mean m F, F gamma with mean 1 and shape k, m the mean of its
//! group (its weekday). Within a group the counts, given their total, are Dirichlet-multinomial whatever m:
//! maximizing that conditional likelihood over k estimates k without the bias that estimating the groups'
//! means from few days brings (Robinson and Smyth, Biostatistics 9, 2008, for negative binomial counts).
//! What varies *within* a day plays no part: it is in the Poisson term.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::gamma::ln_gamma;

/// Beyond this shape days differ by less than 1 %.
const MOST: f64 = 1e4;
const LEAST: f64 = 0.05;

/// The shape of the gamma factor of days.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overdispersion {
    /// The estimate; infinite when the days are as alike as Poisson counts or more.
    pub shape: f64,
    /// Bounds of its likelihood interval at 95 %; `upper` may be infinite.
    pub lower: f64,
    /// See `lower`.
    pub upper: f64,
    /// The probability of a likelihood ratio this large when all days of a group are alike (half a
    /// chi-square of 1 degree of freedom: the shape lies at the edge then; Self and Liang 1987).
    pub p_value: f64,
}

/// The shape from groups of days' counts. `None` without a group of two days with calls.
#[must_use]
pub fn overdispersion(groups: &[Vec<u64>]) -> Option<Overdispersion> {
    let told = |group: &&Vec<u64>| group.len() > 1 && group.iter().any(|n| *n > 0);
    let groups: Vec<&Vec<u64>> = groups.iter().filter(told).collect();
    if groups.is_empty() {
        return None;
    }
    let at_infinity: f64 = groups
        .iter()
        .map(|group| -total(group) * (group.len() as f64).ln())
        .sum();
    // Above it on a scale on which 0 is a shape of 1.
    let gain = |ln_shape: f64| likelihood(&groups, ln_shape.exp()) - at_infinity;
    let (low, high) = (LEAST.ln(), MOST.ln());
    let steps = 200;
    let grid = |k: usize| low + (high - low) * k as f64 / f64::from(steps);
    let best = (0..=steps as usize).max_by(|a, b| gain(grid(*a)).total_cmp(&gain(grid(*b))))?;
    let peak = peak(
        &gain,
        grid(best.saturating_sub(1)),
        grid((best + 1).min(steps as usize)),
    );
    let most = gain(peak);
    if most <= 0.0 || best == steps as usize {
        return Some(Overdispersion {
            shape: f64::INFINITY,
            lower: crossing(&gain, low, high, -DROP).exp(),
            upper: f64::INFINITY,
            p_value: 1.0,
        });
    }
    let chi_square = ChiSquared::new(1.0).expect("invariant: 1 degree of freedom");
    Some(Overdispersion {
        shape: peak.exp(),
        lower: crossing(&gain, low, peak, most - DROP).exp(),
        upper: if most < DROP {
            f64::INFINITY
        } else {
            crossing(&|x| -gain(x), peak, high, DROP - most).exp()
        },
        p_value: 0.5 * (1.0 - chi_square.cdf(2.0 * most)),
    })
}

/// Half the 95 % quantile of chi-square with 1 degree of freedom.
const DROP: f64 = 1.920_729_410_347_062;

fn total(group: &[u64]) -> f64 {
    group.iter().sum::<u64>() as f64
}

/// ln of the Dirichlet-multinomial kernel: Γ(nk) / Γ(T + nk) x Π Γ(N + k) / Γ(k).
fn likelihood(groups: &[&Vec<u64>], shape: f64) -> f64 {
    let of = |group: &&Vec<u64>| {
        let all = shape * group.len() as f64;
        let days = group.iter().map(|n| rising(shape, *n as f64));
        days.sum::<f64>() - rising(all, total(group))
    };
    groups.iter().map(of).sum()
}

/// ln of Γ(x + n) / Γ(x).
fn rising(x: f64, n: f64) -> f64 {
    ln_gamma(x + n) - ln_gamma(x)
}

/// Where `f`, which has one peak between, is greatest: golden sections.
fn peak(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let golden = 0.618_033_988_749_894_9;
    for _ in 0..60 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if f(a) > f(b) {
            high = b;
        } else {
            low = a;
        }
    }
    0.5 * (low + high)
}

/// Where `f` rises above `level` between `low` and `high`: halving.
fn crossing(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64, level: f64) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if f(middle) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    // SciPy 1.17.1: `minimize_scalar` over the sum of `stats.dirichlet_multinomial.logpmf`.
    #[test]
    fn the_shape_maximizes_scipy_s_dirichlet_multinomial() {
        let groups = [
            vec![950, 1100, 1010, 1250],
            vec![600, 540, 700],
            vec![88, 130, 61, 99, 120],
        ];
        let found = overdispersion(&groups).expect("days");
        assert!((found.shape / GOLDEN_SHAPE - 1.0).abs() < 1e-5, "{found:?}");
        assert!((found.lower / GOLDEN_LOWER - 1.0).abs() < 1e-5, "{found:?}");
        assert!((found.upper / GOLDEN_UPPER - 1.0).abs() < 1e-5, "{found:?}");
        assert!(found.p_value < 1e-6);
    }

    const GOLDEN_SHAPE: f64 = 30.258_200_254_545_36;
    const GOLDEN_LOWER: f64 = 8.830_218_150_731_321;
    const GOLDEN_UPPER: f64 = 92.054_478_862_992_91;

    #[test]
    fn days_as_alike_as_chance_allows_have_no_factor() {
        let found = overdispersion(&[vec![1000, 1001, 999, 1000]]).expect("days");
        assert_eq!(found.shape, f64::INFINITY);
        assert_eq!((found.upper, found.p_value), (f64::INFINITY, 1.0));
        assert!(found.lower > 100.0 && found.lower.is_finite(), "{found:?}");
    }

    #[test]
    fn one_day_of_each_kind_says_nothing() {
        assert_eq!(overdispersion(&[vec![10], vec![12]]), None);
        assert_eq!(overdispersion(&[vec![0, 0]]), None);
        assert_eq!(overdispersion(&[]), None);
    }
}
