//! Why a sweep did not come to its end.

use std::fmt;
use std::path::Path;

use policy_file::FileErrors;

use crate::experiment::RunError;

/// Why a sweep did not come to its end.
#[derive(Clone, PartialEq, Debug)]
pub enum SweepError {
    /// The scenario or what varies in it.
    Input(FileErrors),
    /// Something else that was given is not right, in a sentence or two that say what to do.
    Wrong(String),
    /// A point could not be run.
    Run {
        /// The point, as `path=value`s.
        point: String,
        /// Why.
        error: RunError,
    },
    /// A point could not be run by a worker elsewhere.
    Elsewhere {
        /// The point, as `path=value`s.
        point: String,
        /// What the worker said.
        said: String,
    },
    /// Asked to stop. What is finished is kept.
    Stopped,
    /// Files, a network, a server: what the system says.
    System(String),
}

impl SweepError {
    /// What the system said about a path.
    pub(crate) fn at(path: &Path, error: &std::io::Error) -> SweepError {
        SweepError::System(format!("{}: {error}", path.display()))
    }
}

impl From<FileErrors> for SweepError {
    fn from(errors: FileErrors) -> Self {
        SweepError::Input(errors)
    }
}

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SweepError::Input(errors) => write!(f, "{errors}"),
            SweepError::Wrong(said) | SweepError::System(said) => write!(f, "error: {said}"),
            SweepError::Run { point, error } => write!(f, "error: at {point}: {error}"),
            SweepError::Elsewhere { point, said } => {
                write!(f, "error: at {point}, on a worker: {said}")
            }
            SweepError::Stopped => f.write_str("stopped; what is finished is kept"),
        }
    }
}

impl std::error::Error for SweepError {}
