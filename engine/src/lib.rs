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

// The modules by noun, in reading order; each comment says the order within.

// The vocabulary: `time`, `id`, `input` (what may happen), `output` (what is said), `rejection`
// (what is refused), `policy` (by which rules).
pub mod id;
pub mod input;
pub mod output;
pub mod policy;
pub mod rejection;
pub mod time;

// The step: `engine` (state, dispatch), `timers` and `deadline` (arming them), `replace` (new rules).
mod deadline;
mod engine;
mod replace;
pub mod timers;

// A call: `call` (its state), `arrival`, `line`, `announce`, `callback`, `departure`.
mod announce;
mod arrival;
mod call;
mod callback;
mod departure;
mod line;

// A queue: `queue`, `lane` (the order of its calls), `rules`, `idle` (its agents in rotation).
mod idle;
mod lane;
mod queue;
mod rules;

// An agent: `agent`, `served` and `assignment` (whom it works for), `presence` and `breaker` (whether
// it can be reached); and the carrier that reaches it.
mod agent;
mod assignment;
mod breaker;
mod carrier;
mod presence;
mod served;

// The match: `routing` (the rule of pairs), `scan` (when it looks), `handover` (its short cut), `inversion` (its judge); then
// `offer`, `claim`, `conversation`.
mod claim;
mod conversation;
mod handover;
mod inversion;
mod offer;
mod routing;
mod scan;

// Beside it: `alert`, `learning` and `estimate` (how long callers wait), `view` (what is believed),
// `invariants` (what must hold), `snapshot` (the state written down).
mod alert;
pub mod estimate;
pub mod invariants;
mod learning;
mod snapshot;
pub mod view;

// The data structures: `tree` (ordered sets that count), `directory` (live ids).
pub mod directory;
mod tree;

pub use arrival::bucket;
pub use engine::Engine;
pub use input::Input;
pub use output::{Command, Event, Outbox, Output, What};
pub use policy::Policy;
pub use rejection::Rejection;
pub use snapshot::{BEHAVIOUR_VERSION, RestoreError, SNAPSHOT_FORMAT, Snapshot};
pub use time::Timestamp;
pub use view::View;
