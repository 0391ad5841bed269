//! Tests of the policy file.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod bind;
mod fuzz;
mod hours;
mod overrides;
mod quantities;
mod round_trip;
mod schema;

/// Every key of the format, as in the contract.
const FULL: &str = include_str!("full.yaml");
