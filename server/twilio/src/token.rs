//! What a device of the voice SDK logs in with: an access token, a JSON Web Token signed with an API key's secret.
//!
//! The clock is a parameter. A token lasts 24 h at most (error 20104), and is only good in the region whose key signed it.

use crate::limits::Identity;
use crate::{AccountSid, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt;

/// An API key: its name (`SK...`) and its secret. Keys belong to one region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKey {
    /// Its name.
    pub sid: String,
    /// Its secret.
    pub secret: Secret,
}

/// How long a token is good: 1 s to 24 h.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TokenLife(u32);

/// A token's life of this many seconds, not 1 to 86400.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenLifeError(pub u32);

impl TokenLife {
    /// An hour: what the official libraries give.
    pub const HOUR: Self = Self(3600);

    /// A life in seconds.
    ///
    /// # Errors
    ///
    /// [`TokenLifeError`] outside 1 to 86400.
    pub fn from_seconds(seconds: u32) -> Result<Self, TokenLifeError> {
        match seconds {
            1..=86_400 => Ok(Self(seconds)),
            _ => Err(TokenLifeError(seconds)),
        }
    }
}

impl fmt::Display for TokenLifeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token lasts 1 to 86400 s, not {} s", self.0)
    }
}

impl std::error::Error for TokenLifeError {}

/// What a device may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VoiceGrant {
    /// Be rung.
    pub incoming: bool,
    /// Place calls, whose TwiML this application (`AP...`) gives.
    pub outgoing_application: Option<String>,
    /// Be woken by a push message: the credential's name (`CR...`). Telephones only.
    pub push_credential: Option<String>,
}

/// Who gives tokens out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// The account whose devices they are.
    pub account: AccountSid,
    /// What signs.
    pub key: ApiKey,
    /// The region (`ie1`); `None` is the United States.
    pub region: Option<String>,
}

impl Issuer {
    /// A token for one device, good from `now` (seconds since 1970) for `life`.
    #[must_use]
    pub fn voice_token(
        &self,
        identity: &Identity,
        grant: &VoiceGrant,
        now: u64,
        life: TokenLife,
    ) -> String {
        let mut header = json!({ "alg": "HS256", "cty": "twilio-fpa;v=1", "typ": "JWT" });
        if let Some(region) = &self.region {
            header["twr"] = json!(region);
        }
        let claims = json!({
            "jti": format!("{}-{now}", self.key.sid),
            "grants": { "identity": identity.as_str(), "voice": grant.claims() },
            "iat": now,
            "nbf": now,
            "exp": now.saturating_add(u64::from(life.0)),
            "iss": self.key.sid,
            "sub": self.account.as_str(),
        });
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mac = Hmac::<Sha256>::new_from_slice(self.key.secret.expose().as_bytes());
        let mut mac = mac.expect("invariant: HMAC takes keys of every length");
        mac.update(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }
}

impl VoiceGrant {
    /// What is not allowed is absent, as in the official libraries.
    fn claims(&self) -> Value {
        let mut claims = json!({});
        if self.incoming {
            claims["incoming"] = json!({ "allow": true });
        }
        if let Some(application) = &self.outgoing_application {
            claims["outgoing"] = json!({ "application_sid": application });
        }
        if let Some(credential) = &self.push_credential {
            claims["push_credential_sid"] = json!(credential);
        }
        claims
    }
}

fn part(content: &Value) -> String {
    URL_SAFE_NO_PAD.encode(content.to_string())
}
