//! The simulator.

pub mod calendar;
pub mod dist;
pub mod streams;
