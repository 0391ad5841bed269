//! Script tests: text in, text out. A script is a policy and what happens, one input a line; what
//! comes out, every command and event, is compared with a text, so that nothing else came out.
//!
//! Every script runs with the engine's invariants checked after each step, and once more with a
//! driver that looks at many moments in between: the outputs must be the same. The words of the
//! inputs are in [`read`], those of the outputs in [`write`]; `!` begins a command. Lines before
//! `--` set the scene and are left out of the text. `UPDATE_EXPECT=1 cargo test` renews the texts.

mod alerts;
mod breakers;
mod callbacks;
mod carrier;
mod claims;
mod discovery;
mod driver;
mod features;
mod joining;
mod leaving;
mod legacy;
mod offers;
mod order;
mod presence;
mod priority;
mod read;
mod rejections;
mod replacing;
mod resuming;
mod ring;
mod rotations;
mod selection;
mod view;
mod waiting;
mod write;

pub use driver::{check, check_with, policy, run, secs};
