//! What `run --check` asks of the engine after every step.

use engine::{Engine, invariants};

/// For [`crate::world::Checks::after_step`]: every invariant of the engine, counted anew.
///
/// # Panics
/// When one is broken. The experiment reports it as a bug, with what repeats it.
pub fn assert_invariants(engine: &Engine) {
    if let Err(broken) = invariants::check(engine) {
        panic!("{broken}");
    }
}
