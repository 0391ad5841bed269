//! Checks whole requests: which URL they were sent to, which parameters they have, which keys may have signed them.

use super::{Algorithm, BODY_DIGEST, Keys, Refusal, body_digest, check};
use crate::{BaseUrl, Form};

/// What a webhook carries, beside its URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content<'a> {
    /// Nothing: a GET, whose parameters are in its query.
    Query,
    /// A form, as received.
    Form(&'a [u8]),
    /// JSON, as received, whose digest is in the query.
    Json(&'a [u8]),
}

impl<'a> Content<'a> {
    /// What a POST with this `Content-Type` carries: everything but JSON is read as a form.
    #[must_use]
    pub fn posted(content_type: Option<&str>, body: &'a [u8]) -> Self {
        let kind = content_type.unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/json") {
            Self::Json(body)
        } else {
            Self::Form(body)
        }
    }
}

/// A webhook as it was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Incoming<'a> {
    /// Path and query exactly as on the request line, nothing decoded.
    pub path_and_query: &'a str,
    /// What it carries.
    pub content: Content<'a>,
    /// [`super::HEADER`].
    pub signature: Option<&'a str>,
    /// [`super::SETTINGS_HEADER`].
    pub settings: Option<&'a str>,
}

/// Knows where webhooks are sent to and who may sign them.
#[derive(Clone, Debug)]
pub struct Verifier {
    base: BaseUrl,
    tokens: Keys,
    shared_keys: Option<Keys>,
}

impl Verifier {
    /// Of webhooks configured at Twilio under `base`, signed with the account's auth token.
    #[must_use]
    pub fn new(base: BaseUrl, tokens: Keys) -> Self {
        Self {
            base,
            tokens,
            shared_keys: None,
        }
    }

    /// Requests that name a shared key are signed with one of these.
    #[must_use]
    pub fn with_shared_keys(mut self, keys: Keys) -> Self {
        self.shared_keys = Some(keys);
        self
    }

    /// The parameters of a webhook that Twilio sent: those of its form, or of its query for a GET and for JSON. Those
    /// that we put into the query of a POST ourselves are not among them, but they are signed as well.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why it may be somebody else's.
    pub fn verify(&self, incoming: &Incoming<'_>) -> Result<Form, Refusal> {
        let algorithm = Algorithm::from_settings(incoming.settings)?;
        let keys = match &self.shared_keys {
            Some(shared) if names_shared_key(incoming.settings) => shared,
            Some(_) | None => &self.tokens,
        };
        let url = format!("{}{}", self.base, incoming.path_and_query);
        let signature = incoming.signature.unwrap_or_default();
        let query = || {
            let query = incoming.path_and_query.split_once('?');
            Form::parse(query.map_or("", |(_, query)| query).as_bytes())
        };
        match incoming.content {
            Content::Query => {
                check(keys, algorithm, &url, &Form::new(), signature)?;
                Ok(query())
            }
            Content::Form(body) => {
                let form = Form::parse(body);
                check(keys, algorithm, &url, &form, signature)?;
                Ok(form)
            }
            Content::Json(body) => {
                check(keys, algorithm, &url, &Form::new(), signature)?;
                let query = query();
                // The digest is no secret: the URL that names it is what is signed.
                if query.get(BODY_DIGEST) == Some(&body_digest(body)) {
                    Ok(query)
                } else {
                    Err(Refusal::WrongBody)
                }
            }
        }
    }
}

fn names_shared_key(settings: Option<&str>) -> bool {
    let mut parts = settings.unwrap_or_default().split(',');
    parts.any(|part| part.trim_start().starts_with("key="))
}
