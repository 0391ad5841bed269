//! The `best` estimator: the law of the remaining wait with what the queue has learnt.
//!
//! Rate r: the censored service rate, or calls taken from the line per staffed agent while it was blocked as far
//! as these differ from it by more than chance, times the agents staffed *now*: a change of staffing acts at once,
//! without learning anything anew. Theta: hang-ups per waiting time. Position: calls ahead, less the idle agents who will
//! take the first of them, plus the overtakers still expected.
//!
//! Without a cause the announced point does not rise: for given learning it falls with each place
//! gained and each agent more. It rises when agents leave, a higher class overtakes, or the line has
//! not moved for far longer than chance explains.

use super::learning::Learning;
use super::remaining_wait::RemainingWait;
use super::simple::{MEDIAN, P90};
use super::{Estimate, Estimator, Kind, LineState, micros, seconds};

/// Half the width of the window that the point is the centre of, in seconds: the plan's +-30 s.
const HALF_WINDOW: f64 = 30.0;

/// Services that must have ended before anything is said.
const LEAST_HANDLED: u32 = 10;

/// Weight, in calls taken, of the service rate in how much a stall slows the line.
const SERVICE_WEIGHT: f64 = 32.0;

/// Patience believed before anyone hung up: one hang-up in ten minutes of waiting.
const PATIENCE: (f64, f64) = (1.0, 1.0 / 600.0);

/// Gaps between departures that chance explains: a longer one (e^-8 = 0.03 %) means that the line
/// has stalled, and the excess slows the rate before the next call is even taken.
const GAPS_OF_CHANCE: f64 = 8.0;

pub(super) fn estimate(learning: &Learning, state: &LineState) -> Option<Estimate> {
    if state.staffed == 0 || learning.handled < LEAST_HANDLED {
        return None;
    }
    let service = learning.service.per_second(0.0, 1.0);
    if !service.is_finite() {
        // Services ended, but none was ever seen running: the driver reports no line.
        return None;
    }
    let setup = learning.mean_setup as f64 * 1e-6;
    if state.idle > state.ahead {
        return Some(at_once(learning, seconds(state.next_scan), setup));
    }
    let theta = learning.hang_up.per_second(PATIENCE.0, PATIENCE.1);
    let rate = rate(learning, state, service);
    let ahead = overtaken(f64::from(state.ahead - state.idle), rate, theta, state);
    let wait = RemainingWait::new(ahead, rate, theta);
    let (p50, p90) = wait.p50_p90();
    let point = wait.likeliest_point(p50, HALF_WINDOW);
    // Under polling a departure serves the next call only at the following scan.
    let to_scan = 0.5 * seconds(state.scan_every);
    let said = |w: f64| (w + to_scan).max(seconds(state.next_scan)) + setup;
    let (p50, p90) = learning
        .coverage(Estimator::Best, Kind::InLine)
        .stretch(said(p50), said(p90));
    Some(Estimate::rounded(Kind::InLine, said(point), p50, p90))
}

/// An agent is idle for the call: what is left is the scan, whose time is known, and ring and answer. Their
/// range begins as that of an exponential law and is stretched by what such calls met in fact, a
/// phone that nobody answered included.
fn at_once(learning: &Learning, next_scan: f64, setup: f64) -> Estimate {
    let (p50, p90) = learning
        .coverage(Estimator::Best, Kind::AtOnce)
        .stretch(MEDIAN * setup, P90 * setup);
    Estimate::rounded(
        Kind::AtOnce,
        next_scan + setup,
        next_scan + p50,
        next_scan + p90,
    )
}

/// Calls per second that the agents staffed now take from the line.
fn rate(learning: &Learning, state: &LineState, service: f64) -> f64 {
    let staffed = f64::from(state.staffed);
    let moving = staffed * learning.flow_per_agent(service);
    let excess = seconds(learning.stalled(state.now)) - GAPS_OF_CHANCE / moving;
    if excess <= 0.0 {
        return moving;
    }
    // As the flow of late would be slowed by so much more exposure.
    let extra = micros(excess).saturating_mul(u64::from(state.staffed));
    let flow = |extra| {
        learning
            .flow
            .per_second_with(extra, SERVICE_WEIGHT, service)
    };
    moving * flow(extra) / flow(0)
}

/// Calls ahead in the end: those now ahead and those of a higher class still expected to pass, at
/// `overtaking.per_second` for as long as the call waits and such a call could still pass it.
/// Three rounds of the fixed point; it is monotone and bounded by the span.
fn overtaken(ahead: f64, rate: f64, theta: f64, state: &LineState) -> f64 {
    let overtaking = state.overtaking;
    let mut total = ahead;
    if overtaking.per_second <= 0.0 {
        return total;
    }
    for _ in 0..3 {
        let mean = libm::log1p((total + 1.0) * theta / rate) / theta;
        total = ahead + overtaking.per_second * mean.min(seconds(overtaking.span));
    }
    total
}
