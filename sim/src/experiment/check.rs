//! What `run --check` asks of the engine after every step.

use engine::{Engine, invariants};

/// For [`crate::world::Checks::after_step`]: every invariant of the engine, counted anew.
///
/// # Errors
/// The first broken one, in words.
pub fn check_invariants(engine: &Engine) -> Result<(), String> {
    invariants::check(engine).map_err(|broken| broken.to_string())
}
