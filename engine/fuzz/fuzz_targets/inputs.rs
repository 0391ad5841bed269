//! Any bytes as a policy and inputs: the engine keeps its invariants, refuses without a trace, and
//! does not panic. What the bytes mean is shared with the seeded test `fuzz` of the engine.

#![no_main]
#![allow(dead_code, unreachable_pub)]

#[path = "../../tests/it/fuzz/arbitrary.rs"]
mod arbitrary;
#[path = "../../tests/it/properties/draws.rs"]
mod draws;
#[path = "../../tests/it/properties/ledger.rs"]
mod ledger;
#[path = "../../tests/it/properties/policies.rs"]
mod policies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| arbitrary::run(bytes));
