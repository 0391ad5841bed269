//! Linefinder's routing engine.
#![no_std]
extern crate alloc;

pub mod estimate;
pub mod id;
pub mod time;
