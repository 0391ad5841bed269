//! Things as Twilio describes them. Only what we use; of that, only names must be there.

use crate::webhook::{AnsweredBy, CallStatus, Direction};
use crate::{CallSid, QueueSid};
use serde_json::Value;

/// A leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallResource {
    /// Its name.
    pub sid: CallSid,
    /// Where it is.
    pub status: Option<CallStatus>,
    /// Who began it.
    pub direction: Option<Direction>,
    /// Who calls, as Twilio writes it.
    pub from: Option<String>,
    /// Who is called, as Twilio writes it.
    pub to: Option<String>,
    /// The leg that dialled it.
    pub parent: Option<CallSid>,
    /// How long it will wait for its turn to be dialled, ms, by Twilio's estimate.
    pub queue_time: Option<u64>,
    /// How long it lasted, s.
    pub duration: Option<u64>,
    /// Who answered, where that was to be found out.
    pub answered_by: Option<AnsweredBy>,
}

/// A queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueResource {
    /// Its name by which it is deleted.
    pub sid: QueueSid,
    /// Its name in TwiML.
    pub friendly_name: Option<String>,
    /// Calls in it.
    pub current_size: Option<u64>,
    /// Calls that may be in it.
    pub max_size: Option<u64>,
}

/// A call in a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberResource {
    /// The call.
    pub call: CallSid,
    /// Where it waits, or waited.
    pub queue: Option<QueueSid>,
    /// Its place, from 1.
    pub position: Option<u64>,
    /// How long it has waited, s.
    pub wait_time: Option<u64>,
}

impl CallResource {
    pub(super) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            sid: text(value, "sid").and_then(CallSid::new)?,
            status: text(value, "status").map(CallStatus::from),
            direction: text(value, "direction").map(Direction::from),
            from: text(value, "from").map(str::to_owned),
            to: text(value, "to").map(str::to_owned),
            parent: text(value, "parent_call_sid").and_then(CallSid::new),
            queue_time: number(value, "queue_time"),
            duration: number(value, "duration"),
            answered_by: text(value, "answered_by").map(AnsweredBy::from),
        })
    }
}

impl QueueResource {
    pub(super) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            sid: text(value, "sid").and_then(QueueSid::new)?,
            friendly_name: text(value, "friendly_name").map(str::to_owned),
            current_size: number(value, "current_size"),
            max_size: number(value, "max_size"),
        })
    }
}

impl MemberResource {
    pub(super) fn read(value: &Value) -> Option<Self> {
        Some(Self {
            call: text(value, "call_sid").and_then(CallSid::new)?,
            queue: text(value, "queue_sid").and_then(QueueSid::new),
            position: number(value, "position"),
            wait_time: number(value, "wait_time"),
        })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// Some numbers are written as texts.
fn number(value: &Value, key: &str) -> Option<u64> {
    let value = value.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
