//! Replications on threads, in order; sequential stopping; the report.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use engine::Timestamp;
use engine::policy::Feature;
use engine::time::micros;
use reports::digest::TraceDigest;
use reports::measures::{Measure, Part};
use reports::record::{AvailabilityLevel, Recorder, RecorderOptions, Replication};
use reports::report::{RunMeta, RunReport};

use super::RunError;
use super::gates::Gates;
use crate::scenario::Scenario;
use crate::streams::Seed;
use crate::world::{Checks, World, WorldPlan};

/// About this many points of a series over time.
const SERIES_POINTS: u64 = 120;

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
    /// Told after each replication: done, planned so far.
    pub progress: &'a (dyn Fn(u32, u32) + Sync),
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The report.
    pub report: RunReport,
    /// Calls simulated, those of lifts and warm-ups included.
    pub calls: u64,
}

struct One {
    replication: Replication,
    digest: TraceDigest,
    calls: u64,
}

/// Runs the scenario as often as it asks for.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, or a gate this version cannot judge.
pub fn run(scenario: &Scenario, options: &Options, control: &Control<'_>) -> Result<Run, RunError> {
    let mut gates = Gates::of(scenario)?;
    let plan = WorldPlan::new(scenario);
    let recorder = recorder_options(scenario, options);
    let experiment = &scenario.experiment;
    let mut ones: Vec<One> = Vec::new();
    let mut target = experiment.replications;
    loop {
        let from = ones.len() as u32;
        ones.extend(replicate(
            &plan,
            &recorder,
            experiment.seed,
            from..target,
            options,
            control,
        )?);
        let Some(until) = &experiment.until else {
            break;
        };
        if target >= until.max_replications || is_precise(&ones, until, experiment.confidence) {
            break;
        }
        // A quarter more each time: looks are few, and the same on any number of threads.
        target = (target + target.div_ceil(4)).min(until.max_replications);
    }
    let digest = TraceDigest::combine(ones.iter().map(|one| one.digest));
    let mut calls: u64 = ones.iter().map(|one| one.calls).sum();
    let replications: Vec<Replication> = ones.into_iter().map(|one| one.replication).collect();
    let policies: Vec<_> = gates.policies().collect();
    for (place, policy) in policies.into_iter().enumerate() {
        let mut other = scenario.clone();
        other.policy = (*policy).clone();
        let plan = WorldPlan::new(&other);
        let recorder = RecorderOptions {
            series_step: None,
            calls_csv: false,
            ..recorder_options(&other, options)
        };
        let n = replications.len() as u32;
        let ones = replicate(&plan, &recorder, experiment.seed, 0..n, options, control)?;
        calls += ones.iter().map(|one| one.calls).sum::<u64>();
        gates.set_baseline(place, ones.into_iter().map(|one| one.replication).collect());
    }
    let meta = RunMeta {
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        policy_digest: scenario.policy_digest.clone(),
        world_digest: scenario.world_digest.clone(),
        engine: env!("CARGO_PKG_VERSION").to_string(),
        seed: experiment.seed,
        trace_digest: digest.to_string(),
        confidence: experiment.confidence,
        queues: scenario.world.names.queues.clone(),
        classes: scenario.world.names.classes.clone(),
        agents: agent_names(scenario),
        command: options.command.clone(),
    };
    let report = RunReport::from_replications(meta, &replications, &gates.gates());
    Ok(Run { report, calls })
}

/// Replications `range`, in order.
fn replicate(
    plan: &WorldPlan,
    recorder: &RecorderOptions,
    seed: u64,
    range: std::ops::Range<u32>,
    options: &Options,
    control: &Control<'_>,
) -> Result<Vec<One>, RunError> {
    let next = AtomicU32::new(range.start);
    let done = AtomicU32::new(0);
    let results: Mutex<Vec<(u32, Result<One, RunError>)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= range.end || control.stop.load(Ordering::Relaxed) {
                return;
            }
            let one = replication(plan, recorder, seed, index, options, control);
            let failed = one.is_err();
            if let Ok(mut results) = results.lock() {
                results.push((index, one));
            }
            if failed {
                // The others need not start; which error is reported is decided by order below.
                next.store(range.end, Ordering::Relaxed);
            }
            let so_far = range.start + done.fetch_add(1, Ordering::Relaxed) + 1;
            (control.progress)(so_far, range.end);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..options.threads.min(range.len()) {
            scope.spawn(work);
        }
        work();
    });
    if control.stop.load(Ordering::Relaxed) {
        return Err(RunError::Stopped);
    }
    let mut results = results
        .into_inner()
        .expect("invariant: no replication panicked while it held the results");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, one)| one).collect()
}

fn replication(
    plan: &WorldPlan,
    recorder: &RecorderOptions,
    seed: u64,
    index: u32,
    options: &Options,
    control: &Control<'_>,
) -> Result<One, RunError> {
    let seed = Seed {
        seed,
        replication: index,
    };
    let world = World::new(plan, seed, Recorder::new(recorder.clone()), options.checks);
    let finished = world
        .run(|| control.stop.load(Ordering::Relaxed))
        .ok_or(RunError::Stopped)?;
    if let Some(what) = finished.broken {
        return Err(RunError::Broken {
            replication: index,
            what,
        });
    }
    if finished.unserved > 0 {
        return Err(RunError::Unserved {
            replication: index,
            calls: finished.unserved,
        });
    }
    let replication = finished.recorder.finish(finished.at);
    if let Err(error) = replication.conservation {
        return Err(RunError::NotConserved {
            replication: index,
            error,
        });
    }
    Ok(One {
        replication,
        digest: finished.digest,
        calls: finished.calls,
    })
}

fn is_precise(ones: &[One], until: &crate::scenario::Until, confidence: f64) -> bool {
    let replications: Vec<Replication> = ones.iter().map(|one| one.replication.clone()).collect();
    Measure::named(&until.measure)
        .and_then(|measure| measure.estimate(&replications, Part::Whole))
        .and_then(|estimate| estimate.interval(confidence))
        .is_some_and(|interval| (interval.upper - interval.lower) / 2.0 <= until.half_width)
}

fn recorder_options(scenario: &Scenario, options: &Options) -> RecorderOptions {
    let experiment = &scenario.experiment;
    let policy = &scenario.policy.policy;
    let uses = |feature| policy.features.share(feature).0 > 0;
    let horizon = micros(experiment.horizon);
    RecorderOptions {
        warm_up: Timestamp(micros(experiment.warm_up)),
        horizon: Timestamp(horizon),
        n_queues: scenario.world.names.queues.len().max(1) as u16,
        n_classes: scenario.world.names.classes.len().max(1) as u16,
        threshold: micros(experiment.threshold),
        short_abandon: micros(experiment.short_abandon),
        availability_level: if uses(Feature::EnhancedDiscovery) {
            AvailabilityLevel::Device
        } else if uses(Feature::AgentHeartbeat) {
            AvailabilityLevel::Heartbeat
        } else {
            AvailabilityLevel::Status
        },
        retry_after: policy.queues.iter().map(|q| q.offer.retry_after).collect(),
        series_step: Some(series_step(horizon)),
        calls_csv: options.rows,
        ops_per_scan: scenario.world.store.ops_per_scan,
        ops_per_waiting_call: scenario.world.store.ops_per_waiting_call,
        value_per_call: scenario.world.value.connected_call,
    }
}

/// A round step that gives about [`SERIES_POINTS`] points.
fn series_step(horizon: u64) -> u64 {
    const MINUTE: u64 = 60_000_000;
    const STEPS: [u64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 240, 1440];
    STEPS
        .iter()
        .map(|minutes| minutes * MINUTE)
        .find(|step| horizon / step <= SERIES_POINTS)
        .unwrap_or(horizon / SERIES_POINTS)
        .max(1)
}

fn agent_names(scenario: &Scenario) -> Vec<String> {
    scenario
        .world
        .agents
        .iter()
        .flat_map(|group| (1..=group.staffing.most()).map(move |i| format!("{}-{i}", group.group)))
        .collect()
}
