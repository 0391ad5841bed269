//! Integration tests of the journal, one binary.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod chain;
mod damage;
mod desk;
mod fixture;
mod inputs;
mod pipeline;
