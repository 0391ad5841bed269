//! Lines, alerts and the things that must not happen.

use super::{Better, Breakdown, Measure, Sample, Unit, count};
use crate::record::Outcome;

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "queue_length_mean",
        unit: Unit::Calls,
        better: Better::Lower,
        by: Breakdown::Queue,
        formula: "calls in line, ringing ones included, averaged over the window",
        sample: |s| match s.line {
            Some(line) => Sample::Ratio(line.area as f64, s.run.window() as f64),
            None => Sample::Absent,
        },
    },
    Measure {
        id: "queue_length_max",
        unit: Unit::Calls,
        better: Better::Lower,
        by: Breakdown::Queue,
        formula: "most calls in line at once in the window, mean over replications",
        sample: |s| match s.line {
            Some(line) => count(line.max.into()),
            None => Sample::Absent,
        },
    },
    Measure {
        id: "alerts_success_rate",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "alerts raised: success rate",
        sample: |s| count(s.run.run.alerts[0]),
    },
    Measure {
        id: "alerts_store_latency",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "alerts raised: store latency",
        sample: |s| count(s.run.run.alerts[1]),
    },
    Measure {
        id: "alerts_agent_availability",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "alerts raised: agent availability",
        sample: |s| count(s.run.run.alerts[2]),
    },
    Measure {
        id: "alerts_queue_length",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "alerts raised: queue length",
        sample: |s| count(s.run.run.alerts[3]),
    },
    Measure {
        id: "alerts_open",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "alerts of any kind that were raised and not cleared when the run ended",
        sample: |s| count(s.run.run.open_alerts),
    },
    Measure {
        id: "rescues",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "matches found only by the reconcile scan",
        sample: |s| count(s.run.run.rescues),
    },
    Measure {
        id: "priority_inversions",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "connected calls whose agent, when it was chosen, could have been offered a waiting call of a higher score",
        sample: |s| count(s.calls.counts.inversions),
    },
    Measure {
        id: "dropped_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls ended by us while waiting: timed out or failed, or sent from the line to the voicemail, or away at closing",
        sample: |s| {
            count(
                s.calls.outcomes.count(Outcome::TimedOut)
                    + s.calls.outcomes.count(Outcome::Failed)
                    + s.calls.counts.sent_away,
            )
        },
    },
];
