//! The law of the remaining wait in M/M/n+M, and the three numbers that are said of it.
//!
//! A call with `k` calls ahead waits for k + 1 departures. With j still ahead the next one comes at
//! rate r + j theta (r = n mu: services; theta: hang-ups of each call ahead), so the wait of a call
//! that never hangs up has transform prod_{j=0..k} (r + j theta) / (r + j theta + s), which is that of
//! -ln(B) / theta, B ~ Beta(r / theta, k + 1). Given that the call itself is served, its density is
//! weighted by the chance e^{-theta w} = B that it is still there: **B ~ Beta(r / theta + 1, k + 1)**.
//! The density is f(w) ~ e^{-(r + theta) w} (1 - e^{-theta w})^k; for theta -> 0 it is Erlang(k + 1, r).
//!
//! No loop over places: every figure costs the same for 3 calls ahead as for 300.

use super::incomplete_beta::{ln_inverse_beta, upper_tail};

/// Smallest theta (k + 1) / r used. Below it hang-ups change the mean by less than half of this
/// relatively; keeping theta above it spares a second law for theta = 0.
const LEAST_HANG_UPS: f64 = 1e-4;

/// From this on both parameters of the beta law are large and a Cornish-Fisher expansion with three
/// cumulants takes the place of the continued fraction (error below 1e-3 of the spread; tested).
const LARGE: f64 = 500.0;

/// Share of its hits that the likeliest point may give up to be nearer to the median.
const HITS_GIVEN_UP: f64 = 0.02;

/// The remaining wait, in seconds, of a call that will be served.
#[derive(Clone, Copy, Debug)]
pub struct RemainingWait {
    /// Services per second of everyone who works for the line (r = n mu).
    rate: f64,
    /// Hang-ups per second of one waiting call, above 0.
    theta: f64,
    /// Calls ahead (k); fractions come from overtakers that are only expected.
    ahead: f64,
    /// First parameter of the beta law, r / theta + 1.
    a: f64,
    law: Law,
}

#[derive(Clone, Copy, Debug)]
enum Law {
    /// k = 0: exponential with rate r + theta.
    Exponential,
    /// The beta law with ln of 1 / B(a, k + 1).
    Beta { ln_inverse_beta: f64 },
    /// Mean, spread and skewness / 6 of the k + 1 exponential steps.
    Large { mean: f64, sd: f64, skew: f64 },
}

impl RemainingWait {
    /// `ahead` >= 0 calls ahead, `rate` > 0 services per second of all agents together, `theta`
    /// >= 0 hang-ups per second and waiting call.
    #[must_use]
    pub fn new(ahead: f64, rate: f64, theta: f64) -> Self {
        let theta = theta.max(rate * LEAST_HANG_UPS / (ahead + 1.0));
        let a = rate / theta + 1.0;
        let law = if ahead <= 0.0 {
            Law::Exponential
        } else if a > LARGE && ahead > LARGE {
            let (mean, sd, skew) = cumulants(ahead, rate, theta);
            Law::Large { mean, sd, skew }
        } else {
            Law::Beta {
                ln_inverse_beta: ln_inverse_beta(a, ahead + 1.0),
            }
        };
        RemainingWait {
            rate,
            theta,
            ahead,
            a,
            law,
        }
    }

    /// P(W <= `w`), `w` in seconds.
    #[must_use]
    pub fn cdf(&self, w: f64) -> f64 {
        if w <= 0.0 {
            return 0.0;
        }
        match self.law {
            Law::Exponential => -libm::expm1(-(self.rate + self.theta) * w),
            Law::Beta { ln_inverse_beta } => {
                let ln_x = -self.theta * w;
                let y = -libm::expm1(ln_x);
                upper_tail(self.a, self.ahead + 1.0, y, ln_x, ln_inverse_beta)
            }
            Law::Large { mean, sd, skew } => {
                let y = (w - mean) / sd;
                // The inverse of z + skew (z^2 - 1), on its rising branch.
                let root = 1.0 + 4.0 * skew * (y + skew);
                if root <= 0.0 {
                    return 0.0;
                }
                let z = (libm::sqrt(root) - 1.0) / (2.0 * skew);
                0.5 * libm::erfc(-z * core::f64::consts::FRAC_1_SQRT_2)
            }
        }
    }

    /// The density at `w` > 0, per second.
    fn density(&self, w: f64, ln_inverse_beta: f64) -> f64 {
        let ln_x = -self.theta * w;
        let ln_y = libm::log(-libm::expm1(ln_x));
        self.theta * libm::exp(ln_inverse_beta + self.a * ln_x + self.ahead * ln_y)
    }

    /// The median and the 90 % quantile, in seconds, to 1e-3 relatively.
    #[must_use]
    pub fn p50_p90(&self) -> (f64, f64) {
        (
            self.quantile(0.5, 0.0),
            self.quantile(0.9, 1.281_551_565_544_8),
        )
    }

    /// The `p` quantile; `z` is that of the standard normal law. Newton steps inside a bracket
    /// that each step tightens, at most 16; two or three are usual.
    fn quantile(&self, p: f64, z: f64) -> f64 {
        let ln_inverse_beta = match self.law {
            Law::Exponential => return -libm::log1p(-p) / (self.rate + self.theta),
            Law::Large { mean, sd, skew } => return mean + sd * (z + skew * (z * z - 1.0)),
            Law::Beta { ln_inverse_beta } => ln_inverse_beta,
        };
        let (mean, sd, skew) = cumulants(self.ahead, self.rate, self.theta);
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut w = (mean + sd * (z + skew * (z * z - 1.0))).max(0.1 * mean);
        for _ in 0..16 {
            let miss = self.cdf(w) - p;
            if miss > 0.0 {
                high = w;
            } else {
                low = w;
            }
            let mut next = w - miss / self.density(w, ln_inverse_beta);
            if !(low < next && next < high) {
                next = if high.is_finite() {
                    0.5 * (low + high)
                } else {
                    2.0 * w
                };
            }
            let change = (next - w).abs();
            w = next;
            if change < 1e-4 * w {
                break;
            }
        }
        w
    }

    /// The start of the densest window of `width` seconds: where f(w) = f(w + width), which is
    /// (1 - x)^k = g^k (1 - q x)^k with x = e^{-theta w}, q = e^{-theta width} and
    /// g = e^{-(r + theta) width / k}, so 1 - x = g (1 - q) / (1 - g q). 0 when nobody is ahead.
    #[must_use]
    pub fn densest_window(&self, width: f64) -> f64 {
        if self.ahead <= 0.0 {
            return 0.0;
        }
        let ln_g = -(self.rate + self.theta) * width / self.ahead;
        let ln_q = -self.theta * width;
        let y = libm::exp(ln_g) * libm::expm1(ln_q) / libm::expm1(ln_g + ln_q);
        -libm::log1p(-y) / self.theta
    }

    /// P(|W - `point`| <= `half`).
    #[must_use]
    pub fn hits(&self, point: f64, half: f64) -> f64 {
        self.cdf(point + half) - self.cdf(point - half)
    }

    /// The point to announce: right within `half` seconds as often as any can be, less 2 % of that at
    /// most, and with that allowance as near to the median as it can be.
    ///
    /// The most likely point is the centre of the densest window of 2 `half`. For a short wait that
    /// is never below `half`, although the window's upper part holds next to nothing: every point up
    /// to `half` is right for all waits up to it plus `half`, so the least that keeps the allowance
    /// is the quantile of the allowed share, less `half`. A caller who will wait some seconds is so told
    /// some seconds and not 30. Above `half` the window may lose at both ends; the wait is
    /// log-concave, hence so are the hits as a function of the point, and a move of t of the way to the
    /// median costs at most the t-th power of what the whole way costs.
    #[must_use]
    pub fn likeliest_point(&self, median: f64, half: f64) -> f64 {
        let centre = self.densest_window(2.0 * half) + half;
        let allowed = self.hits(centre, half) * (1.0 - HITS_GIVEN_UP);
        let at_median = self.hits(median, half);
        if at_median >= allowed {
            return median;
        }
        if median < half && self.cdf(2.0 * half) >= allowed {
            // Newton only starts from this z; where it would be the answer, the median was.
            return (self.quantile(allowed, 2.0) - half).clamp(median, half);
        }
        let lost = libm::log(at_median.max(1e-300) / self.hits(centre, half).max(1e-300));
        centre + libm::log1p(-HITS_GIVEN_UP) / lost * (median - centre)
    }
}

/// Mean, standard deviation and a sixth of the skewness of the sum of exponential steps with rates
/// r + theta + j theta, j = 0..k. The sums of 1/rate^m are integrals by the midpoint rule, which is
/// exact enough for a first guess at any k and for a final answer at large k.
fn cumulants(ahead: f64, rate: f64, theta: f64) -> (f64, f64, f64) {
    let first = rate + 0.5 * theta;
    let last = rate + (ahead + 1.5) * theta;
    let mean = libm::log1p((ahead + 1.0) * theta / first) / theta;
    let variance = (ahead + 1.0) / (first * last);
    let third = variance * (first + last) / (first * last);
    let sd = libm::sqrt(variance);
    (mean, sd, third / (6.0 * variance * sd))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Beta, ContinuousCDF, Erlang};

    fn laws() -> impl Iterator<Item = (f64, f64, f64)> {
        let aheads = [
            0.0, 0.4, 1.0, 2.0, 3.0, 7.0, 20.0, 57.0, 200.0, 480.0, 700.0, 3_000.0,
        ];
        aheads.into_iter().flat_map(|k| {
            [0.002, 1.0 / 18.0, 0.3, 1.7]
                .into_iter()
                .flat_map(move |r| {
                    [1.0 / 3_600.0, 1.0 / 600.0, 1.0 / 120.0, 0.1]
                        .into_iter()
                        .map(move |theta| (k, r, theta))
                })
        })
    }

    #[test]
    fn quantiles_are_those_of_the_beta_law_to_a_thousandth() {
        for (k, r, theta) in laws() {
            let wait = RemainingWait::new(k, r, theta);
            let beta = Beta::new(r / theta + 1.0, k + 1.0).expect("both are positive");
            let (p50, p90) = wait.p50_p90();
            for (p, got) in [(0.5, p50), (0.9, p90)] {
                let reached = 1.0 - beta.cdf((-theta * got).exp());
                // One thousandth of the wait, as a probability: density times a thousandth.
                let near = 1.0 - beta.cdf((-theta * got * 1.001).exp());
                let slack = (near - reached).abs().max(2e-6);
                assert!(
                    (reached - p).abs() <= slack,
                    "k {k} r {r} theta {theta}: F({got}) = {reached}, not {p}, slack {slack}"
                );
            }
        }
    }

    #[test]
    fn without_hang_ups_the_law_is_erlang() {
        for k in [0_u32, 1, 4, 30, 300] {
            let wait = RemainingWait::new(f64::from(k), 0.25, 0.0);
            let erlang = Erlang::new(u64::from(k) + 1, 0.25).expect("both are positive");
            let (p50, p90) = wait.p50_p90();
            assert!((erlang.cdf(p50) - 0.5).abs() < 3e-3, "{k} {p50}");
            assert!((erlang.cdf(p90) - 0.9).abs() < 3e-3, "{k} {p90}");
        }
    }

    #[test]
    fn no_other_window_holds_more_than_the_densest() {
        for (k, r, theta) in laws() {
            let wait = RemainingWait::new(k, r, theta);
            let start = wait.densest_window(60.0);
            let held = wait.hits(start + 30.0, 30.0);
            for step in -20..=20 {
                let other = (start + f64::from(step) * 3.0).max(0.0);
                assert!(
                    wait.hits(other + 30.0, 30.0) <= held + 2e-4,
                    "k {k} r {r} theta {theta}: [{other}, +60] beats [{start}, +60]"
                );
            }
        }
    }

    #[test]
    fn the_point_gives_up_at_most_one_hit_in_fifty() {
        for (k, r, theta) in laws() {
            let wait = RemainingWait::new(k, r, theta);
            let point = wait.likeliest_point(wait.p50_p90().0, 30.0);
            let best = wait.hits(wait.densest_window(60.0) + 30.0, 30.0);
            assert!(
                wait.hits(point, 30.0) >= 0.98 * best - 1e-4,
                "k {k} r {r} theta {theta}"
            );
        }
    }

    #[test]
    fn a_call_answered_in_two_seconds_is_not_told_thirty() {
        let wait = RemainingWait::new(0.0, 0.5, 1.0 / 300.0);
        let (p50, _) = wait.p50_p90();
        assert!(wait.likeliest_point(p50, 30.0) < 2.0);
        // One agent of twelve frees up every 15 s: half of the callers wait less than 10 s.
        let wait = RemainingWait::new(0.0, 12.0 / 180.0, 1.0 / 300.0);
        let (p50, _) = wait.p50_p90();
        let point = wait.likeliest_point(p50, 30.0);
        assert!((p50..22.0).contains(&point), "{p50} {point}");
    }

    #[test]
    fn fewer_calls_ahead_never_wait_longer() {
        for (_, r, theta) in laws().take(16) {
            let mut before = (0.0, 0.0, 0.0);
            for k in 0..900 {
                let wait = RemainingWait::new(f64::from(k), r, theta);
                let (p50, p90) = wait.p50_p90();
                let point = wait.likeliest_point(p50, 30.0);
                assert!(
                    point >= before.0 - 1e-9 && p50 >= before.1 && p90 >= before.2,
                    "k {k} r {r} theta {theta}: {point} {p50} {p90} after {before:?}"
                );
                before = (point, p50, p90);
            }
        }
    }
}
