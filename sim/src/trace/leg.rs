//! Logs in which agents' legs are rows of their own: keeps them until every row was read, then puts
//! each to its call. Rows may come in any order (exports begin with the newest).

use std::collections::BTreeMap;

use engine::time::Micros;
use jiff::civil::DateTime;

use super::{Patience, TraceCall};

/// What became of a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// The agent answered.
    Answered,
    /// The caller hung up while it rang.
    HungUp,
    /// Not answered; the caller was sent on.
    Unanswered,
}

/// One leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Leg {
    pub(super) fate: Fate,
    pub(super) talk: Option<Micros>,
    pub(super) agent: Option<String>,
    pub(super) start: Option<DateTime>,
    pub(super) end: Option<DateTime>,
}

/// The legs read so far, by the name of their call, and the names of the calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Legs {
    of_call: BTreeMap<String, Vec<Leg>>,
    /// By place of the call; empty unless the log has legs.
    calls: Vec<Option<String>>,
}

impl Legs {
    pub(super) fn add(&mut self, parent: String, leg: Leg) {
        self.of_call.entry(parent).or_default().push(leg);
    }

    /// The next call's own name; `None` in a log without legs.
    pub(super) fn call(&mut self, name: Option<String>) {
        if name.is_some() || !self.calls.is_empty() {
            self.calls.push(name);
        }
    }

    /// Puts every leg to its call; legs of calls that the log has not are left out.
    pub(super) fn join(&self, calls: &mut [TraceCall]) {
        for (call, name) in calls.iter_mut().zip(&self.calls) {
            if let Some(legs) = name.as_ref().and_then(|name| self.of_call.get(name)) {
                joined(call, legs);
            }
        }
    }
}

fn joined(call: &mut TraceCall, legs: &[Leg]) {
    let answered = legs.iter().filter(|leg| leg.fate == Fate::Answered);
    // The first of equals.
    let longest = answered.rev().max_by_key(|leg| leg.talk);
    if let Some(leg) = longest {
        let wait = leg.start.map(|start| since(call.arrived_local, start));
        call.talk = leg.talk;
        call.patience = wait.map_or(Patience::Unknown, Patience::Censored);
        let recorded = &mut call.recorded;
        recorded.outcome = Some("connected".to_owned());
        recorded.wait = wait;
        recorded.agent.clone_from(&leg.agent);
        (recorded.service_start, recorded.service_end) = (leg.start, leg.end);
        return;
    }
    let last = legs.iter().filter_map(|leg| leg.end).max();
    let wait = last.map(|end| since(call.arrived_local, end));
    if legs.iter().any(|leg| leg.fate == Fate::HungUp) {
        // A call that was never answered at all has no length of its own.
        if call.recorded.wait.is_none() {
            call.recorded.wait = wait;
            call.patience = wait.map_or(Patience::Unknown, Patience::Known);
        }
        return;
    }
    call.patience = wait.map_or(Patience::Unknown, Patience::Censored);
    call.recorded.outcome = Some("unanswered".to_owned());
    call.recorded.wait = wait;
}

/// 0 when it was before: clocks of two rows may differ by a second.
fn since(arrived: DateTime, moment: DateTime) -> Micros {
    u64::try_from(moment.duration_since(arrived).as_micros()).unwrap_or(0)
}
