//! Linefinder's routing engine.
#![no_std]
extern crate alloc;

pub mod estimate;
pub mod id;
pub mod input;
pub mod output;
pub mod policy;
pub mod rejection;
pub mod time;

pub use input::Input;
pub use output::{Command, Event, Outbox, Output, What};
pub use policy::Policy;
pub use rejection::Rejection;
pub use time::Timestamp;
