//! A scenario put onto certain dates: from its own tables, or with what a log says of who called and
//! who was there.
//!
//! Owns what is taken of a log's rows. A prediction takes arrivals, queues, classes and presence; never
//! a talk time or a patience.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use engine::Timestamp;
use engine::id::{ClassId, QueueId};
use jiff::civil::{Date, DateTime};

use super::groups::GroupFit;
use super::log::Log;
use super::presence::head_count;
use super::{Moment, local, moment};
use crate::scenario::{AgentGroup, Arrivals, Scenario, Staffing, TraceSource};
use crate::trace::{Patience, TraceCall};

/// The scenario with the time frame of these dates: arrivals and staffing as its tables say.
#[must_use]
pub fn from_the_calendar(scenario: &Scenario, dates: &BTreeSet<Date>) -> Scenario {
    let mut own = scenario.clone();
    framed(&mut own, dates);
    own
}

fn framed(scenario: &mut Scenario, dates: &BTreeSet<Date>) {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return;
    };
    scenario.experiment.start = first.at(0, 0, 0, 0);
    let days = moment(last.at(0, 0, 0, 0)) - moment(scenario.experiment.start) + 86_400_000_000;
    scenario.experiment.horizon = Duration::from_micros(u64::try_from(days).unwrap_or(0));
}

/// What is taken of the rows beside arrivals and classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// Nothing: a prediction.
    Arrivals,
    /// Talk of the served and patience as far as it is known: a replay, to tell what drawing them costs.
    All,
}

/// The scenario with the arrivals, queues and classes of a log on these dates, and its agents' presence:
/// `groups` are that log's, of all its dates together: a stretch may reach over midnight.
///
/// # Errors
/// Classes or queues of the log that the scenario has not.
pub fn given_calls_and_agents(
    scenario: &Scenario,
    log: &Log,
    groups: &[GroupFit],
    dates: &BTreeSet<Date>,
    rows: Rows,
) -> Result<Scenario, String> {
    let mut own = scenario.clone();
    framed(&mut own, dates);
    let names = &scenario.world.names;
    let lost = |what: &str, name: &String| {
        format!(
            "{} has calls of the {what} `{name}`, which the fitted log has not",
            log.file
        )
    };
    let queues: Vec<Option<QueueId>> = log
        .names
        .queues
        .iter()
        .map(|name| names.queue(name))
        .collect();
    let classes: Vec<Option<ClassId>> = log
        .names
        .classes
        .iter()
        .map(|name| names.class(name))
        .collect();
    let start = own.experiment.start;
    let mut by_queue: BTreeMap<QueueId, Vec<TraceCall>> = BTreeMap::new();
    for call in log
        .calls
        .iter()
        .filter(|call| dates.contains(&call.logged.date))
    {
        let (queue, class) = (call.queue().index(), call.class().index());
        let queue = queues[queue].ok_or_else(|| lost("queue", &log.names.queues[queue]))?;
        let class = classes[class].ok_or_else(|| lost("class", &log.names.classes[class]))?;
        let mut taken = arrival(call.logged.arrived_at, start, queue, class);
        if rows == Rows::All {
            (taken.talk, taken.patience) = (call.trace.talk, call.trace.patience);
        }
        by_queue.entry(queue).or_default().push(taken);
    }
    for stream in &mut own.world.calls {
        // Who calls again is in the log's own arrivals.
        for class in &mut stream.classes {
            class.redial = None;
        }
        let calls = by_queue.remove(&stream.queue).unwrap_or_default();
        stream.arrivals = Arrivals::Trace(TraceSource {
            file: log.file.clone().into(),
            columns: std::path::PathBuf::new(),
            sha256: String::new(),
            columns_sha256: String::new(),
            calls: Arc::from(calls),
            outside: 0,
            skipped: 0,
            notes: Vec::new(),
        });
    }
    own.experiment.day_factor = None;
    let usual = own.world.agents.first().cloned();
    let usual = usual.expect("invariant: a scenario has agents");
    let groups = groups.iter().map(|group| {
        let steps = head_count(&group.stretches)
            .into_iter()
            .map(|(at, n)| (local(at), n));
        let of_group: Option<Vec<_>> = group
            .queues
            .iter()
            .map(|queue| queues[queue.index()])
            .collect();
        let served = of_group
            .ok_or_else(|| format!("{} has agents of a queue that is not known", log.file))?;
        Ok(AgentGroup {
            group: group.name.clone(),
            staffing: Staffing::Dated {
                file: std::path::PathBuf::new(),
                steps: steps.collect(),
            },
            queues: served.into_iter().map(|queue| (queue, 1)).collect(),
            ..usual.clone()
        })
    });
    own.world.agents = groups.collect::<Result<_, String>>()?;
    Ok(own)
}

/// A call of which only its arrival and class are taken.
fn arrival(at: Moment, start: DateTime, queue: QueueId, class: ClassId) -> TraceCall {
    let since = u64::try_from(at - moment(start)).unwrap_or(0);
    TraceCall {
        arrived_local: local(at),
        arrived_at: Timestamp(since),
        queue: Some(queue),
        class: Some(class),
        key: None,
        talk: None,
        patience: Patience::Unknown,
        recorded: crate::trace::Recorded::default(),
    }
}
