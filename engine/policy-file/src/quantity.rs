//! Quantities as files write them: a number and its unit in one value.
//!
//! Each reader takes a text and gives the value or a sentence that says what was expected; each
//! writer gives the canonical text, which reads back equal. No reader accepts a bare number where
//! a unit is needed, a sign, an exponent, `inf` or `nan`.

mod clock;
mod decimal;
mod share;
mod span;

pub use clock::{date_time, time_of_day, time_span, weekdays};
pub(crate) use decimal::format_thousandths;
pub use decimal::{count, factor, factor_milli, format_factor, number, per_second_milli};
pub use share::{format_share, probability, share, signed_percent};
pub use span::{format_span, rate, span};
