//! The standard gamma distribution (scale 1): regularised incomplete gamma functions and their
//! inverse, on `libm` alone.
//!
//! Invariant: everything is computed in logarithms beside a sum of order 1, so neither tail
//! underflows for shapes from 0.01 to a million.

use super::level::Level;
use super::normal;

/// P(X <= x) and P(X > x) for shape `a`.
pub(crate) fn tails(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let ln_front = ln_front(a, x, libm::log(x));
    if x < a + 1.0 {
        let lower = libm::exp(ln_front) * lower_series(a, x);
        (lower, 1.0 - lower)
    } else {
        let upper = libm::exp(ln_front) * a * upper_fraction(a, x);
        (1.0 - upper, upper)
    }
}

/// The quantile for shape `a`, by Newton's method on y = ln x.
///
/// ln X has a log-concave density (proportional to exp(a y - e^y)), hence ln P(X <= e^y) and
/// ln P(X > e^y) are concave in y (Prekopa 1973), and Newton's method on either converges from any
/// start, from one side after the first step. The smaller tail is solved for, so both keep their
/// relative accuracy.
pub(crate) fn quantile(a: f64, level: Level) -> f64 {
    let lower_tail = level.below <= 0.5;
    let target = libm::log(if lower_tail { level.below } else { level.above });
    let mut y = start(a, level);
    for _ in 0..200 {
        let x = libm::exp(y);
        let (ln_tail, slope) = if lower_tail {
            ln_lower(a, x, y)
        } else {
            ln_upper(a, x, y)
        };
        let step = (target - ln_tail) / slope;
        y += step;
        if step.abs() <= 1e-14 * y.abs().max(1.0) {
            break;
        }
    }
    libm::exp(y)
}

/// ln x at the Wilson & Hilferty (1931) approximation, but no less than the bound that follows
/// from P(X <= x) <= x^a / Gamma(a + 1).
fn start(a: f64, level: Level) -> f64 {
    let bound = (libm::log(level.below) + libm::lgamma(a + 1.0)) / a;
    let cube_root = 1.0 - 1.0 / (9.0 * a) + normal::quantile(level) / (3.0 * a.sqrt());
    if cube_root > 0.0 {
        bound.max(libm::log(a) + 3.0 * libm::log(cube_root))
    } else {
        bound
    }
}

/// ln P(X <= x) and its derivative in y = ln x.
fn ln_lower(a: f64, x: f64, y: f64) -> (f64, f64) {
    if x < a + 1.0 {
        let sum = lower_series(a, x);
        (ln_front(a, x, y) + libm::log(sum), a / sum)
    } else {
        let front = libm::exp(ln_front(a, x, y));
        let lower = 1.0 - front * a * upper_fraction(a, x);
        (libm::log(lower), a * front / lower)
    }
}

/// ln P(X > x) and its derivative in y = ln x.
fn ln_upper(a: f64, x: f64, y: f64) -> (f64, f64) {
    if x < a + 1.0 {
        let front = libm::exp(ln_front(a, x, y));
        let upper = 1.0 - front * lower_series(a, x);
        (libm::log(upper), -a * front / upper)
    } else {
        let fraction = upper_fraction(a, x);
        (ln_front(a, x, y) + libm::log(a * fraction), -1.0 / fraction)
    }
}

/// ln of x^a e^-x / Gamma(a + 1), given y = ln x. From shape 16 on by Stirling's series, where the
/// direct form would cancel a ln x against ln Gamma.
fn ln_front(a: f64, x: f64, y: f64) -> f64 {
    if a < 16.0 {
        return a * y - x - libm::lgamma(a + 1.0);
    }
    let excess = (x - a) / a;
    // Far below, ln(1 + excess) is better taken from y.
    let ln_ratio = if excess > -0.5 {
        libm::log1p(excess)
    } else {
        y - libm::log(a)
    };
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let stirling =
        inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    -a * (excess - ln_ratio) - 0.5 * libm::log(core::f64::consts::TAU * a) - stirling
}

/// 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... (Abramowitz & Stegun 6.5.29): P(X <= x) over the front.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    loop {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term <= sum * 1e-17 {
            return sum;
        }
    }
}

/// 1/(x+1-a- 1(1-a)/(x+3-a- ...)) (Abramowitz & Stegun 6.5.31) by Lentz's method: P(X > x) over
/// a times the front. x >= a + 1 keeps every denominator positive.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::MAX;
    let mut d = 1.0 / b;
    let mut h = d;
    let mut i = 0.0;
    loop {
        i += 1.0;
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        let factor = d * c;
        h *= factor;
        // Converges in O(sqrt(a)) terms; the bound keeps a NaN from looping for ever.
        if (factor - 1.0).abs() <= 2e-16 || i >= 1e6 {
            return h;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_inverts_the_tails_for_tiny_and_huge_shapes() {
        for a in [0.01, 0.1, 0.5, 1.0, 2.5, 15.9, 16.1, 400.0, 1e4, 1e6] {
            for i in 1..=52 {
                let p = 2f64.powi(-i);
                let x = quantile(a, Level::below(p));
                if x > 1e-290 {
                    let error = tails(a, x).0 / p - 1.0;
                    assert!(error.abs() < 1e-9, "lower a={a} 2^-{i} x={x} {error:e}");
                }
                let x = quantile(a, Level::above(p));
                let error = tails(a, x).1 / p - 1.0;
                assert!(error.abs() < 1e-9, "upper a={a} 2^-{i} x={x} {error:e}");
            }
        }
    }

    #[test]
    fn shape_one_is_the_exponential() {
        for p in [1e-12, 0.1, 0.5, 0.9, 1.0 - 1e-12] {
            let exact = -libm::log1p(-p);
            assert!((quantile(1.0, Level::below(p)) / exact - 1.0).abs() < 1e-12);
        }
    }
}
