//! Why a run gave no report.

use std::fmt;

use reports::record::ConservationError;

/// Why a run gave no report.
#[derive(Clone, PartialEq, Debug)]
pub enum RunError {
    /// It was asked to stop.
    Stopped,
    /// A replication's calls do not add up: a bug of ours.
    NotConserved {
        /// Which replication.
        replication: u32,
        /// What is wrong.
        error: ConservationError,
    },
    /// A check between two engine steps found something wrong: a bug of ours.
    Broken {
        /// Which replication.
        replication: u32,
        /// When and what.
        what: String,
    },
    /// Calls without an outcome 24 h after the horizon.
    Unserved {
        /// Which replication.
        replication: u32,
        /// How many.
        calls: usize,
    },
    /// The engine or the world panicked: a bug of ours.
    Bug {
        /// Which replication.
        replication: u32,
        /// What the panic said.
        message: String,
    },
    /// The scenario asks for something this version cannot run.
    Unsupported(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Stopped => f.write_str("stopped; nothing was written"),
            RunError::NotConserved { replication, error } => {
                write!(f, "replication {replication}: calls do not add up: {error}")
            }
            RunError::Broken { replication, what } => {
                write!(
                    f,
                    "replication {replication}: an invariant is broken {what}"
                )
            }
            RunError::Unserved { replication, calls } => write!(
                f,
                "replication {replication}: {calls} calls have no outcome 24 h after the horizon; \
                 give callers a patience, queues a max_wait, or more agents"
            ),
            RunError::Bug {
                replication,
                message,
            } => write!(
                f,
                "replication {replication}: a bug of Linefinder: {message}"
            ),
            RunError::Unsupported(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for RunError {}
