//! How good the announced waits were, over calls that waited and were connected.
//!
//! Where nothing can be announced (the legacy flow, a queue without `announce: { wait: true }`) there
//! is no rate of announcing either. The remaining wait is announcement to bridge. Without a suffix: the call's first announced
//! point; `_all`: every announcement. Silence must not win, hence `estimate_announced_rate`.

use super::{Better, Breakdown, Measure, Sample, Unit, mean_span, ratio};

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "estimate_within_30s",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "first announcements with |announced point - remaining wait| <= 30 s / first announcements",
        sample: |s| ratio(s.calls.first_estimate.within_30s, s.calls.first_estimate.n),
    },
    Measure {
        id: "estimate_bias",
        unit: Unit::SignedSeconds,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "mean of announced point - remaining wait over first announcements",
        sample: |s| {
            Sample::Ratio(
                (s.calls.first_estimate.over_sum as f64 - s.calls.first_estimate.under_sum as f64)
                    / 1e6,
                s.calls.first_estimate.n as f64,
            )
        },
    },
    Measure {
        id: "estimate_mae",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean of |announced point - remaining wait| over first announcements",
        sample: |s| {
            mean_span(
                s.calls.first_estimate.over_sum + s.calls.first_estimate.under_sum,
                s.calls.first_estimate.n,
            )
        },
    },
    Measure {
        id: "estimate_coverage",
        unit: Unit::Ratio,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "first announcements with remaining wait in the announced P50..P90 / first announcements; 40 % when calibrated",
        sample: |s| ratio(s.calls.first_estimate.covered, s.calls.first_estimate.n),
    },
    Measure {
        id: "estimate_announced_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "calls that got an estimate / calls that waited in a line that announces waits, and were connected",
        sample: |s| ratio(s.calls.first_estimate.n, s.calls.counts.could_be_told),
    },
    Measure {
        id: "estimate_within_30s_all",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "announcements with |announced point - remaining wait| <= 30 s / announcements",
        sample: |s| ratio(s.calls.every_estimate.within_30s, s.calls.every_estimate.n),
    },
    Measure {
        id: "estimate_bias_all",
        unit: Unit::SignedSeconds,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "mean of announced point - remaining wait over announcements",
        sample: |s| {
            Sample::Ratio(
                (s.calls.every_estimate.over_sum as f64 - s.calls.every_estimate.under_sum as f64)
                    / 1e6,
                s.calls.every_estimate.n as f64,
            )
        },
    },
    Measure {
        id: "estimate_mae_all",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean of |announced point - remaining wait| over announcements",
        sample: |s| {
            mean_span(
                s.calls.every_estimate.over_sum + s.calls.every_estimate.under_sum,
                s.calls.every_estimate.n,
            )
        },
    },
    Measure {
        id: "estimate_coverage_all",
        unit: Unit::Ratio,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "announcements with remaining wait in the announced P50..P90 / announcements; 40 % when calibrated",
        sample: |s| ratio(s.calls.every_estimate.covered, s.calls.every_estimate.n),
    },
];
