//! Who sent a webhook: the check of `X-Twilio-Signature`, and its making, for emulators and tests.
//!
//! What is signed is the URL as configured at Twilio, without its fragment, and for a form its parameters: keys ascending by
//! code point, of each the distinct values ascending, key and value put together decoded and untrimmed. A JSON body is not
//! signed itself; its digest is in the URL. The key is the account's auth token, or a shared key where
//! [`SETTINGS_HEADER`] names one. Comparison takes the same time whatever differs.
//!
//! The official libraries differ in five points; here: a port after user information is understood as JavaScript's does
//! (Python's cuts at the first colon), a host in capitals also matches in small letters as in JavaScript's, a quote in a
//! query does not match `%27` as in Python's, keys are ordered by code point as in Python's (JavaScript's by UTF-16),
//! and HMAC-SHA-256, which JavaScript's lacks, is Python's. The scheme itself does not tell `ab=c` from `a=bc`.

mod algorithm;
mod keys;
mod signed_text;
mod verifier;

pub use algorithm::Algorithm;
pub use keys::Keys;
pub use verifier::{Content, Incoming, Verifier};

use crate::{Form, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;

/// The header that carries the signature: base64.
pub const HEADER: &str = "X-Twilio-Signature";

/// The header that says which shared key and algorithm signed: `key=...,algorithm=HMAC_SHA256`. Absent: the auth token and
/// HMAC-SHA-1.
pub const SETTINGS_HEADER: &str = "X-Twilio-Webhooks-Signature-Settings";

/// The query parameter that carries the digest of a JSON body: SHA-256 in small hexadecimal digits.
pub const BODY_DIGEST: &str = "bodySHA256";

/// Why a webhook is not taken. Answered with 403.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Refusal {
    /// It has no signature, or an empty one.
    Missing,
    /// Its signature is not the base64 of a digest, or its settings name an unknown algorithm.
    Malformed,
    /// None of the keys made its signature: another sender, another URL, changed parameters.
    Wrong,
    /// Its URL is signed, but the URL names no digest of its JSON body, or another one.
    WrongBody,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the request is not signed",
            Self::Malformed => "the request's signature cannot be read",
            Self::Wrong => "the request's signature is of another key, URL or content",
            Self::WrongBody => "the request's body is not the one that was signed",
        })
    }
}

impl std::error::Error for Refusal {}

/// The signature of a request to `url`, as configured at Twilio, with `form` in its body. A GET has an empty form.
#[must_use]
pub fn sign(secret: &Secret, algorithm: Algorithm, url: &str, form: &Form) -> String {
    let text = signed_text::of(signed_text::without_fragment(url), form);
    STANDARD.encode(algorithm.sign(secret, text.as_bytes()))
}

/// The URL with the digest of a JSON `body` in it, and its signature.
#[must_use]
pub fn sign_json(
    secret: &Secret,
    algorithm: Algorithm,
    url: &str,
    body: &[u8],
) -> (String, String) {
    let url = signed_text::without_fragment(url);
    let join = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{join}{BODY_DIGEST}={}", body_digest(body));
    let signature = sign(secret, algorithm, &url, &Form::new());
    (url, signature)
}

/// Whether one of `keys` made `signature` for a request seen at `url` with `form` in its body.
///
/// The URL is tried with and without its port, as Twilio's own libraries do: Twilio is not consistent in this.
///
/// # Errors
///
/// [`Refusal`], but never [`Refusal::WrongBody`].
pub fn check(
    keys: &Keys,
    algorithm: Algorithm,
    url: &str,
    form: &Form,
    signature: &str,
) -> Result<(), Refusal> {
    if signature.is_empty() {
        return Err(Refusal::Missing);
    }
    let tag = STANDARD.decode(signature);
    let tag = tag.map_err(|_| Refusal::Malformed)?;
    if tag.len() != algorithm.length() {
        return Err(Refusal::Malformed);
    }
    for url in signed_text::variants(url) {
        let text = signed_text::of(&url, form);
        for secret in keys.iter() {
            if algorithm.verify(secret, text.as_bytes(), &tag) {
                return Ok(());
            }
        }
    }
    Err(Refusal::Wrong)
}

fn body_digest(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
