//! Replications of which only the measures' samples are kept: what comparing, sweeping, tuning and
//! gating work on.
//!
//! Replication `i` is a pure function of (scenario, seed, i), so that a range of them can be run
//! anywhere, in any pieces and in any order, and be put together to the same bytes.

use std::ops::Range;

use reports::digest::TraceDigest;
use reports::gate::{Gate, Judged, judge};
use reports::measures::Part;
use reports::sample::{Quantity, SampleTable};

use super::batch::{Batch, Reduced};
use super::course::Course;
use super::gates::Gates;
use super::run::refuse_journals;
use super::{Control, Options, RunError};
use crate::scenario::Scenario;

/// A scenario made ready for replications.
pub struct Sampler {
    courses: Vec<Course>,
    gates: Gates,
    quantities: Vec<Quantity>,
    seed: u64,
    confidence: f64,
    options: Options,
}

/// Samples of consecutive replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Sampled {
    /// Of the scenario's own policy.
    pub own: SampleTable,
    /// Of the policies that lifts among the gates are over, on the same draws.
    pub others: Vec<SampleTable>,
    /// By replication, of the scenario's own policy.
    pub digests: Vec<TraceDigest>,
    /// Calls simulated, those of lifts and warm-ups included.
    pub calls: u64,
}

impl Sampler {
    /// For every measure of the whole run, what the scenario's gates are about, and `further`.
    ///
    /// # Errors
    /// Something this version cannot run.
    pub fn new(
        scenario: &Scenario,
        further: impl IntoIterator<Item = Quantity>,
        options: Options,
    ) -> Result<Sampler, RunError> {
        refuse_journals(scenario)?;
        let gates = Gates::of(scenario);
        let mut quantities: Vec<Quantity> = Quantity::whole().collect();
        for quantity in gates.quantities().chain(further) {
            if quantity.part != Part::Whole && !quantities.contains(&quantity) {
                quantities.push(quantity);
            }
        }
        let courses = Course::all(scenario, &gates, &options, false);
        Ok(Sampler {
            courses: courses.into_iter().map(Course::without_details).collect(),
            gates,
            quantities,
            seed: scenario.experiment.seed,
            confidence: scenario.experiment.confidence,
            options,
        })
    }

    /// What is measured, in the order of the tables' columns.
    #[must_use]
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// Whether samples can be what came of `n` replications of this: the same columns, the same
    /// policies beside it.
    #[must_use]
    pub fn made(&self, sampled: &Sampled, n: usize) -> bool {
        let fits = |table: &SampleTable| table.n() == n && table.quantities() == self.quantities;
        fits(&sampled.own)
            && sampled.others.len() + 1 == self.courses.len()
            && sampled.others.iter().all(fits)
            && sampled.digests.len() == n
    }

    /// The replications `range`.
    ///
    /// # Errors
    /// Stopped, calls that do not add up or were not served, a bug of ours.
    pub fn run(&self, range: Range<u32>, control: &Control<'_>) -> Result<Sampled, RunError> {
        let batch = Batch {
            courses: &self.courses,
            seed: self.seed,
            options: &self.options,
            control,
            likeness: None,
            keep: &|replication| {
                let mut table = SampleTable::new(self.quantities.iter().copied());
                table.push(&replication);
                table
            },
        };
        let mut reduced = Reduced::new(self.courses.len());
        batch.run(range, &mut reduced)?;
        let mut tables = reduced.by_course.into_iter().map(|rows| {
            let mut table = SampleTable::new(self.quantities.iter().copied());
            for row in rows {
                table.append(row);
            }
            table
        });
        Ok(Sampled {
            own: tables.next().expect("invariant: there is a course"),
            others: tables.collect(),
            digests: reduced.digests,
            calls: reduced.calls,
        })
    }

    /// The scenario's gates over what was sampled, to be judged together with others.
    #[must_use]
    pub fn gates<'a>(&'a self, sampled: &'a Sampled) -> Vec<Gate<'a>> {
        self.gates.over(&sampled.others)
    }

    /// The scenario's gates as a family, at its confidence.
    #[must_use]
    pub fn judge(&self, sampled: &Sampled) -> Vec<Judged> {
        self.judge_at(sampled, self.confidence)
    }

    /// The same at another confidence.
    #[must_use]
    pub fn judge_at(&self, sampled: &Sampled, confidence: f64) -> Vec<Judged> {
        judge(&self.gates(sampled), &sampled.own, confidence)
    }
}

impl Sampled {
    /// Adds `later` behind this.
    ///
    /// # Panics
    /// When it is of another scenario's gates.
    pub fn append(&mut self, later: Sampled) {
        self.own.append(later.own);
        assert_eq!(self.others.len(), later.others.len(), "other gates");
        for (table, more) in self.others.iter_mut().zip(later.others) {
            table.append(more);
        }
        self.digests.extend(later.digests);
        self.calls += later.calls;
    }

    /// The digest of all of them together, as a report has it.
    #[must_use]
    pub fn trace_digest(&self) -> TraceDigest {
        TraceDigest::combine(self.digests.iter().copied())
    }
}
