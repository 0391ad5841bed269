//! Who is at the other end of a leg, as `From` and `To` say it.

use crate::Form;

/// A party. Withheld callers have nothing in common: nothing may be remembered under what stands in `From` then.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Caller {
    /// A telephone number, as received: digits, with a plus in E.164.
    Number(String),
    /// A device of the voice SDK, by its identity without `client:`.
    Client(String),
    /// A SIP address with its scheme.
    Sip(String),
    /// Somebody who does not want to be known, or who cannot be.
    Withheld,
    /// Something else, as received.
    Other(String),
}

/// What Twilio and carriers write in place of a number.
const WORDS: [&str; 7] = [
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "private",
    "blocked",
    "withheld",
];

impl Caller {
    /// Reads `From`, `To` or the like; absent and empty are withheld.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if is_withheld(text) {
            return Self::Withheld;
        }
        if let Some(identity) = text.strip_prefix("client:") {
            return Self::Client(identity.to_owned());
        }
        if text.starts_with("sip:") || text.starts_with("sips:") {
            return Self::Sip(text.to_owned());
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
            Self::Number(text.to_owned())
        } else {
            Self::Other(text.to_owned())
        }
    }

    pub(super) fn of(form: &Form, key: &str) -> Self {
        Self::read(form.get(key).unwrap_or_default())
    }

    /// The telephone number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            Self::Client(_) | Self::Sip(_) | Self::Withheld | Self::Other(_) => None,
        }
    }
}

/// Nothing, a word, a word spelt on a telephone's keys, or one of these as the user of a SIP address.
fn is_withheld(text: &str) -> bool {
    let text = text.trim();
    let address = text
        .strip_prefix("sip:")
        .or_else(|| text.strip_prefix("sips:"));
    let text = match address {
        Some(address) => address.split(['@', ';', '?']).next().unwrap_or_default(),
        None => text,
    };
    let spelt = |word: &str| text.strip_prefix('+').is_some_and(|t| t == on_keys(word));
    let mut words = WORDS.iter();
    text.is_empty() || words.any(|word| text.eq_ignore_ascii_case(word) || spelt(word))
}

/// `anonymous` is 266696687: carriers that take numbers only write words so. None is a number that exists.
fn on_keys(word: &str) -> String {
    let key = |letter| match letter {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        _ => '9',
    };
    word.chars().map(key).collect()
}
