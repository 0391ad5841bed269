//! Twilio's dialect of telephony and nothing of ours: how its requests are signed, what its webhooks say, what it
//! is told in TwiML, the tokens its devices log in with, and the few REST operations that a router needs.
//!
//! Knows nothing of queues, agents and offers, and reads no clock: who uses it decides, this crate translates. All but
//! [`rest::Client`] is pure. What the dialect's other speakers (SignalWire, Telnyx) do otherwise is read leniently:
//! an unknown value never fails, a missing one is `None`.
//!
//! In reading order: [`secret`] and [`sid`] (what names things), [`limits`] (checked lengths and times),
//! [`base_url`] and [`form`] (what every request is made of), [`signature`] (who sent a webhook), [`webhook`] (what it
//! says), [`twiml`] (what it is answered), [`token`] (what a device logs in with), [`rest`] (what Twilio is asked to do).

pub mod base_url;
pub mod form;
pub mod limits;
pub mod method;
pub mod rest;
pub mod secret;
pub mod sid;
pub mod signature;
pub mod token;
pub mod twiml;
pub mod webhook;

pub use base_url::BaseUrl;
pub use form::Form;
pub use method::Method;
pub use secret::Secret;
pub use sid::{AccountSid, CallSid, QueueSid, RecordingSid};
