//! The run over time: sums per bin of equal length from the epoch to the horizon, warm-up
//! included. Calls count in the bin in which they arrive, levels are integrated over the bin.

use engine::time::{Micros, Timestamp};

/// Sums of one bin; additive over replications. Spans and areas are microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bin {
    /// Calls offered.
    pub offered: u64,
    /// Of these: connected, callbacks not included.
    pub connected: u64,
    /// Of these: abandoned.
    pub abandoned: u64,
    /// Waits of the connected and the abandoned.
    pub wait_sum: u64,
    /// Of the connected after a first announcement: how many.
    pub announced: u64,
    /// What they were told.
    pub announced_sum: u64,
    /// What they then waited.
    pub remained_sum: u64,
    /// Calls in line x microseconds.
    pub line_area: u64,
    /// Calls in conversation x microseconds.
    pub talk_area: u64,
    /// Agents believed available x microseconds.
    pub believed_area: u64,
    /// Agents truly available x microseconds.
    pub true_area: u64,
}

impl Bin {
    pub(crate) fn absorb(&mut self, other: &Bin) {
        self.offered += other.offered;
        self.connected += other.connected;
        self.abandoned += other.abandoned;
        self.wait_sum += other.wait_sum;
        self.announced += other.announced;
        self.announced_sum += other.announced_sum;
        self.remained_sum += other.remained_sum;
        self.line_area += other.line_area;
        self.talk_area += other.talk_area;
        self.believed_area += other.believed_area;
        self.true_area += other.true_area;
    }
}

/// The bins of a replication, or the sums over replications.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Series {
    /// Length of a bin, microseconds; the last one may be cut short by the horizon.
    pub step: Micros,
    /// In order of time.
    pub bins: Vec<Bin>,
}

impl Series {
    pub(crate) fn new(step: Option<Micros>, horizon: Timestamp) -> Self {
        let Some(step) = step.filter(|step| *step > 0) else {
            return Series::default();
        };
        let n_bins = horizon.0.div_ceil(step) as usize;
        Series {
            step,
            bins: vec![Bin::default(); n_bins],
        }
    }
    pub(crate) fn absorb(&mut self, other: &Series) {
        if self.bins.is_empty() {
            *self = other.clone();
            return;
        }
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            mine.absorb(theirs);
        }
    }
}
