//! Gating a scenario on a committed baseline, and making one: which replications are run, what they are
//! paired with, which measures are judged.
//!
//! A run is **paired** with its baseline when both have the same seed and number of replications in the
//! same world: draws are keyed, so that replication i of both meets the same callers and agents
//! whatever the policy and the engine. With another seed the two are independent samples. Another
//! world is another question, and refused.

mod blessing;
mod planned;

use reports::measures::Measure;
use reports::regression::{
    Column, Course, Finding, Kpi, Moved, Rates, RegressionReport, ScenarioFindings, Shown, judge,
};

pub use blessing::{Blessed, bless};

use crate::baseline::{Entry, Kept, LEAST_REPLICATIONS, Margin};
use crate::experiment::{Control, Options, RunError, Sampled, Sampler};
use crate::scenario::Scenario;

/// What the command line asks for beside the baseline.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Another seed: not paired.
    pub seed: Option<u64>,
    /// Another number of replications; without another seed only for blessing.
    pub replications: Option<u32>,
    /// Other margins; `None` = the measure is only shown.
    pub margins: Vec<(&'static Measure, Option<Margin>)>,
    /// Another primary measure.
    pub primary: Option<&'static Measure>,
}

/// A scenario and what it will be held against.
#[derive(Clone, Debug)]
pub struct Planned {
    scenario: Scenario,
    file: String,
    entry: Entry,
    is_paired: bool,
    remarks: Vec<String>,
}

/// A scenario beside its baseline, run.
#[derive(Clone, Debug)]
pub struct Ran {
    planned: Planned,
    now: Course,
    columns: Vec<(&'static Measure, Option<Column>)>,
}

/// Why a scenario has no result.
#[derive(Clone, PartialEq, Debug)]
pub enum Failed {
    /// As any run.
    Run(RunError),
    /// No call arrived: nothing was measured.
    Empty,
    /// A sentence: what was asked for does not fit.
    Refused(String),
}

impl From<RunError> for Failed {
    fn from(error: RunError) -> Self {
        Failed::Run(error)
    }
}

/// Judges all scenarios of a command together. `baseline` and `command` are for the reader.
#[must_use]
pub fn report(ran: &[Ran], baseline: &str, command: &str) -> RegressionReport {
    let kpis: Vec<Kpi<'_>> = ran.iter().flat_map(Ran::kpis).collect();
    let mut findings = judge(&kpis).into_iter();
    let scenarios: Vec<ScenarioFindings> =
        ran.iter().map(|ran| ran.findings(&mut findings)).collect();
    let confidence = scenarios.first().map_or(0.95, |first| first.confidence);
    RegressionReport {
        baseline: baseline.to_string(),
        scenarios,
        rates: Rates::at(confidence),
        engine: env!("CARGO_PKG_VERSION").to_string(),
        command: command.to_string(),
    }
}

impl Ran {
    /// What is kept of the measures, and their numbers now.
    fn measures(&self) -> impl Iterator<Item = (&Kept, Option<&Column>)> {
        let columns = self.columns.iter().map(|(_, column)| column.as_ref());
        self.planned.entry.measures.iter().zip(columns)
    }

    fn kpis(&self) -> impl Iterator<Item = Kpi<'_>> {
        let entry = &self.planned.entry;
        self.measures().filter_map(move |(kept, now)| {
            let margin = kept.margin.as_ref()?;
            let then = kept.column.estimate().map_or(0.0, |then| then.point);
            Some(Kpi {
                measure: kept.measure,
                is_primary: kept.measure == entry.primary,
                margin: margin.of(then),
                then: &kept.column,
                now,
                is_paired: self.planned.is_paired,
                rates: Rates::at(entry.confidence),
            })
        })
    }

    /// With its share of all findings, in the order of [`Ran::kpis`].
    fn findings(&self, all: &mut impl Iterator<Item = Finding>) -> ScenarioFindings {
        let entry = &self.planned.entry;
        let mut findings = Vec::new();
        let mut moved = Vec::new();
        for (kept, now) in self.measures() {
            match &kept.margin {
                Some(margin) => findings.push(Shown {
                    finding: all.next().expect("invariant: a finding per measure"),
                    margin: margin.text().to_string(),
                    line: kept.line,
                }),
                None => moved.push(self.moved(kept, now)),
            }
        }
        findings.sort_by_key(|shown| !shown.finding.is_primary);
        ScenarioFindings {
            name: self.planned.scenario.name.clone(),
            file: self.planned.file.clone(),
            then: Course {
                seed: entry.seed,
                replications: entry.replications,
                policy_digest: entry.policy_digest.clone(),
                trace_digest: entry.trace_digest.clone(),
                engine: entry.engine.clone(),
            },
            now: self.now.clone(),
            confidence: entry.confidence,
            is_paired: self.planned.is_paired,
            findings,
            moved,
            remarks: self.planned.remarks.clone(),
        }
    }

    fn moved(&self, kept: &Kept, now: Option<&Column>) -> Moved {
        let tail = (1.0 - self.planned.entry.confidence) / 2.0;
        let difference = now.and_then(|now| now.minus(&kept.column, self.planned.is_paired));
        let point = |column: &Column| column.estimate().map(|estimate| estimate.point);
        Moved {
            measure: kept.measure,
            then: point(&kept.column),
            now: now.and_then(point),
            difference: difference.map(|difference| difference.point),
            bounds: difference.map(|d| (d.lower(tail), d.upper(tail))),
        }
    }
}

fn at_least(replications: u32) -> Result<(), String> {
    match replications < LEAST_REPLICATIONS {
        true => Err(format!(
            "{replications} replications are too few to judge by: give --replications {LEAST_REPLICATIONS} or more"
        )),
        false => Ok(()),
    }
}

/// With so many replications of that seed, and nothing but the scenario's own policy.
fn prepared(mut scenario: Scenario, seed: u64, replications: u32) -> Scenario {
    scenario.experiment.seed = seed;
    scenario.experiment.replications = replications;
    scenario.experiment.until = None;
    // Lifts would run a second policy.
    scenario.gates = Vec::new();
    scenario
}

fn sample(
    scenario: &Scenario,
    options: &Options,
    control: &Control<'_>,
) -> Result<Sampled, Failed> {
    let sampler = Sampler::new(scenario, [], options.clone())?;
    let sampled = sampler.run(0..scenario.experiment.replications, control)?;
    let offered = reports::sample::Evidence::from(&sampled.own).offered();
    match offered {
        0 => Err(Failed::Empty),
        _ => Ok(sampled),
    }
}

fn course(scenario: &Scenario, sampled: &Sampled) -> Course {
    Course {
        seed: scenario.experiment.seed,
        replications: scenario.experiment.replications,
        policy_digest: scenario.policy_digest.clone(),
        trace_digest: sampled.trace_digest().to_string(),
        engine: env!("CARGO_PKG_VERSION").to_string(),
    }
}

/// The first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
