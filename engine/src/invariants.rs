//! What must hold after every step, checked the slow and obvious way: everything is counted again
//! from the calls and the agents, O(n log n), and nothing is repaired.
//!
//! Runs in tests, in swarms and under `run --check`; sampled in production. Reading order:
//! `owners` (who has which call), `counts` (every counter, lane and idle set), `clocks` (which
//! timer is armed, and for when), `matches` (nobody waits for nothing).

mod clocks;
mod counts;
mod matches;
mod owners;

use alloc::string::String;
use core::fmt;

use crate::engine::Engine;

/// A broken invariant: a bug of the engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Which one.
    pub invariant: Invariant,
    /// Where, in the engine's own words.
    pub detail: String,
}

/// What must hold after every step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Invariant {
    /// An agent has at most one live offer, its call lists it, and the call lists no other.
    OneOfferPerAgent,
    /// A call is with one agent at most, and both say so.
    OneOwnerPerCall,
    /// The call table holds exactly the calls that arrived and have not got their last outcome.
    CallsConserved,
    /// A queue's lanes hold exactly its calls in line, ready or resting, by their keys.
    LanesHoldTheLine,
    /// A queue's counters equal a recount.
    CountersAgree,
    /// A feature's share is what was set at runtime, or else the policy's.
    SharesAgree,
    /// An idle set holds exactly the agents that can be offered a call, under the strictest need
    /// they meet and with their present keys.
    IdleSetsAgree,
    /// A timer is armed exactly when the state calls for it, and never for the past.
    TimersAgree,
    /// A call in line rests, or waits for an agent, for the carrier, or for its next scan, and what
    /// ends the wait will come; no other possible match is left unmade.
    NobodyWaitsForNothing,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.detail)
    }
}

impl core::error::Error for Broken {}

/// Checks every invariant. To be called between steps.
///
/// # Errors
/// The first broken one.
pub fn check(engine: &Engine) -> Result<(), Broken> {
    owners::check(engine)?;
    counts::check(engine)?;
    clocks::check(engine)?;
    matches::check(engine)
}

/// `holds`, or the invariant is broken.
fn expect(
    holds: bool,
    invariant: Invariant,
    detail: impl FnOnce() -> String,
) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        Err(Broken {
            invariant,
            detail: detail(),
        })
    }
}
