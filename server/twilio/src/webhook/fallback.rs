//! Twilio could not fetch or execute a document of ours and asks for another (`FallbackUrl`).

use super::{Call, number, text};
use crate::Form;

/// What went wrong where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fallback {
    /// The leg that waits for a document.
    pub call: Call,
    /// Twilio's number of the error (11200 and so on).
    pub error_code: Option<u32>,
    /// What it had asked.
    pub error_url: Option<String>,
}

impl Fallback {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        Self {
            call: Call::read(form),
            error_code: number(form, "ErrorCode"),
            error_url: text(form, "ErrorUrl"),
        }
    }
}
