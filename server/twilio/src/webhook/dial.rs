//! A `<Dial>` is over.

use super::{Call, DequeueResult, DialStatus, number, text, word};
use crate::{CallSid, Form, QueueSid};

/// The other party has left, or was not reached (`action` of `<Dial>`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialEnded {
    /// The leg that dialled.
    pub call: Call,
    /// How it ended.
    pub status: Option<DialStatus>,
    /// The leg that was dialled.
    pub dialled: Option<CallSid>,
    /// How long that lasted, s.
    pub duration: Option<u64>,
    /// Whether both were connected.
    pub bridged: Option<bool>,
    /// What came of a queue.
    pub dequeued: Dequeued,
}

/// What came of dialling a queue. Nothing of it is there for other parties.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dequeued {
    /// Whether a caller was there.
    pub result: Option<DequeueResult>,
    /// The caller's leg.
    pub call: Option<CallSid>,
    /// Where it waited.
    pub queue: Option<QueueSid>,
    /// How long it waited, s.
    pub queue_time: Option<u64>,
    /// How long both talked, s.
    pub duration: Option<u64>,
}

impl DialEnded {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            status: word(form, "DialCallStatus"),
            dialled: text(form, "DialCallSid").and_then(CallSid::new),
            duration: number(form, "DialCallDuration"),
            bridged: number(form, "DialBridged"),
            dequeued: Dequeued {
                result: word(form, "DequeueResult"),
                call: text(form, "DequeuedCallSid").and_then(CallSid::new),
                queue: text(form, "QueueSid").and_then(QueueSid::new),
                queue_time: number(form, "DequeuedCallQueueTime"),
                duration: number(form, "DequeuedCallDuration"),
            },
        }
    }
}
