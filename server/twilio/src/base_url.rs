//! Where something is reached from outside: scheme, host and, where need be, port and path, **as configured**.
//!
//! Never made of what a request says about itself (`Host`, `X-Forwarded-*`): behind a proxy that would be neither what
//! Twilio signed nor safe.

use std::fmt;

/// `https://voice.example.com`, with a port or a path if need be; no query, no fragment, no slash at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseUrl(String);

/// Why a text is no [`BaseUrl`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BaseUrlError {
    /// It begins with neither `https://` nor `http://`.
    Scheme,
    /// Its host is absent, has a character that no host has, or an underscore, which Twilio refuses.
    Host,
    /// Its port is no number of 1 to 65535.
    Port,
    /// It has a query, a fragment, a space or a control character.
    Rest,
}

impl BaseUrl {
    /// Reads a base URL. One slash at its end is dropped.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`] names the part that does not fit.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let unfit = |c: char| c == '?' || c == '#' || c.is_whitespace() || c.is_control();
        if text.contains(unfit) {
            return Err(BaseUrlError::Rest);
        }
        let parts = Parts::of(text).ok_or(BaseUrlError::Scheme)?;
        if !matches!(parts.scheme, "https://" | "http://") {
            return Err(BaseUrlError::Scheme);
        }
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let literal = |c: char| c.is_ascii_hexdigit() || matches!(c, '[' | ']' | ':' | '.');
        let fits = match parts.host.strip_prefix('[') {
            Some(_) => parts.host.ends_with(']') && parts.host.chars().all(literal),
            None => !parts.host.is_empty() && parts.host.chars().all(name),
        };
        if !fits {
            return Err(BaseUrlError::Host);
        }
        // `parse` alone would take a sign.
        let number = parts.port.strip_prefix(':');
        let digits = number.filter(|n| n.bytes().all(|c| c.is_ascii_digit()));
        let port = digits.and_then(|n| n.parse::<u16>().ok());
        if number.is_none() || port.is_some_and(|port| port > 0) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BaseUrlError::Port)
        }
    }

    /// The absolute URL of a path with its query, which begins with a slash.
    #[must_use]
    pub fn join(&self, path_and_query: &str) -> String {
        debug_assert!(
            path_and_query.starts_with('/'),
            "invariant: a path is absolute"
        );
        format!("{}{path_and_query}", self.0)
    }

    /// Whether requests to it are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether it names this machine only: `localhost`, 127.0.0.0/8 or ::1.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = Parts::of(&self.0).map_or("", |parts| parts.host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A URL cut into pieces that, put together again, are the same text.
pub(crate) struct Parts<'a> {
    /// With its `://`.
    pub(crate) scheme: &'a str,
    /// With its `@`, or empty.
    pub(crate) user: &'a str,
    pub(crate) host: &'a str,
    /// With its `:`, or empty.
    pub(crate) port: &'a str,
    /// Path, query, fragment.
    pub(crate) rest: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` for a text without a scheme.
    pub(crate) fn of(url: &'a str) -> Option<Self> {
        let scheme_end = url.find("://")? + 3;
        let (scheme, after) = url.split_at(scheme_end);
        let (authority, rest) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
        let (user, place) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        // Within brackets a colon is part of an IPv6 address.
        let after_brackets = place.rfind(']').unwrap_or(0);
        let colon = place[after_brackets..].find(':');
        let (host, port) = place.split_at(colon.map_or(place.len(), |at| at + after_brackets));
        Some(Self {
            scheme,
            user,
            host,
            port,
            rest,
        })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "a base URL begins with https:// or http://",
            Self::Host => "a base URL's host has letters, digits, dots and hyphens",
            Self::Port => "a base URL's port is 1 to 65535",
            Self::Rest => "a base URL has no query, fragment or space",
        })
    }
}

impl std::error::Error for BaseUrlError {}
