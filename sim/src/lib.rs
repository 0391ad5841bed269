//! The simulator.

pub mod columns;
pub mod scenario;
pub mod schema;
mod table;
pub mod trace;
