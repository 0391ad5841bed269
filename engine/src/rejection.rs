//! Why an input was refused: what the outside did wrong, in order of precedence. A refused input
//! has changed nothing.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Why an input was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Rejection {
    /// No such queue in the policy.
    UnknownQueue,
    /// The arrival's id is not the next one.
    CallIdOutOfOrder,
    /// The call has ended, or never arrived.
    UnknownCall,
    /// The agent was never assigned.
    UnknownAgent,
    /// A new agent's id is not the next one, or there are too many.
    AgentIdOutOfOrder,
    /// A queue is named twice, or a level is 0.
    BadAssignment,
    /// The offer is no longer (or was never) the agent's live one: a late or forged answer.
    StaleOffer,
    /// The offer or the call is not in a state in which this can happen.
    WrongState,
    /// No callback was offered to this call, or the chosen time is past or not allowed.
    NoCallbackOffered,
    /// The new policy is wrong, or removes a queue that still holds calls or has other ids.
    BadPolicy,
    /// The share is above 100 %.
    BadShare,
    /// `Resumed` names a moment in the future.
    BadGap,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rejection::UnknownQueue => "no such queue in the policy",
            Rejection::CallIdOutOfOrder => "the arrival's id is not the next one",
            Rejection::UnknownCall => "the call has ended or never arrived",
            Rejection::UnknownAgent => "the agent was never assigned",
            Rejection::AgentIdOutOfOrder => "the new agent's id is not the next one",
            Rejection::BadAssignment => "a queue is named twice, or a level is 0",
            Rejection::StaleOffer => "the offer is no longer the agent's live one",
            Rejection::WrongState => "not possible in the present state",
            Rejection::NoCallbackOffered => "no callback was offered, or not for that time",
            Rejection::BadPolicy => "the new policy is wrong or removes a queue in use",
            Rejection::BadShare => "a share above 100 %",
            Rejection::BadGap => "the gap begins in the future",
        })
    }
}

impl core::error::Error for Rejection {}
