//! Linefinder's production server: the engine on the wall clock, durable, on Twilio Voice.
//!
//! In reading order: [`facts`] (what happens outside, and what its sender is to do), [`core`] (the server without IO),
//! [`book`] (names, numbers and the carrier's ids), [`store`] (what outlives the process), [`driver`] (the one task
//! that owns the engine), [`clock`]; then the faces: [`voice`] (Twilio's webhooks and TwiML), [`carrier`] (commands at Twilio), [`http`], [`export`] (the
//! journal as a file), [`metrics`]; and [`config`], [`serve`], which put them together.

pub mod book;
pub mod carrier;
pub mod clock;
pub mod config;
pub mod core;
pub mod driver;
pub mod export;
pub mod facts;
pub mod http;
pub mod metrics;
pub mod serve;
pub mod store;
pub mod voice;
