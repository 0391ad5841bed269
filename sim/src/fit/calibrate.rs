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
/// Halvings of the interval, with few replications: to within a few per cent of the factor.
const HALVINGS: u32 = 3;
/// Then steps along the slope so far, with so many times the replications: days that differ make the
/// abandonment of a month differ by a tenth of itself.
const STEPS: u32 = 2;
const TIMES: u32 = 4;
/// The longest of these steps.
const MOST: f64 = 0.1;
/// What the factor is multiplied by until the target is passed.
const WIDER: f64 = 1.15;
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

/// A factor and the abandonment with it.
type Look = (f64, f64);

impl Of<'_> {
    /// The abandonment with a factor.
    fn look(&self, scale: f64, n: u32, simulator: &Simulator<'_>) -> Result<Look, RunError> {
        let written = write(
            self.parts, self.names, self.told, self.frame, scale, "files",
        );
        let scenario = written
            .read()
            .expect("invariant: it was read with another factor");
        let (mut hung_up, mut offered) = (0, 0);
        for outcome in simulator.outcomes(&scenario, self.dates, n)? {
            let total = outcome.total();
            hung_up += total.abandoned;
            offered += total.offered;
        }
        Ok((scale, hung_up as f64 / offered.max(1) as f64))
    }
}

/// Finds the factor that makes `target` of the callers hang up, simulating about `calls` calls for
/// each of the first looks. All looks have the same draws.
///
/// # Errors
/// As the simulation's.
pub fn calibrate(
    of: &Of<'_>,
    target: f64,
    calls: f64,
    simulator: &Simulator<'_>,
) -> Result<Calibration, RunError> {
    let by_date = of.parts.arrivals.iter().flat_map(|a| a.by_date.values());
    let n = (calls / by_date.sum::<u64>().max(1) as f64)
        .ceil()
        .clamp(4.0, 60.0) as u32;
    let mut tried: Vec<Look> = vec![of.look(1.0, n, simulator)?];
    // More agents, fewer hang-ups: widen until the target lies between.
    let is_above = |look: Look| look.1 > target;
    let begins_above = is_above(tried[0]);
    let by = if begins_above { WIDER } else { 1.0 / WIDER };
    let mut last = tried[0];
    while is_above(last) == begins_above && (RANGE.0..=RANGE.1).contains(&(last.0 * by)) {
        last = of.look(last.0 * by, n, simulator)?;
        tried.push(last);
    }
    let is_reached = is_above(last) != begins_above;
    let mut scale = last.0;
    if is_reached {
        let before = tried[tried.len() - 2];
        let slope = (last.1 - before.1) / (last.0 - before.0);
        let (mut low, mut high) = if last.0 > before.0 {
            (before, last)
        } else {
            (last, before)
        };
        for _ in 0..HALVINGS {
            let middle = of.look(0.5 * (low.0 + high.0), n, simulator)?;
            tried.push(middle);
            *(if is_above(middle) {
                &mut low
            } else {
                &mut high
            }) = middle;
        }
        scale = 0.5 * (low.0 + high.0);
        for _ in 0..STEPS {
            let found = of.look(scale, n * TIMES, simulator)?;
            tried.push(found);
            scale -= ((found.1 - target) / slope).clamp(-MOST, MOST);
        }
    }
    Ok(Calibration {
        scale: (scale * 1e3).round() / 1e3,
        target,
        tried,
        is_reached,
    })
}
