//! Estimates of the remaining wait: a point and a P50-P90 range, or silence.
//!
//! Owns the words ([`Estimator`], [`LineState`], [`Estimate`]) and the choice between estimators. The engine
//! feeds a [`Learning`] per queue and asks it; what it announces it keeps with the call, and tells
//! [`Learning::realised`] when that call is bridged. Estimates never route a call.
//!
//! * Silent (`None`): nobody staffed, or fewer than ten services ended (simple estimators: ten calls
//!   answered). A queue that has just opened says nothing rather than 0.
//! * A point answers "when?" as often rightly within 30 s as can be; the range says that half of the
//!   calls in this place wait longer than its start and a tenth longer than its end. Two calls in five fall
//!   into it then. Only a wait that cannot vary is told without error, as a range of no width. Here
//!   ranges are whole microseconds, whose rounding no share shows; a driver that says "2 to 4 minutes" rounds its start
//!   down and its end up, and more than two in five fall into what it says.
//! * Nothing here reads a clock or draws at random; `f64` lives only inside one computation and goes out
//!   as whole microseconds, from `libm` functions that give the same bits on every machine.
//!
//! Reading order: [`RemainingWait`] (the mathematics), [`Learning`] (what is observed), `best`, `simple`.

mod best;
mod coverage;
mod incomplete_beta;
mod learning;
mod rate;
mod remaining_wait;
mod simple;

pub use learning::{Learning, Line};
pub use rate::Rate;
pub use remaining_wait::RemainingWait;

use crate::time::{Micros, Timestamp};
use serde::{Deserialize, Serialize};

/// How a queue estimates waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// The centre of the densest window of the law of the remaining wait.
    Best,
    /// Place times mean handle time over agents.
    QueueLength,
    /// The wait so far of the call at the head.
    HeadOfLine,
    /// The wait of the call answered last.
    LastServed,
    /// The mean wait of the last calls answered.
    MovingAverage,
    /// The exponential average of waits that PBXs keep.
    Ewma,
}

impl Estimator {
    /// All of them; an estimator's place here is its discriminant.
    pub const ALL: [Estimator; 6] = [
        Estimator::Best,
        Estimator::QueueLength,
        Estimator::HeadOfLine,
        Estimator::LastServed,
        Estimator::MovingAverage,
        Estimator::Ewma,
    ];
}

/// The line as one waiting call sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LineState {
    /// The moment asked about.
    pub now: Timestamp,
    /// Calls of the queue that will be served before this one, by score now.
    pub ahead: u32,
    /// Agents who work for the queue, as in [`Line::staffed`].
    pub staffed: u32,
    /// Agents who could take a call now; they take the first `idle` calls at the next scan.
    pub idle: u32,
    /// What this call has waited already.
    pub waited: Micros,
    /// What the call at the head has waited; `None` when nobody waits ahead.
    pub head_waited: Option<Micros>,
    /// Time to the next scan of a polling queue; 0 with event-driven discovery.
    pub next_scan: Micros,
    /// The polling interval; 0 with event-driven discovery.
    pub scan_every: Micros,
    /// Calls still to come that would pass this one.
    pub overtaking: Overtaking,
}

/// Arrivals that would be served before a call already waiting.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Overtaking {
    /// Their rate, per second.
    pub per_second: f64,
    /// For how long from now an arrival could still pass.
    pub span: Micros,
}

/// What is announced, all measured from the moment asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// The wait to say.
    pub point: Micros,
    /// Half of the calls in this place wait at most this long.
    pub p50: Micros,
    /// Nine in ten wait at most this long; never below `p50`.
    pub p90: Micros,
    /// What its range was learnt from, and is judged by.
    pub kind: Kind,
}

/// Whether an agent has to come free for the call first. The errors of the two have nothing in common, so
/// that each has a range of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// It waits for its place in the line.
    InLine,
    /// An idle agent is there for it: it waits for the scan and the answer, with the misses.
    AtOnce,
}

impl Estimate {
    fn rounded(kind: Kind, point: f64, p50: f64, p90: f64) -> Self {
        let p50 = micros(p50);
        Estimate {
            point: micros(point),
            p50,
            p90: micros(p90).max(p50),
            kind,
        }
    }
}

impl Learning {
    /// The remaining wait of a waiting call by `estimator`, or `None` when it does not know.
    #[must_use]
    pub fn estimate(&self, estimator: Estimator, state: &LineState) -> Option<Estimate> {
        match estimator {
            Estimator::Best => best::estimate(self, state),
            Estimator::QueueLength
            | Estimator::HeadOfLine
            | Estimator::LastServed
            | Estimator::MovingAverage
            | Estimator::Ewma => simple::estimate(estimator, self, state),
        }
    }

    /// The arrivals that will pass a call for which an arrival of the n-th class could still do so
    /// during the n-th of `spans`: (head start of that class - score of the call) / aging of the call,
    /// 0 where that is negative. Classes are summed; their span is the mean weighted by rate.
    #[must_use]
    pub fn overtaking(&self, now: Timestamp, spans: impl Iterator<Item = Micros>) -> Overtaking {
        let (mut per_second, mut calls) = (0.0, 0.0);
        for (class, span) in spans.enumerate().filter(|&(_, span)| span > 0) {
            let rate = self.arrivals(now, class);
            per_second += rate;
            calls += rate * seconds(span);
        }
        if per_second <= 0.0 {
            return Overtaking::default();
        }
        Overtaking {
            per_second,
            span: micros(calls / per_second),
        }
    }
}

fn seconds(span: Micros) -> f64 {
    span as f64 * 1e-6
}

/// Whole microseconds; negative and undefined values are 0, too large ones saturate.
fn micros(seconds: f64) -> Micros {
    libm::round(seconds * 1e6) as Micros
}
