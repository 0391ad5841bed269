//! Who calls again: of callers the log knows by name, how many call within a while of hanging up, beyond
//! those who would call anyway.
//!
//! Served callers call again too, for reasons of their own. Their share b is what happens without a
//! reason to try again; of those who hung up a share a calls; the excess p with a = 1 - (1 - b)(1 - p) is
//! what a scenario's `redial` adds. An upper bound of persistence would be a itself.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::time::micros;
use reports::stats::{kolmogorov_distance, minimum};
use serde::Serialize;

use super::later;
use super::log::{Fate, Log};

/// Fewer calls of known callers who hung up say too little.
pub const LEAST: u64 = 50;

/// What the log shows of callers who call again.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Redials {
    /// Hang-ups of known callers.
    pub hung_up: u64,
    /// Of these, the share whose caller came again within the window.
    pub share_after_hanging_up: f64,
    /// Calls of known callers who were served.
    pub served: u64,
    /// Of these, the same.
    pub share_after_service: f64,
    /// The excess: what a scenario's `redial.after.abandoned` is. 0 when there is none.
    pub excess: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Mean of an exponential delay, cut off at the window, by maximum likelihood; seconds.
    pub delay_mean: f64,
    /// The distance of that law to the delays seen.
    pub delay_distance: f64,
}

/// `None` when the log names no callers, or too few of them hung up.
#[must_use]
pub fn redials(log: &Log, window: Duration) -> Option<Redials> {
    let mut by_caller: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, call) in log.calls.iter().enumerate() {
        if let Some(caller) = &call.trace.recorded.caller {
            by_caller.entry(caller).or_default().push(place);
        }
    }
    let window = micros(window);
    let (mut hung_up, mut again_hung_up, mut served, mut again_served) = (0, 0, 0, 0);
    let mut delays: Vec<f64> = Vec::new();
    for places in by_caller.values() {
        for (k, place) in places.iter().enumerate() {
            let call = &log.calls[*place];
            let ended = later(call.logged.arrived_at, call.logged.wait);
            let ended = later(ended, call.talk().unwrap_or(0));
            let next = places
                .get(k + 1)
                .map(|next| log.calls[*next].logged.arrived_at - ended);
            let again = next
                .and_then(|gap| u64::try_from(gap).ok())
                .filter(|gap| *gap <= window);
            match call.fate {
                Fate::Abandoned => {
                    hung_up += 1;
                    again_hung_up += u64::from(again.is_some());
                    delays.extend(again.map(|gap| gap as f64 * 1e-6));
                }
                Fate::Connected => {
                    served += 1;
                    again_served += u64::from(again.is_some());
                }
                Fate::Other => {}
            }
        }
    }
    if hung_up < LEAST {
        return None;
    }
    let share = |part: u64, of: u64| {
        if of == 0 {
            0.0
        } else {
            part as f64 / of as f64
        }
    };
    let (a, b) = (share(again_hung_up, hung_up), share(again_served, served));
    let excess = (1.0 - (1.0 - a) / (1.0 - b)).clamp(0.0, 0.95);
    // By the delta method, the two shares being independent.
    let variance = a * (1.0 - a) / hung_up as f64 / (1.0 - b).powi(2)
        + (1.0 - a).powi(2) / (1.0 - b).powi(4) * b * (1.0 - b) / served.max(1) as f64;
    delays.sort_unstable_by(f64::total_cmp);
    let limit = window as f64 * 1e-6;
    let mean = truncated_mean(&delays, limit);
    let cdf = |x: f64| (-(-x / mean).exp_m1() / -(-limit / mean).exp_m1()).min(1.0);
    Some(Redials {
        hung_up,
        share_after_hanging_up: a,
        served,
        share_after_service: b,
        excess: (excess * 1e4).round() / 1e4,
        standard_error: variance.sqrt(),
        delay_mean: mean,
        delay_distance: kolmogorov_distance(&delays, 0.0, cdf),
    })
}

/// The likeliest mean of an exponential of which only what is below `limit` is seen.
fn truncated_mean(delays: &[f64], limit: f64) -> f64 {
    let n = delays.len() as f64;
    let sum: f64 = delays.iter().sum();
    if delays.is_empty() {
        return limit / 4.0;
    }
    let against = |at: &[f64]| {
        let mean = at[0].exp();
        if !(1e-3..=1e3 * limit).contains(&mean) {
            return f64::INFINITY;
        }
        n * at[0] + sum / mean + n * (-(-limit / mean).exp_m1()).ln()
    };
    minimum(against, &[(sum / n).max(1.0).ln()], 0.3).at[0].exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exponential of mean 900 s, of which what is beyond an hour was not seen.
    #[test]
    fn the_mean_of_delays_allows_for_those_not_seen() {
        let delays: Vec<f64> = (0..20_000)
            .map(|k| -(1.0 - (f64::from(k) + 0.5) / 20_000.0).ln() * 900.0)
            .filter(|delay| *delay < 3600.0)
            .collect();
        let plain = delays.iter().sum::<f64>() / delays.len() as f64;
        assert!(plain < 840.0);
        assert!((truncated_mean(&delays, 3600.0) - 900.0).abs() < 3.0);
    }
}
