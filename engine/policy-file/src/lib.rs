//! Reads a policy file (YAML) into a checked [`engine::Policy`] and writes it back.
//!
//! Owns the text side of a policy: units, names, source positions, defaults, the JSON Schema and
//! the digest. The same parts read scenarios and columns files, so that every file of the project
//! has one syntax and one kind of error. Never decides anything about calls: the engine does that.
//!
//! In reading order: [`source`] (texts and places), [`diagnostic`] (errors with their line),
//! [`document`] and [`node`] (YAML as a tree that keeps text and places), [`overrides`] (`--set`),
//! [`field`] and [`quantity`] (a value and its unit), [`policy`] (the policy itself), [`hours`],
//! [`kind`] (which of them it is), [`names`], [`mod@schema`].

pub mod diagnostic;
pub mod document;
pub mod field;
pub mod hours;
pub mod kind;
pub mod names;
pub mod node;
pub mod overrides;
pub mod policy;
pub mod quantity;
pub mod schema;
pub mod source;

pub use diagnostic::{FileError, FileErrors, Problems};
pub use document::Document;
pub use field::{Field, Keys, Named};
pub use hours::{Hours, OpenSpan, TimeOfDay, TimeSpan, Weekdays};
pub use kind::Kind;
pub use names::Names;
pub use overrides::Overrides;
pub use policy::{BindError, Guard, PolicyFile, Rollout, Route, feature_variables};
