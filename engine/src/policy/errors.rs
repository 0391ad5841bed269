//! What is wrong with a policy: everything at once, each with its place.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// One thing wrong with a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicyError {
    /// The key path; a queue is written as its index: `queues.#0.offer.timeout`.
    pub path: String,
    /// What was expected.
    pub expected: String,
}

/// Everything wrong with a policy, never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyErrors(pub Vec<PolicyError>);

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, e) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {}", e.path, e.expected)?;
        }
        Ok(())
    }
}

impl core::error::Error for PolicyErrors {}
