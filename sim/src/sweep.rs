//! Sweeps: one scenario under many settings, in blocks that can be run anywhere and in any order.
//!
//! A [`Plan`] is one file that says everything: the scenario with its files, the points, the seeds, the
//! build of linefinder. Its work is cut into [`block::Block`]s, some replications of one point. What comes of a
//! block is a file named by the hash of everything that it depends on ([`block::Block::address`]), written
//! beside its place and renamed; whoever needs it checks its digest first. So that anything may be killed at
//! any moment, and done again, in any order, on any machine, by any engine: threads here, shards of a
//! job array, workers at a queue. What is there at the end is the same to the byte.
//!
//! In reading order: [`vary`] and [`latin`] (which points), [`plan`] and [`bundle`] (the plan file), [`block`],
//! [`outcome`] and [`store`] (results by address), [`work`] (doing it), [`findings`] (what it says),
//! [`render`] (as files and on the terminal), [`nats`] (workers elsewhere).
//!
//! Nothing here decides how often a point is replicated or judges one point against another: gates
//! judge each point for itself, and differences between points are shown with their intervals.

pub mod block;
pub mod build;
pub mod bundle;
pub mod findings;
pub mod latin;
pub mod nats;
pub mod outcome;
pub mod plan;
pub mod quantity;
pub mod render;
pub mod store;
pub mod vary;
pub mod work;

mod error;

pub use build::Build;
pub use error::SweepError;
pub use plan::{Plan, Request};
pub use store::Store;
