//! What reaches the driver from outside, in the words of calls and legs: no HTTP, no TwiML, no engine ids that
//! the sender could not know. And what the sender is to do next, in the same words.
//!
//! A provider's adapter turns its webhooks into facts and treatments into its own markup; it decides nothing.

use engine::id::{AgentId, CallId, ClassId, Level, OfferId};
use engine::policy::{Feature, Share};
use engine::time::Micros;
use policy_file::PolicyFile;

/// One thing that happened outside.
#[derive(Clone, Debug)]
pub enum Fact {
    /// A call came in, or its first webhook again.
    Inbound(Inbound),
    /// A held caller's music asks what comes next; its place in our line is looked at anew.
    StillWaiting(Inbound),
    /// The caller has left the hold.
    LeftHold {
        /// The caller's leg.
        sid: String,
        /// How.
        how: LeftHold,
    },
    /// The caller is about to be joined with the agent's leg.
    Joining {
        /// The offer it answered.
        offer: OfferId,
    },
    /// The caller's leg is over.
    CallerOver {
        /// The caller's leg.
        sid: String,
    },
    /// The caller chose, at a menu while waiting.
    Pressed {
        /// The caller's leg.
        sid: String,
        /// What.
        key: String,
    },
    /// The attempt of the legacy flow is over.
    LegacyOver {
        /// The caller's leg.
        sid: String,
        /// How.
        how: LegacyOver,
    },
    /// A message was recorded.
    Recorded {
        /// The caller's leg.
        sid: String,
        /// Where it is kept.
        recording: Option<String>,
        /// Its length in seconds.
        seconds: Option<i64>,
    },
    /// The question after the call was answered.
    Answered {
        /// The caller's leg.
        sid: String,
        /// 1 to 5.
        answer: u8,
    },
    /// News of an agent's leg.
    AgentLeg {
        /// The offer it was placed for.
        offer: OfferId,
        /// The leg, where it is known.
        sid: Option<String>,
        /// What.
        news: LegNews,
    },
    /// News of a callback's leg to the caller.
    CallbackLeg {
        /// The call.
        call: CallId,
        /// The leg, where it is known.
        sid: Option<String>,
        /// What.
        news: LegNews,
    },
    /// What became of a command that was sent to the carrier.
    Carried {
        /// The engine's id.
        command: u64,
        /// What.
        result: Carried,
    },
    /// News of an agent.
    Agent {
        /// Who.
        agent: String,
        /// What.
        news: AgentNews,
    },
    /// A policy is to be put in force.
    Policy {
        /// Checked.
        file: Box<PolicyFile>,
        /// As it was written.
        text: String,
        /// By whom.
        author: String,
    },
    /// A feature's share is set, or the policy's again (`None`).
    Share {
        /// Which.
        feature: Feature,
        /// To what.
        share: Option<Share>,
    },
    /// A number's class.
    Caller {
        /// E.164.
        number: String,
        /// By name; `None` = forgotten.
        class: Option<String>,
    },
    /// How long the last commit took.
    StoreLatency(
        /// In microseconds.
        Micros,
    ),
    /// Nothing but a look at the clock.
    Tick,
}

/// A caller's leg as its webhooks tell of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inbound {
    /// The carrier's id of the leg.
    pub sid: String,
    /// The caller's number; `None` = withheld.
    pub from: Option<String>,
    /// The number that was called.
    pub to: String,
}

/// How a caller left the hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeftHold {
    /// Hung up.
    HungUp,
    /// Was joined with an agent, and that is over.
    Bridged,
    /// We took it out.
    Left,
    /// The carrier failed to hold it.
    Failed,
    /// The carrier's own line was full.
    Full,
    /// Nothing follows from it.
    Moved,
}

/// How the legacy flow's attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegacyOver {
    /// They talked.
    Talked,
    /// The agent's line was busy, or it said no.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// It could not be placed.
    Failed,
}

/// News of a leg that we placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LegNews {
    /// The carrier has taken the request.
    Placed,
    /// It rings.
    Ringing,
    /// It was picked up, by whoever.
    PickedUp,
    /// A person has confirmed.
    Confirmed,
    /// The person said no, or its line was busy.
    Busy,
    /// It rang, and nobody answered.
    NoAnswer,
    /// The device does not react.
    Unreachable,
    /// The carrier could not place it.
    Failed,
    /// It was ended by us before it was answered.
    Canceled,
    /// It is over after it was answered; whether the two were joined.
    Over {
        /// They were.
        bridged: bool,
    },
}

/// What became of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// The carrier has taken it; the leg that it made.
    Done {
        /// The leg.
        sid: Option<String>,
    },
    /// The carrier will not: the endpoint or the request is wrong.
    Refused {
        /// In its words.
        error: String,
    },
    /// It was not taken after several attempts.
    GaveUp {
        /// The last error.
        error: String,
    },
    /// Whether it was taken is not known; webhooks will tell.
    Unknown {
        /// The last error.
        error: String,
    },
}

/// News of an agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgentNews {
    /// It is new, or is reached or works otherwise than before.
    Assigned {
        /// `client:agent_7`, `+15550100` or `sip:...`.
        contact: String,
        /// Queue names and levels.
        queues: Vec<(String, Level)>,
        /// SHA-256 of its token, hexadecimal; `None` = as before.
        token_hash: Option<String>,
    },
    /// What it wants.
    Status(engine::input::AgentStatus),
    /// Its after-call work is done.
    Ready,
    /// A sign of life.
    Heartbeat,
    /// Its device is registered.
    Connected,
    /// Its device is gone.
    Disconnected,
    /// It takes the offer that it was shown.
    Accepts(OfferId),
    /// It does not.
    Declines(OfferId),
    /// Its application shows the offer.
    Shown(OfferId),
}

/// What the sender of a fact is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Treatment {
    /// Nothing more.
    Nothing,
    /// Keep the caller on hold.
    Hold {
        /// Whose hold.
        call: CallId,
    },
    /// Tell the caller where it stands, play music, ask again.
    Music(Music),
    /// Take the caller out of the hold.
    Leave,
    /// Play the greeting and record a message.
    Voicemail,
    /// Say why and end the call.
    Goodbye(Goodbye),
    /// Dial this agent from the caller's leg.
    DialAgent {
        /// The offer.
        offer: OfferId,
        /// Whom.
        contact: String,
        /// For how long, in seconds.
        timeout: u32,
    },
    /// Join the agent's leg with the held caller.
    Join {
        /// The offer that was answered.
        offer: OfferId,
        /// The caller.
        call: CallId,
    },
    /// Ask the person on the agent's leg to confirm.
    Confirm {
        /// The offer.
        offer: OfferId,
    },
    /// Tell the agent that the caller has gone.
    CallerGone,
    /// Ask the person who was called back to confirm.
    ConfirmCallback {
        /// The call.
        call: CallId,
    },
    /// Ask how the call was.
    Survey,
    /// End this leg.
    HangUp,
    /// An agent, a policy, a share: it was taken.
    Taken(Taken),
    /// It was refused, and nothing has changed.
    Refused(Refused),
}

/// What a waiting caller hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Music {
    /// 1 = next; `None` = nothing is said of it.
    pub position: Option<u32>,
    /// The remaining wait in microseconds.
    pub estimate: Option<Micros>,
    /// It may leave the line for a callback by a key.
    pub offers_callback: bool,
}

/// Why a call ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Goodbye {
    /// The queue is closed.
    Closed,
    /// The queue is full.
    Full,
    /// Nobody works.
    Nobody,
    /// It waited for too long.
    TooLong,
    /// It will be called back.
    CallbackConfirmed,
    /// Something of ours failed.
    Failed,
    /// It is over.
    Over,
}

/// What was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// As asked.
    Done,
    /// This agent.
    Agent(AgentId),
    /// This class.
    Class(ClassId),
    /// It was so already.
    Unchanged,
}

/// Why it was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// There is no such thing, in words.
    Unknown(String),
    /// Not now, or not for this one, in words.
    Conflict(String),
    /// It is wrong, in words.
    Wrong(String),
}
