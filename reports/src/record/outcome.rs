//! The outcomes of calls, and the rule that they add up: every offered call has exactly one.

use std::error::Error;
use std::fmt;

use engine::id::CallId;
use engine::output::Refusal;
use serde::Serialize;

/// How a call ended for its caller. `Callback` is an outcome; what then became of the callback is
/// counted beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Bridged to an agent.
    Connected,
    /// Hung up while waiting, ringing or at the voicemail greeting.
    Abandoned,
    /// Left the line for a callback.
    Callback,
    /// A message was left.
    Voicemail,
    /// Not let in: outside hours.
    RefusedClosed,
    /// Not let in: too many waiting.
    RefusedFull,
    /// Not let in: no agent.
    RefusedNobody,
    /// Not let in: the carrier had no free line.
    RefusedNoLine,
    /// Ended by us at the maximum wait.
    TimedOut,
    /// Ended by a failure of ours or of the carrier.
    Failed,
    /// The callback reached its caller and an agent. Not an outcome of its own: one of `Callback`.
    CallbackConnected,
    /// The callback did not. Not an outcome of its own: one of `Callback`.
    CallbackFailed,
}

impl Outcome {
    /// All, in the order of reports.
    pub const ALL: [Outcome; 12] = [
        Outcome::Connected,
        Outcome::Abandoned,
        Outcome::Callback,
        Outcome::Voicemail,
        Outcome::RefusedClosed,
        Outcome::RefusedFull,
        Outcome::RefusedNobody,
        Outcome::RefusedNoLine,
        Outcome::TimedOut,
        Outcome::Failed,
        Outcome::CallbackConnected,
        Outcome::CallbackFailed,
    ];

    /// The word in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Outcome::Connected => "connected",
            Outcome::Abandoned => "abandoned",
            Outcome::Callback => "callback",
            Outcome::Voicemail => "voicemail",
            Outcome::RefusedClosed => "refused_closed",
            Outcome::RefusedFull => "refused_full",
            Outcome::RefusedNobody => "refused_nobody",
            Outcome::RefusedNoLine => "refused_no_line",
            Outcome::TimedOut => "timed_out",
            Outcome::Failed => "failed",
            Outcome::CallbackConnected => "callback_connected",
            Outcome::CallbackFailed => "callback_failed",
        }
    }

    /// It says what became of a callback, and is not counted among the calls again.
    #[must_use]
    pub const fn is_of_a_callback(self) -> bool {
        matches!(self, Outcome::CallbackConnected | Outcome::CallbackFailed)
    }

    pub(crate) const fn of_refusal(reason: Refusal) -> Self {
        match reason {
            Refusal::Closed => Outcome::RefusedClosed,
            Refusal::Full => Outcome::RefusedFull,
            Refusal::Nobody => Outcome::RefusedNobody,
        }
    }
}

/// Calls by outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outcomes([u64; Outcome::ALL.len()]);

impl Outcomes {
    /// How many had it.
    #[must_use]
    pub const fn count(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }
    /// Calls that were not let in, for whatever reason.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.count(Outcome::RefusedClosed)
            + self.count(Outcome::RefusedFull)
            + self.count(Outcome::RefusedNobody)
            + self.count(Outcome::RefusedNoLine)
    }
    /// Calls that have an outcome.
    #[must_use]
    pub fn settled(&self) -> u64 {
        let own = Outcome::ALL.iter().filter(|o| !o.is_of_a_callback());
        own.map(|o| self.count(*o)).sum()
    }
    #[inline]
    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }
    pub(crate) fn take_back(&mut self, outcome: Outcome) {
        self.0[outcome as usize] -= 1;
    }
    pub(crate) fn absorb(&mut self, other: &Outcomes) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// The first thing in the stream of events that cannot be: an event was lost, doubled or made up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anomaly {
    /// An event of a call that has not arrived, or is over and forgotten.
    UnknownCall(CallId),
    /// The call arrived a second time.
    ArrivedTwice(CallId),
    /// The call had an outcome and got another.
    SettledTwice(CallId, Outcome),
    /// A connected call's event for a call that is not connected, or a callback's for none.
    WrongPhase(CallId),
}

/// Why the calls of a replication do not add up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConservationError {
    /// The stream of events contradicts itself.
    Anomaly(Anomaly),
    /// Offered calls and outcomes differ.
    Unsettled {
        /// Calls that arrived in the window.
        offered: u64,
        /// Outcomes counted for them.
        settled: u64,
        /// One call without an outcome, if any is left.
        example: Option<CallId>,
    },
    /// Callbacks taken and callbacks that came to an end differ.
    CallbacksOpen {
        /// Calls that left the line for a callback.
        taken: u64,
        /// Callbacks connected or failed.
        ended: u64,
        /// One callback that came to no end, if any is left.
        example: Option<CallId>,
    },
    /// Connected calls that never ended.
    StillTalking {
        /// How many.
        calls: u64,
        /// One of them.
        example: CallId,
    },
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Anomaly::UnknownCall(call) => {
                write!(f, "{call} has an event but did not arrive, or was over")
            }
            Anomaly::ArrivedTwice(call) => write!(f, "{call} arrived twice"),
            Anomaly::SettledTwice(call, outcome) => {
                let key = outcome.key();
                write!(f, "{call} already had an outcome when it became {key}")
            }
            Anomaly::WrongPhase(call) => {
                write!(
                    f,
                    "{call} ended a conversation or a callback it did not have"
                )
            }
        }
    }
}

impl fmt::Display for ConservationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let for_example = |f: &mut fmt::Formatter<'_>, call: &Option<CallId>| match call {
            Some(call) => write!(f, " (for example {call})"),
            None => Ok(()),
        };
        match self {
            ConservationError::Anomaly(anomaly) => anomaly.fmt(f),
            ConservationError::Unsettled {
                offered,
                settled,
                example,
            } => {
                let difference = offered.abs_diff(*settled);
                write!(
                    f,
                    "{offered} calls were offered but {settled} outcomes were counted, a difference of {difference}"
                )?;
                for_example(f, example)
            }
            ConservationError::CallbacksOpen {
                taken,
                ended,
                example,
            } => {
                let difference = taken.abs_diff(*ended);
                write!(
                    f,
                    "{taken} callbacks were taken but {ended} came to an end, a difference of {difference}"
                )?;
                for_example(f, example)
            }
            ConservationError::StillTalking { calls, example } => {
                write!(
                    f,
                    "{calls} connected calls never ended (for example {example})"
                )
            }
        }
    }
}

impl Error for ConservationError {}
