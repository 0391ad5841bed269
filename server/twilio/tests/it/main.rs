//! Twilio's dialect against vectors that Twilio's own libraries computed, against these libraries themselves, and
//! against arbitrary input.

mod client;
mod judges;
mod material;
mod outcomes;
mod requests;
mod signature;
mod stub;
mod token;
mod twiml;
mod urls;
mod webhook;
mod xml;
