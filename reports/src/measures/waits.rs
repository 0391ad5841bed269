//! How long callers waited, and how many were served in time.
//!
//! A wait is arrival to bridge or to hang-up; callbacks and voicemail have none. T is the threshold
//! of "x % within T", 20 s unless set; `service_level` is the common definition that leaves quick
//! hang-ups out.

use super::{Better, Breakdown, Measure, Sample, Unit, count, mean_span, ratio};

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "mean_wait",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "sum of waits of connected and abandoned calls / their number",
        sample: |s| {
            mean_span(
                s.calls.spans.connected_wait.sum() + s.calls.spans.abandoned_wait.sum(),
                s.calls.spans.connected_wait.n() + s.calls.spans.abandoned_wait.n(),
            )
        },
    },
    Measure {
        id: "wait_p50",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "50 % quantile of the waits of connected and abandoned calls",
        sample: |s| {
            Sample::Quantile(
                0.5,
                [&s.calls.spans.connected_wait, &s.calls.spans.abandoned_wait],
            )
        },
    },
    Measure {
        id: "wait_p90",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "90 % quantile of the waits of connected and abandoned calls",
        sample: |s| {
            Sample::Quantile(
                0.9,
                [&s.calls.spans.connected_wait, &s.calls.spans.abandoned_wait],
            )
        },
    },
    Measure {
        id: "wait_p99",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "99 % quantile of the waits of connected and abandoned calls",
        sample: |s| {
            Sample::Quantile(
                0.99,
                [&s.calls.spans.connected_wait, &s.calls.spans.abandoned_wait],
            )
        },
    },
    Measure {
        id: "asa",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "sum of waits of connected calls / their number",
        sample: |s| {
            mean_span(
                s.calls.spans.connected_wait.sum(),
                s.calls.spans.connected_wait.n(),
            )
        },
    },
    Measure {
        id: "wait_probability",
        unit: Unit::Ratio,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "offered calls not offered to an agent in their arrival step / offered",
        sample: |s| {
            ratio(
                s.calls.counts.offered - s.calls.counts.offered_at_arrival,
                s.calls.counts.offered,
            )
        },
    },
    Measure {
        id: "service_level",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "connected with wait <= T / (offered - abandoned with wait <= T)",
        sample: |s| {
            ratio(
                s.calls.counts.connected_within,
                s.calls.counts.offered - s.calls.counts.abandoned_within,
            )
        },
    },
    Measure {
        id: "service_level_offered",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "connected with wait <= T / offered",
        sample: |s| ratio(s.calls.counts.connected_within, s.calls.counts.offered),
    },
    Measure {
        id: "service_level_strict",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "connected with wait < T / (offered - abandoned with wait < T)",
        sample: |s| {
            ratio(
                s.calls.counts.connected_before,
                s.calls.counts.offered - s.calls.counts.abandoned_before,
            )
        },
    },
    Measure {
        id: "connected_within_threshold",
        unit: Unit::Count,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "connected with wait <= T",
        sample: |s| count(s.calls.counts.connected_within),
    },
];
