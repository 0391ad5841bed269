//! Linefinder's virtual-clock simulator: scenarios, the world they describe, and experiments in it.

pub mod baseline;
pub mod bound;
pub mod calendar;
pub mod cli;
pub mod columns;
mod csv_file;
pub mod dist;
pub mod experiment;
pub mod fit;
pub mod likeness;
pub mod oracle;
pub mod plan;
pub mod regression;
pub mod replay;
pub mod scenario;
pub mod schema;
pub mod streams;
pub mod sweep;
mod table;
pub mod trace;
pub mod tune;
pub mod world;
