//! What is wanted of a study: which log, which days, told what.
//!
//! Owns the choice of dates, and refuses one that leaves nothing to fit.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;
use policy_file::{FileError, FileErrors, Weekdays};

use super::arrivals::{grouped, weekday};
use super::log::Log;
use super::parts::Options;
use super::write::{Frame, Told};

/// Days that are kept aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoldOut {
    /// Every so many-th date that counts.
    Every(usize),
    /// So many at the end.
    Last(usize),
    /// These.
    Dates(BTreeSet<Date>),
}

impl std::fmt::Display for HoldOut {
    /// As the command line takes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HoldOut::Every(k) => write!(f, "every-{k}"),
            HoldOut::Last(n) => write!(f, "last-{n}"),
            HoldOut::Dates(dates) => {
                let dates: Vec<String> = dates.iter().map(Date::to_string).collect();
                f.write_str(&dates.join(","))
            }
        }
    }
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// The log.
    pub log: PathBuf,
    /// Its columns file.
    pub columns: PathBuf,
    /// The queue of calls whose log does not say one.
    pub queue: String,
    /// How it is fitted.
    pub options: Options,
    /// What the log does not say.
    pub told: Told,
    /// What the files beside the scenario stand in.
    pub folder: String,
    /// Dates that do not count.
    pub leave_out: BTreeSet<Date>,
    /// Days that are kept aside.
    pub hold_out: Option<HoldOut>,
    /// Another log to predict, and its columns file.
    pub predict: Option<(PathBuf, PathBuf)>,
    /// Its weekdays that are predicted.
    pub predict_days: Weekdays,
    /// Whether the other log is predicted again with parts of its own.
    pub what_ifs: bool,
    /// Calls simulated for each look while the number of agents is calibrated; `None` = it is not.
    pub calibration_calls: Option<f64>,
    /// Replications of each prediction; 0 = nothing is simulated and nothing calibrated.
    pub replications: u32,
}

pub(super) fn read(request: &Request) -> Result<Log, FileErrors> {
    let log = Log::read(&request.log, &request.columns, &request.queue)?;
    let dates: BTreeSet<Date> = log
        .days
        .dates()
        .difference(&request.leave_out)
        .copied()
        .collect();
    if let Some(date) = request
        .leave_out
        .iter()
        .find(|date| !log.days.dates().contains(date))
    {
        return Err(FileError::whole_file(
            &log.file,
            format!("has no calls on {date}, which is to be left out"),
        )
        .into());
    }
    if dates.is_empty() {
        return Err(FileError::whole_file(&log.file, "has no date left").into());
    }
    Ok(log.only(&dates))
}

/// The dates that are kept aside, checked.
pub(super) fn held_out(log: &Log, request: &Request) -> Result<BTreeSet<Date>, FileErrors> {
    let dates: Vec<Date> = log.days.dates().into_iter().collect();
    let held: BTreeSet<Date> = match &request.hold_out {
        None => return Ok(BTreeSet::new()),
        Some(HoldOut::Every(k)) => dates.iter().skip(k - 1).step_by(*k).copied().collect(),
        Some(HoldOut::Last(n)) => dates.iter().rev().take(*n).copied().collect(),
        Some(HoldOut::Dates(held)) => held.clone(),
    };
    let wrong = |message: String| Err(FileErrors::from(FileError::whole_file(&log.file, message)));
    if let Some(date) = held.iter().find(|date| !dates.contains(date)) {
        return wrong(format!("has no calls on {date}, which is to be kept aside"));
    }
    if held.is_empty() {
        return wrong(format!(
            "has {} dates: none would be kept aside",
            dates.len()
        ));
    }
    let groups = grouped(&request.options.alike);
    for date in &held {
        let alike = |other: &&Date| {
            let groups = groups.iter();
            groups
                .clone()
                .any(|g| g.contains(weekday(*date)) && g.contains(weekday(**other)))
        };
        if !dates
            .iter()
            .filter(|other| !held.contains(other))
            .any(|other| alike(&other))
        {
            return wrong(format!(
                "has no {} left to fit when {date} is kept aside; keep fewer days aside, or say which weekdays are \
                 alike",
                Weekdays(1 << weekday(*date))
            ));
        }
    }
    Ok(held)
}

/// From the first to the last of the dates.
pub(super) fn frame(dates: &BTreeSet<Date>) -> Frame {
    let first = *dates.first().expect("invariant: there are dates");
    let last = *dates.last().expect("invariant: there are dates");
    let days = (last - first).get_days();
    Frame {
        first,
        days: u32::try_from(days).unwrap_or(0) + 1,
    }
}
