//! Integration tests of the reports crate: what a run's events become.

mod coverage;
mod sample;
mod statistics;
mod synthetic;
