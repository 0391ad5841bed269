//! A run: as many replications as the scenario asks for, sequential stopping, the report.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use jiff::civil::Time;
use reports::digest::TraceDigest;
use reports::report::{LogRows, RunMeta, RunReport, WarmUp};

use super::RunError;
use super::batch::{Batch, Reduced};
use super::course::Course;
use super::gates::Gates;
use super::sequential::Stopping;
use crate::likeness::Likeness;
use crate::scenario::{Arrivals, Scenario};
use crate::world::Checks;

/// How to run a scenario, beside what it says itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads, at least 1.
    pub threads: usize,
    /// Keep a row per call.
    pub rows: bool,
    /// Look at the engine from outside while it runs.
    pub checks: Checks,
    /// The command that repeats the run.
    pub command: String,
}

/// How a run is watched and stopped.
pub struct Control<'a> {
    /// Set it to stop the run within a few thousand events.
    pub stop: &'a AtomicBool,
    /// Told often, from any thread: replications done, replications planned so far.
    pub progress: &'a (dyn Fn(u32, u32) + Sync),
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The report.
    pub report: RunReport,
    /// How like its log a replay is; `None` when the scenario replays none that says what became
    /// of its calls.
    pub likeness: Option<Likeness>,
    /// Calls simulated, those of lifts and warm-ups included.
    pub calls: u64,
}

/// Runs the scenario as often as it asks for.
///
/// With `until` a [`Stopping`] says when its interval is looked at: a few looks, at the same counts on any
/// number of threads.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, a bug of ours, or something this version
/// cannot run.
pub fn run(scenario: &Scenario, options: &Options, control: &Control<'_>) -> Result<Run, RunError> {
    refuse_journals(scenario)?;
    let gates = Gates::of(scenario);
    let experiment = &scenario.experiment;
    let likeness = Likeness::new(scenario);
    let replays = likeness.is_some();
    let likeness = likeness.map(Mutex::new);
    let courses = Course::all(scenario, &gates, options, replays);
    let batch = Batch {
        courses: &courses,
        seed: experiment.seed,
        options,
        control,
        likeness: likeness.as_ref(),
        keep: &|replication| replication,
    };
    let mut reduced = Reduced::new(courses.len());
    let stopping = Stopping::new(experiment);
    let first = stopping.as_ref().map(Stopping::first_look);
    let mut target = first.unwrap_or(experiment.replications);
    let precision = loop {
        batch.run(reduced.n()..target, &mut reduced)?;
        let Some(stopping) = &stopping else {
            break None;
        };
        let precision = stopping.look(reduced.own().into());
        match stopping.next_look(target) {
            Some(next) if !precision.is_reached() => target = next,
            Some(_) | None => break Some(precision),
        }
    };
    let meta = RunMeta {
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        policy_digest: scenario.policy_digest.clone(),
        world_digest: scenario.world_digest.clone(),
        engine: env!("CARGO_PKG_VERSION").to_string(),
        seed: experiment.seed,
        trace_digest: TraceDigest::combine(reduced.digests.iter().copied()).to_string(),
        confidence: experiment.confidence,
        level: stopping.as_ref().map(Stopping::level),
        queues: scenario.policy.names.queues.clone(),
        classes: scenario.world.names.classes.clone(),
        agents: agent_names(scenario),
        command: options.command.clone(),
    };
    let mut report =
        RunReport::from_replications(meta, reduced.own(), &gates.over(&reduced.by_course[1..]));
    let since_midnight = scenario
        .experiment
        .start
        .time()
        .duration_since(Time::midnight());
    report.charts.begins = u32::try_from(since_midnight.as_secs()).ok();
    let likeness = likeness.map(|likeness| {
        likeness
            .into_inner()
            .expect("invariant: nobody panics with the lock")
    });
    report.precision = precision;
    report.warm_up = WarmUp::of(&report.charts, report.n_replications, scenario.changes());
    report.recorded = likeness.as_ref().map(Likeness::recorded);
    report.log = log_rows(scenario);
    Ok(Run {
        report,
        likeness,
        calls: reduced.calls,
    })
}

/// What was read of the logs that are replayed; `None` without any.
fn log_rows(scenario: &Scenario) -> Option<LogRows> {
    let logs = scenario
        .world
        .calls
        .iter()
        .filter_map(|stream| match &stream.arrivals {
            Arrivals::Trace(trace) => Some(LogRows {
                calls: trace.calls.len() as u64,
                outside: trace.outside,
                skipped: trace.skipped,
            }),
            Arrivals::Poisson(_)
            | Arrivals::Profile(_)
            | Arrivals::Journal { .. }
            | Arrivals::Burst { .. } => None,
        });
    logs.reduce(|all, one| LogRows {
        calls: all.calls + one.calls,
        outside: all.outside + one.outside,
        skipped: all.skipped + one.skipped,
    })
}

pub(super) fn refuse_journals(scenario: &Scenario) -> Result<(), RunError> {
    let place = scenario
        .world
        .calls
        .iter()
        .position(|stream| matches!(stream.arrivals, Arrivals::Journal { .. }));
    match place {
        Some(place) => Err(RunError::Unsupported(format!(
            "calls[{place}].arrivals.journal: this version cannot replay journals"
        ))),
        None => Ok(()),
    }
}

pub(super) fn agent_names(scenario: &Scenario) -> Vec<String> {
    scenario
        .world
        .agents
        .iter()
        .flat_map(|group| (1..=group.staffing.most()).map(move |i| format!("{}-{i}", group.group)))
        .collect()
}
