//! An offer as the edges know it.

use engine::Timestamp;
use engine::id::{AgentId, CallId, OfferId};
use engine::output::OfferEnd;

/// An offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The engine's id.
    pub id: OfferId,
    /// Of which call.
    pub call: CallId,
    /// To whom.
    pub agent: AgentId,
    /// 1 = the call's first.
    pub attempt: u16,
    /// Where it stands.
    pub state: State,
    /// The carrier's id of the agent's leg.
    pub leg: Option<String>,
    /// The agent is dialled from the caller's own leg.
    pub is_legacy: bool,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it rang.
    pub rang_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// Where an offer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The agent is to be rung.
    Made,
    /// It rings.
    Ringing,
    /// The agent has the call.
    Answered,
    /// The two are joined.
    Bridged,
    /// Over without a connection.
    Ended(OfferEnd),
    /// Answered, and not joined.
    Undone,
    /// They were joined, and that is over.
    Done,
}

impl State {
    /// In tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Made => "made",
            State::Ringing => "ringing",
            State::Answered => "answered",
            State::Bridged => "bridged",
            State::Ended(OfferEnd::Declined) => "declined",
            State::Ended(OfferEnd::Expired) => "expired",
            State::Ended(OfferEnd::Unreachable) => "unreachable",
            State::Ended(OfferEnd::Failed) => "failed",
            State::Ended(OfferEnd::Withdrawn) => "withdrawn",
            State::Undone => "undone",
            State::Done => "done",
        }
    }

    /// Whether the agent has neither answered nor let it go.
    #[must_use]
    pub fn is_ringing(self) -> bool {
        match self {
            State::Made | State::Ringing => true,
            State::Answered | State::Bridged | State::Ended(_) | State::Undone | State::Done => {
                false
            }
        }
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            State::Ended(_) | State::Undone | State::Done => true,
            State::Made | State::Ringing | State::Answered | State::Bridged => false,
        }
    }
}

impl State {
    /// Every state.
    pub const ALL: [State; 11] = [
        State::Made,
        State::Ringing,
        State::Answered,
        State::Bridged,
        State::Ended(OfferEnd::Declined),
        State::Ended(OfferEnd::Expired),
        State::Ended(OfferEnd::Unreachable),
        State::Ended(OfferEnd::Failed),
        State::Ended(OfferEnd::Withdrawn),
        State::Undone,
        State::Done,
    ];

    pub(super) fn named(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}
