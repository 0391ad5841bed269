//! A call in a queue: while it waits, when it is about to be bridged, when it is no longer in.

use super::{Call, QueueResult, number, text, word};
use crate::{CallSid, Form, QueueSid};

/// A call waits and wants to know what to hear (`waitUrl`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The caller's leg.
    pub call: Call,
    /// Where it waits.
    pub queue: Option<QueueSid>,
    /// Its place, from 1.
    pub position: Option<u32>,
    /// How long it has waited, s.
    pub queue_time: Option<u64>,
    /// How long calls wait there on average, s.
    pub average_queue_time: Option<u64>,
    /// Calls in there.
    pub size: Option<u32>,
    /// Calls that may be in there.
    pub max_size: Option<u32>,
}

impl Waiting {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            queue: text(form, "QueueSid").and_then(QueueSid::new),
            position: number(form, "QueuePosition"),
            queue_time: number(form, "QueueTime"),
            average_queue_time: number(form, "AvgQueueTime"),
            size: number(form, "CurrentQueueSize"),
            max_size: number(form, "MaxQueueSize"),
        }
    }
}

/// A call is no longer in its queue (`action` of `<Enqueue>`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftQueue {
    /// The caller's leg.
    pub call: Call,
    /// Why.
    pub result: Option<QueueResult>,
    /// Where it waited, if it did.
    pub queue: Option<QueueSid>,
    /// How long it waited, s, if it did.
    pub queue_time: Option<u64>,
}

impl LeftQueue {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            result: word(form, "QueueResult"),
            queue: text(form, "QueueSid").and_then(QueueSid::new),
            queue_time: number(form, "QueueTime"),
        }
    }
}

/// A waiting call is about to be bridged (`url` of `<Queue>`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Joining {
    /// The caller's leg.
    pub call: Call,
    /// Where it waited.
    pub queue: Option<QueueSid>,
    /// How long it waited, s.
    pub queue_time: Option<u64>,
    /// The leg that takes it.
    pub taken_by: Option<CallSid>,
}

impl Joining {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        // Twilio misspells it; another speaker of the dialect may not.
        let taken_by = text(form, "DequeingCallSid").or_else(|| text(form, "DequeueingCallSid"));
        Self {
            call: Call::read(form),
            queue: text(form, "QueueSid").and_then(QueueSid::new),
            queue_time: number(form, "QueueTime"),
            taken_by: taken_by.and_then(CallSid::new),
        }
    }
}
