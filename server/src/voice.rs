//! Twilio's webhooks as facts, and treatments as TwiML. Translates and never decides: the same treatment is the same
//! document, whoever asks and how often.
//!
//! In reading order: `hook` (which webhook it is), `read` (what it says), `address` (our own URLs), `markup` (what it is
//! answered), `words` (what callers hear).

mod address;
mod hook;
mod markup;
mod read;
mod words;

pub use address::{Addresses, offer_named};
pub use hook::Hook;
pub use markup::Markup;
pub use read::{Unreadable, fact};
pub use words::{Language, Words};
