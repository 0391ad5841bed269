//! What Twilio says when it does not do what it was asked.

use serde_json::Value;
use std::fmt;

/// A refusal, read from either form of its body: `{code, message, more_info, status}` or RFC 9457's
/// `{type, title, status, code, detail}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Twilio's number of the error (<https://www.twilio.com/docs/api/errors>); `None` when the body had none.
    pub code: Option<u32>,
    /// What it says; empty when the body was not readable.
    pub message: String,
}

impl Problem {
    /// Reads a body; anything is a problem.
    #[must_use]
    pub fn read(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        // Numbers are written as texts in places.
        let code = body.get("code").and_then(|code| match code.as_str() {
            Some(text) => text.parse().ok(),
            None => code.as_u64()?.try_into().ok(),
        });
        let mut texts = ["message", "detail", "title"]
            .into_iter()
            .filter_map(|key| body.get(key)?.as_str());
        Self {
            status,
            code,
            message: texts.next().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn has_code(&self, code: u32) -> bool {
        self.code == Some(code)
    }

    /// There is no such thing: it never was, or is away.
    pub(super) fn is_not_found(&self) -> bool {
        self.status == 404 || self.has_code(20404)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(code) = self.code {
            write!(f, ", error {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
