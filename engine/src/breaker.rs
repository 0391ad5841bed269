//! Circuit breakers: closed -> open with back-off -> half-open with one probe -> closed.
//!
//! A breaker only remembers; whoever owns it arms the timer for the end of an open span.

use serde::{Deserialize, Serialize};

use crate::policy::BreakerPolicy;
use crate::time::{Micros, micros};

/// The memory of one breaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Breaker {
    /// Trusted, with this many failures in a row.
    Closed { failures: u16 },
    /// Left alone; the next open span if the probe fails.
    Open { next_span: Micros },
    /// One probe may go through.
    HalfOpen { next_span: Micros },
}

impl Breaker {
    pub(crate) const CLOSED: Breaker = Breaker::Closed { failures: 0 };

    #[inline]
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Breaker::Open { .. })
    }

    pub(crate) fn is_half_open(self) -> bool {
        matches!(self, Breaker::HalfOpen { .. })
    }

    /// One more failure; the span to stay open if that opens it.
    pub(crate) fn fail(&mut self, policy: &BreakerPolicy) -> Option<Micros> {
        let (open, max) = (micros(policy.open), micros(policy.max_open));
        let span = match *self {
            Breaker::Closed { failures } if failures + 1 < policy.failures => {
                *self = Breaker::Closed {
                    failures: failures + 1,
                };
                return None;
            }
            Breaker::Closed { .. } => open,
            // A late failure of an offer that was made before it opened.
            Breaker::Open { .. } => return None,
            Breaker::HalfOpen { next_span } => next_span,
        };
        *self = Breaker::Open {
            next_span: span.saturating_mul(2).min(max),
        };
        Some(span)
    }

    /// A success; true if that closes it.
    #[inline]
    pub(crate) fn succeed(&mut self) -> bool {
        let closes = self.is_half_open();
        if !self.is_open() {
            *self = Self::CLOSED;
        }
        closes
    }

    /// The open span is over.
    pub(crate) fn half_open(&mut self) {
        if let Breaker::Open { next_span } = *self {
            *self = Breaker::HalfOpen { next_span };
        }
    }
}
