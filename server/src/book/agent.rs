//! An agent as the edges know it.

use engine::Timestamp;
use engine::id::{AgentId, CallId, Level};
use engine::input::AgentStatus;

/// An agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agent {
    /// The engine's id.
    pub id: AgentId,
    /// Unique.
    pub name: String,
    /// `client:agent_7`, `+15550100` or `sip:...`.
    pub contact: String,
    /// By name, with levels.
    pub queues: Vec<(String, Level)>,
    /// What it wants.
    pub status: AgentStatus,
    /// What it does.
    pub activity: Activity,
    /// The call in hand.
    pub call: Option<CallId>,
    /// Since when it does that.
    pub since: Timestamp,
    /// Its heartbeat lease is live.
    pub is_alive: bool,
    /// Its device is believed reachable.
    pub is_reachable: bool,
    /// When one of the two changed.
    pub seen_at: Timestamp,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: Option<String>,
}

/// What an agent does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// Nothing.
    Idle,
    /// It is rung.
    Offered,
    /// It has answered, or its callback is being placed.
    Reserved,
    /// It talks.
    Talking,
    /// After-call work.
    WrapUp,
}

impl Activity {
    /// In tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Activity::Idle => "idle",
            Activity::Offered => "offered",
            Activity::Reserved => "reserved",
            Activity::Talking => "talking",
            Activity::WrapUp => "wrap_up",
        }
    }
}

impl Activity {
    /// Every activity.
    pub const ALL: [Activity; 5] = [
        Activity::Idle,
        Activity::Offered,
        Activity::Reserved,
        Activity::Talking,
        Activity::WrapUp,
    ];

    pub(super) fn named(name: &str) -> Option<Activity> {
        Activity::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Agent {
    pub(super) fn new(id: AgentId, name: &str, at: Timestamp) -> Agent {
        Agent {
            id,
            name: name.to_owned(),
            contact: String::new(),
            queues: Vec::new(),
            status: AgentStatus::Offline,
            activity: Activity::Idle,
            call: None,
            since: at,
            is_alive: false,
            is_reachable: false,
            seen_at: at,
            token_hash: None,
        }
    }
}

/// A status as it is written.
#[must_use]
pub(super) fn status_name(status: AgentStatus) -> String {
    match status {
        AgentStatus::Available => "available".to_owned(),
        AgentStatus::Break(reason) => format!("break:{reason}"),
        AgentStatus::Offline => "offline".to_owned(),
    }
}

/// A status as it was written.
pub(super) fn status_named(name: &str) -> Option<AgentStatus> {
    match name.split_once(':') {
        Some(("break", reason)) => reason.parse().ok().map(AgentStatus::Break),
        Some(_) => None,
        None => match name {
            "available" => Some(AgentStatus::Available),
            "offline" => Some(AgentStatus::Offline),
            _ => None,
        },
    }
}
