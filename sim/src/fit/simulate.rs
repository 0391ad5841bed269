//! What becomes of the calls of certain dates: recorded in a log, or simulated so many times.
//!
//! Owns the figures that both sides have, counted alike: calls by the date they came in, waits in whole
//! seconds. Says nothing about whether they agree.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::time::{Micros, micros};
use jiff::civil::{Date, DateTime};
use policy_file::Names;
use reports::record::{CallRow, Outcome as End};

use super::log::{Fate, Log};
use crate::experiment::{Control, Options, RunError, each};
use crate::likeness::Tally;
use crate::likeness::tally::End as Ended;
use crate::scenario::Scenario;

/// Waits up to this many seconds are told apart.
pub const LONGEST: usize = 1800;

/// What became of the calls of some dates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// By date.
    pub by_date: BTreeMap<Date, Tally>,
    /// By the class's name.
    pub by_class: BTreeMap<String, Tally>,
    /// By whole second of the wait: served calls. Longer ones are the last.
    pub served_waits: Vec<u64>,
}

impl Outcome {
    fn new(dates: &BTreeSet<Date>) -> Outcome {
        Outcome {
            by_date: dates.iter().map(|date| (*date, Tally::default())).collect(),
            by_class: BTreeMap::new(),
            served_waits: vec![0; LONGEST + 1],
        }
    }

    /// All dates together.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.by_date.values() {
            total.absorb(tally);
        }
        total
    }

    fn add(&mut self, date: Date, class: &str, (end, wait): (Ended, Micros), threshold: Micros) {
        let Some(tally) = self.by_date.get_mut(&date) else {
            return;
        };
        tally.add(end, wait, threshold);
        match self.by_class.get_mut(class) {
            Some(tally) => tally.add(end, wait, threshold),
            None => {
                let mut tally = Tally::default();
                tally.add(end, wait, threshold);
                self.by_class.insert(class.to_owned(), tally);
            }
        }
        if end == Ended::Served {
            let second = usize::try_from(wait / 1_000_000).unwrap_or(LONGEST);
            self.served_waits[second.min(LONGEST)] += 1;
        }
    }
}

/// One of the figures that both sides have.
pub struct Figure {
    /// In files.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// Whether it is a share.
    pub is_share: bool,
    /// Of a tally over so many dates.
    pub of: fn(&Tally, usize) -> Option<f64>,
}

/// Calls a day, then shares and seconds.
pub const FIGURES: [Figure; 6] = [
    Figure {
        id: "calls_per_day",
        name: "calls a day",
        is_share: false,
        of: |tally, n_dates| Some(tally.offered as f64 / n_dates as f64),
    },
    Figure {
        id: "abandonment_rate",
        name: "abandoned",
        is_share: true,
        of: |tally, _| tally.abandonment(),
    },
    Figure {
        id: "asa",
        name: "mean wait of served",
        is_share: false,
        of: |tally, _| tally.mean_served_wait(),
    },
    Figure {
        id: "mean_wait_abandoned",
        name: "mean wait of hung up",
        is_share: false,
        of: |tally, _| tally.mean_abandoned_wait(),
    },
    Figure {
        id: "mean_wait",
        name: "mean wait of all",
        is_share: false,
        of: |tally, _| {
            let (n, sum) = (
                tally.served + tally.abandoned,
                tally.served_wait + tally.abandoned_wait,
            );
            (n > 0).then(|| sum as f64 * 1e-6 / n as f64)
        },
    },
    Figure {
        id: "connected_within_threshold",
        name: "served in time",
        is_share: true,
        of: |tally, _| tally.within(),
    },
];

/// What the log recorded on these dates.
#[must_use]
pub fn recorded(log: &Log, dates: &BTreeSet<Date>, threshold: Duration) -> Outcome {
    let mut outcome = Outcome::new(dates);
    for call in &log.calls {
        let end = match call.fate {
            Fate::Connected => Ended::Served,
            Fate::Abandoned => Ended::HungUp,
            Fate::Other => Ended::Other,
        };
        let class = &log.names.classes[call.class().index()];
        outcome.add(
            call.logged.date,
            class,
            (end, call.logged.wait),
            micros(threshold),
        );
    }
    outcome
}

/// Who simulates, and how.
pub struct Simulator<'a> {
    /// Threads, at least 1.
    pub threads: usize,
    /// How it is watched and stopped.
    pub control: &'a Control<'a>,
}

impl Simulator<'_> {
    /// `n` replications of a scenario, of which these dates count.
    ///
    /// # Errors
    /// As [`each`].
    pub fn outcomes(
        &self,
        scenario: &Scenario,
        dates: &BTreeSet<Date>,
        n: u32,
    ) -> Result<Vec<Outcome>, RunError> {
        let options = Options {
            threads: self.threads,
            rows: true,
            checks: crate::world::Checks::default(),
            command: String::new(),
        };
        let (start, threshold) = (
            scenario.experiment.start,
            micros(scenario.experiment.threshold),
        );
        let names = &scenario.world.names;
        each(scenario, n, &options, self.control, &|replication| {
            counted(&replication.rows, names, start, dates, threshold)
        })
    }
}

fn counted(
    rows: &[CallRow],
    names: &Names,
    start: DateTime,
    dates: &BTreeSet<Date>,
    threshold: Micros,
) -> Outcome {
    let mut outcome = Outcome::new(dates);
    // Days are counted from the midnight before the start.
    let first = start.date();
    let into_day = super::moment(start).rem_euclid(86_400_000_000) as u64;
    let mut known: BTreeMap<u64, Date> = BTreeMap::new();
    for row in rows {
        let day = (row.arrived_at.0 + into_day) / 86_400_000_000;
        let date = *known.entry(day).or_insert_with(|| {
            first.saturating_add(jiff::Span::new().days(i64::try_from(day).unwrap_or(0)))
        });
        let end = match row.outcome {
            Some(End::Connected) => Ended::Served,
            Some(End::Abandoned) => Ended::HungUp,
            Some(
                End::Callback
                | End::Voicemail
                | End::RefusedClosed
                | End::RefusedFull
                | End::RefusedNobody
                | End::RefusedNoLine
                | End::TimedOut
                | End::Failed
                | End::CallbackConnected
                | End::CallbackFailed,
            )
            | None => Ended::Other,
        };
        let class = &names.classes[row.class.index()];
        outcome.add(date, class, (end, row.wait.unwrap_or(0)), threshold);
    }
    outcome
}
