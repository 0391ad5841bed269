//! A replication written down as a journal: what the engine was told in it, step by step.

use std::fmt;
use std::io::Write;
use std::sync::atomic::Ordering;

use engine::output::Output;
use engine::{Input, Timestamp};
use journal::{Header, Names, Refused, Row, Writer};
use reports::digest::TraceDigest;
use reports::record::Recorder;

use super::course::Course;
use super::run::{agent_names, refuse_journals};
use super::{Control, Options, RunError};
use crate::scenario::Scenario;
use crate::streams::Seed;
use crate::world::{Checks, Scribe, World};

/// Why no journal was written.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordError {
    /// The replication gave none.
    Run(RunError),
    /// It cannot be written.
    Write(Refused),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Run(error) => error.fmt(f),
            RecordError::Write(refused) => refused.fmt(f),
        }
    }
}

impl std::error::Error for RecordError {}

impl From<RunError> for RecordError {
    fn from(error: RunError) -> Self {
        RecordError::Run(error)
    }
}

impl From<Refused> for RecordError {
    fn from(refused: Refused) -> Self {
        RecordError::Write(refused)
    }
}

/// Runs replication 0 of the scenario's own policy and writes its journal. How many rows it has.
///
/// # Errors
/// As [`super::run`], and when it cannot be written.
pub fn record<W: Write>(
    scenario: &Scenario,
    options: &Options,
    control: &Control<'_>,
    out: W,
) -> Result<u64, RecordError> {
    refuse_journals(scenario)?;
    let mut course = Course::new(scenario, options, false).without_details();
    course.recorder.calls_csv = false;
    let header = Header::new(
        scenario.name.clone(),
        format!(
            "{}Z",
            scenario.experiment.start.strftime("%Y-%m-%dT%H:%M:%S")
        ),
        course.plan.policy.clone(),
        Names {
            queues: scenario.policy.names.queues.clone(),
            classes: scenario.policy.names.classes.clone(),
            agents: agent_names(scenario),
        },
    );
    let mut pen = Pen {
        writer: Writer::new(out, &header)?,
        outputs: TraceDigest::NOTHING,
        failed: None,
    };
    let seed = Seed {
        seed: scenario.experiment.seed,
        replication: 0,
    };
    let recorder = Recorder::new(course.recorder.clone());
    let checks = Checks::default();
    let world = World::watched(&course.plan, seed, recorder, checks, Some(&mut pen));
    let stop = || control.stop.load(Ordering::Relaxed);
    world.run(stop).ok_or(RunError::Stopped)?;
    match pen.failed {
        Some(refused) => Err(refused.into()),
        None => {
            let n = pen.writer.next_seq() - 1;
            pen.writer.finish()?;
            Ok(n)
        }
    }
}

/// Writes rows until that fails.
struct Pen<W> {
    writer: Writer<W>,
    outputs: TraceDigest,
    failed: Option<Refused>,
}

impl<W: Write> Scribe for Pen<W> {
    fn stepped(&mut self, at: Timestamp, input: Option<Input>, said: &[Output]) {
        self.outputs = self.outputs.then(said);
        // A look that found nothing due is no step.
        if self.failed.is_some() || (input.is_none() && said.is_empty()) {
            return;
        }
        let row = Row {
            seq: self.writer.next_seq(),
            at,
            epoch: 1,
            input,
            outputs: self.outputs.0,
        };
        self.failed = self.writer.row(&row).err();
    }
}
