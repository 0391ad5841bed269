//! Reads a policy file (YAML) into a checked [`engine::Policy`] and writes it back.
//!
//! Owns the text side of a policy: units, names, source positions, defaults, the JSON Schema and
//! the digest. The same parts read scenarios and columns files, so that every file of the project
//! has one syntax and one kind of error. Never decides anything about calls: the engine does that.

pub mod hours;
pub mod names;
pub mod policy;

pub use hours::{Hours, OpenSpan, TimeOfDay, TimeSpan, Weekdays};
pub use names::Names;
pub use policy::{PolicyFile, Rollout, Route};
