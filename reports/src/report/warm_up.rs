//! Whether the warm-up that is not counted was long enough: MSER and Welch's average of the number in system,
//! over the replications together.

use engine::time::Timestamp;

use super::ChartInput;
use crate::stats::{Truncation, mser, truncation, welch};

/// Fewer bins on each side of Welch's average would not be smooth, more would hide the start.
const WELCH_REACH: usize = 4;

/// A warm-up is too short when a longer one has an MSER smaller by this share: less is noise.
const CLEARLY: f64 = 0.1;

/// The start of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct WarmUp {
    /// What changes in the course of the scenario, so that it has no steady state: its start is a part of what
    /// is measured. `None` = it settles.
    pub changes: Option<String>,
    /// Not counted, as the scenario has it.
    pub configured: Timestamp,
    /// Calls in line and in conversation, mean over replications: the middle of a bin in hours, and the
    /// number. Whole bins only.
    pub in_system: Vec<(f64, f64)>,
    /// The same, smoothed.
    pub smoothed: Vec<(f64, f64)>,
    /// Where MSER would begin to count; `None` when it finds no steady state in the first half of the run, and
    /// for scenarios that have none.
    pub found: Option<Timestamp>,
    /// The configured warm-up is too short.
    pub is_short: bool,
}

impl WarmUp {
    /// Looks at the start of `replications` runs; `None` when too few bins were kept.
    #[must_use]
    pub fn of(charts: &ChartInput, replications: usize, changes: Option<String>) -> Option<WarmUp> {
        let step = charts.series.step;
        let whole = charts.horizon.0.checked_div(step)? as usize;
        let bins = charts.series.bins.get(..whole)?;
        if bins.len() < 10 {
            return None;
        }
        let over = step as f64 * replications as f64;
        let values: Vec<f64> = bins
            .iter()
            .map(|bin| (bin.line_area + bin.talk_area) as f64 / over)
            .collect();
        let hours = |bin: usize| (bin as f64 + 0.5) * step as f64 / 3.6e9;
        let curve = |values: &[f64]| -> Vec<(f64, f64)> {
            values
                .iter()
                .enumerate()
                .map(|(bin, value)| (hours(bin), *value))
                .collect()
        };
        let found = match changes {
            Some(_) => None,
            None => truncation(&values),
        };
        // The bins that the configured warm-up leaves out, one that it cuts included.
        let configured = charts.warm_up.0.div_ceil(step) as usize;
        let is_short = |found: Truncation| {
            found.cut > configured && found.mser < (1.0 - CLEARLY) * mser(&values, configured)
        };
        Some(WarmUp {
            changes,
            configured: charts.warm_up,
            in_system: curve(&values),
            smoothed: curve(&welch(&values, WELCH_REACH)),
            is_short: found.is_some_and(is_short),
            found: found.map(|found| Timestamp(found.cut as u64 * step)),
        })
    }

    /// What there is to say of it, in a sentence or two.
    #[must_use]
    pub fn said(&self) -> String {
        let configured = minutes(self.configured);
        match (&self.changes, self.found) {
            (Some(changes), _) => format!(
                "This scenario does not settle: {changes}. What happens at its start is a part of what is \
                 measured, and no steady state is looked for; {configured} of warm-up are not counted because \
                 the scenario says so."
            ),
            (None, None) => format!(
                "No steady state is seen in the first half of the run: lengthen the horizon; {configured} are \
                 not counted."
            ),
            (None, Some(found)) if self.is_short => format!(
                "The warm-up is too short: MSER begins to count after {}, the scenario after {configured}.",
                minutes(found)
            ),
            (None, Some(found)) => format!(
                "The warm-up of {configured} suffices: MSER would begin to count after {}.",
                minutes(found)
            ),
        }
    }
}

fn minutes(span: Timestamp) -> String {
    let minutes = span.as_secs_f64() / 60.0;
    match minutes {
        0.0 => "0 min".to_owned(),
        m if m >= 600.0 => format!("{:.1} h", m / 60.0),
        m => format!("{m:.0} min"),
    }
}
