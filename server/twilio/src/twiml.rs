//! What Twilio is told to do with a call: typed verbs, written as TwiML.
//!
//! Every URL in it is the caller's matter and should be absolute. Attributes left out have Twilio's defaults. Verbs that
//! would ask the current document again without an `action` ([`Gather`], [`Record`]) need one. Characters that XML 1.0
//! does not have become U+FFFD; every other text arrives as it is.

mod dial;
mod document;
mod enqueue;
mod gather;
mod record;
mod speech;
mod xml;

pub(crate) use dial::event_names;
pub use dial::{
    CallEvent, Client, Conference, ConferenceEvent, Dial, DialNumber, DialQueue, Ringing, Sip,
    StatusCallback,
};
pub use document::{Redirect, Reject, Response, TooLarge, Verb};
pub use enqueue::Enqueue;
pub use gather::{Gather, GatherInput};
pub use record::Record;
pub use speech::{Pause, Play, Prompt, Repeat, Say};

/// The type of a TwiML response.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The longest document that Twilio reads: 64 kB (error 11750), the prologue included.
pub const LONGEST: usize = 64_000;

/// Put behind a URL it has Twilio ask again, twice, where its default is once and only when no connection was made. Not
/// part of what is sent or signed. For wait documents above all: one that fails throws its caller out of the queue.
pub const RETRY_TWICE: &str = "#rc=2&rp=ct,rt,5xx";
