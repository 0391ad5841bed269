//! A committed baseline: what scenarios gave when somebody looked at it and said that it is good.
//!
//! One JSON file for several scenarios. Of each it holds what was run (world, policy, seed), which measure it
//! is about and by how much each may get worse, and every measure's raw numbers by replication:
//! enough to pair a later run with it, replication by replication, and to judge by whatever
//! statistics come later. Scenarios and measures stand in a fixed order, a list on one line: what
//! changes between two blessings is what a reviewer sees.
//!
//! Owns reading, writing and merging; judges nothing and runs nothing.

mod margin;
mod read;
mod write;

use std::collections::BTreeMap;

use reports::measures::Measure;
use reports::regression::Column;

pub use margin::{Margin, ordinary};
pub use read::{BaselineError, names_of};

/// A baseline file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Baseline {
    /// By the scenario's name.
    pub scenarios: BTreeMap<String, Entry>,
}

/// What one scenario gave.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The version of the engine that ran it.
    pub engine: String,
    /// [`crate::scenario::Scenario::world_digest`].
    pub world_digest: String,
    /// [`crate::scenario::Scenario::policy_digest`].
    pub policy_digest: String,
    /// Of every event of every replication.
    pub trace_digest: String,
    /// Of the draws.
    pub seed: u64,
    /// At least [`LEAST_REPLICATIONS`].
    pub replications: u32,
    /// Of the intervals, 0.5 <= confidence < 1.
    pub confidence: f64,
    /// The measure that the scenario is about; it has a margin.
    pub primary: &'static Measure,
    /// In the order of reports.
    pub measures: Vec<Kept>,
}

/// One measure.
#[derive(Clone, PartialEq, Debug)]
pub struct Kept {
    /// What is measured, of the whole run.
    pub measure: &'static Measure,
    /// By how much it may get worse; `None` = it is only shown.
    pub margin: Option<Margin>,
    /// By replication.
    pub column: Column,
    /// Its line in the file, from 1; 0 when it was not read from one.
    pub line: usize,
}

/// With fewer a t interval says next to nothing.
pub const LEAST_REPLICATIONS: u32 = 5;

impl Entry {
    /// A measure of it.
    #[must_use]
    pub fn kept(&self, measure: &Measure) -> Option<&Kept> {
        self.measures.iter().find(|kept| kept.measure == measure)
    }
}
