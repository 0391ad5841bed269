//! A scenario run once per estimator on the same draws, and an oracle beside them where the law of the wait is known.
//!
//! Callers of the simulated world do not react to what they are told, so that the same calls wait equally long under
//! every estimator; [`reports::calibration::Meta::same_waits`] says whether it was so in the run at hand, by comparing
//! who waited, where and how long.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use engine::estimate::Estimator;
use engine::output::Announced;
use engine::policy::Announce;
use engine::time::{Micros, micros};
use reports::calibration::summary::Role;
use reports::calibration::{Calibration, Meta, SpeakerTally, Spoken, Unit};
use reports::record::{Replication, Said, ToldCall};

use super::batch::{Batch, Reduced};
use super::course::{Course, series_step};
use super::run::refuse_journals;
use super::{Control, Options, RunError};
use crate::oracle::{Memory, Oracle};
use crate::scenario::{Arrivals, Scenario};
use crate::world::local::LocalTime;

/// Replications between two reductions, per thread: what is kept of one is larger than what is left of all.
const AT_ONCE: u32 = 4;

/// Whom to calibrate on what.
#[derive(Clone, PartialEq, Debug)]
pub struct Calibrate {
    /// The estimators; the default one is always among them.
    pub estimators: Vec<Estimator>,
    /// Only calls that arrive between these moments of the run, microseconds.
    pub between: Option<(Micros, Micros)>,
    /// Further speakers: what the default estimator said, altered; how a planted fault would show.
    pub altered: Vec<Altered>,
}

/// A speaker made from another's words.
#[derive(Clone, PartialEq, Debug)]
pub struct Altered {
    /// Its name.
    pub name: String,
    /// Seconds added to what the default estimator says, never below 0.
    pub later_by: f64,
}

/// A finished calibration.
#[derive(Clone, PartialEq, Debug)]
pub struct Calibrated {
    /// Its figures.
    pub calibration: Calibration,
    /// Calls simulated, under all estimators together.
    pub calls: u64,
}

impl Default for Calibrate {
    /// Every shipped estimator over the whole run.
    fn default() -> Self {
        Calibrate {
            estimators: Estimator::ALL.to_vec(),
            between: None,
            altered: Vec::new(),
        }
    }
}

impl Altered {
    fn of(&self, announced: Announced) -> Announced {
        let moved = |span: Micros| (span as f64 + self.later_by * 1e6).max(0.0) as Micros;
        Announced {
            point: moved(announced.point),
            p50: moved(announced.p50),
            p90: moved(announced.p90),
        }
    }
}

/// An estimator's name in policies.
#[must_use]
pub fn estimator_name(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Best => "best",
        Estimator::QueueLength => "queue_length",
        Estimator::HeadOfLine => "head_of_line",
        Estimator::LastServed => "last_served",
        Estimator::MovingAverage => "moving_average",
        Estimator::Ewma => "ewma",
    }
}

/// Calibrates the estimators on a scenario.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, a bug of ours, or something this version cannot run.
pub fn calibrate(
    scenario: &Scenario,
    what: &Calibrate,
    options: &Options,
    control: &Control<'_>,
) -> Result<Calibrated, RunError> {
    refuse_journals(scenario)?;
    let mut estimators = vec![Estimator::Best];
    estimators.extend(what.estimators.iter().filter(|e| **e != Estimator::Best));
    let courses: Vec<Course> = estimators
        .iter()
        .map(|estimator| course(scenario, *estimator, options))
        .collect();
    let looker = Looker::new(scenario, what);
    let sums = looker.run(&courses, scenario, options, control)?;
    let mut tallies = Vec::new();
    let beside = looker
        .oracle
        .iter()
        .map(|_| ("oracle".to_owned(), Role::Oracle))
        .chain(what.altered.iter().map(|a| (a.name.clone(), Role::Other)));
    for ((name, role), tally) in beside.zip(sums.beside) {
        tallies.push((name, role, tally));
    }
    for (estimator, tally) in estimators.iter().zip(sums.by_course) {
        let role = match estimator {
            Estimator::Best => Role::Best,
            Estimator::QueueLength
            | Estimator::HeadOfLine
            | Estimator::LastServed
            | Estimator::MovingAverage
            | Estimator::Ewma => Role::Other,
        };
        tallies.push((estimator_name(*estimator).to_owned(), role, tally));
    }
    let experiment = &scenario.experiment;
    let seconds = |at: Micros| at as f64 * 1e-6;
    let meta = Meta {
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        world_digest: scenario.world_digest.clone(),
        seed: experiment.seed,
        replications: experiment.replications,
        confidence: experiment.confidence,
        unit: looker.unit,
        between: what.between.map(|(from, to)| (seconds(from), seconds(to))),
        same_waits: sums.same_waits,
        no_oracle: looker.oracle.err(),
        made_to_announce: made_to_announce(scenario),
        command: options.command.clone(),
    };
    Ok(Calibrated {
        calibration: Calibration::of(meta, tallies),
        calls: sums.calls,
    })
}

/// Queues that announce no waits in the scenario.
fn made_to_announce(scenario: &Scenario) -> Vec<String> {
    let policy = &scenario.policy;
    let queues = policy.policy.queues.iter().zip(&policy.names.queues);
    queues
        .filter(|(queue, _)| !queue.announce.is_some_and(|announce| announce.wait))
        .map(|(_, name)| name.clone())
        .collect()
}

/// The scenario under one estimator; queues that announce nothing do, as calls join and every minute.
fn course(scenario: &Scenario, estimator: Estimator, options: &Options) -> Course {
    let mut scenario = scenario.clone();
    for queue in &mut scenario.policy.policy.queues {
        queue.estimator = estimator;
        let announce = queue.announce.get_or_insert(Announce {
            first: std::time::Duration::ZERO,
            every: std::time::Duration::from_secs(60),
            position: false,
            wait: true,
        });
        announce.wait = true;
    }
    let mut course = Course::new(&scenario, options, false).without_details();
    course.recorder.told = true;
    course
}

/// How calls are looked at.
struct Looker<'a> {
    altered: &'a [Altered],
    oracle: Result<Oracle, String>,
    unit: Unit,
    local: LocalTime,
    n_days: usize,
    between: Option<(Micros, Micros)>,
    time_step: Micros,
}

/// Everything of the replications so far.
struct Sums {
    by_course: Vec<SpeakerTally>,
    /// As in [`Kept`], beside the default estimator.
    beside: Vec<SpeakerTally>,
    same_waits: bool,
    calls: u64,
}

/// What is kept of one replication under one estimator.
struct Kept {
    own: SpeakerTally,
    /// The oracle, if there is one, and the altered speakers.
    beside: Vec<SpeakerTally>,
    waits: u64,
}

impl<'a> Looker<'a> {
    fn new(scenario: &Scenario, what: &'a Calibrate) -> Looker<'a> {
        let experiment = &scenario.experiment;
        let local = LocalTime::new(experiment.start);
        let horizon = micros(experiment.horizon);
        let replays = scenario
            .world
            .calls
            .iter()
            .any(|stream| matches!(stream.arrivals, Arrivals::Trace(_)));
        Looker {
            altered: &what.altered,
            oracle: Oracle::of(scenario),
            unit: if replays {
                Unit::Day
            } else {
                Unit::Replication
            },
            n_days: local.day(horizon) as usize + 1,
            local,
            between: what.between,
            time_step: series_step(horizon),
        }
    }

    /// All replications of all courses, a few at a time.
    fn run(
        &self,
        courses: &[Course],
        scenario: &Scenario,
        options: &Options,
        control: &Control<'_>,
    ) -> Result<Sums, RunError> {
        let planned = scenario.experiment.replications;
        let control = Control {
            stop: control.stop,
            progress: &|done, _| (control.progress)(done, planned),
        };
        let batch = Batch {
            courses,
            seed: scenario.experiment.seed,
            options,
            control: &control,
            likeness: None,
            keep: &|replication| self.keep(&replication),
        };
        let at_once = AT_ONCE * u32::try_from(options.threads).unwrap_or(1).max(1);
        let mut sums: Option<Sums> = None;
        let mut from = 0;
        while from < planned {
            let to = from.saturating_add(at_once).min(planned);
            let mut reduced = Reduced::new(courses.len());
            batch.run(from..to, &mut reduced)?;
            self.absorb(&mut sums, reduced);
            from = to;
        }
        Ok(sums.expect("invariant: there is a replication"))
    }

    fn keep(&self, replication: &Replication) -> Kept {
        let told = &replication.told;
        let memory = Memory::default();
        let mut beside = Vec::new();
        if let Ok(oracle) = &self.oracle {
            beside.push(self.tally(told, |said| oracle.says(&memory, said.at, said.position)));
        }
        let bare = |announced| Spoken {
            announced,
            chance: None,
        };
        for altered in self.altered {
            beside.push(self.tally(told, |said| {
                said.estimate.map(|announced| bare(altered.of(announced)))
            }));
        }
        Kept {
            own: self.tally(told, |said| said.estimate.map(bare)),
            beside,
            waits: fingerprint(told),
        }
    }

    fn tally(&self, told: &[ToldCall], say: impl FnMut(&Said) -> Option<Spoken>) -> SpeakerTally {
        let n_units = match self.unit {
            Unit::Replication => 1,
            Unit::Day => self.n_days,
        };
        let unit = |call: &ToldCall| {
            let is_inside = self
                .between
                .is_none_or(|(from, to)| (from..to).contains(&call.arrived.0));
            is_inside.then(|| match self.unit {
                Unit::Replication => 0,
                Unit::Day => self.local.day(call.arrived.0) as usize,
            })
        };
        SpeakerTally::of(told, n_units, self.time_step, unit, say)
    }

    /// Adds replications behind those so far, in order.
    fn absorb(&self, sums: &mut Option<Sums>, reduced: Reduced<Kept>) {
        let calls = reduced.calls;
        let mut by_course: Vec<_> = reduced.by_course.into_iter().map(Vec::into_iter).collect();
        loop {
            let one: Option<Vec<Kept>> = by_course.iter_mut().map(Iterator::next).collect();
            let Some(mut one) = one else { break };
            let same_waits = one.iter().all(|kept| kept.waits == one[0].waits);
            let beside = std::mem::take(&mut one[0].beside);
            let Some(sums) = sums else {
                *sums = Some(Sums {
                    by_course: one.into_iter().map(|kept| kept.own).collect(),
                    beside,
                    same_waits,
                    calls: 0,
                });
                continue;
            };
            let same_units = self.unit == Unit::Day;
            for (sum, kept) in sums.by_course.iter_mut().zip(one) {
                sum.append(kept.own, same_units);
            }
            for (sum, more) in sums.beside.iter_mut().zip(beside) {
                sum.append(more, same_units);
            }
            sums.same_waits &= same_waits;
        }
        if let Some(sums) = sums {
            sums.calls += calls;
        }
    }
}

/// Of who waited, where in line and how long; nothing of what was estimated.
fn fingerprint(told: &[ToldCall]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for call in told {
        (call.call.0, call.arrived.0, call.connected.0).hash(&mut hasher);
        for said in &call.said {
            (said.at.0, said.position).hash(&mut hasher);
        }
    }
    hasher.finish()
}
