//! Replications on threads, in order; sequential stopping; the report.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
use crate::scenario::{Scenario, Until};
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
    /// Told often, from any thread: replications done, replications planned so far.
    pub progress: &'a (dyn Fn(u32, u32) + Sync),
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The report.
    pub report: RunReport,
    /// Calls simulated, those of lifts and warm-ups included.
    pub calls: u64,
    /// What `until` asked for, when `max_replications` were not enough for it.
    pub imprecise: Option<Imprecise>,
}

/// A measure that is known less well than the scenario asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Imprecise {
    /// The measure.
    pub measure: &'static Measure,
    /// Half the width of its interval, in its own unit; `None` without an interval.
    pub half_width: Option<f64>,
    /// What was asked for.
    pub wanted: f64,
}

/// Runs the scenario as often as it asks for.
///
/// With `until`, after [`crate::scenario::Experiment::replications`] and then after each further
/// quarter, the interval is looked at: a few looks, at the same counts on any number of threads.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, a bug of ours, or something this version
/// cannot run.
pub fn run(scenario: &Scenario, options: &Options, control: &Control<'_>) -> Result<Run, RunError> {
    refuse_journals(scenario)?;
    let gates = Gates::of(scenario)?;
    let experiment = &scenario.experiment;
    let mut courses = vec![Course::new(scenario, options)];
    for policy in gates.policies() {
        let mut other = scenario.clone();
        other.policy = (**policy).clone();
        courses.push(Course::new(&other, options).without_details());
    }
    let batch = Batch {
        courses: &courses,
        seed: experiment.seed,
        options,
        control,
    };
    let mut reduced = Reduced::new(courses.len());
    let mut target = experiment.replications;
    let imprecise = loop {
        batch.run(reduced.n()..target, &mut reduced)?;
        let Some(until) = &experiment.until else {
            break None;
        };
        let imprecise = precision(reduced.own(), until, experiment.confidence);
        if imprecise.is_none() || target >= until.max_replications {
            break imprecise;
        }
        target = target
            .saturating_add(target.div_ceil(4))
            .min(until.max_replications);
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
        queues: scenario.policy.names.queues.clone(),
        classes: scenario.world.names.classes.clone(),
        agents: agent_names(scenario),
        command: options.command.clone(),
    };
    let report =
        RunReport::from_replications(meta, reduced.own(), &gates.over(&reduced.by_course[1..]));
    Ok(Run {
        report,
        calls: reduced.calls,
        imprecise,
    })
}

/// One policy in the scenario's world: the scenario's own, or the other one of a lift.
struct Course {
    plan: WorldPlan,
    recorder: RecorderOptions,
}

impl Course {
    fn new(scenario: &Scenario, options: &Options) -> Self {
        Course {
            plan: WorldPlan::new(scenario),
            recorder: recorder_options(scenario, options),
        }
    }

    /// Only the tallies that gates are judged by.
    fn without_details(mut self) -> Self {
        self.recorder.series_step = None;
        self.recorder.calls_csv = false;
        self
    }
}

/// What is kept of the replications, in their order.
struct Reduced {
    /// Of the scenario's own policy.
    digests: Vec<TraceDigest>,
    by_course: Vec<Vec<Replication>>,
    calls: u64,
}

impl Reduced {
    fn new(n_courses: usize) -> Self {
        Reduced {
            digests: Vec::new(),
            by_course: vec![Vec::new(); n_courses],
            calls: 0,
        }
    }

    fn own(&self) -> &[Replication] {
        &self.by_course[0]
    }

    fn n(&self) -> u32 {
        self.digests.len() as u32
    }

    fn absorb(&mut self, one: One) {
        self.digests.push(one.digest);
        self.calls += one.calls;
        for (kept, new) in self.by_course.iter_mut().zip(one.replications) {
            kept.push(new);
        }
    }
}

/// One replication under every policy that is needed, on the same draws.
struct One {
    replications: Vec<Replication>,
    digest: TraceDigest,
    calls: u64,
}

/// What threads need to make replications.
struct Batch<'a> {
    courses: &'a [Course],
    seed: u64,
    options: &'a Options,
    control: &'a Control<'a>,
}

impl Batch<'_> {
    /// Adds the replications `range`, in order.
    fn run(&self, range: Range<u32>, reduced: &mut Reduced) -> Result<(), RunError> {
        let next = AtomicU32::new(range.start);
        let done = AtomicU32::new(range.start);
        let results: Mutex<Vec<(u32, Result<One, RunError>)>> = Mutex::new(Vec::new());
        let work = || {
            while !self.is_stopped() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= range.end {
                    return;
                }
                let tick = || (self.control.progress)(done.load(Ordering::Relaxed), range.end);
                let one = self.one(index, &tick);
                if one.is_err() {
                    // The later ones need not start. Earlier ones have started and are waited
                    // for, so that always the first error in order is reported.
                    next.store(range.end, Ordering::Relaxed);
                }
                results
                    .lock()
                    .expect("invariant: nobody panics with the lock")
                    .push((index, one));
                done.fetch_add(1, Ordering::Relaxed);
                tick();
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.threads.min(range.len()) {
                scope.spawn(work);
            }
            work();
        });
        if self.is_stopped() {
            return Err(RunError::Stopped);
        }
        let mut results = results
            .into_inner()
            .expect("invariant: nobody panics with the lock");
        results.sort_by_key(|(index, _)| *index);
        for (_, one) in results {
            reduced.absorb(one?);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.control.stop.load(Ordering::Relaxed)
    }

    /// Replication `index`. A panic is a bug of ours: it is reported with what repeats it.
    fn one(&self, index: u32, tick: &dyn Fn()) -> Result<One, RunError> {
        let made = catch_unwind(AssertUnwindSafe(|| {
            let mut one = One {
                replications: Vec::with_capacity(self.courses.len()),
                digest: TraceDigest([0; 2]),
                calls: 0,
            };
            for (place, course) in self.courses.iter().enumerate() {
                let (replication, finished) = self.world(course, index, tick)?;
                one.replications.push(replication);
                one.calls += finished.calls;
                if place == 0 {
                    one.digest = finished.digest;
                }
            }
            Ok(one)
        }));
        made.unwrap_or_else(|panic| {
            Err(RunError::Bug {
                replication: index,
                message: said(&*panic),
            })
        })
    }

    fn world(
        &self,
        course: &Course,
        index: u32,
        tick: &dyn Fn(),
    ) -> Result<(Replication, Ended), RunError> {
        let seed = Seed {
            seed: self.seed,
            replication: index,
        };
        let recorder = Recorder::new(course.recorder.clone());
        let world = World::new(&course.plan, seed, recorder, self.options.checks);
        let is_stopped = || {
            tick();
            self.is_stopped()
        };
        let finished = world.run(is_stopped).ok_or(RunError::Stopped)?;
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
        let ended = Ended {
            digest: finished.digest,
            calls: finished.calls,
        };
        Ok((replication, ended))
    }
}

struct Ended {
    digest: TraceDigest,
    calls: u64,
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// What is missing to the precision that was asked for; `None` = nothing.
fn precision(replications: &[Replication], until: &Until, confidence: f64) -> Option<Imprecise> {
    let measure = Measure::named(&until.measure)
        .expect("invariant: the scenario's reader knows the measures");
    let half_width = measure
        .estimate(replications, Part::Whole)
        .and_then(|estimate| estimate.interval(confidence))
        .map(|interval| (interval.upper - interval.lower) / 2.0);
    let is_reached = half_width.is_some_and(|half_width| half_width <= until.half_width);
    (!is_reached).then_some(Imprecise {
        measure,
        half_width,
        wanted: until.half_width,
    })
}

fn refuse_journals(scenario: &Scenario) -> Result<(), RunError> {
    let place =
        scenario.world.calls.iter().position(|stream| {
            matches!(stream.arrivals, crate::scenario::Arrivals::Journal { .. })
        });
    match place {
        Some(place) => Err(RunError::Unsupported(format!(
            "calls[{place}].arrivals.journal: this version cannot replay journals"
        ))),
        None => Ok(()),
    }
}

fn recorder_options(scenario: &Scenario, options: &Options) -> RecorderOptions {
    let experiment = &scenario.experiment;
    let policy = &scenario.policy.policy;
    let uses = |feature| policy.features.share(feature).0 > 0;
    let horizon = micros(experiment.horizon);
    RecorderOptions {
        warm_up: Timestamp(micros(experiment.warm_up)),
        horizon: Timestamp(horizon),
        // The policy may have more queues than the world: calls overflow into them.
        n_queues: scenario.policy.names.queues.len().max(1) as u16,
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
