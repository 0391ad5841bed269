//! How fast the run was: outside the same-bytes promise, and measured by whoever ran it.

use serde::Serialize;

/// Speed of a run; also the `speed` object of `run --json`.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Timing {
    /// Calls simulated, warm-up included.
    pub calls: u64,
    /// Seconds on the wall.
    pub wall_s: f64,
    /// Calls per second.
    pub calls_per_s: f64,
}

impl Timing {
    /// `calls` in `wall_s` seconds.
    #[must_use]
    pub fn new(calls: u64, wall_s: f64) -> Self {
        Timing {
            calls,
            wall_s,
            calls_per_s: if wall_s > 0.0 {
                calls as f64 / wall_s
            } else {
                0.0
            },
        }
    }
}

/// `timing.json`.
#[must_use]
pub fn timing_json(timing: &Timing) -> String {
    let mut text =
        serde_json::to_string_pretty(timing).expect("invariant: three numbers serialize");
    text.push('\n');
    text
}
