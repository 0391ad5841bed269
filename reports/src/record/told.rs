//! What each caller was told of its wait, and how long it waited in the end: the log that a
//! calibration is made from. Kept only when asked for; it grows with the calls.
//!
//! Beside [`Announcements`](super::announcements), which keeps what the measures need: here stand also the position that
//! was said with an estimate, the moments at which nothing was said of the wait, and the calls that nobody told
//! anything.

use std::collections::BTreeMap;

use engine::id::CallId;
use engine::output::Announced;
use engine::time::{Micros, Timestamp};

/// A counted call that waited in a line that announces waits, and was connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldCall {
    /// Which.
    pub call: CallId,
    /// When it came.
    pub arrived: Timestamp,
    /// When it was bridged.
    pub connected: Timestamp,
    /// What it was told, in order.
    pub said: Vec<Said>,
}

/// One announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// 1 + calls ahead.
    pub position: u32,
    /// Of the remaining wait; `None` when the estimator was silent.
    pub estimate: Option<Announced>,
}

impl ToldCall {
    /// What was left to wait when `said` was announced.
    #[must_use]
    pub fn remained(&self, said: &Said) -> Micros {
        self.connected.since(said.at)
    }
}

/// The calls told so far, and what those were told that still wait.
#[derive(Debug, Default)]
pub(crate) struct ToldLog {
    waiting: BTreeMap<CallId, Vec<Said>>,
    told: Vec<ToldCall>,
}

impl ToldLog {
    pub(crate) fn announced(&mut self, call: CallId, said: Said) {
        self.waiting.entry(call).or_default().push(said);
    }

    /// The call got no agent.
    pub(crate) fn forget(&mut self, call: CallId) {
        self.waiting.remove(&call);
    }

    /// A counted call that could be told its wait was bridged.
    pub(crate) fn connected(&mut self, call: CallId, arrived: Timestamp, connected: Timestamp) {
        let said = self.waiting.remove(&call).unwrap_or_default();
        self.told.push(ToldCall {
            call,
            arrived,
            connected,
            said,
        });
    }

    pub(crate) fn finish(self) -> Vec<ToldCall> {
        self.told
    }
}
