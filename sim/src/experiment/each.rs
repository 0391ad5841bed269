//! Replications of which the caller keeps what it likes: call rows in, anything out.

use reports::record::Replication;

use super::batch::{Batch, Reduced};
use super::course::Course;
use super::run::refuse_journals;
use super::{Control, Options, RunError};
use crate::scenario::Scenario;

/// Runs the replications 0 to `n` of the scenario's own policy and keeps `keep` of each, in their
/// order. Each has a row per call while `keep` looks at it.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, a bug of ours, or something this version
/// cannot run.
pub fn each<T: Send>(
    scenario: &Scenario,
    n: u32,
    options: &Options,
    control: &Control<'_>,
    keep: &(dyn Fn(&Replication) -> T + Sync),
) -> Result<Vec<T>, RunError> {
    refuse_journals(scenario)?;
    let options = Options {
        rows: true,
        ..options.clone()
    };
    let mut course = Course::new(scenario, &options, false);
    course.recorder.series_step = None;
    let courses = [course];
    let batch = Batch {
        courses: &courses,
        seed: scenario.experiment.seed,
        options: &options,
        control,
        likeness: None,
        keep: &|replication| keep(&replication),
    };
    let mut reduced = Reduced::new(1);
    batch.run(0..n, &mut reduced)?;
    Ok(reduced
        .by_course
        .pop()
        .expect("invariant: there is a course"))
}
