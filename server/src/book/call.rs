//! A call as the edges know it.

use engine::Timestamp;
use engine::id::{AgentId, CallId, ClassId, OfferId, QueueId};
use engine::output::{Departure, Refusal};
use engine::time::Micros;

/// A call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The engine's id.
    pub id: CallId,
    /// The carrier's id of the caller's first leg.
    pub sid: String,
    /// `None` = withheld.
    pub from: Option<String>,
    /// The number that was called.
    pub to: String,
    /// Where it is.
    pub queue: QueueId,
    /// Its class.
    pub class: ClassId,
    /// When it came.
    pub arrived_at: Timestamp,
    /// Where it stands.
    pub stage: Stage,
    /// How it ended; set before the leg is over where the caller still hears something.
    pub outcome: Option<Outcome>,
    /// Who has or had it.
    pub agent: Option<AgentId>,
    /// The offer that was answered.
    pub offer: Option<OfferId>,
    /// Offers made for it.
    pub attempts: u16,
    /// Offers of it that are not over.
    pub n_ringing: u16,
    /// Arrival to connection or hang-up.
    pub waited: Option<Micros>,
    /// Connection to end.
    pub talked: Option<Micros>,
    /// When it was joined with an agent.
    pub connected_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// As last announced.
    pub position: Option<u32>,
    /// As last announced.
    pub estimate: Option<Micros>,
    /// When that was.
    pub announced_at: Option<Timestamp>,
    /// A callback is on offer.
    pub offers_callback: bool,
    /// It is one.
    pub is_callback: bool,
    /// When the callback was asked for.
    pub callback_asked_at: Option<Timestamp>,
    /// The chosen time; `None` = as soon as its place comes up.
    pub callback_due_at: Option<Timestamp>,
    /// How often the caller was called back.
    pub callback_attempts: u16,
    /// How often the carrier lost its hold and it was put back.
    pub returns: u32,
    /// The question after the call was asked.
    pub is_asked: bool,
}

/// Where a call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The engine is being told of it.
    Arriving,
    /// On hold, in line.
    Waiting,
    /// On hold, an agent is rung.
    Ringing,
    /// On hold, an agent has answered.
    Claimed,
    /// In the legacy flow: this agent is dialled from its own leg.
    Legacy(OfferId),
    /// It is to leave the hold, and then this.
    Leaving(Departure),
    /// With an agent.
    Talking,
    /// Off the line, waiting for its callback.
    CallbackDue,
    /// Being called back.
    CallbackPlaced,
    /// It is over.
    Over,
}

impl Stage {
    /// In tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Arriving => "arriving",
            Stage::Waiting => "waiting",
            Stage::Ringing => "ringing",
            Stage::Claimed => "claimed",
            Stage::Legacy(_) => "legacy",
            Stage::Leaving(Departure::Voicemail) => "voicemail",
            Stage::Leaving(Departure::HangUp) => "goodbye",
            Stage::Leaving(Departure::CallbackConfirmed) => "callback_confirmed",
            Stage::Talking => "talking",
            Stage::CallbackDue => "callback_due",
            Stage::CallbackPlaced => "callback_placed",
            Stage::Over => "over",
        }
    }

    /// Whether the caller is held: in line, or thinking about a callback that it was offered instead.
    #[must_use]
    pub fn is_held(self) -> bool {
        match self {
            Stage::Arriving | Stage::Waiting | Stage::Ringing | Stage::Claimed => true,
            Stage::Legacy(_)
            | Stage::Leaving(_)
            | Stage::Talking
            | Stage::CallbackDue
            | Stage::CallbackPlaced
            | Stage::Over => false,
        }
    }
}

impl Stage {
    /// The stage that a table names; `offer` is the call's live offer.
    pub(super) fn named(name: &str, offer: Option<OfferId>) -> Option<Stage> {
        Some(match name {
            "arriving" => Stage::Arriving,
            "waiting" => Stage::Waiting,
            "ringing" => Stage::Ringing,
            "claimed" => Stage::Claimed,
            "legacy" => Stage::Legacy(offer?),
            "voicemail" => Stage::Leaving(Departure::Voicemail),
            "goodbye" => Stage::Leaving(Departure::HangUp),
            "callback_confirmed" => Stage::Leaving(Departure::CallbackConfirmed),
            "talking" => Stage::Talking,
            "callback_due" => Stage::CallbackDue,
            "callback_placed" => Stage::CallbackPlaced,
            "over" => Stage::Over,
            _ => return None,
        })
    }
}

/// The outcomes of the glossary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Bridged to an agent.
    Connected,
    /// The caller hung up before.
    Abandoned,
    /// Left the line for a callback that is still owed.
    Callback,
    /// ... and was bridged.
    CallbackConnected,
    /// ... and was not.
    CallbackFailed,
    /// Left a message.
    Voicemail,
    /// Not let in.
    Refused(Refusal),
    /// The longest wait.
    TimedOut,
    /// Ours or the carrier's failure.
    Failed,
}

impl Outcome {
    /// In tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Connected => "connected",
            Outcome::Abandoned => "abandoned",
            Outcome::Callback => "callback",
            Outcome::CallbackConnected => "callback_connected",
            Outcome::CallbackFailed => "callback_failed",
            Outcome::Voicemail => "voicemail",
            Outcome::Refused(Refusal::Closed) => "refused_closed",
            Outcome::Refused(Refusal::Full) => "refused_full",
            Outcome::Refused(Refusal::Nobody) => "refused_nobody",
            Outcome::TimedOut => "timed_out",
            Outcome::Failed => "failed",
        }
    }
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 11] = [
        Outcome::Connected,
        Outcome::Abandoned,
        Outcome::Callback,
        Outcome::CallbackConnected,
        Outcome::CallbackFailed,
        Outcome::Voicemail,
        Outcome::Refused(Refusal::Closed),
        Outcome::Refused(Refusal::Full),
        Outcome::Refused(Refusal::Nobody),
        Outcome::TimedOut,
        Outcome::Failed,
    ];

    pub(super) fn named(name: &str) -> Option<Outcome> {
        Outcome::ALL
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}
