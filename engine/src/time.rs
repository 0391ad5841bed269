//! The engine's only notion of time: microseconds since the run's epoch.
//!
//! The engine never reads a clock; every `Timestamp` comes from its driver or is one of its own
//! deadlines. Spans at the public surface are [`core::time::Duration`]; inside they are [`Micros`].

use core::fmt;
use core::ops::{Add, Sub};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A span in whole microseconds. The engine's stored spans are all of this type.
pub type Micros = u64;

/// An instant, in microseconds since the run's epoch (0 = the start of the run or the server's
/// first boot). Ordered, copyable, eight bytes.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The run's epoch.
    pub const ZERO: Timestamp = Timestamp(0);
    /// Later than every instant that occurs; used for "never".
    pub const NEVER: Timestamp = Timestamp(u64::MAX);

    /// The instant `seconds` after the epoch.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Timestamp(seconds * 1_000_000)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Seconds since the epoch, for display and statistics only.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 * 1e-6
    }

    /// The span from `earlier` to `self`, zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Timestamp) -> Micros {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant moved by `span` microseconds; saturates at [`Timestamp::NEVER`].
    #[must_use]
    pub const fn after(self, span: Micros) -> Timestamp {
        Timestamp(self.0.saturating_add(span))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;
    fn add(self, span: Duration) -> Timestamp {
        self.after(micros(span))
    }
}

impl Sub for Timestamp {
    type Output = Duration;
    /// The span between two instants; zero when `earlier` is later than `self`.
    fn sub(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(self.since(earlier))
    }
}

impl fmt::Display for Timestamp {
    /// Seconds with up to six decimals, trailing zeros cut: `12s`, `12.5s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, us) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if us == 0 {
            return write!(f, "{s}s");
        }
        let (mut frac, mut width) = (us, 6);
        while frac % 10 == 0 {
            frac /= 10;
            width -= 1;
        }
        write!(f, "{s}.{frac:0width$}s")
    }
}

/// `span` in whole microseconds, saturating.
#[must_use]
pub fn micros(span: Duration) -> Micros {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
