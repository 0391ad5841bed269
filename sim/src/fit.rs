//! Fitting a world to a call log: what the log shows of agents and callers, and what follows.
//!
//! Owns the step from a log's calls to a calibrated scenario, and how well that predicts. In reading
//! order: [`log`] (calls of whole days); [`parts`] (everything a log says: [`arrivals`], [`groups`] and their
//! [`staffing`] from [`presence`], [`wrap_up`], talk and patience by [`law`]: [`families`] over [`spans`], or
//! [`curve`]s; [`redials`], [`discipline`], [`peaks`]); [`write`](mod@write) (the files); [`simulate`], [`calibrate`], [`given`]
//! and [`predict`] (days that were kept aside, another log); [`request`], [`study`] (the order of the steps),
//! [`warnings`] and [`report`]. [`kaplan_meier`] and [`waiting`] serve several. None draws a random number of
//! its own: the world does.
//!
//! **Time.** A [`Moment`] is local time as a log writes it, in microseconds since the start of
//! 1970, whatever the scenario's epoch.

pub mod arrivals;
pub mod calibrate;
pub mod curve;
pub mod discipline;
pub mod families;
pub mod given;
pub mod groups;
pub mod kaplan_meier;
pub mod law;
pub mod log;
pub mod parts;
pub mod peaks;
pub mod predict;
pub mod presence;
pub mod redials;
pub mod report;
pub mod request;
pub mod simulate;
pub mod spans;
pub mod staffing;
pub mod study;
pub mod waiting;
pub mod warnings;
pub mod wrap_up;
pub mod write;

use engine::time::Micros;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, date};

use crate::trace::{Patience, TraceCall};

/// Local time in microseconds since the start of 1970; below 0 before it.
pub type Moment = i64;

/// A recorded start of service this far from arrival + wait is a slip of the log's clock (or of
/// its date, past midnight).
const SLIP: Micros = 20 * 60 * 1_000_000;

const ORIGIN: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The moment of a local date and time.
#[must_use]
pub fn moment(local: DateTime) -> Moment {
    let micros = local.duration_since(ORIGIN).as_micros();
    Moment::try_from(micros).expect("invariant: every civil date is within 300,000 years of 1970")
}

/// The local date and time of a moment.
///
/// # Panics
/// Outside the years -9999 to 9999, where no log's moment lies.
#[must_use]
pub fn local(at: Moment) -> DateTime {
    ORIGIN
        .checked_add(SignedDuration::from_micros(at))
        .expect("invariant: moments come from civil dates")
}

/// One call as a log shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedCall {
    /// The date of its row: a service after midnight belongs to the day before.
    pub date: Date,
    /// When it came in.
    pub arrived_at: Moment,
    /// How long it waited, whatever came of it; 0 when it did not.
    pub wait: Micros,
    /// Its service, when the log names who gave it.
    pub service: Option<Service>,
}

/// A service by a named agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Who.
    pub agent: String,
    /// From when.
    pub start: Moment,
    /// To when; not before `start`.
    pub end: Moment,
}

impl LoggedCall {
    /// What a log's call shows of waiting and service.
    ///
    /// A service starts when the log says so, or with the end of the wait where it does not or is
    /// 20 minutes or more away from it; it lasts as long as the talk (already cut to the columns
    /// file's `cap`), or to its recorded end.
    #[must_use]
    pub fn of(call: &TraceCall) -> LoggedCall {
        let arrived_at = moment(call.arrived_local);
        let wait = call.recorded.wait.unwrap_or(0);
        LoggedCall {
            date: call.arrived_local.date(),
            arrived_at,
            wait,
            service: service(call, later(arrived_at, wait)),
        }
    }
}

fn service(call: &TraceCall, wait_ends: Moment) -> Option<Service> {
    let recorded = &call.recorded;
    let hung_up = matches!(call.patience, Patience::Known(_));
    let agent = recorded.agent.clone().filter(|_| !hung_up)?;
    let start = recorded
        .service_start
        .map(moment)
        .filter(|start| start.abs_diff(wait_ends) < SLIP)
        .unwrap_or(wait_ends);
    let end = match (call.talk, recorded.service_end) {
        (Some(talk), _) => later(start, talk),
        (None, Some(end)) => moment(end).max(start),
        (None, None) => return None,
    };
    Some(Service { agent, start, end })
}

/// A moment `span` later.
pub(crate) fn later(at: Moment, span: Micros) -> Moment {
    at.saturating_add_unsigned(span)
}

/// Every agent's services, by agent's name, in order of their start (at one moment: of the log).
pub(crate) fn services_by_agent(calls: &[LoggedCall]) -> Vec<Vec<(Date, &Service)>> {
    let mut by_agent: std::collections::BTreeMap<&str, Vec<(Date, &Service)>> =
        std::collections::BTreeMap::new();
    for call in calls {
        if let Some(service) = &call.service {
            let of_agent = by_agent.entry(&service.agent).or_default();
            of_agent.push((call.date, service));
        }
    }
    let mut all: Vec<_> = by_agent.into_values().collect();
    for services in &mut all {
        services.sort_by_key(|(_, service)| service.start);
    }
    all
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Seconds on the first day of 1999.
    pub(crate) fn at(seconds: i64) -> Moment {
        moment(date(1999, 1, 1).at(0, 0, 0, 0)) + seconds * 1_000_000
    }

    pub(crate) fn served(agent: &str, start: i64, end: i64) -> LoggedCall {
        LoggedCall {
            date: date(1999, 1, 1),
            arrived_at: at(start),
            wait: 0,
            service: Some(Service {
                agent: agent.into(),
                start: at(start),
                end: at(end),
            }),
        }
    }

    /// Somebody who waits and hangs up.
    pub(crate) fn waited(from: i64, to: i64) -> LoggedCall {
        LoggedCall {
            date: date(1999, 1, 1),
            arrived_at: at(from),
            wait: (to - from) as u64 * 1_000_000,
            service: None,
        }
    }

    fn logged(start: Option<&str>, end: Option<&str>, talk: Option<u64>) -> Option<(i64, i64)> {
        let arrived_local: DateTime = "1999-01-01T08:00".parse().unwrap();
        let time = |text: &str| format!("1999-01-01T{text}").parse::<DateTime>().unwrap();
        let call = TraceCall {
            arrived_local,
            arrived_at: engine::Timestamp::ZERO,
            queue: None,
            class: None,
            key: None,
            talk: talk.map(|s| s * 1_000_000),
            patience: Patience::Censored(60_000_000),
            recorded: crate::trace::Recorded {
                outcome: None,
                wait: Some(60_000_000),
                agent: Some("a01".into()),
                caller: None,
                service_start: start.map(time),
                service_end: end.map(time),
            },
        };
        let seconds = |at: Moment| (at - moment(arrived_local)) / 1_000_000;
        let service = LoggedCall::of(&call).service?;
        Some((seconds(service.start), seconds(service.end)))
    }

    #[test]
    fn a_service_starts_as_recorded_unless_that_is_20_minutes_off() {
        assert_eq!(logged(Some("08:01:05"), None, Some(30)), Some((65, 95)));
        assert_eq!(logged(None, None, Some(30)), Some((60, 90)));
        assert_eq!(logged(Some("08:20:59"), None, Some(30)), Some((1259, 1289)));
        assert_eq!(logged(Some("08:21:00"), None, Some(30)), Some((60, 90)));
        assert_eq!(logged(Some("00:00:30"), None, Some(30)), Some((60, 90)));
    }

    #[test]
    fn a_service_ends_with_the_talk_or_else_as_recorded() {
        let start = Some("08:01:00");
        assert_eq!(logged(start, Some("08:09:00"), Some(0)), Some((60, 60)));
        assert_eq!(logged(start, Some("08:09:00"), None), Some((60, 540)));
        assert_eq!(logged(start, Some("07:00:00"), None), Some((60, 60)));
        assert_eq!(logged(start, None, None), None);
    }

    #[test]
    fn moments_are_local_times() {
        let time: DateTime = "1999-02-03T04:05:06".parse().unwrap();
        assert_eq!(local(moment(time)), time);
        assert_eq!(moment("1970-01-02T00:00".parse().unwrap()), 86_400_000_000);
    }
}
