//! Lengths and times that Twilio refuses when they are exceeded, as types that cannot exceed them.

use std::fmt;

/// A value out of what Twilio takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutOfLimits {
    /// A queue's name has this many characters, not 1 to 64 (errors 14204, 14205).
    QueueName(usize),
    /// A ring time of this many seconds, not 5 to 600.
    RingTime(u32),
    /// An inline document of this many characters, not at most 4000 (error 32018).
    InlineTwiml(usize),
    /// An identity that is not 1 to 121 characters of `A-Z a-z 0-9 _`.
    Identity,
    /// This many parties to ring at once, not 1 to 10.
    Parties(usize),
}

impl fmt::Display for OutOfLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueName(n) => write!(f, "a queue's name has 1 to 64 characters, not {n}"),
            Self::RingTime(s) => write!(f, "a ring time is 5 to 600 s, not {s} s"),
            Self::InlineTwiml(n) => {
                write!(f, "inline TwiML has at most 4000 characters, not {n}")
            }
            Self::Identity => {
                f.write_str("an identity is 1 to 121 characters of A-Z, a-z, 0-9 and _")
            }
            Self::Parties(n) => write!(f, "1 to 10 parties ring at once, not {n}"),
        }
    }
}

impl std::error::Error for OutOfLimits {}

/// The name of a queue: 1 to 64 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueueName(String);

impl QueueName {
    /// A queue's name.
    ///
    /// # Errors
    ///
    /// [`OutOfLimits::QueueName`] when it is empty or longer than 64 characters.
    pub fn new(text: impl Into<String>) -> Result<Self, OutOfLimits> {
        let text = text.into();
        match text.chars().count() {
            1..=64 => Ok(Self(text)),
            n => Err(OutOfLimits::QueueName(n)),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long a party rings or a queue is waited for: 5 to 600 s. **Twilio rings up to 5 s longer than it is told.**
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RingTime(u32);

impl RingTime {
    /// The shortest: 5 s.
    pub const SHORTEST: Self = Self(5);

    /// A ring time in seconds.
    ///
    /// # Errors
    ///
    /// [`OutOfLimits::RingTime`] outside 5 to 600.
    pub fn from_seconds(seconds: u32) -> Result<Self, OutOfLimits> {
        match seconds {
            5..=600 => Ok(Self(seconds)),
            _ => Err(OutOfLimits::RingTime(seconds)),
        }
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// A whole TwiML document within a REST request: at most 4000 characters. URLs in it must be absolute (error 15004).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlineTwiml(String);

impl InlineTwiml {
    /// A document as [`crate::twiml::Response::to_xml`] writes it.
    ///
    /// # Errors
    ///
    /// [`OutOfLimits::InlineTwiml`] when it has more than 4000 characters.
    pub fn new(document: impl Into<String>) -> Result<Self, OutOfLimits> {
        let document = document.into();
        match document.chars().count() {
            0..=4000 => Ok(Self(document)),
            n => Err(OutOfLimits::InlineTwiml(n)),
        }
    }

    /// The document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a device logs in as and is called by: 1 to 121 characters of `A-Z a-z 0-9 _`, the JavaScript SDK's rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Identity(String);

impl Identity {
    /// A device's identity.
    ///
    /// # Errors
    ///
    /// [`OutOfLimits::Identity`] when it is empty, too long or has another character.
    pub fn new(text: impl Into<String>) -> Result<Self, OutOfLimits> {
        let text = text.into();
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        if (1..=121).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text))
        } else {
            Err(OutOfLimits::Identity)
        }
    }

    /// The identity, without `client:`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
