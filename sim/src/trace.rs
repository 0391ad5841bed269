//! Calls of a foreign log: what a columns file makes of a CSV row.

use engine::Timestamp;
use engine::id::{ClassId, QueueId};
use engine::time::Micros;
use jiff::civil::DateTime;

/// One call of a log.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceCall {
    /// Local time of arrival as the log has it.
    pub arrived_local: DateTime,
    /// The same since the scenario's epoch.
    pub arrived_at: Timestamp,
    /// Its queue; `None` when the log does not say.
    pub queue: Option<QueueId>,
    /// Its class; `None` when the log does not say.
    pub class: Option<ClassId>,
    /// How long it talked; `None` when it was not served or the log does not say (drawn then).
    pub talk: Option<Micros>,
    /// What the log says of its patience.
    pub patience: Patience,
    /// What became of it in the log, for comparison.
    pub recorded: Recorded,
}

/// What a log says of a caller's patience.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// It hung up after this wait.
    Known(Micros),
    /// It was still there after this wait: drawn from the survivors beyond it.
    Censored(Micros),
    /// Nothing: drawn.
    Unknown,
}

/// What became of a call in the log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// The log's own word.
    pub outcome: Option<String>,
    /// The recorded wait.
    pub wait: Option<Micros>,
    /// The log's name of the agent.
    pub agent: Option<String>,
}
