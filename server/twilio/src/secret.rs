//! A secret text: an auth token, an API key's secret, a shared key. Never printed.

use std::fmt;

/// A secret that is not empty. `Debug` hides it, `Display` is absent, and it can only be read by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// An empty secret: everybody could sign with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EmptySecret;

impl Secret {
    /// A secret, taken as it is: nothing is trimmed.
    ///
    /// # Errors
    ///
    /// [`EmptySecret`] when there is nothing in it.
    pub fn new(text: impl Into<String>) -> Result<Self, EmptySecret> {
        let text = text.into();
        if text.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(text))
    }

    /// The secret itself. Not to be logged, kept or shown.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl fmt::Display for EmptySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret must not be empty")
    }
}

impl std::error::Error for EmptySecret {}
