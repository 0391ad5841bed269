//! What the charts show: sums over the replications, and a thinned sample of announcements.

use engine::time::{Micros, Timestamp};

use crate::record::{Distribution, Replication, Series};
use crate::stats::Pooled;

/// Pairs in the calibration chart, over all replications.
const CHART_PAIRS: usize = 400;

/// What the charts show.
#[derive(Clone, Debug)]
pub struct ChartInput {
    /// Waits of connected calls.
    pub connected_wait: Pooled,
    /// Waits of abandoned calls.
    pub abandoned_wait: Pooled,
    /// Assignment latencies of offers that rang.
    pub assignment_latency: Pooled,
    /// Sums over replications.
    pub series: Series,
    /// Announced and realised waits, milliseconds.
    pub pairs: Vec<(u32, u32)>,
    /// T, microseconds.
    pub threshold: Micros,
    /// Where counting starts.
    pub warm_up: Timestamp,
    /// Where it ends.
    pub horizon: Timestamp,
    /// The time of the day at which the run begins, seconds after midnight; `None` when it is not known. Set
    /// by the driver.
    pub begins: Option<u32>,
}

impl ChartInput {
    pub(super) fn of(replications: &[Replication]) -> ChartInput {
        let pool = |spans: fn(&Replication) -> &Distribution| {
            let pooled: Vec<Pooled> = replications
                .iter()
                .map(|r| Pooled::of([spans(r)]))
                .collect();
            Pooled::all(&pooled)
        };
        let mut series = Series::default();
        for replication in replications {
            series.absorb(&replication.series);
        }
        let quota = CHART_PAIRS.div_ceil(replications.len().max(1));
        let pairs = replications.iter().flat_map(|replication| {
            let kept = replication.pairs.kept();
            kept.iter().step_by(kept.len().div_ceil(quota).max(1))
        });
        let options = replications.first().map(|replication| &replication.options);
        ChartInput {
            connected_wait: pool(|r| &r.total.spans.connected_wait),
            abandoned_wait: pool(|r| &r.total.spans.abandoned_wait),
            assignment_latency: pool(|r| &r.total.spans.assignment_latency),
            series,
            pairs: pairs.copied().collect(),
            threshold: options.map_or(0, |o| o.threshold),
            warm_up: options.map_or(Timestamp::ZERO, |o| o.warm_up),
            horizon: options.map_or(Timestamp::ZERO, |o| o.horizon),
            begins: None,
        }
    }
}
