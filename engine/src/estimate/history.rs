//! How far announcements were off: a histogram of realised against announced waits, from which an
//! estimator without a law of its own takes its P50-P90 range.
//!
//! Kept as ratios (realised + 10 s) / (announced + 10 s): the error of every estimator grows with
//! the wait, and the 10 s keep a point of 0 comparable. Fixed size, integers only, old entries fade by
//! halving. It starts from the law of an exponential wait, the widest that a range should be drawn
//! without evidence, worth [`PRIOR`] announcements.

use crate::time::Micros;
use serde::{Deserialize, Serialize};

/// Bins per doubling of the ratio.
const PER_OCTAVE: f64 = 4.0;
/// Bins: ratios 1/16 to 16, the rest in the outer ones.
const BINS: usize = 32;
/// Added to both sides of the ratio.
const OFFSET: f64 = 10.0;
/// Weight of one announcement.
const ONE: u16 = 16;
/// When the counts reach this many, they are halved: a memory of 256 to 512 announcements.
const FULL: u32 = 512 * ONE as u32;
/// Announcements that the exponential law at the start is worth.
const PRIOR: f64 = 16.0;

/// Realised against announced waits of one estimator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct History {
    counts: [u16; BINS],
}

impl Default for History {
    fn default() -> Self {
        History::new()
    }
}

impl History {
    /// The exponential law's ratios: nothing announced yet.
    #[must_use]
    pub fn new() -> Self {
        let mut counts = [0; BINS];
        let below = |edge: usize| -libm::expm1(-ratio_at(edge as f64));
        for (bin, count) in counts.iter_mut().enumerate() {
            *count = libm::round((below(bin + 1) - below(bin)) * PRIOR * f64::from(ONE)) as u16;
        }
        History { counts }
    }

    /// A call that was told `announced` waited `realised` more until an agent had it.
    pub fn record(&mut self, announced: Micros, realised: Micros) {
        let ratio = (realised as f64 * 1e-6 + OFFSET) / (announced as f64 * 1e-6 + OFFSET);
        let bin = libm::log2(ratio) * PER_OCTAVE + (BINS / 2) as f64;
        let bin = (bin.max(0.0) as usize).min(BINS - 1);
        self.counts[bin] += ONE;
        if self.total() >= FULL {
            for count in &mut self.counts {
                *count /= 2;
            }
        }
    }

    /// The `p` quantile of the wait, in seconds, of a call that is told `point` seconds.
    #[must_use]
    pub fn quantile(&self, point: f64, p: f64) -> f64 {
        let mut left = p * f64::from(self.total());
        let mut edge = BINS as f64;
        for (bin, &count) in self.counts.iter().enumerate() {
            let count = f64::from(count);
            if left <= count {
                edge = bin as f64 + left / count.max(1.0);
                break;
            }
            left -= count;
        }
        (ratio_at(edge) * (point + OFFSET) - OFFSET).max(0.0)
    }

    fn total(&self) -> u32 {
        self.counts.iter().map(|&count| u32::from(count)).sum()
    }
}

/// The ratio at the lower edge of a bin, fractions inside it.
fn ratio_at(edge: f64) -> f64 {
    libm::exp2((edge - (BINS / 2) as f64) / PER_OCTAVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_history_draws_the_range_of_an_exponential_wait() {
        let history = History::new();
        let (p50, p90) = (history.quantile(200.0, 0.5), history.quantile(200.0, 0.9));
        assert!((p50 / 200.0 - 0.69).abs() < 0.1, "{p50}");
        assert!((p90 / 200.0 - 2.3).abs() < 0.2, "{p90}");
    }

    #[test]
    fn the_range_follows_what_happened_and_forgets_it() {
        let mut history = History::new();
        for i in 0..2_000_u64 {
            history.record(100_000_000, (50 + i % 100) * 1_000_000);
        }
        assert!((history.quantile(100.0, 0.5) - 100.0).abs() < 8.0);
        assert!((history.quantile(100.0, 0.9) - 140.0).abs() < 8.0);
        for _ in 0..2_000 {
            history.record(100_000_000, 300_000_000);
        }
        assert!((history.quantile(100.0, 0.5) - 300.0).abs() < 40.0);
    }

    #[test]
    fn a_wait_beyond_the_last_bin_is_kept_in_it() {
        let mut history = History::new();
        history.record(0, u64::MAX);
        history.record(u64::MAX, 0);
        assert!(history.quantile(0.0, 0.99).is_finite());
    }
}
