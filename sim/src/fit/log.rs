//! A call log as a fit looks at it: calls of whole days, each with what became of it.
//!
//! Owns which days count. Never guesses what a log does not say: a log without agents, waits or
//! hang-ups is refused, with what its columns file lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::id::{ClassId, QueueId};
use engine::time::Micros;
use jiff::civil::Date;
use policy_file::{FileError, FileErrors, Names};

use super::LoggedCall;
use crate::columns::Columns;
use crate::trace::{Patience, TraceCall, TraceFile};

/// A weekday with this many calls on its other dates is not closed when a date has none: the date
/// is missing from the log.
const OPEN: f64 = 10.0;
/// Days with less than this share of their weekday's mean are pointed out.
const THIN: f64 = 0.25;

/// What became of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It met an agent.
    Connected,
    /// It hung up while it waited.
    Abandoned,
    /// Anything else.
    Other,
}

/// One call.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// As the columns file reads it; queue and class are filled in.
    pub trace: TraceCall,
    /// What it shows of waiting and service.
    pub logged: LoggedCall,
    /// What became of it.
    pub fate: Fate,
}

impl Call {
    /// Its queue.
    #[must_use]
    pub fn queue(&self) -> QueueId {
        self.trace.queue.unwrap_or(QueueId(0))
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ClassId {
        self.trace.class.unwrap_or(ClassId(0))
    }

    /// How long it talked, when it met an agent and the log says so.
    #[must_use]
    pub fn talk(&self) -> Option<Micros> {
        let service = self.logged.service.as_ref();
        let lasted = service.map(|service| service.end.abs_diff(service.start));
        let talk = self.trace.talk.or(lasted);
        talk.filter(|_| self.fate == Fate::Connected)
    }
}

/// A log.
#[derive(Clone, PartialEq, Debug)]
pub struct Log {
    /// The file, as the user named it.
    pub file: String,
    /// Its queues and classes.
    pub names: Names,
    /// Every kept call, by arrival.
    pub calls: Vec<Call>,
    /// Rows that could not be read and that the columns file allows to skip.
    pub skipped: u64,
    /// Longer talk was cut to this.
    pub cap: Option<Micros>,
    /// Whether it says who called.
    pub has_callers: bool,
    /// The dates that count, and the others.
    pub days: Days,
}

/// The dates of a log, from the first to the last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Days {
    /// Calls by date, of the dates that count; 0 where the weekday is closed.
    pub calls: BTreeMap<Date, u64>,
    /// Dates without any call whose weekday is open.
    pub missing: BTreeSet<Date>,
    /// Dates with far fewer calls than their weekday's others; they count.
    pub thin: BTreeSet<Date>,
}

impl Days {
    fn of(calls: &[Call]) -> Days {
        let mut counts: BTreeMap<Date, u64> = BTreeMap::new();
        for call in calls {
            *counts.entry(call.logged.date).or_default() += 1;
        }
        let (Some((first, _)), Some((last, _))) =
            (counts.first_key_value(), counts.last_key_value())
        else {
            return Days::default();
        };
        let dates: Vec<Date> = first
            .series(jiff::Span::new().days(1))
            .take_while(|date| date <= last)
            .collect();
        let mut days = Days::default();
        for date in &dates {
            let others = dates
                .iter()
                .filter(|other| other.weekday() == date.weekday() && *other != date);
            let others: Vec<u64> = others
                .filter_map(|other| counts.get(other).copied())
                .collect();
            let usual = others.iter().sum::<u64>() as f64 / others.len().max(1) as f64;
            let own = counts.get(date).copied().unwrap_or(0);
            if own == 0 && usual >= OPEN {
                days.missing.insert(*date);
                continue;
            }
            if usual >= OPEN && (own as f64) < THIN * usual {
                days.thin.insert(*date);
            }
            days.calls.insert(*date, own);
        }
        days
    }

    /// The dates that count.
    #[must_use]
    pub fn dates(&self) -> BTreeSet<Date> {
        self.calls.keys().copied().collect()
    }
}

impl Log {
    /// Reads a log for a fit. Calls without a queue join `queue`, those without a class are
    /// `standard`.
    ///
    /// # Errors
    /// As [`TraceFile::read`]; a columns file that does not say what a fit needs.
    pub fn read(path: &Path, columns_path: &Path, queue: &str) -> Result<Log, FileErrors> {
        let columns = Columns::read(columns_path)?;
        check(&columns, columns_path)?;
        let mut names = Names::default();
        let trace = TraceFile::read(
            path,
            &columns,
            jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0),
            &mut names,
        )?;
        let mut calls: Vec<Call> = Vec::with_capacity(trace.calls.len());
        for mut call in trace.calls {
            call.queue = call.queue.or_else(|| names.intern_queue(queue));
            call.class = call.class.or_else(|| names.intern_class("standard"));
            calls.push(judged(call));
        }
        calls.sort_by_key(|call| call.logged.arrived_at);
        let log = Log {
            file: path.display().to_string(),
            days: Days::of(&calls),
            names,
            calls,
            skipped: trace.skipped,
            cap: columns.cap.map(engine::time::micros),
            has_callers: columns.caller.is_some(),
        };
        log.check(path)?;
        Ok(log)
    }

    /// The same log with the calls of `dates` only.
    #[must_use]
    pub fn only(&self, dates: &BTreeSet<Date>) -> Log {
        let kept = |call: &&Call| dates.contains(&call.logged.date);
        let days = Days {
            calls: self
                .days
                .calls
                .iter()
                .filter(|(date, _)| dates.contains(date))
                .map(|(d, n)| (*d, *n))
                .collect(),
            missing: self.days.missing.clone(),
            thin: self.days.thin.intersection(dates).copied().collect(),
        };
        Log {
            file: self.file.clone(),
            names: self.names.clone(),
            calls: self.calls.iter().filter(kept).cloned().collect(),
            days,
            ..*self
        }
    }

    /// What is looked at of waiting and service, in order of arrival.
    #[must_use]
    pub fn logged(&self) -> Vec<LoggedCall> {
        self.calls.iter().map(|call| call.logged.clone()).collect()
    }

    /// How many of its calls ended so.
    #[must_use]
    pub fn count(&self, fate: Fate) -> u64 {
        self.calls.iter().filter(|call| call.fate == fate).count() as u64
    }

    fn check(&self, path: &Path) -> Result<(), FileErrors> {
        let file = path.display().to_string();
        let wrong = |message: &str, help: &str| {
            Err(FileError::whole_file(&file, message).with_help(help).into())
        };
        if self.calls.iter().all(|call| call.logged.service.is_none()) {
            return wrong(
                "has no service by a named agent, from which staffing is told",
                "see the keys `agent`, `talk` and `service` of the columns file, and `missing` under `agent`",
            );
        }
        if self.count(Fate::Connected) == 0 {
            return wrong(
                "has no call that met an agent",
                "see the key `outcome` of the columns file",
            );
        }
        Ok(())
    }
}

/// What a fit needs of a columns file.
fn check(columns: &Columns, path: &Path) -> Result<(), FileErrors> {
    let file = path.display().to_string();
    let lacks = |key: &str, what: &str, example: &str| {
        let message = format!("has no key `{key}`: {what}");
        Err(FileError::whole_file(&file, message)
            .with_help(format!("as in `{example}`"))
            .into())
    };
    if columns.agent.is_none() {
        return lacks(
            "agent",
            "who served a call, from which staffing is told",
            "agent: { column: server, missing: NOBODY }",
        );
    }
    if columns.patience.is_none() && columns.legs.is_none() {
        return lacks(
            "patience",
            "who hung up after which wait",
            "patience: { column: wait, when: { outcome: HANG }, else: censored }",
        );
    }
    let ends = columns
        .service
        .as_ref()
        .is_some_and(|service| service.end.is_some());
    if columns.talk.is_none() && !ends {
        return lacks(
            "talk",
            "how long calls talked",
            "talk: { column: talk, when: { outcome: AGENT } }",
        );
    }
    Ok(())
}

fn judged(mut trace: TraceCall) -> Call {
    if trace.recorded.wait.is_none() {
        trace.recorded.wait = match trace.patience {
            Patience::Known(wait) | Patience::Censored(wait) => Some(wait),
            Patience::Unknown => None,
        };
    }
    let fate = match trace.recorded.outcome.as_deref() {
        Some("connected") => Fate::Connected,
        Some("abandoned") => Fate::Abandoned,
        Some(_) => Fate::Other,
        None => match trace.patience {
            Patience::Known(_) => Fate::Abandoned,
            Patience::Censored(_) | Patience::Unknown => Fate::Connected,
        },
    };
    Call {
        logged: LoggedCall::of(&trace),
        trace,
        fate,
    }
}
