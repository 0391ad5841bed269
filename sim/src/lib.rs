//! The simulator.

pub mod columns;
pub mod scenario;
mod table;
pub mod trace;
