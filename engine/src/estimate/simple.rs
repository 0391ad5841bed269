//! The estimators that call centres use, for comparison and for those who want them.
//!
//! | estimator | point | source |
//! |---|---|---|
//! | queue length | (calls ahead + 1) x mean handle time / agents | QL: Ibrahim, Whitt, Real-time delay estimation based on delay history, 2009 |
//! | head of line | wait so far of the call at the head | HOL: the same |
//! | last served | wait of the call answered last | LES: the same |
//! | moving average | mean wait of the last 32 calls answered | vendors' "average wait" |
//! | ewma | 3/4 old + 1/4 new wait | Asterisk, `apps/app_queue.c`, `holdtime` |
//!
//! All but the first say a whole wait, from which what the call has waited is subtracted, never
//! below 0 (Asterisk takes the absolute value, so that its announcements rise again). Calls count when
//! they are answered, whatever the time at which they came: a window by entry would lose long waits.
//! Ranges start as those of an exponential wait with the point as its mean and are stretched by the
//! estimator's own errors.

use super::learning::{Learning, WINDOW};
use super::{Estimate, Estimator, Kind, LineState, seconds};

/// Calls that must have been answered (for the queue length: handled) before anything is said.
const LEAST_SEEN: u32 = 10;

/// Median and 90 % quantile of an exponential law with mean 1: ln 2, ln 10.
pub(super) const MEDIAN: f64 = core::f64::consts::LN_2;
pub(super) const P90: f64 = core::f64::consts::LN_10;

pub(super) fn estimate(
    kind: Estimator,
    learning: &Learning,
    state: &LineState,
) -> Option<Estimate> {
    let seen = match kind {
        Estimator::Best | Estimator::QueueLength => learning.handled,
        Estimator::HeadOfLine
        | Estimator::LastServed
        | Estimator::MovingAverage
        | Estimator::Ewma => learning.answered,
    };
    if state.staffed == 0 || seen < LEAST_SEEN {
        return None;
    }
    let left = |whole: u64| seconds(whole.saturating_sub(state.waited));
    let point = match kind {
        Estimator::Best | Estimator::QueueLength => {
            let places = f64::from(state.ahead) + 1.0;
            places * seconds(learning.mean_handle) / f64::from(state.staffed)
        }
        Estimator::HeadOfLine => left(state.head_waited.unwrap_or(learning.last_wait)),
        Estimator::LastServed => left(learning.last_wait),
        Estimator::MovingAverage => {
            let kept = (learning.answered as usize).min(WINDOW);
            let sum: u64 = learning.waits[..kept].iter().sum();
            left(sum / kept as u64)
        }
        Estimator::Ewma => left(learning.average_wait),
    };
    let coverage = learning.coverage(kind, Kind::InLine);
    let (p50, p90) = coverage.stretch(MEDIAN * point, P90 * point);
    Some(Estimate::rounded(Kind::InLine, point, p50, p90))
}
