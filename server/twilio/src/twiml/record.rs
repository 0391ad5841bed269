//! `<Record>`: a voicemail.

use super::xml::{Element, Xml};
use crate::Method;

/// Records the caller and then asks its action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    action: String,
    method: Option<Method>,
    timeout: Option<u32>,
    max_length: Option<u32>,
    finish_on_key: Option<String>,
    play_beep: Option<bool>,
    status_callback: Option<String>,
}

impl Record {
    /// Then asks `action`. There is no default: Twilio's is the current document, which would record again.
    #[must_use]
    pub fn to(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            method: None,
            timeout: None,
            max_length: None,
            finish_on_key: None,
            play_beep: None,
            status_callback: None,
        }
    }

    /// How the action is requested.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Seconds of silence that end it, 1 at least; 5, unless said.
    #[must_use]
    pub fn timeout(mut self, seconds: u32) -> Self {
        self.timeout = Some(seconds.max(1));
        self
    }

    /// Seconds that it lasts at most, 1 at least; an hour, unless said.
    #[must_use]
    pub fn max_length(mut self, seconds: u32) -> Self {
        self.max_length = Some(seconds.max(1));
        self
    }

    /// The keys that end it; all of them, unless said.
    #[must_use]
    pub fn finish_on_key(mut self, keys: impl Into<String>) -> Self {
        self.finish_on_key = Some(keys.into());
        self
    }

    /// Whether a tone tells the caller to speak; yes, unless said.
    #[must_use]
    pub fn play_beep(mut self, beep: bool) -> Self {
        self.play_beep = Some(beep);
        self
    }

    /// Told when the recording can be fetched.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        let element = Element::new("Record")
            .with("action", &self.action)
            .with_some("method", self.method.map(Method::as_str))
            .with_number("timeout", self.timeout)
            .with_number("maxLength", self.max_length)
            .with_some("finishOnKey", self.finish_on_key.as_deref())
            .with_bool("playBeep", self.play_beep)
            .with_some("recordingStatusCallback", self.status_callback.as_deref());
        xml.empty(element);
    }
}
