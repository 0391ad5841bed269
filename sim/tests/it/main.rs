//! The simulator's integration tests: one binary, one module a subject.

#![allow(clippy::unwrap_used)]

mod bound;
mod calendar;
mod calibrate_command;
mod calibration;
mod command;
mod compare;
mod coverage;
mod dist;
mod draws;
mod estimates;
mod exact;
mod files_fuzz;
mod fit;
mod gate_command;
mod gating;
mod measured;
mod memory;
mod people;
mod plan;
mod readme;
mod replay;
mod replay_command;
mod scenario_errors;
mod scenario_reads;
mod schemas;
mod streams;
mod sweep;
mod theory;
mod traces;
mod tune;
mod worlds;

use std::path::{Path, PathBuf};

/// The folder of the example files.
fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/files")
}

/// Every key of the format.
const SCENARIO: &str = include_str!("files/scenario.yaml");
/// Every key of a columns file.
const COLUMNS: &str = include_str!("files/columns.yaml");
