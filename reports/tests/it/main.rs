//! Integration tests of the reports crate: what a run's events become.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing there should stop"
)]

mod calibration;
mod charts;
mod coverage;
mod differences;
mod recording;
mod regressions;
mod reporting;
mod sample;
mod samples;
mod statistics;
mod synthetic;
