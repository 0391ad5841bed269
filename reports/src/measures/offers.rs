//! From a match being possible to the agent's ear.
//!
//! Assignment latency, per offer that rang: ring moment - max(call.eligible_since,
//! agent.free_since), pacing included; `decide` is its part up to the offer, `commit` the store's,
//! `carrier` the rest: their means add up to its mean.
//!
//! A simulator knows when things truly happened, and its times are those: the ring is the device's,
//! not the arrival of the word of it. A server in production knows when it heard of things.

use super::{Better, Breakdown, Measure, Sample, Unit, mean_span, quantile_of, ratio};

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "assignment_latency_p50",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "50 % quantile over offers that rang of ring moment - max(call eligible since, agent free since), true times (production: as heard)",
        sample: |s| quantile_of(0.5, &s.calls.spans.assignment_latency),
    },
    Measure {
        id: "assignment_latency_p99",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "99 % quantile over offers that rang of ring moment - max(call eligible since, agent free since), true times (production: as heard)",
        sample: |s| quantile_of(0.99, &s.calls.spans.assignment_latency),
    },
    Measure {
        id: "assignment_latency_max",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "largest in a replication of ring moment - max(call eligible since, agent free since), true times (production: as heard), mean over replications",
        sample: |s| match s.calls.spans.assignment_latency.n() {
            0 => Sample::Absent,
            _ => Sample::Value(s.calls.spans.assignment_latency.max() as f64 / 1e6),
        },
    },
    Measure {
        id: "assignment_decide",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean over offers that rang of offer - max(call eligible since, agent free since), pacing included",
        sample: |s| mean_span(s.calls.counts.decide_sum, s.calls.counts.offers_rang),
    },
    Measure {
        id: "assignment_commit",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean over offers that rang of the commit between the offer and its command",
        sample: |s| mean_span(s.calls.counts.commit_sum, s.calls.counts.offers_rang),
    },
    Measure {
        id: "assignment_carrier",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean over offers that rang of ring - commit",
        sample: |s| mean_span(s.calls.counts.carrier_sum, s.calls.counts.offers_rang),
    },
    Measure {
        id: "answer_delay",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean over connected calls of answer - first ring",
        sample: |s| {
            mean_span(
                s.calls.spans.answer_delay.sum(),
                s.calls.spans.answer_delay.n(),
            )
        },
    },
    Measure {
        id: "dead_air",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "mean over connected calls of bridge - answer",
        sample: |s| mean_span(s.calls.spans.dead_air.sum(), s.calls.spans.dead_air.n()),
    },
    Measure {
        id: "offer_reach_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "offers that rang a present agent / offers",
        sample: |s| {
            ratio(
                s.calls.counts.offers_rang_present,
                s.calls.counts.offers_judged,
            )
        },
    },
    Measure {
        id: "discovery_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "calls offered to an agent / (these + calls never offered while an agent was free for them for 2 s on end)",
        sample: |s| {
            ratio(
                s.calls.counts.discovered,
                s.calls.counts.discovered + s.calls.counts.overlooked,
            )
        },
    },
    Measure {
        id: "fallback_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "calls connected by a later than first offer, as callbacks too / calls whose first offer failed",
        sample: |s| ratio(s.calls.counts.fell_back, s.calls.counts.first_offer_failed),
    },
];
