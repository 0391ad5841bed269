//! The two ways to make a signature, and which of them a request says it uses.

use super::Refusal;
use crate::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// How a signature is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Algorithm {
    /// 20 bytes: what an auth token signs with.
    #[default]
    HmacSha1,
    /// 32 bytes: shared keys only (public beta in 2026).
    HmacSha256,
}

impl Algorithm {
    /// Reads [`super::SETTINGS_HEADER`]. Absent, empty or silent about it: HMAC-SHA-1.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] when it names another algorithm.
    pub fn from_settings(header: Option<&str>) -> Result<Self, Refusal> {
        let parts = header.unwrap_or_default().split(',');
        let mut named = parts
            .filter_map(|part| part.split_once('='))
            .filter(|(name, value)| name.trim() == "algorithm" && !value.trim().is_empty());
        match named.next() {
            None => Ok(Self::HmacSha1),
            Some((_, name)) if name.trim().eq_ignore_ascii_case("HMAC_SHA1") => Ok(Self::HmacSha1),
            Some((_, name)) if name.trim().eq_ignore_ascii_case("HMAC_SHA256") => {
                Ok(Self::HmacSha256)
            }
            Some(_) => Err(Refusal::Malformed),
        }
    }

    /// Bytes of a signature.
    pub(super) fn length(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
        }
    }

    pub(super) fn sign(self, secret: &Secret, text: &[u8]) -> Vec<u8> {
        match self {
            Self::HmacSha1 => tagged::<Hmac<Sha1>>(secret, text)
                .finalize()
                .into_bytes()
                .to_vec(),
            Self::HmacSha256 => {
                let mac = tagged::<Hmac<Sha256>>(secret, text);
                mac.finalize().into_bytes().to_vec()
            }
        }
    }

    /// Takes the same time whichever byte differs.
    pub(super) fn verify(self, secret: &Secret, text: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::HmacSha1 => tagged::<Hmac<Sha1>>(secret, text).verify_slice(tag).is_ok(),
            Self::HmacSha256 => tagged::<Hmac<Sha256>>(secret, text)
                .verify_slice(tag)
                .is_ok(),
        }
    }
}

fn tagged<M: Mac + KeyInit>(secret: &Secret, text: &[u8]) -> M {
    let mac = <M as KeyInit>::new_from_slice(secret.expose().as_bytes());
    let mut mac = mac.expect("invariant: HMAC takes keys of every length");
    mac.update(text);
    mac
}
