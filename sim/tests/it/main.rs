//! The simulator's integration tests: one binary, one module a subject.

mod calendar;
mod dist;
mod exact;
mod streams;
