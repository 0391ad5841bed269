//! Something has happened to a leg (`StatusCallback`). Comes in any order, more than once, or not at all.

use super::{Call, number, text};
use crate::Form;

/// What has happened is in `call.status`; an answered leg says `in-progress`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The leg.
    pub call: Call,
    /// Its place among the leg's callbacks, from 0: what to order them by.
    pub sequence_number: Option<u32>,
    /// When it happened, as Twilio wrote it (RFC 2822).
    pub timestamp: Option<String>,
    /// What SIP said in the end (404 unreachable, 480 no device, 486 busy, 487 timed out).
    pub sip_response_code: Option<u16>,
    /// How long the leg lasted once answered, s; at its end only.
    pub call_duration: Option<u64>,
}

impl Status {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            sequence_number: number(form, "SequenceNumber"),
            timestamp: text(form, "Timestamp"),
            sip_response_code: number(form, "SipResponseCode"),
            call_duration: number(form, "CallDuration"),
        }
    }

    /// When it happened, in seconds since 1970; `None` where the text is no date.
    #[must_use]
    pub fn happened_at(&self) -> Option<i64> {
        let text = self.timestamp.as_deref()?;
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(date.timestamp().as_second())
    }
}
