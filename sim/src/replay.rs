//! Replaying journals: what a server (or a simulation) told its engine, told again.
//!
//! [`exact`] tells this engine the same and demands the same answers, row by row. [`what_if`] makes a
//! world of the day that was recorded and runs another policy in it.
//!
//! Reading order: `exact` (the loop and its verdict), `records` (the measures of the recorded day),
//! `day` (what callers and agents did), `what_if` (a scenario of it).
//!
//! Never changes a journal, and never believes one that is not whole.

mod behaviour;
mod day;
mod error;
mod exact;
mod records;
mod what_if;

pub use day::{Day, DayCall};
pub use error::{Difference, ReplayError};
pub use exact::{Exact, Step, exact};
pub use records::{DayOptions, Records, recorder_options};
pub use what_if::{WhatIfError, begins, recorded_experiment, what_if};
