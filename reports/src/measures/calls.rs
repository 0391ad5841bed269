//! How many calls there were and what became of them.
//!
//! Counts are over calls that arrive in the window, each followed to its outcome.

use super::{Better, Breakdown, Measure, Unit, count, ratio};
use crate::record::Outcome;

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "offered_calls",
        unit: Unit::Count,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "calls that arrive after warm-up and before the horizon, calls that find no line included",
        sample: |s| count(s.calls.counts.offered),
    },
    Measure {
        id: "offered_callers",
        unit: Unit::Count,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "offered calls without redials",
        sample: |s| count(s.calls.counts.offered - s.calls.counts.redials),
    },
    Measure {
        id: "connected_calls",
        unit: Unit::Count,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "calls bridged to an agent, callbacks not included",
        sample: |s| count(s.calls.outcomes.count(Outcome::Connected)),
    },
    Measure {
        id: "abandoned_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls hung up while waiting, ringing or at the voicemail greeting",
        sample: |s| count(s.calls.outcomes.count(Outcome::Abandoned)),
    },
    Measure {
        id: "callback_calls",
        unit: Unit::Count,
        better: Better::Neither,
        by: Breakdown::QueueAndClass,
        formula: "calls that left the line for a callback",
        sample: |s| count(s.calls.outcomes.count(Outcome::Callback)),
    },
    Measure {
        id: "callback_connected_calls",
        unit: Unit::Count,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "callbacks bridged to an agent",
        sample: |s| count(s.calls.outcomes.count(Outcome::CallbackConnected)),
    },
    Measure {
        id: "callback_failed_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "callbacks that did not reach their caller or no agent",
        sample: |s| count(s.calls.outcomes.count(Outcome::CallbackFailed)),
    },
    Measure {
        id: "voicemail_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls that left a message",
        sample: |s| count(s.calls.outcomes.count(Outcome::Voicemail)),
    },
    Measure {
        id: "refused_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls not let in: closed, full, nobody signed in, no line",
        sample: |s| count(s.calls.outcomes.refused()),
    },
    Measure {
        id: "timed_out_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls ended by us at the maximum wait",
        sample: |s| count(s.calls.outcomes.count(Outcome::TimedOut)),
    },
    Measure {
        id: "failed_calls",
        unit: Unit::Count,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "calls ended by a failure of ours or of the carrier",
        sample: |s| count(s.calls.outcomes.count(Outcome::Failed)),
    },
    Measure {
        id: "connection_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "connected / offered",
        sample: |s| {
            ratio(
                s.calls.outcomes.count(Outcome::Connected),
                s.calls.counts.offered,
            )
        },
    },
    Measure {
        id: "reach_rate",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::QueueAndClass,
        formula: "(connected + callback_connected) / offered",
        sample: |s| {
            ratio(
                s.calls.outcomes.count(Outcome::Connected)
                    + s.calls.outcomes.count(Outcome::CallbackConnected),
                s.calls.counts.offered,
            )
        },
    },
    Measure {
        id: "abandonment_rate",
        unit: Unit::Ratio,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "abandoned / offered",
        sample: |s| {
            ratio(
                s.calls.outcomes.count(Outcome::Abandoned),
                s.calls.counts.offered,
            )
        },
    },
    Measure {
        id: "abandonment_rate_net",
        unit: Unit::Ratio,
        better: Better::Lower,
        by: Breakdown::QueueAndClass,
        formula: "(abandoned - hung up within short_abandon) / (offered - hung up within short_abandon)",
        sample: |s| {
            ratio(
                s.calls.outcomes.count(Outcome::Abandoned) - s.calls.counts.abandoned_short,
                s.calls.counts.offered - s.calls.counts.abandoned_short,
            )
        },
    },
];
