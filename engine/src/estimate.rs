//! Remaining-wait estimates.
use serde::{Deserialize, Serialize};

/// Which estimator speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Estimator {
    /// The densest window of the remaining wait, learnt online.
    #[default]
    Best,
    /// Queue length x handle time / agents.
    QueueLength,
    /// The wait so far of the head of the line.
    HeadOfLine,
    /// The wait of the last call served.
    LastServed,
    /// Mean wait of the last calls served.
    MovingAverage,
    /// The exponentially weighted mean that PBXs use.
    Ewma,
}
