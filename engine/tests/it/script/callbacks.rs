//! Callbacks.
use engine::policy::CallbackPolicy;

use super::secs;

pub fn callback() -> CallbackPolicy {
    CallbackPolicy {
        offer_after: secs(30),
        attempts: 2,
        retry_every: secs(60),
        ring: secs(25),
        scheduled: true,
    }
}
