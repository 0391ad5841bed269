//! Linefinder's routing engine: it decides which call meets which agent, and when.
//!
//! A state machine without clock, IO, threads, hash maps or randomness: the same code runs in the
//! production server, in the simulator and in replay, and equal inputs give equal outputs.
//!
//! # Time
//!
//! There is one kind of time: [`Timestamp`], microseconds since the run's epoch. The driver says
//! what time it is with every step; `now` never goes backwards. A timer acts and stamps its
//! outputs at its *own deadline*, however late the driver looks, so outputs do not depend on how
//! often it polls. What came due while the driver was away ([`Input::Resumed`]) happens at the end of
//! that gap.
//!
//! # A step
//!
//! [`Engine::handle`] takes one [`Input`] at one instant:
//!
//! 1. every timer due up to now fires, instant by instant, in the order of [`timers::Timer`];
//!    after the timers of each instant come the matches they made possible;
//! 2. the input is applied; a refused one ([`Rejection`]) changes nothing;
//! 3. the matches that it made possible are made ([`routing`](crate::Engine) in the code map);
//! 4. timers that were created for this very instant fire.
//!
//! Outputs go to the driver's [`Outbox`]: commands to carry out, each with a stable id, and events.
#![no_std]
#![cfg_attr(not(test), warn(clippy::std_instead_of_core))]
extern crate alloc;

// The vocabulary: what may happen, what is said, what is refused, and by which rules.
pub mod id;
pub mod input;
pub mod output;
pub mod policy;
pub mod rejection;
pub mod time;

// The step: state, dispatch, timers.
mod deadline;
mod engine;
mod replace;
pub mod timers;

// A call: from its arrival through its line to its leaving.
mod announce;
mod arrival;
mod call;
mod callback;
mod departure;
mod line;

// A queue: its lanes, its rules, its idle agents.
mod idle;
mod lane;
mod queue;
mod rules;

// An agent: what it works for, and whether it can be reached.
mod agent;
mod assignment;
mod breaker;
mod carrier;
mod presence;
mod served;

// The match: which call meets which agent, and what becomes of it.
mod claim;
mod conversation;
mod handover;
mod inversion;
mod offer;
mod routing;

// What is watched, learned and told beside it.
mod alert;
pub mod estimate;
pub mod invariants;
mod learning;
pub mod view;

// The data structures.
pub mod directory;
mod tree;

pub use arrival::bucket;
pub use engine::Engine;
pub use input::Input;
pub use output::{Command, Event, Outbox, Output, What};
pub use policy::Policy;
pub use rejection::Rejection;
pub use time::Timestamp;
pub use view::View;
