//! A row per call, kept only when asked for.

use engine::id::{AgentId, CallId, ClassId, QueueId};
use engine::time::{Micros, Timestamp};

use super::outcome::Outcome;

/// One call as `calls.csv` shows it. Spans are microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallRow {
    /// The call; `None` for one that found no line.
    pub call: Option<CallId>,
    /// When it came in.
    pub arrived_at: Timestamp,
    /// Where it came in.
    pub queue: QueueId,
    /// Its class.
    pub class: ClassId,
    /// Its outcome; a callback's end replaces `callback`. `None` = never settled.
    pub outcome: Option<Outcome>,
    /// Arrival to bridge, hang-up or maximum wait.
    pub wait: Option<Micros>,
    /// The conversation.
    pub talk: Option<Micros>,
    /// Who had it.
    pub agent: Option<AgentId>,
    /// Offers made for it.
    pub attempts: u16,
    /// The first announced point.
    pub estimate: Option<Micros>,
    /// Of its last offer that rang.
    pub assignment_latency: Option<Micros>,
}

impl CallRow {
    pub(crate) const fn new(
        call: Option<CallId>,
        arrived_at: Timestamp,
        queue: QueueId,
        class: ClassId,
    ) -> Self {
        CallRow {
            call,
            arrived_at,
            queue,
            class,
            outcome: None,
            wait: None,
            talk: None,
            agent: None,
            attempts: 0,
            estimate: None,
            assignment_latency: None,
        }
    }
}
