//! How Twilio requests a document from us.

/// The two methods that Twilio requests webhooks with. A parameter left out means POST.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// Parameters in the query string.
    Get,
    /// Parameters in a form body: what everything of ours uses.
    #[default]
    Post,
}

impl Method {
    /// As TwiML attributes and REST parameters write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}
