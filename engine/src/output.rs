//! What the engine says: commands to carry out and events that happened, each with the timestamp
//! at which it became true (a timer's own deadline, not the moment the driver looked).
//!
//! Measures come from events only; the engine keeps no statistics for reports to read.

use alloc::vec::Vec;
use core::ops::Deref;
use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
use crate::id::{AgentId, CallId, CallerKey, ClassId, CommandId, OfferId, QueueId};
use crate::input::AgentStatus;
use crate::policy::{Feature, Share};
use crate::time::{Micros, Timestamp};

/// One command or event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Output {
    /// When it became true.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// A command or an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum What {
    /// Carry this out. Twice is harmless: the id is stable.
    Command(CommandId, Command),
    /// This happened.
    Event(Event),
}

/// What the driver is to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Ring the agent of `offer` for `call`; report placed, ringing, answered, declined or failed.
    RingAgent {
        /// The offer; its agent is in the id.
        offer: OfferId,
        /// The call.
        call: CallId,
    },
    /// Stop ringing, or hang up the leg of an answer that came too late.
    StopRinging {
        /// The offer.
        offer: OfferId,
    },
    /// Join the caller with the agent that answered `offer`; report bridged or failed.
    Bridge {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
    },
    /// The legacy flow's one attempt: dial the agent of `offer` from the caller's own leg.
    DialLegacy {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
    },
    /// Take the caller out of the waiting music and do this.
    LeaveQueue {
        /// The call.
        call: CallId,
        /// What follows.
        then: Departure,
    },
    /// Offer a callback to the waiting caller; `CallbackAccepted` or nothing follows.
    OfferCallback {
        /// The call.
        call: CallId,
    },
    /// Call the caller back; an agent is reserved. Report answered or unanswered.
    PlaceCallback {
        /// The call.
        call: CallId,
        /// The reserved agent.
        agent: AgentId,
    },
    /// Give up a callback that rings.
    StopCallback {
        /// The call.
        call: CallId,
    },
}

/// What follows for a caller who leaves the line without an agent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Departure {
    /// The greeting, then a message.
    Voicemail,
    /// A goodbye and the end of the call.
    HangUp,
    /// A confirmation of the callback and the end of the call.
    CallbackConfirmed,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Event {
    /// A call came in. Exactly one per call.
    CallArrived {
        /// The call.
        call: CallId,
        /// Who calls.
        caller: CallerKey,
        /// Where to.
        queue: QueueId,
        /// The class.
        class: ClassId,
        /// Held in the queue (true) or legacy flow (false).
        queued: bool,
    },
    /// The call starts to wait: it was not offered to an agent in its arrival step.
    CallQueued {
        /// The call.
        call: CallId,
        /// Where.
        queue: QueueId,
    },
    /// The call moved to another queue; it keeps its arrival time.
    CallOverflowed {
        /// The call.
        call: CallId,
        /// From.
        from: QueueId,
        /// To.
        to: QueueId,
    },
    /// The caller was told where it stands.
    EstimateAnnounced {
        /// The call.
        call: CallId,
        /// 1 = next.
        position: u32,
        /// `None` = the estimator is silent.
        estimate: Option<Announced>,
    },
    /// An agent is asked. Followed by exactly one of answered, declined, expired, unreachable,
    /// failed, withdrawn; an answered one may still be undone, or withdrawn when the caller leaves
    /// before the bridge.
    OfferMade {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// 1 = the call's first.
        attempt: u16,
        /// In the call's arrival step.
        at_arrival: bool,
        /// Since when the call could be offered to this agent (its queueing, the end of its rest,
        /// its widening to this agent's level, or the assignment that gave the agent its queue at
        /// that level, whichever was last).
        eligible_since: Timestamp,
        /// Since when the agent could be offered a call: the last of idle, reachable, alive, rested,
        /// breaker closed.
        free_since: Timestamp,
    },
    /// The agent's device rings.
    OfferRang {
        /// The offer.
        offer: OfferId,
    },
    /// The agent accepted and has the call.
    OfferAnswered {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
    },
    /// The offer ended without the agent getting the call.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// How.
        end: OfferEnd,
    },
    /// A claim was undone (not bridged in time, or the bridge failed); the call is back at the
    /// head of the line.
    ClaimUndone {
        /// The offer.
        offer: OfferId,
        /// The call.
        call: CallId,
    },
    /// The call rests: `max_attempts` offers failed.
    CallExhausted {
        /// The call.
        call: CallId,
    },
    /// Bridged to an agent. Outcome `connected` (or `callback_connected`).
    CallConnected {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// Offers made for it, this one included.
        attempts: u16,
        /// Arrival to now.
        waited: Micros,
        /// It is a callback.
        callback: bool,
        /// When the agent was chosen, a call with a higher score waited that it could have been
        /// offered instead: the selection's fault, or that of a discovery that finds some calls
        /// only by scans. Under events for every caller never true.
        inversion: bool,
    },
    /// A connected call is over.
    CallEnded {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// Bridge to now.
        talked: Micros,
    },
    /// The caller hung up before an agent. Outcome `abandoned` (a callback: `callback_failed`).
    CallAbandoned {
        /// The call.
        call: CallId,
        /// Where it stood.
        stage: Stage,
        /// Arrival to now.
        waited: Micros,
    },
    /// Not let in. Outcome `refused`.
    CallRefused {
        /// The call.
        call: CallId,
        /// Why.
        reason: Refusal,
    },
    /// Maximum wait, and the caller was ended. Outcome `timed_out`.
    CallTimedOut {
        /// The call.
        call: CallId,
        /// Arrival to now.
        waited: Micros,
    },
    /// The caller hears the voicemail greeting.
    VoicemailStarted {
        /// The call.
        call: CallId,
    },
    /// A message was left. Outcome `voicemail`.
    VoicemailTaken {
        /// The call.
        call: CallId,
    },
    /// Ended by a failure of ours or of the carrier. Outcome `failed`.
    CallFailed {
        /// The call.
        call: CallId,
    },
    /// A callback was offered.
    CallbackOffered {
        /// The call.
        call: CallId,
    },
    /// The caller left the line for a callback. Outcome `callback`.
    CallbackTaken {
        /// The call.
        call: CallId,
    },
    /// An agent is reserved and the caller is being called back.
    CallbackPlaced {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// 1 = the first.
        attempt: u16,
    },
    /// This attempt did not reach the caller.
    CallbackMissed {
        /// The call.
        call: CallId,
    },
    /// The caller is not called back any more. Outcome `callback_failed`.
    CallbackFailed {
        /// The call.
        call: CallId,
        /// Why not.
        why: CallbackFailure,
    },

    /// The agent's wish.
    AgentStatusSet {
        /// Who.
        agent: AgentId,
        /// What.
        status: AgentStatus,
    },
    /// Idle: could be offered a call if available, alive, connected, rested and trusted.
    AgentIdle {
        /// Who.
        agent: AgentId,
    },
    /// After-call work.
    AgentWrapUp {
        /// Who.
        agent: AgentId,
    },
    /// The heartbeat lease began or ran out.
    AgentAlive {
        /// Who.
        agent: AgentId,
        /// The lease is live.
        alive: bool,
    },
    /// The device became reachable or (after its grace) unreachable.
    AgentReachable {
        /// Who.
        agent: AgentId,
        /// It is believed reachable.
        reachable: bool,
    },
    /// An agent's breaker changed.
    AgentBreaker {
        /// Who.
        agent: AgentId,
        /// To what.
        state: BreakerState,
    },
    /// The carrier's breaker changed.
    CarrierBreaker {
        /// To what.
        state: BreakerState,
    },

    /// A discovery scan ran.
    QueueScanned {
        /// Which queue.
        queue: QueueId,
        /// Calls waiting in it.
        waiting: u32,
    },
    /// The reconcile scan found a match that events had missed: one for each such match. Never seen
    /// but with a fault of the engine itself; the tests inject one.
    Rescued {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// A queue's hours.
    QueueOpen {
        /// Which queue.
        queue: QueueId,
        /// Open now.
        open: bool,
    },
    /// A new policy is in force.
    PolicyApplied,
    /// A feature's share was set at runtime, or is the policy's again.
    FeatureShareSet {
        /// Which.
        feature: Feature,
        /// To what.
        share: Share,
    },
    /// An alert began.
    AlertRaised {
        /// Which.
        alert: Alert,
        /// The measured value, in the alert's own unit (see [`Alert`]).
        value: u64,
    },
    /// An alert is over.
    AlertCleared {
        /// Which.
        alert: Alert,
    },
}

/// A wait estimate as announced: the remaining wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Announced {
    /// The point.
    pub point: Micros,
    /// Half of the waits are shorter.
    pub p50: Micros,
    /// Nine of ten are shorter.
    pub p90: Micros,
}

impl From<Estimate> for Announced {
    fn from(said: Estimate) -> Self {
        Announced {
            point: said.point,
            p50: said.p50,
            p90: said.p90,
        }
    }
}

/// Why a caller is not called back any more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CallbackFailure {
    /// No attempts left.
    Unreached,
    /// The callback was owed for longer than `callback.expires`.
    Expired,
}

/// How an offer ended without a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OfferEnd {
    /// The agent said no.
    Declined,
    /// It rang and nobody answered.
    Expired,
    /// It never rang.
    Unreachable,
    /// The carrier or the bridge failed.
    Failed,
    /// The caller left, or another agent was faster.
    Withdrawn,
}

/// Where a call stood when the caller hung up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Stage {
    /// In line.
    Waiting,
    /// An agent was being rung.
    Ringing,
    /// An agent had answered; not yet bridged.
    Claimed,
    /// At the voicemail greeting.
    Voicemail,
    /// On a callback, before an agent.
    Callback,
}

/// Why a call was not let in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// Outside hours.
    Closed,
    /// Too many waiting.
    Full,
    /// No agent signed in (legacy: nobody believed available).
    Nobody,
}

/// A breaker's state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum BreakerState {
    /// Trusted.
    Closed,
    /// Left alone.
    Open,
    /// One probe may go through.
    HalfOpen,
}

/// An alert of the plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Alert {
    /// Success rate fell; value in hundredths of a percent.
    SuccessRate,
    /// Store latency rose; value in thousandths of the baseline.
    StoreLatency,
    /// Too few of the agents who want work can be reached; value in hundredths of a percent.
    AgentAvailability,
    /// A queue is long; value in calls.
    QueueLength(QueueId),
}

/// Where a step's outputs go: the driver's buffer, reused from step to step.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    outputs: Vec<Output>,
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Forgets the outputs, keeps the memory.
    pub fn clear(&mut self) {
        self.outputs.clear();
    }
    #[inline]
    pub(crate) fn event(&mut self, at: Timestamp, event: Event) {
        self.outputs.push(Output {
            at,
            what: What::Event(event),
        });
    }
    #[inline]
    pub(crate) fn command(&mut self, at: Timestamp, id: CommandId, command: Command) {
        self.outputs.push(Output {
            at,
            what: What::Command(id, command),
        });
    }
}

impl Deref for Outbox {
    type Target = [Output];
    fn deref(&self) -> &[Output] {
        &self.outputs
    }
}
