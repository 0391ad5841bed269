//! A voicemail was left (`action` of `<Record>`), or can be fetched (its `recordingStatusCallback`).

use super::{Call, number, text};
use crate::{Form, RecordingSid};

/// A recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// The leg that was recorded. A status callback names little more than its SID.
    pub call: Call,
    /// The recording.
    pub sid: Option<RecordingSid>,
    /// Where it is. The action comes before it can be fetched from there.
    pub url: Option<String>,
    /// Its length, s.
    pub duration: Option<u64>,
    /// In a status callback: `in-progress`, `completed`, `absent` or `failed`.
    pub status: Option<String>,
    /// The key that ended it, or `hangup`.
    pub ended_by: Option<String>,
}

impl Recorded {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            sid: text(form, "RecordingSid").and_then(RecordingSid::new),
            url: text(form, "RecordingUrl"),
            duration: number(form, "RecordingDuration"),
            status: text(form, "RecordingStatus"),
            ended_by: text(form, "Digits"),
        }
    }
}
