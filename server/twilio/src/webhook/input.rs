//! Keys or speech came (`action` of `<Gather>`).

use super::{Call, number, text};
use crate::Form;

/// What was pressed or said.
#[derive(Clone, PartialEq, Debug)]
pub struct Gathered {
    /// The leg.
    pub call: Call,
    /// The keys, without the one that ended the input.
    pub digits: Option<String>,
    /// What was said.
    pub speech: Option<String>,
    /// How sure Twilio is of what was said, 0 to 1.
    pub confidence: Option<f64>,
}

impl Gathered {
    /// Reads what is there.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        let confidence = number(form, "Confidence").filter(|share| (0.0..=1.0).contains(share));
        Self {
            call: Call::read(form),
            digits: text(form, "Digits"),
            speech: text(form, "SpeechResult"),
            confidence,
        }
    }
}
