//! What a policy costs and what it brings.

use super::{Better, Breakdown, Measure, Sample, Unit, quantile_of, ratio};
use crate::record::Outcome;

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "store_ops_per_hour",
        unit: Unit::PerHour,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "(commits + scans x ops_per_scan + waiting calls scanned x ops_per_waiting_call) / hours; a scan that changes nothing commits nothing",
        sample: |s| {
            Sample::Ratio(
                s.run.run.commits as f64
                    + s.run.run.scans as f64 * s.run.options.ops_per_scan
                    + s.run.run.scanned_calls as f64 * s.run.options.ops_per_waiting_call,
                s.hours(),
            )
        },
    },
    Measure {
        id: "carrier_requests_per_hour",
        unit: Unit::PerHour,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "requests to the carrier (to ring, to stop ringing, to call back, to give that up) / hours; answers to webhooks (bridges, the legacy flow's dials, taking callers out of line) and what agents' own devices do are none",
        sample: |s| Sample::Ratio(s.run.run.carrier_requests as f64, s.hours()),
    },
    Measure {
        id: "discovery_scans_per_hour",
        unit: Unit::PerHour,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "discovery scans / hours",
        sample: |s| Sample::Ratio(s.run.run.scans as f64, s.hours()),
    },
    Measure {
        id: "added_response_latency_p99",
        unit: Unit::Seconds,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "99 % quantile over webhooks of received to answered, minus what legacy's would have taken: in simulation one commit of the same store, by a server that is never away",
        sample: |s| quantile_of(0.99, &s.run.response_latency),
    },
    Measure {
        id: "uptime",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "webhooks (of carrier and agents' applications) answered validly within the carrier's limit / webhooks",
        sample: |s| ratio(s.run.run.webhooks_answered, s.run.run.webhooks),
    },
    Measure {
        id: "revenue",
        unit: Unit::Value,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "(connected + callback_connected) x value per call",
        sample: |s| {
            Sample::Value(
                (s.calls.outcomes.count(Outcome::Connected)
                    + s.calls.outcomes.count(Outcome::CallbackConnected)) as f64
                    * s.run.options.value_per_call,
            )
        },
    },
    Measure {
        id: "csat",
        unit: Unit::Score,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "mean of the 1-5 answers to the after-call question",
        sample: |s| ratio(s.run.run.survey_sum, s.run.run.survey_answers),
    },
];
