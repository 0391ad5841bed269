//! Why a journal was not replayed, or not to the same outputs.

use std::fmt;

use engine::output::Output;
use engine::policy::PolicyErrors;
use engine::{BEHAVIOUR_VERSION, RestoreError};
use journal::{Refused, Row};

/// Why a journal was not replayed.
#[derive(Clone, PartialEq, Debug)]
pub enum ReplayError {
    /// The file is not as it was written, or none of this version.
    Journal(Refused),
    /// The header's policy is wrong.
    Policy(PolicyErrors),
    /// The header's snapshot is not of this engine.
    Snapshot(RestoreError),
    /// It was recorded by an engine that decides otherwise.
    OtherBehaviour {
        /// That engine's version.
        found: u32,
        /// Its package's.
        engine: String,
    },
    /// This engine says something else.
    Differs(Box<Difference>),
    /// It was asked to stop.
    Stopped,
}

/// The first row at which this engine says something else than was recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The row.
    pub row: Row,
    /// What this engine says there.
    pub said: Vec<Output>,
    /// The digest that this gives; the row has the recorded one.
    pub digest: [u64; 2],
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Journal(refused) => refused.fmt(f),
            ReplayError::Policy(errors) => write!(f, "line 1, the header: its policy: {errors}"),
            ReplayError::Snapshot(error) => write!(f, "line 1, the header: {error}"),
            ReplayError::OtherBehaviour { found, engine } => write!(
                f,
                "it was recorded by Linefinder {engine} with behaviour version {found}; this one has version {BEHAVIOUR_VERSION}"
            ),
            ReplayError::Differs(difference) => difference.fmt(f),
            ReplayError::Stopped => f.write_str("stopped"),
        }
    }
}

impl std::error::Error for ReplayError {}

impl From<Refused> for ReplayError {
    fn from(refused: Refused) -> Self {
        ReplayError::Journal(refused)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |words: [u64; 2]| format!("{:016x}{:016x}", words[0], words[1]);
        let Row {
            seq,
            at,
            input,
            outputs,
            ..
        } = &self.row;
        writeln!(f, "row {seq} at {at}: this engine says something else")?;
        match input {
            Some(input) => writeln!(f, "  input     {input:?}")?,
            None => writeln!(f, "  input     none: timers were due")?,
        }
        writeln!(f, "  recorded  {}", hex(*outputs))?;
        write!(f, "  now       {}", hex(self.digest))?;
        for output in &self.said {
            write!(f, "\n  says      {} {:?}", output.at, output.what)?;
        }
        if self.said.is_empty() {
            write!(f, "\n  says      nothing")?;
        }
        Ok(())
    }
}
