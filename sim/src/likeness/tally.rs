//! The calls of one side in one span of time, counted, and what that says of them.

use engine::time::Micros;

/// Calls of one side in one span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// All of them.
    pub offered: u64,
    /// Connected.
    pub served: u64,
    /// Hung up.
    pub abandoned: u64,
    /// Connected within the threshold.
    pub served_within: u64,
    /// The served calls' waits, summed; those that did not wait count 0.
    pub served_wait: Micros,
    /// The waits of those who hung up, summed.
    pub abandoned_wait: Micros,
}

impl Tally {
    pub(crate) fn add(&mut self, end: End, wait: Micros, threshold: Micros) {
        self.offered += 1;
        match end {
            End::Served => {
                self.served += 1;
                self.served_within += u64::from(wait <= threshold);
                self.served_wait += wait;
            }
            End::HungUp => {
                self.abandoned += 1;
                self.abandoned_wait += wait;
            }
            End::Other => {}
        }
    }

    pub(crate) fn absorb(&mut self, other: &Tally) {
        self.offered += other.offered;
        self.served += other.served;
        self.abandoned += other.abandoned;
        self.served_within += other.served_within;
        self.served_wait += other.served_wait;
        self.abandoned_wait += other.abandoned_wait;
    }

    /// The share that hung up; `None` without calls.
    #[must_use]
    pub fn abandonment(&self) -> Option<f64> {
        ratio(self.abandoned as f64, self.offered)
    }

    /// The share connected within the threshold; `None` without calls.
    #[must_use]
    pub fn within(&self) -> Option<f64> {
        ratio(self.served_within as f64, self.offered)
    }

    /// The mean wait of the served in seconds; `None` when nobody was.
    #[must_use]
    pub fn mean_served_wait(&self) -> Option<f64> {
        ratio(self.served_wait as f64 * 1e-6, self.served)
    }

    /// The mean wait of those who hung up in seconds; `None` when nobody did.
    #[must_use]
    pub fn mean_abandoned_wait(&self) -> Option<f64> {
        ratio(self.abandoned_wait as f64 * 1e-6, self.abandoned)
    }
}

fn ratio(sum: f64, n: u64) -> Option<f64> {
    (n > 0).then(|| sum / n as f64)
}

/// How a call ended, as far as both sides know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Served,
    HungUp,
    Other,
}
