//! Records, measures, statistics, gates, charts and report renderers: judges what the engine did.
//!
//! The way of a run, in reading order:
//!
//! 1. [`record`]: a [`record::Recorder`] folds the engine's events into one replication's tallies.
mod chart;
pub mod digest;
pub mod gate;
pub mod measures;
pub mod record;
pub mod render;
pub mod report;
pub mod stats;
