//! Who calls: streams of arrivals and the classes of callers in them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::id::{ClassId, QueueId};
use jiff::civil::DateTime;
use policy_file::TimeOfDay;
use serde::Serialize;

use super::DistSpec;
use crate::trace::TraceCall;

/// One stream of calls into one queue.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CallStream {
    /// Where they arrive, unless the calls of a log say where themselves.
    pub queue: QueueId,
    /// When they arrive.
    pub arrivals: Arrivals,
    /// Who they are: each class once, shares adding up to 1. A call whose log says its class ignores
    /// the shares; every class of a trace is listed here. Empty only for a journal.
    pub classes: Vec<CallerClass>,
}

/// When calls arrive.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Arrivals {
    /// A Poisson process of constant rate, per second. Above 0.
    Poisson(f64),
    /// A Poisson process whose rate follows the time of day.
    Profile(Profile),
    /// The calls of a foreign log.
    Trace(TraceSource),
    /// The calls of a journal that Linefinder recorded.
    Journal {
        /// The file; it exists.
        #[serde(skip)]
        file: PathBuf,
        /// Hex SHA-256 of its bytes.
        sha256: String,
    },
    /// Bursts at `every`, `2 x every`, ... after the epoch.
    Burst {
        /// Between the starts of two bursts; above 0.
        every: Duration,
        /// Per burst, at least 1.
        calls: u32,
        /// They arrive uniformly within this; at most `every`, 0 = all at one instant.
        within: Duration,
    },
}

/// Piecewise-constant rates that repeat daily; 0 outside the listed steps.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Profile {
    /// The rates, per second.
    pub rates: WeekTable<f64>,
    /// Multiplies the stream's rates of a day, beside the experiment's; mean 1.
    pub day_factor: Option<DistSpec>,
}

/// Values per step of the day, by day of the week.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WeekTable<T> {
    /// The length of a step; above 0.
    pub step: Duration,
    /// When the first step of a day starts. A day's steps may run past midnight, at most 24 h.
    pub from: TimeOfDay,
    /// Monday first. A day without values is one of zeros.
    pub days: [Vec<T>; 7],
}

impl<T> WeekTable<T> {
    /// The value at a local moment; `None` outside the listed steps. Before `from` the steps of
    /// the day before go on.
    #[must_use]
    pub fn at(&self, local: DateTime) -> Option<&T> {
        let weekday = local.weekday().to_monday_zero_offset();
        let today = usize::try_from(weekday).unwrap_or(0);
        let (time, from) = (since_midnight(local), self.from.since_midnight());
        let (day, since) = match time.checked_sub(from) {
            Some(since) => (today, since),
            None => ((today + 6) % 7, time + DAY - from),
        };
        self.days[day].get(nth_step(since, self.step))
    }
}

const DAY: Duration = Duration::from_secs(86_400);

fn since_midnight(local: DateTime) -> Duration {
    let midnight = local.date().at(0, 0, 0, 0);
    Duration::try_from(local.duration_since(midnight)).unwrap_or_default()
}

fn nth_step(since: Duration, step: Duration) -> usize {
    let n = since.as_micros() / step.as_micros().max(1);
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The calls of a log, already read.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TraceSource {
    /// The log.
    #[serde(skip)]
    pub file: PathBuf,
    /// The columns file.
    #[serde(skip)]
    pub columns: PathBuf,
    /// Hex SHA-256 of the log.
    pub sha256: String,
    /// Hex SHA-256 of the columns file.
    pub columns_sha256: String,
    /// In order of arrival, from the epoch to before the horizon.
    #[serde(skip)]
    pub calls: Arc<[TraceCall]>,
    /// Calls of the log outside the scenario's time.
    pub outside: u64,
    /// Rows that could not be read and that the columns file allows to skip.
    pub skipped: u64,
    /// What the reader of a comparison with the log should know: sentences, as written.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Callers of one class in one stream.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CallerClass {
    /// Which class.
    pub class: ClassId,
    /// Of the stream's calls, 0..=1.
    pub share: f64,
    /// How long until the caller would hang up; `None` = never.
    pub patience: Option<PerPeriod<DistSpec>>,
    /// How long the conversation takes; `None` only where the log says it of every call.
    pub talk: Option<PerPeriod<DistSpec>>,
    /// Hangs up at once when it has to wait, with this probability.
    pub balks: f64,
    /// Leaves a message when offered, with this probability (absent: 1).
    pub leaves_message: f64,
    /// Calls again; `None` = never.
    pub redial: Option<Redial>,
    /// How it takes to callbacks; the default takes and answers each.
    pub callback: CallbackAnswer,
}

/// A value that may depend on the time of day at arrival.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum PerPeriod<T> {
    /// The same all day.
    Always(T),
    /// By step of the day, repeating daily. After the last step, the last value holds until `from`.
    ByPeriod {
        /// The length of a step; above 0; all steps fit into 24 h.
        step: Duration,
        /// When the first starts; absent: the scenario's start's time of day.
        from: TimeOfDay,
        /// At least one.
        values: Vec<T>,
    },
}

impl<T> PerPeriod<T> {
    /// The value for a call that arrives at a local moment.
    #[must_use]
    pub fn at(&self, local: DateTime) -> &T {
        match self {
            PerPeriod::Always(value) => value,
            PerPeriod::ByPeriod { step, from, values } => {
                let (time, from) = (since_midnight(local), from.since_midnight());
                let since = time.checked_sub(from).unwrap_or_else(|| time + DAY - from);
                &values[nth_step(since, *step).min(values.len() - 1)]
            }
        }
    }
}

/// Calling again as the same caller.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Redial {
    /// With which probability, by outcome.
    pub after: RedialAfter,
    /// From the outcome to the next call.
    pub delay: DistSpec,
}

/// The probability to call again by outcome, each 0..1 (below 1: else one caller calls for ever).
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct RedialAfter {
    /// Hung up while waiting.
    pub abandoned: f64,
    /// Refused: closed, full, nobody, no line.
    pub refused: f64,
    /// Left a message.
    pub voicemail: f64,
    /// The maximum wait passed.
    pub timed_out: f64,
    /// The carrier or the system failed.
    pub failed: f64,
    /// The callback never reached it.
    pub callback_failed: f64,
    /// The conversation was cut off: the agent's network was lost.
    pub cut_off: f64,
}

/// How a caller takes to callbacks.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct CallbackAnswer {
    /// Takes the offer, with this probability.
    pub accepts: f64,
    /// Answers an attempt, with this probability.
    pub answers: f64,
}

impl Default for CallbackAnswer {
    fn default() -> Self {
        CallbackAnswer {
            accepts: 1.0,
            answers: 1.0,
        }
    }
}
