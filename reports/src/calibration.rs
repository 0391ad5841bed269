//! Announced waits against realised ones, by estimator: how often each was right, how far off, what its range
//! held, and which differences between them are more than chance.
//!
//! The way of a calibration, which is the reading order of the modules:
//!
//! 1. [`tally`]: one speaker's announcements in one replication, summed by *unit*: what counts as one
//!    independent observation (a replication, or a day of a replayed log);
//! 2. [`shape`]: the same announcements by what was announced, by error, by time and by place in line, for charts;
//! 3. [`summary`]: the figures with their intervals, paired differences to the default estimator (corrected as a
//!    family), and what an oracle promised beside what it kept;
//! 4. [`table`], [`files`]: the same for people and for programs.
//!
//! A *speaker* is whoever announces: a shipped estimator, or an oracle that knows the law of the wait. Only calls
//! that waited and were connected are looked at, as in [`crate::measures`]. *First* is what a call heard first from the
//! speaker, *all* every announcement.

mod charts;
mod family;
pub mod files;
mod page;
mod sentences;
pub mod shape;
pub mod summary;
pub mod table;
pub mod tally;

pub use shape::Shape;
pub use summary::{Calibration, Difference, Figures, Meta, Ratio, Speaker, Unit, Verdict};
pub use tally::{Promise, SpeakerTally, Spoken, UnitTally};
