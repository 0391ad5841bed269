//! What would have happened under another policy: a scenario made of a recorded day.
//!
//! As recorded: who called, when, of which class; how long those who were served talked; who hung up,
//! and after how long; when agents were signed in, alive and reachable; when the server was away. Drawn:
//! the patience of those who were served, from those of their class who were as patient; the talk of
//! those who were not; how agents answer, wrap up, and whether callers leave messages or take
//! callbacks. Nobody calls again who did not, and everybody does who did.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::id::ClassId;
use engine::time::Micros;
use engine::{Input, Timestamp};
use jiff::civil::{DateTime, Time};
use journal::{End, Header};
use policy_file::{BindError, Names, PolicyFile};

use super::behaviour::sample;
use super::day::{Day, DayCall};
use crate::fit::kaplan_meier::{Observed, survival};
use crate::scenario::{
    AgentGroup, Arrivals, CallStream, CallerClass, CarrierWorld, DistSpec, Experiment, Fault,
    FaultKind, PerPeriod, Scenario, Staffing, StoreWorld, TraceSource, Value, World,
};
use crate::trace::{Patience, Recorded, TraceCall};

/// Why no scenario can be made of a journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WhatIfError {
    /// It does not begin with a new engine: what agents did before is not known.
    BeginsLater,
    /// Nobody called.
    NoCalls,
    /// Nobody was served: nothing says how long callers talk.
    NoTalk,
    /// No agent was ever assigned.
    NoAgents,
    /// Its `started` is no time.
    Started(String),
    /// The policy has not every queue of the journal.
    Queues(Vec<BindError>),
    /// More queues, classes or agents than names.
    Nameless,
}

impl fmt::Display for WhatIfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhatIfError::BeginsLater => f.write_str(
                "it begins with a snapshot, so that what agents did before is not known; export the journal from its first row",
            ),
            WhatIfError::NoCalls => f.write_str("nobody called"),
            WhatIfError::NoTalk => {
                f.write_str("nobody was served, and nothing says how long callers talk")
            }
            WhatIfError::NoAgents => f.write_str("no agent was ever assigned"),
            WhatIfError::Started(text) => {
                write!(f, "line 1, the header: `started` is `{text}`, not a time as in 2026-03-02T08:00:00Z")
            }
            WhatIfError::Queues(errors) => {
                for (place, error) in errors.iter().enumerate() {
                    let line = if place > 0 { "\n" } else { "" };
                    write!(f, "{line}{error} (it has {})", error.known.join(", "))?;
                }
                Ok(())
            }
            WhatIfError::Nameless => {
                f.write_str("line 1, the header: `names` has not every queue, class or agent")
            }
        }
    }
}

impl std::error::Error for WhatIfError {}

/// The recorded day as a scenario: under the recorded policy, or under `policy`. Of both the worlds are the
/// same, but that the recorded policy is replaced, and its shares are set, as they were.
///
/// # Errors
/// The day says too little, or the policy lacks a queue.
pub fn what_if(
    header: &Header,
    end: &End,
    day: &Day,
    policy: Option<&PolicyFile>,
    experiment: &Experiment,
) -> Result<Scenario, WhatIfError> {
    if header.snapshot.is_some() {
        return Err(WhatIfError::BeginsLater);
    }
    let names = Names {
        queues: header.names.queues.clone(),
        classes: header.names.classes.clone(),
    };
    let is_own = policy.is_none();
    let unbound = match policy {
        Some(policy) => policy.clone(),
        None => recorded_policy(header, &names)?,
    };
    let bound = unbound.bind(&names).map_err(WhatIfError::Queues)?;
    let given = given(header, day, &bound, is_own);
    Ok(Scenario {
        name: header.site.clone(),
        description: String::new(),
        experiment: experiment.clone(),
        world: World {
            calls: vec![calls(day, &names, experiment.start)?],
            agents: agents(day, header)?,
            carrier: CarrierWorld {
                command_delay: day.behaviour.command_delay(),
                ..CarrierWorld::default()
            },
            store: StoreWorld::default(),
            faults: gaps(day, experiment),
            value: Value::default(),
            given: given.into(),
            names,
        },
        policy_digest: unbound.digest(),
        policy: bound,
        policy_path: None,
        gates: Vec::new(),
        world_digest: policy_file::policy::hex(&end.hash),
    })
}

/// How a day is simulated: from the recorded epoch, everything else as scenarios have it unless they say
/// otherwise.
///
/// # Errors
/// The header does not say when its epoch was.
pub fn recorded_experiment(header: &Header) -> Result<Experiment, WhatIfError> {
    Ok(Experiment {
        start: start_of(header)?,
        horizon: Duration::ZERO,
        warm_up: Duration::ZERO,
        seed: 1,
        replications: 20,
        confidence: 0.95,
        until: None,
        day_factor: None,
        threshold: Duration::from_secs(20),
        control_variates: false,
        short_abandon: Duration::from_secs(5),
    })
}

/// Seconds from midnight to the epoch, in the header's local time; `None` if it says none.
#[must_use]
pub fn begins(header: &Header) -> Option<u32> {
    let since_midnight = start_of(header)
        .ok()?
        .time()
        .duration_since(Time::midnight());
    u32::try_from(since_midnight.as_secs()).ok()
}

/// Of the epoch, in the local time that the header writes it in.
///
/// # Errors
/// It is no time.
fn start_of(header: &Header) -> Result<DateTime, WhatIfError> {
    let wrong = || WhatIfError::Started(header.started.clone());
    // An offset or `Z` says where; the time of day is the site's own.
    let local = header.started.get(..19).ok_or_else(wrong)?;
    local.parse().map_err(|_| wrong())
}

/// The policy before the first row, as a file would say it.
fn recorded_policy(header: &Header, names: &Names) -> Result<PolicyFile, WhatIfError> {
    let n = header.policy.queues.len();
    let classes = header.policy.queues.iter().map(|q| q.priority.len()).max();
    if names.queues.len() != n || names.classes.len() < classes.unwrap_or(0) {
        return Err(WhatIfError::Nameless);
    }
    Ok(PolicyFile {
        policy: header.policy.clone(),
        names: names.clone(),
        routes: Vec::new(),
        hours: vec![None; n],
        rollout: None,
    })
}

/// What happens again. The recorded policy's own changes are no part of another's world; nor is the
/// recorded calendar of a queue whose new policy keeps hours of its own.
fn given(header: &Header, day: &Day, policy: &PolicyFile, is_own: bool) -> Vec<(Timestamp, Input)> {
    let keeps_hours = |queue: usize| policy.hours.get(queue).is_some_and(Option::is_some);
    let closed = header.policy.queues.iter().zip(0..);
    let closed = closed
        .filter(|(queue, place)| !queue.opens_at_start && !keeps_hours(usize::from(*place)))
        .map(|(_, place)| {
            let queue = engine::id::QueueId(place);
            (Timestamp::ZERO, Input::QueueClosed { queue })
        });
    let again = day.given.iter().filter(|(_, input)| match input {
        Input::PolicyReplaced(_) | Input::FeatureSet { .. } | Input::FeatureCleared { .. } => {
            is_own
        }
        Input::QueueOpened { queue } | Input::QueueClosed { queue } => !keeps_hours(queue.index()),
        Input::CallArrived { .. }
        | Input::CallerHungUp { .. }
        | Input::VoicemailLeft { .. }
        | Input::CallbackAccepted { .. }
        | Input::CallbackAnswered { .. }
        | Input::CallbackUnanswered { .. }
        | Input::CallEnded { .. }
        | Input::OfferPlaced { .. }
        | Input::OfferRinging { .. }
        | Input::OfferAnswered { .. }
        | Input::OfferDeclined { .. }
        | Input::OfferFailed { .. }
        | Input::CallBridged { .. }
        | Input::BridgeFailed { .. }
        | Input::AgentAssigned { .. }
        | Input::AgentStatusChanged { .. }
        | Input::AgentReady { .. }
        | Input::HeartbeatReceived { .. }
        | Input::DeviceConnected { .. }
        | Input::DeviceDisconnected { .. }
        | Input::StoreLatencyMeasured { .. }
        | Input::Resumed { .. } => true,
    });
    closed.chain(again.cloned()).collect()
}

fn calls(day: &Day, names: &Names, start: DateTime) -> Result<CallStream, WhatIfError> {
    let first = day.calls.first().ok_or(WhatIfError::NoCalls)?;
    let mut by_class: BTreeMap<ClassId, Vec<&DayCall>> = BTreeMap::new();
    for call in &day.calls {
        by_class.entry(call.class).or_default().push(call);
    }
    let most = by_class
        .last_key_value()
        .map_or(0, |(class, _)| class.index());
    let queues = day.calls.iter().map(|call| call.queue.index());
    let most_queue = queues.max().unwrap_or(0);
    if most >= names.classes.len() || most_queue >= names.queues.len() {
        return Err(WhatIfError::Nameless);
    }
    let everybody: Vec<&DayCall> = day.calls.iter().collect();
    let usual_talk = talk(&everybody).ok_or(WhatIfError::NoTalk)?;
    let classes = by_class.iter().map(|(class, calls)| CallerClass {
        class: *class,
        share: calls.len() as f64 / day.calls.len() as f64,
        patience: patience(calls).map(PerPeriod::Always),
        talk: Some(PerPeriod::Always(
            talk(calls).unwrap_or_else(|| usual_talk.clone()),
        )),
        balks: 0.0,
        leaves_message: day.behaviour.leaves_message(),
        redial: None,
        callback: day.behaviour.callback(),
    });
    let classes = classes.collect();
    let traced = day.calls.iter().map(|call| TraceCall {
        arrived_local: start
            .checked_add(Duration::from_micros(call.at.0))
            .unwrap_or(DateTime::MAX),
        arrived_at: call.at,
        queue: Some(call.queue),
        class: Some(call.class),
        key: Some(call.caller),
        talk: call.talk,
        patience: call.patience,
        recorded: Recorded::default(),
    });
    Ok(CallStream {
        queue: first.queue,
        arrivals: Arrivals::Trace(TraceSource {
            file: PathBuf::new(),
            columns: PathBuf::new(),
            sha256: String::new(),
            columns_sha256: String::new(),
            calls: traced.collect(),
            outside: 0,
            skipped: 0,
            notes: Vec::new(),
        }),
        classes,
    })
}

/// The Kaplan-Meier curve of their patience; `None` = none of them ever hung up.
fn patience(calls: &[&DayCall]) -> Option<DistSpec> {
    let observed = calls.iter().filter_map(|call| match call.patience {
        Patience::Known(after) => Some(Observed { after, ended: true }),
        Patience::Censored(after) => Some(Observed {
            after,
            ended: false,
        }),
        Patience::Unknown => None,
    });
    let curve = survival(observed.collect());
    let seconds = |(after, share): (Micros, f64)| (after as f64 * 1e-6, share);
    let points: Arc<[(f64, f64)]> = curve.into_iter().map(seconds).collect();
    // Hang-ups at once say nothing of who did not hang up at once.
    let falls = points.iter().any(|(after, _)| *after > 0.0);
    falls.then_some(DistSpec::Survival(points))
}

/// Their talks as they were; `None` = none of them was served.
fn talk(calls: &[&DayCall]) -> Option<DistSpec> {
    let talks: Vec<Micros> = calls.iter().filter_map(|call| call.talk).collect();
    if talks.is_empty() {
        return None;
    }
    Some(sample(&talks).unwrap_or(DistSpec::Constant(0.0)))
}

/// A group of each agent.
fn agents(day: &Day, header: &Header) -> Result<Vec<AgentGroup>, WhatIfError> {
    // Ids are dense: the next new one is the number of those before.
    let mut groups: Vec<AgentGroup> = Vec::new();
    for (_, input) in &day.given {
        let Input::AgentAssigned { agent, queues } = input else {
            continue;
        };
        if agent.index() < groups.len() {
            continue;
        }
        let name = header.names.agents.get(agent.index());
        groups.push(AgentGroup {
            group: name.cloned().unwrap_or_else(|| agent.to_string()),
            staffing: Staffing::Given,
            queues: queues.to_vec(),
            shifts: Vec::new(),
            breaks: Vec::new(),
            answers: day.behaviour.answers(),
            talk_factor: None,
            wrap_up: day.behaviour.wrap_ups().map(PerPeriod::Always),
            heartbeat: None,
            device: None,
            forgets_to_sign_out: 0.0,
        });
    }
    if groups.is_empty() {
        return Err(WhatIfError::NoAgents);
    }
    Ok(groups)
}

/// The server's restarts.
fn gaps(day: &Day, experiment: &Experiment) -> Vec<Fault> {
    let faults = day.gaps.iter().map(|(since, until)| Fault {
        at: Duration::from_micros(since.0),
        lasts: Duration::from_micros(until.since(*since)),
        kind: FaultKind::ServerRestart,
    });
    faults
        .filter(|fault| fault.at < experiment.horizon)
        .collect()
}
