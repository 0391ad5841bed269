//! Texts that are longer than a message may be, in parts.

use std::collections::BTreeMap;

use async_nats::jetstream::Message;
use async_nats::{HeaderMap, HeaderValue};

/// Whose text it is.
const ADDRESS: &str = "Linefinder-Address";
/// `0/3` to `2/3`.
const PART: &str = "Linefinder-Part";
/// It is why there is no text.
const FAILED: &str = "Linefinder-Failed";

/// Bytes of a part; servers take a megabyte unless told otherwise.
const LONGEST: usize = 512 << 10;
/// Of a message, for its headers.
const HEADERS: usize = 4 << 10;

/// A part's headers and bytes.
pub(super) struct Part<'t> {
    pub(super) headers: HeaderMap,
    pub(super) bytes: &'t [u8],
}

/// Bytes that a message has room for.
pub(super) fn longest(max_payload: usize) -> usize {
    LONGEST.min(max_payload.saturating_sub(HEADERS)).max(1)
}

/// Cuts a text for a server that takes messages of at most `max_payload` bytes.
pub(super) fn cut<'t>(address: &str, text: &'t str, max_payload: usize) -> Vec<Part<'t>> {
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(longest(max_payload)).collect();
    let n = pieces.len();
    let part = |(place, bytes)| {
        let mut headers = HeaderMap::new();
        headers.insert(ADDRESS, address);
        headers.insert(PART, format!("{place}/{n}").as_str());
        Part { headers, bytes }
    };
    pieces.into_iter().enumerate().map(part).collect()
}

/// The headers of why there is none.
pub(super) fn failure(address: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ADDRESS, address);
    headers.insert(FAILED, "1");
    headers
}

/// What has come so far, by address.
#[derive(Default)]
pub(super) struct Arrived {
    by_address: BTreeMap<String, BTreeMap<usize, Message>>,
}

/// What a message completes.
pub(super) enum Whole {
    /// A text, and the messages to acknowledge when it is kept.
    Text {
        address: String,
        text: String,
        messages: Vec<Message>,
    },
    /// Why there is no text.
    Failure {
        address: String,
        said: String,
        message: Message,
    },
    /// Not a message of ours, or one in whose place another has come.
    Superfluous(Message),
}

/// Whose text a message is a part of, or says that there is none.
pub(super) fn address(message: &Message) -> Option<&str> {
    let value: &HeaderValue = message.headers.as_ref()?.get(ADDRESS)?;
    Some(value.as_str())
}

impl Arrived {
    /// Adds a message; `None` while parts are missing.
    pub(super) fn add(&mut self, message: Message) -> Option<Whole> {
        let header = |name: &str| -> Option<String> {
            let value: &HeaderValue = message.headers.as_ref()?.get(name)?;
            Some(value.as_str().to_owned())
        };
        let Some(address) = address(&message).map(str::to_owned) else {
            return Some(Whole::Superfluous(message));
        };
        if header(FAILED).is_some() {
            let said = String::from_utf8_lossy(&message.payload).into_owned();
            return Some(Whole::Failure {
                address,
                said,
                message,
            });
        }
        let part = header(PART).and_then(|part| {
            let (place, of) = part.split_once('/')?;
            Some((place.parse::<usize>().ok()?, of.parse::<usize>().ok()?))
        });
        let Some((place, of)) = part.filter(|(place, of)| place < of) else {
            return Some(Whole::Superfluous(message));
        };
        let parts = self.by_address.entry(address.clone()).or_default();
        let sequence = |message: &Message| message.info().map_or(0, |info| info.stream_sequence);
        let new = sequence(&message);
        match parts.insert(place, message) {
            // The same part from two workers. The same message again only has a newer acknowledgement.
            Some(old) if sequence(&old) != new => return Some(Whole::Superfluous(old)),
            Some(_) | None => {}
        }
        if parts.len() < of {
            return None;
        }
        let parts = self.by_address.remove(&address).unwrap_or_default();
        let messages: Vec<Message> = parts.into_values().collect();
        let bytes: Vec<u8> = messages
            .iter()
            .flat_map(|message| message.payload.iter().copied())
            .collect();
        Some(Whole::Text {
            address,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            messages,
        })
    }
}
