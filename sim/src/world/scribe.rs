//! Somebody who is told every step of the engine: what went in, when, and what came out.

use engine::output::Output;
use engine::{Input, Timestamp};

/// Is told every step of the engine, in order. Changes nothing.
pub trait Scribe {
    /// At `at` the engine was told `input`, or only looked at, and said `said`.
    fn stepped(&mut self, at: Timestamp, input: Option<Input>, said: &[Output]);
}
