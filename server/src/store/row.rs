//! The rows of the projections, as they are written and read: one struct a table, its fields the columns.
//!
//! Times are microseconds since 1970; spans end in `_us`.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// A call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct CallRow {
    /// The engine's id.
    pub id: i64,
    /// The carrier's id of the caller's leg.
    pub sid: String,
    /// `None` = withheld.
    pub caller_number: Option<String>,
    /// Which number was called.
    pub called_number: String,
    /// By name.
    pub queue: String,
    /// By name.
    pub class: String,
    /// Where it stands: see `book::call::Stage`.
    pub stage: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// When it came.
    pub arrived_at: i64,
    /// When it was joined with an agent.
    pub connected_at: Option<i64>,
    /// When it was over.
    pub ended_at: Option<i64>,
    /// Who has or had it, by name.
    pub agent: Option<String>,
    /// Offers made for it.
    pub attempts: i64,
    /// Arrival to connection or hang-up.
    pub waited_us: Option<i64>,
    /// Connection to end.
    pub talked_us: Option<i64>,
}

/// A waiting call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct LineRow {
    /// Which.
    pub call_id: i64,
    /// Where, by name.
    pub queue: String,
    /// By name.
    pub class: String,
    /// When it came.
    pub arrived_at: i64,
    /// `waiting`, `ringing`, `claimed`.
    pub status: String,
    /// As last announced; 1 = next.
    pub position: Option<i64>,
    /// As last announced.
    pub estimate_us: Option<i64>,
}

/// An offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct OfferRow {
    /// The engine's id.
    pub id: i64,
    /// Of which call.
    pub call_id: i64,
    /// To whom, by name.
    pub agent: String,
    /// See `book::offer::State`.
    pub state: String,
    /// The carrier's id of the agent's leg.
    pub leg_sid: Option<String>,
    /// 1 = the call's first.
    pub attempt: i64,
    /// When it was made.
    pub made_at: i64,
    /// When it rang.
    pub rang_at: Option<i64>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// When it was over.
    pub ended_at: Option<i64>,
}

/// An agent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct AgentRow {
    /// The engine's id.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// `client:agent_7`, `+15550100` or `sip:...`.
    pub contact: String,
    /// JSON: queue name to level.
    pub queues: String,
    /// What the agent wants: `available`, `break:N`, `offline`.
    pub status: String,
    /// What it does: see `book::agent::Activity`.
    pub activity: String,
    /// The call in hand.
    pub call_id: Option<i64>,
    /// Since when it does that.
    pub since: i64,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: Option<String>,
}

/// An agent's signs of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct HeartbeatRow {
    /// Who.
    pub agent_id: i64,
    /// The last change.
    pub at: i64,
    /// 1 = the lease is live.
    pub alive: i64,
    /// 1 = the device is believed reachable.
    pub reachable: i64,
}

/// A command to the carrier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct CommandRow {
    /// The engine's id: carrying it out twice is harmless.
    pub id: i64,
    /// `ring_agent`, `stop_ringing`, `place_callback`, `stop_callback`.
    pub kind: String,
    /// For which call.
    pub call_id: Option<i64>,
    /// For which offer.
    pub offer_id: Option<i64>,
    /// `open`, `done`, `refused`, `unknown`.
    pub state: String,
    /// How often it was sent.
    pub attempts: i64,
    /// When the engine said so.
    pub made_at: i64,
    /// When it was done.
    pub ended_at: Option<i64>,
    /// What the carrier said last.
    pub error: Option<String>,
}

/// A callback that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct CallbackRow {
    /// Of which call.
    pub call_id: i64,
    /// `waiting`, `placed`, `connected`, `failed`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: i64,
    /// The chosen time; `None` = as soon as its place comes up.
    pub due_at: Option<i64>,
    /// How often the caller was called.
    pub attempts: i64,
    /// When it was over.
    pub ended_at: Option<i64>,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct VoicemailRow {
    /// Of which call.
    pub call_id: i64,
    /// Where the carrier keeps it.
    pub recording: Option<String>,
    /// Its length.
    pub seconds: Option<i64>,
    /// When.
    pub at: i64,
}

/// An answer to the question after a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct SurveyRow {
    /// Of which call.
    pub call_id: i64,
    /// 1 to 5.
    pub answer: i64,
    /// When.
    pub at: i64,
}

/// A share that was set at runtime.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct FlagRow {
    /// By name.
    pub feature: String,
    /// Parts of a million; `None` = the policy's.
    pub share: Option<i64>,
    /// When.
    pub at: i64,
}

/// A policy that was put in force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct PolicyRow {
    /// From 1.
    pub id: i64,
    /// Of its canonical form.
    pub digest: String,
    /// As it was written.
    pub text: String,
    /// When.
    pub at: i64,
    /// By whom.
    pub author: String,
    /// JSON: the names of the queues by the engine's ids.
    pub queues: String,
    /// JSON: the names of the classes by the engine's ids.
    pub classes: String,
}

/// A row of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, FromRow)]
pub struct JournalRow {
    /// From 1 without gaps.
    pub seq: i64,
    /// The engine's timestamp.
    pub at: i64,
    /// Of the lease under which it was written.
    pub epoch: i64,
    /// See `journal::Row`.
    pub body: String,
    /// Of the body.
    pub crc: i64,
    /// Of the row before and the body, hexadecimal.
    pub hash: String,
}
