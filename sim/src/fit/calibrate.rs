//! How many times the agents that were seen make the abandonment that was recorded.
//!
//! Presence told from services is a lower bound in idle times, and a weekly table cannot follow each day
//! as the centre did; both are one number here, which is stated. It is found on the dates that were fitted
//! and is part of the fit: what it is worth, days that were kept aside show.

use std::collections::BTreeSet;

use jiff::civil::Date;
use policy_file::Names;
use serde::Serialize;

use super::parts::Parts;
use super::simulate::Simulator;
use super::write::{Frame, Told, write};
use crate::experiment::RunError;

/// Calls simulated for one look, unless said.
pub const CALLS: f64 = 300_000.0;
/// Halvings of the interval: to within 1 % of the factor.
const HALVINGS: u32 = 6;
/// Fewer hang-ups are too few to calibrate by.
pub const LEAST: u64 = 50;
/// A factor beyond these is no calibration any more.
const RANGE: (f64, f64) = (0.6, 2.5);

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Calibration {
    /// Times the agents that were seen.
    pub scale: f64,
    /// The abandonment that was aimed at, a share.
    pub target: f64,
    /// Every factor that was tried, and the abandonment with it.
    pub tried: Vec<(f64, f64)>,
    /// Whether the target was reached within the range.
    pub is_reached: bool,
}

/// What is calibrated.
pub struct Of<'a> {
    /// The fitted parts.
    pub parts: &'a Parts,
    /// The log's queues and classes.
    pub names: &'a Names,
    /// What the log does not say.
    pub told: &'a Told,
    /// The fitted dates' frame.
    pub frame: Frame,
    /// The fitted dates.
    pub dates: &'a BTreeSet<Date>,
}

/// Finds the factor that makes `target` of the callers hang up, simulating about `calls` calls for
/// each look. All looks have the same draws.
///
/// # Errors
/// As the simulation's.
pub fn calibrate(
    of: &Of<'_>,
    target: f64,
    calls: f64,
    simulator: &Simulator<'_>,
) -> Result<Calibration, RunError> {
    let Of {
        parts,
        names,
        told,
        frame,
        dates,
    } = of;
    let recorded: u64 = parts.arrivals.iter().flat_map(|a| a.by_date.values()).sum();
    let n = (calls / recorded.max(1) as f64).ceil().clamp(4.0, 60.0) as u32;
    let mut tried: Vec<(f64, f64)> = Vec::new();
    let mut look = |scale: f64| -> Result<f64, RunError> {
        let written = write(parts, names, told, *frame, scale, "files");
        let scenario = written
            .read()
            .expect("invariant: it was read with another factor");
        let outcomes = simulator.outcomes(&scenario, dates, n)?;
        let (mut hung_up, mut offered) = (0, 0);
        for outcome in outcomes {
            let total = outcome.total();
            hung_up += total.abandoned;
            offered += total.offered;
        }
        let share = hung_up as f64 / offered.max(1) as f64;
        tried.push((scale, share));
        Ok(share)
    };
    // More agents, fewer hang-ups: widen until the target lies between.
    let (mut low, mut high) = (1.0, 1.0);
    if look(1.0)? > target {
        while high < RANGE.1 {
            low = high;
            high *= 1.15;
            if look(high)? <= target {
                break;
            }
        }
    } else {
        while low > RANGE.0 {
            high = low;
            low /= 1.15;
            if look(low)? > target {
                break;
            }
        }
    }
    let is_reached = low < high && (RANGE.0 / 1.15..RANGE.1 * 1.15).contains(&low);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if look(middle)? > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    let scale = (0.5 * (low + high) * 1e3).round() / 1e3;
    Ok(Calibration {
        scale,
        target,
        tried,
        is_reached,
    })
}
