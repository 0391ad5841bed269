//! How like its log a replay is: recorded beside simulated, per half hour of the day and overall.
//!
//! Owns the comparison and its verdict; [`table`](Likeness::table) and [`csv`](Likeness::csv) write
//! it. It looks at records only, never at a world or an engine, and does not decide whether a run
//! passed (a gate `{ within: 2 points, of: recorded }` does): a replay whose staffing is inferred from the log it is compared with is a check of
//! consistency, not a forecast.
//!
//! **Both sides alike.** Calls count that arrive within the experiment after its warm-up, by the
//! half hour in which they arrive. Served = connected; who is neither served nor hung up (refused,
//! timed out) is offered only. Shares are of the calls offered.

mod render;
pub(crate) mod tally;

pub use tally::Tally;

use std::collections::BTreeMap;

use engine::time::{Micros, Timestamp, micros};
use reports::record::{CallRow, Outcome};

use crate::scenario::{Arrivals, Scenario, TraceSource};
use crate::trace::{Recorded, TraceCall};
use crate::world::local::{DAY, LocalTime};
use tally::End;

/// Half an hour, in microseconds.
const HALF_HOUR: Micros = 1_800_000_000;
/// Half hours of a day.
const HALF_HOURS: usize = 48;
/// What a columns file's `outcome` map must say for the comparison.
const SERVED: &str = "connected";
const HUNG_UP: &str = "abandoned";

/// Closest that abandonment must come over the whole time, as a share of the calls.
pub const ABANDONMENT_WITHIN: f64 = 0.02;
/// Closest that the mean wait of the served must come, as a share of the recorded.
pub const WAIT_WITHIN: f64 = 0.2;

/// The measures that a log records too.
pub const MEASURES: [&str; 3] = ["abandonment_rate", "asa", "service_level_offered"];

/// Both sides of one span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pair {
    /// The log.
    pub recorded: Tally,
    /// All replications together.
    pub simulated: Tally,
}

/// Root mean square differences, weighted by recorded calls; spans in which a side has nobody to
/// speak of are left out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rms {
    /// Of the abandonment, as a share.
    pub abandonment: f64,
    /// Of the mean wait of the served, seconds.
    pub wait: f64,
}

/// Whether the replay is like the log, by [`ABANDONMENT_WITHIN`] and [`WAIT_WITHIN`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Verdict {
    /// Both are within their limits.
    pub is_alike: bool,
    /// Simulated minus recorded abandonment, as a share.
    pub abandonment_off: f64,
    /// Simulated over recorded mean wait of the served, minus 1.
    pub wait_off: f64,
}

/// A replay beside its log.
#[derive(Clone, PartialEq, Debug)]
pub struct Likeness {
    local: LocalTime,
    counted: std::ops::Range<Timestamp>,
    threshold: Micros,
    replications: u32,
    /// By days since the midnight before the epoch and half hour of the day.
    cells: BTreeMap<(u64, usize), Pair>,
    notes: Vec<String>,
}

impl Likeness {
    /// The log's side; `None` unless every stream of the scenario replays a log whose columns file
    /// has `wait` and an `outcome` of `connected` and `abandoned`.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Option<Likeness> {
        let experiment = &scenario.experiment;
        let streams = scenario.world.calls.iter();
        let sources: Option<Vec<&TraceSource>> = streams
            .map(|stream| match &stream.arrivals {
                Arrivals::Trace(source) => Some(source),
                Arrivals::Poisson(_)
                | Arrivals::Profile(_)
                | Arrivals::Journal { .. }
                | Arrivals::Burst { .. } => None,
            })
            .collect();
        let sources = sources.filter(|sources| !sources.is_empty())?;
        let mut likeness = Likeness {
            local: LocalTime::new(experiment.start),
            counted: Timestamp(micros(experiment.warm_up))..Timestamp(micros(experiment.horizon)),
            threshold: micros(experiment.threshold),
            replications: 0,
            cells: BTreeMap::new(),
            notes: sources.iter().flat_map(|s| s.notes.clone()).collect(),
        };
        for call in sources.iter().flat_map(|source| source.calls.iter()) {
            let (end, wait) = recorded_end(call)?;
            likeness.count(call.arrived_at, end, wait, |pair| &mut pair.recorded);
        }
        Some(likeness)
    }

    /// The log's side and that of every replication: `rows` by replication, as
    /// [`reports::report::RunReport::rows`] has them.
    #[must_use]
    pub fn of(scenario: &Scenario, rows: &[Vec<CallRow>]) -> Option<Likeness> {
        let mut likeness = Likeness::new(scenario)?;
        for rows in rows {
            likeness.add(rows);
        }
        Some(likeness)
    }

    /// Adds one replication.
    pub fn add(&mut self, rows: &[CallRow]) {
        self.replications += 1;
        for row in rows {
            let end = match row.outcome {
                Some(Outcome::Connected) => End::Served,
                Some(Outcome::Abandoned) => End::HungUp,
                Some(
                    Outcome::Callback
                    | Outcome::Voicemail
                    | Outcome::RefusedClosed
                    | Outcome::RefusedFull
                    | Outcome::RefusedNobody
                    | Outcome::RefusedNoLine
                    | Outcome::TimedOut
                    | Outcome::Failed
                    | Outcome::CallbackConnected
                    | Outcome::CallbackFailed,
                )
                | None => End::Other,
            };
            let wait = row.wait.unwrap_or(0);
            self.count(row.arrived_at, end, wait, |pair| &mut pair.simulated);
        }
    }

    fn count(
        &mut self,
        at: Timestamp,
        end: End,
        wait: Micros,
        side: impl Fn(&mut Pair) -> &mut Tally,
    ) {
        if !self.counted.contains(&at) {
            return;
        }
        let half_hour = self.local.since_time_of_day(at.0, 0) % DAY / HALF_HOUR;
        let cell = (self.local.day(at.0), half_hour as usize);
        side(self.cells.entry(cell).or_default()).add(end, wait, self.threshold);
    }

    /// The replications added.
    #[must_use]
    pub fn replications(&self) -> u32 {
        self.replications
    }

    /// The whole time.
    #[must_use]
    pub fn overall(&self) -> Pair {
        let mut all = Pair::default();
        for pair in self.cells.values() {
            all.recorded.absorb(&pair.recorded);
            all.simulated.absorb(&pair.simulated);
        }
        all
    }

    /// What the log says of one of [`MEASURES`], in the measure's unit and over the calls that count;
    /// `None` for others, and where it has nobody to speak of.
    #[must_use]
    pub fn recorded_measure(&self, id: &str) -> Option<f64> {
        let recorded = self.overall().recorded;
        match id {
            "abandonment_rate" => recorded.abandonment(),
            "asa" => recorded.mean_served_wait(),
            "service_level_offered" => recorded.within(),
            _ => None,
        }
    }

    /// By half hour of the day, 00:00 first; all days together.
    #[must_use]
    pub fn half_hours(&self) -> [Pair; HALF_HOURS] {
        let mut all = [Pair::default(); HALF_HOURS];
        for ((_, half_hour), pair) in &self.cells {
            all[*half_hour].recorded.absorb(&pair.recorded);
            all[*half_hour].simulated.absorb(&pair.simulated);
        }
        all
    }

    /// Over the half hours of the day, all days together.
    #[must_use]
    pub fn rms_by_half_hour(&self) -> Rms {
        rms(self.half_hours().iter())
    }

    /// Over every half hour of every date.
    #[must_use]
    pub fn rms_by_date_and_half_hour(&self) -> Rms {
        rms(self.cells.values())
    }

    /// Whether it is like the log; `None` before a replication was added, and when the log has
    /// nobody who was served or none who had to wait.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let Pair {
            recorded,
            simulated,
        } = self.overall();
        let abandonment_off = simulated.abandonment()? - recorded.abandonment()?;
        let recorded_wait = recorded.mean_served_wait().filter(|wait| *wait > 0.0)?;
        let wait_off = simulated.mean_served_wait()? / recorded_wait - 1.0;
        Some(Verdict {
            is_alike: abandonment_off.abs() <= ABANDONMENT_WITHIN && wait_off.abs() <= WAIT_WITHIN,
            abandonment_off,
            wait_off,
        })
    }
}

/// `None` when the log does not say.
fn recorded_end(call: &TraceCall) -> Option<(End, Micros)> {
    let Recorded { outcome, wait, .. } = &call.recorded;
    let end = match outcome.as_deref()? {
        SERVED => End::Served,
        HUNG_UP => End::HungUp,
        _ => End::Other,
    };
    Some((end, (*wait)?))
}

fn rms<'p>(pairs: impl Iterator<Item = &'p Pair>) -> Rms {
    let (mut abandonment, mut wait) = (Mean::default(), Mean::default());
    for pair in pairs {
        let (recorded, simulated) = (&pair.recorded, &pair.simulated);
        let weight = recorded.offered as f64;
        if let (Some(a), Some(b)) = (recorded.abandonment(), simulated.abandonment()) {
            abandonment.add(weight, (b - a).powi(2));
        }
        if let (Some(a), Some(b)) = (recorded.mean_served_wait(), simulated.mean_served_wait()) {
            wait.add(weight, (b - a).powi(2));
        }
    }
    Rms {
        abandonment: abandonment.value().sqrt(),
        wait: wait.value().sqrt(),
    }
}

/// A weighted mean; 0 of nothing.
#[derive(Default)]
struct Mean {
    weight: f64,
    sum: f64,
}

impl Mean {
    fn add(&mut self, weight: f64, value: f64) {
        self.weight += weight;
        self.sum += weight * value;
    }
    fn value(&self) -> f64 {
        if self.weight > 0.0 {
            self.sum / self.weight
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests;
