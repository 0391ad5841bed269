//! Identities: dense newtypes. Names, phone numbers and carrier ids live at the edges and are
//! mapped to these; the engine never sees a string.

use core::fmt;
use serde::{Deserialize, Serialize};

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident($repr:ty), $word:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $repr);
        impl $name {
            /// The id as an index into a dense table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($word, " {}"), self.0)
            }
        }
    };
}

dense_id!(
    /// One call. Numbered 0, 1, 2, ... in order of arrival by the engine's driver
    /// ([`crate::Engine::next_call`] says which is next).
    CallId(u64),
    "call"
);
dense_id!(
    /// One agent. Dense from 0; below [`OfferId::MAX_AGENTS`].
    AgentId(u32),
    "agent"
);
dense_id!(
    /// A queue: its index in [`crate::policy::Policy::queues`].
    QueueId(u16),
    "queue"
);
dense_id!(
    /// A caller class. A queue's policy may name classes; those it does not name have head
    /// start 0 and age at 1x.
    ClassId(u16),
    "class"
);

/// A keyed hash of the caller's number, so that feature shares stick to the caller. A withheld
/// number hashes the call instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallerKey(pub u64);

/// The stable id of a command: carrying the same id out twice must be harmless.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub u64);

/// How good an agent is at a queue: 1 is asked first, higher levels when the call has waited
/// long enough (`widen`).
pub type Level = u8;

/// One offer of one call to one agent: a lease with a number. The number grows by one with each
/// offer of the run; a late answer is refused because its number is no longer the agent's live one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfferId(u64);

impl OfferId {
    /// Agents per engine: offer ids carry the agent in 24 bits.
    pub const MAX_AGENTS: u32 = 1 << 24;

    /// Offer `number` (below 2^40) to `agent` (below [`Self::MAX_AGENTS`]).
    #[must_use]
    pub const fn new(number: u64, agent: AgentId) -> Self {
        OfferId(number << 24 | agent.0 as u64)
    }
    /// The offer's number in the run, from 0.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0 >> 24
    }
    /// The agent it was made to.
    #[must_use]
    pub const fn agent(self) -> AgentId {
        AgentId((self.0 & 0xff_ffff) as u32)
    }
}

impl fmt::Debug for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfferId({} to {})", self.number(), self.agent().0)
    }
}
impl fmt::Display for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offer {}", self.number())
    }
}
