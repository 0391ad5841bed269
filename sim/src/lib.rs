//! Linefinder's virtual-clock simulator: scenarios, the world they describe, and experiments in it.

pub mod calendar;
pub mod columns;
pub mod dist;
pub mod scenario;
pub mod streams;
pub mod schema;
mod table;
pub mod trace;
pub mod world;
