//! A scenario run once per estimator on the same draws, and an oracle beside them where the law of the wait is known.
//!
//! Callers of the simulated world do not react to what they are told, so that the same calls wait equally long under
//! every estimator; [`reports::calibration::Meta::same_waits`] says whether it was so in the run at hand, by comparing
//! who waited, where and how long.

mod looker;

use engine::estimate::Estimator;
use engine::output::Announced;
use engine::policy::Announce;
use engine::time::Micros;
use reports::calibration::summary::Role;
use reports::calibration::{Calibration, Meta};

use super::course::Course;
use super::run::refuse_journals;
use super::{Control, Options, RunError};
use crate::scenario::Scenario;
use looker::Looker;

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
