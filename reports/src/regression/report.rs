//! What a command found, of all its scenarios: what every renderer shows.

use crate::gate::Verdict;
use crate::measures::{Measure, Unit};

use super::{Finding, Rates, Reason};

/// All of it.
#[derive(Clone, PartialEq, Debug)]
pub struct RegressionReport {
    /// The baseline's file, as the command was given it.
    pub baseline: String,
    /// In the order of the command line.
    pub scenarios: Vec<ScenarioFindings>,
    /// How often it may err.
    pub rates: Rates,
    /// This version's engine.
    pub engine: String,
    /// The command that repeats it.
    pub command: String,
}

/// One scenario beside its baseline.
#[derive(Clone, PartialEq, Debug)]
pub struct ScenarioFindings {
    /// Its name.
    pub name: String,
    /// Its file, as the command was given it.
    pub file: String,
    /// The baseline's run.
    pub then: Course,
    /// The one beside it.
    pub now: Course,
    /// Of their intervals, 0..1.
    pub confidence: f64,
    /// Replication i of both ran on the same draws.
    pub is_paired: bool,
    /// What was judged, the primary measure first.
    pub findings: Vec<Shown>,
    /// What is only told: of these nobody says what is better, or no margin was given.
    pub moved: Vec<Moved>,
    /// What a reader should know, a sentence each.
    pub remarks: Vec<String>,
}

/// A finding, and where and how its margin is written.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// The finding.
    pub finding: Finding,
    /// As it was written: `1 points`, `10%`.
    pub margin: String,
    /// The measure's line in the baseline's file, from 1.
    pub line: usize,
}

/// A run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// Of its draws.
    pub seed: u64,
    /// How many.
    pub replications: u32,
    /// Hex.
    pub policy_digest: String,
    /// Hex, of every event.
    pub trace_digest: String,
    /// The version that made it.
    pub engine: String,
}

/// A measure that is not judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    /// What is measured.
    pub measure: &'static Measure,
    /// The baseline's estimate.
    pub then: Option<f64>,
    /// The run's.
    pub now: Option<f64>,
    /// Now - then.
    pub difference: Option<f64>,
    /// Its two-sided interval at the scenario's confidence.
    pub bounds: Option<(f64, f64)>,
}

impl ScenarioFindings {
    /// Of all its measures.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.findings.iter().map(|shown| shown.finding.verdict))
    }

    /// Every event of every replication is the baseline's, and so is every number.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        let is_same = |shown: &Shown| shown.finding.reason == Reason::Same;
        self.has_its_events() && self.findings.iter().all(is_same)
    }

    /// Every event of every replication is the baseline's.
    #[must_use]
    pub fn has_its_events(&self) -> bool {
        self.is_paired && self.then.trace_digest == self.now.trace_digest
    }

    /// How many measures have this verdict.
    #[must_use]
    pub fn n(&self, verdict: Verdict) -> usize {
        let is_it = |shown: &&Shown| shown.finding.verdict == verdict;
        self.findings.iter().filter(is_it).count()
    }

    /// The replications with which every margin would be detectable, when they are not now.
    #[must_use]
    pub fn needs(&self) -> Option<u64> {
        self.findings.iter().filter_map(|s| s.finding.needs).max()
    }
}

impl RegressionReport {
    /// Of all scenarios.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.scenarios.iter().map(ScenarioFindings::verdict))
    }

    /// How many measures have this verdict.
    #[must_use]
    pub fn n(&self, verdict: Verdict) -> usize {
        self.scenarios.iter().map(|s| s.n(verdict)).sum()
    }

    /// How many measures were judged.
    #[must_use]
    pub fn n_judged(&self) -> usize {
        self.scenarios.iter().map(|s| s.findings.len()).sum()
    }
}

impl Shown {
    /// The unit of its numbers.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.finding.measure.unit
    }
}
