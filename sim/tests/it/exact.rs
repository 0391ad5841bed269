//! Exact queueing theory: what the simulator must agree with. Owns closed forms and small linear
//! recursions in plain `f64`; it must never use the simulator, or it could not be its judge.
//!
//! Rates are per any one unit of time, spans in that unit. `birth_death` has exponential patience
//! (Erlang-B, C, A and the variants with limited places), `offered_wait` any patience, `priority`
//! two classes; `published` holds them all against printed figures.

pub(crate) mod birth_death;
pub(crate) mod offered_wait;
pub(crate) mod priority;
mod published;
