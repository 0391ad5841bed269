//! Keeps the announced range honest: half of the calls shall wait beyond its start, a tenth beyond
//! its end, whatever the estimator's law is worth.
//!
//! Two factors per estimator, moved a little after each call that was told a range and then answered:
//! up when it waited longer, down when not, in the proportion that balances at the wanted share
//! (adaptive conformal inference: Gibbs, Candes, 2021; the long-run share is met for any sequence of
//! waits). Integers, O(1), no memory of single calls.

use super::Estimate;
use serde::{Deserialize, Serialize};

/// A factor of 1, in fixed point.
const ONE: u64 = 1 << 20;
/// Factors stay between 1/64 and 64.
const BOUNDS: (u64, u64) = (ONE >> 6, ONE << 6);
/// A step is 1/64 of the factor: the last hundred or so answered calls count.
const STEP: u64 = 64;
/// Ten seconds are added to both sides of the factor, so that it also moves a range that begins at 0.
const OFFSET: f64 = 10.0;

/// By how much one estimator's range has to be stretched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Coverage {
    p50: u64,
    p90: u64,
}

impl Coverage {
    /// As the estimator has it.
    pub(super) const fn new() -> Self {
        Coverage { p50: ONE, p90: ONE }
    }

    /// A call that was told `said` was answered `real` microseconds later.
    pub(super) fn realised(&mut self, said: &Estimate, real: u64) {
        self.p50 = moved(self.p50, real > said.p50, 5);
        self.p90 = moved(self.p90, real > said.p90, 1);
    }

    /// The range to announce for the estimator's own `p50` and `p90`, all in seconds.
    pub(super) fn stretch(&self, p50: f64, p90: f64) -> (f64, f64) {
        (stretched(self.p50, p50), stretched(self.p90, p90))
    }
}

/// `tenths` of the calls should lie beyond.
fn moved(factor: u64, beyond: bool, tenths: u64) -> u64 {
    let step = factor / (10 * STEP);
    let next = if beyond {
        factor + step * (10 - tenths)
    } else {
        factor - step * tenths
    };
    next.clamp(BOUNDS.0, BOUNDS.1)
}

fn stretched(factor: u64, wait: f64) -> f64 {
    (factor as f64 / ONE as f64 * (wait + OFFSET) - OFFSET).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    /// Waits of 0..200 s in a fixed shuffle, all told a median of `median` and a 90 % point of `p90`.
    fn shares(median: f64, p90: f64) -> (f64, f64) {
        let mut coverage = Coverage::new();
        let (mut beyond_p50, mut beyond_p90, calls) = (0, 0, 20_000_u64);
        for i in 0..calls {
            let (p50, p90) = coverage.stretch(median, p90);
            let said = Estimate::rounded(Kind::InLine, median, p50, p90);
            let real = (i * 7_919) % 200 * 1_000_000;
            beyond_p50 += u64::from(real > said.p50);
            beyond_p90 += u64::from(real > said.p90);
            coverage.realised(&said, real);
        }
        let share = |n: u64| n as f64 / calls as f64;
        (share(beyond_p50), share(beyond_p90))
    }

    #[test]
    fn the_range_holds_its_share_though_the_estimator_is_wrong() {
        for (median, p90) in [(100.0, 180.0), (10.0, 20.0), (0.0, 0.0), (900.0, 2_000.0)] {
            let (beyond_p50, beyond_p90) = shares(median, p90);
            assert!((beyond_p50 - 0.5).abs() < 0.03, "{median}: {beyond_p50}");
            assert!((beyond_p90 - 0.1).abs() < 0.03, "{p90}: {beyond_p90}");
        }
    }
}
