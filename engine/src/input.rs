//! What may happen to the engine: facts and requests, in the past tense.
//!
//! Every input is one step. A refused input ([`crate::Rejection`]) changes nothing.

use alloc::boxed::Box;
use core::time::Duration;
use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallId, CallerKey, ClassId, Level, OfferId, QueueId};
use crate::policy::{Feature, Policy, Share};
use crate::time::Timestamp;

/// One fact or request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// A call came in. `call` must be [`crate::Engine::next_call`].
    CallArrived {
        /// Its id.
        call: CallId,
        /// Who calls, hashed.
        caller: CallerKey,
        /// Where it is routed to.
        queue: QueueId,
        /// The caller's class.
        class: ClassId,
    },
    /// The caller hung up: while waiting, ringing, at the voicemail greeting or talking (a
    /// talking call ends as by `CallEnded`).
    CallerHungUp {
        /// Which call.
        call: CallId,
    },
    /// The caller left a message.
    VoicemailLeft {
        /// Which call.
        call: CallId,
    },
    /// The caller took the callback that was offered.
    CallbackAccepted {
        /// Which call.
        call: CallId,
        /// The chosen time; `None` = as soon as its place comes up.
        at: Option<Timestamp>,
    },
    /// The caller picked up the callback.
    CallbackAnswered {
        /// Which call.
        call: CallId,
    },
    /// The callback did not reach the caller (busy, no answer, failed).
    CallbackUnanswered {
        /// Which call.
        call: CallId,
    },
    /// A connected call is over.
    CallEnded {
        /// Which call.
        call: CallId,
    },

    /// The carrier has taken the request to ring the agent.
    OfferPlaced {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent's device rings.
    OfferRinging {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent accepted: claims the call.
    OfferAnswered {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent said no.
    OfferDeclined {
        /// Which offer.
        offer: OfferId,
    },
    /// The offer failed before an answer.
    OfferFailed {
        /// Which offer.
        offer: OfferId,
        /// Why.
        cause: OfferFailure,
    },
    /// Caller and agent are joined.
    CallBridged {
        /// The answered offer whose `Bridge` was carried out: a word that comes after its claim was
        /// undone is known by it, though another agent may have the call in hand by then.
        offer: OfferId,
    },
    /// Joining them failed.
    BridgeFailed {
        /// The answered offer.
        offer: OfferId,
    },

    /// The agent's queues and its level at each; replaces what was known. A new agent starts
    /// offline, without heartbeat, its device disconnected. The next new agent has the id
    /// [`crate::Engine::next_agent`].
    AgentAssigned {
        /// Who.
        agent: AgentId,
        /// Queue and level (1 is asked first), no queue twice.
        queues: Box<[(QueueId, Level)]>,
    },
    /// The agent's own wish changed.
    AgentStatusChanged {
        /// Who.
        agent: AgentId,
        /// What it wants now.
        status: AgentStatus,
    },
    /// The agent has finished its after-call work early.
    AgentReady {
        /// Who.
        agent: AgentId,
    },
    /// A sign of life of the agent's application.
    HeartbeatReceived {
        /// Who.
        agent: AgentId,
    },
    /// The agent's device is registered.
    DeviceConnected {
        /// Who.
        agent: AgentId,
    },
    /// The agent's device is gone.
    DeviceDisconnected {
        /// Who.
        agent: AgentId,
    },

    /// The queue's hours began.
    QueueOpened {
        /// Which queue.
        queue: QueueId,
    },
    /// The queue's hours are over.
    QueueClosed {
        /// Which queue.
        queue: QueueId,
    },
    /// A new policy from now on. Waiting calls keep their features and take the new queue settings.
    /// Shares that were set at runtime stay as they were set.
    PolicyReplaced(
        /// The checked policy.
        Box<Policy>,
    ),
    /// One feature's share was set at runtime: it overrides this policy's and every later one's,
    /// until it is set again or cleared.
    FeatureSet {
        /// Which feature.
        feature: Feature,
        /// Its new share.
        share: Share,
    },
    /// One feature's share is the policy's again.
    FeatureCleared {
        /// Which feature.
        feature: Feature,
    },
    /// One store commit took this long.
    StoreLatencyMeasured {
        /// How long.
        latency: Duration,
    },
    /// The driver was away from `since` to now: leases, graces and ring deadlines are extended by
    /// the gap. Whatever else came due in the gap happens, and is stamped, at its end: nothing is
    /// decided while nobody is there to carry it out.
    Resumed {
        /// The last moment before the gap. One before the last step counts as that step: the driver was
        /// there then.
        since: Timestamp,
    },
}

/// What the agent wants. Ordered from most to least willing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum AgentStatus {
    /// To be offered calls.
    Available,
    /// A break; the reason's meaning lives at the edges.
    Break(u16),
    /// Signed out.
    Offline,
}

/// Why an offer failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OfferFailure {
    /// The device is not registered or does not react.
    Unreachable,
    /// The agent's line is busy.
    Busy,
    /// The carrier refused or broke: counts against the carrier's breaker, not the agent's.
    Carrier,
}
