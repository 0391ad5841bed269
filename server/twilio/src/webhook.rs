//! What Twilio's webhooks say, each kind read from the form that [`crate::signature::Verifier`] returned.
//!
//! Reading never fails: Twilio adds parameters and values at any time, and other speakers of the dialect leave some out. An
//! unknown word is kept as `Other`, an unreadable number is `None`. Nothing is trimmed, and nothing is decided here.

mod call;
mod caller;
mod dial;
mod fallback;
mod input;
mod queue;
mod recording;
mod status;
mod words;

pub use call::Call;
pub use caller::Caller;
pub use dial::{Dequeued, DialEnded};
pub use fallback::Fallback;
pub use input::Gathered;
pub use queue::{Joining, LeftQueue, Waiting};
pub use recording::Recorded;
pub use status::Status;
pub use words::{AnsweredBy, CallStatus, DequeueResult, DialStatus, Direction, QueueResult};

use crate::Form;
use std::str::FromStr;

/// The header whose value is the same in a webhook and in its repetitions.
pub const IDEMPOTENCY_HEADER: &str = "I-Twilio-Idempotency-Token";

/// The value of `key`; an empty one counts as absent.
fn text(form: &Form, key: &str) -> Option<String> {
    form.get(key)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

/// The value of `key` as a number, where it is one.
fn number<T: FromStr>(form: &Form, key: &str) -> Option<T> {
    form.get(key).and_then(|value| value.parse().ok())
}

/// The value of `key` as one of the words that we know, or another.
fn word<T: for<'a> From<&'a str>>(form: &Form, key: &str) -> Option<T> {
    let value = form.get(key).filter(|value| !value.is_empty());
    value.map(T::from)
}
