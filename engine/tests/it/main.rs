//! Integration tests of the engine, one binary.

// A test looks at the few events it is about.
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    clippy::type_complexity,
    unreachable_pub
)]

mod crowd;
mod estimate;
mod fuzz;
mod properties;
mod reference;
mod script;
mod snapshot;
mod swarm;
