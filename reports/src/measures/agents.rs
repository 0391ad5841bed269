//! What agents did with their time, and how well it was known who could take a call.
//!
//! Times are over the window. Open = available and idle, reserved or offered. Busy = talking or
//! wrapping up. Signed in = not offline, or busy with a call in hand.

use super::{Better, Breakdown, Measure, Sample, Subject, Unit, ratio};
use crate::record::AvailabilityLevel;

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "occupancy",
        unit: Unit::Ratio,
        better: Better::Neither,
        by: Breakdown::None,
        formula: "(talk + wrap-up) / (talk + wrap-up + available and idle, reserved or offered)",
        sample: |s| ratio(busy(s), busy(s) + s.run.agents.times.open),
    },
    Measure {
        id: "utilization",
        unit: Unit::Ratio,
        better: Better::Neither,
        by: Breakdown::None,
        formula: "(talk + wrap-up) / signed-in time",
        sample: |s| ratio(busy(s), s.run.agents.times.signed_in),
    },
    Measure {
        id: "occupancy_spread",
        unit: Unit::Ratio,
        better: Better::Lower,
        by: Breakdown::None,
        formula: "highest - lowest occupancy of an agent, mean over replications",
        sample: |s| match s.run.agents.occupancy_range {
            Some((low, high)) => Sample::Value(high - low),
            None => Sample::Absent,
        },
    },
    Measure {
        id: "handled_per_agent_hour",
        unit: Unit::PerHour,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "calls and callbacks connected / signed-in agent hours",
        sample: |s| {
            Sample::Ratio(
                s.run.agents.times.handled as f64,
                s.run.agents.times.signed_in as f64 / 3.6e9,
            )
        },
    },
    Measure {
        id: "availability_accuracy",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "agent-time believed and truly available / agent-time in which either says available, at the policy's level",
        sample: |s| accuracy(s, s.run.options.availability_level),
    },
    Measure {
        id: "availability_accuracy_status",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "agent-time believed and truly available / agent-time in which either says available, belief = status",
        sample: |s| accuracy(s, AvailabilityLevel::Status),
    },
    Measure {
        id: "availability_accuracy_heartbeat",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "agent-time believed and truly available / agent-time in which either says available, belief = status and heartbeat; without value where nothing looks at heartbeats",
        sample: |s| accuracy(s, AvailabilityLevel::Heartbeat),
    },
    Measure {
        id: "availability_accuracy_device",
        unit: Unit::Ratio,
        better: Better::Higher,
        by: Breakdown::None,
        formula: "agent-time believed and truly available / agent-time in which either says available, belief = status, heartbeat and device; without value where nothing looks at heartbeats",
        sample: |s| accuracy(s, AvailabilityLevel::Device),
    },
];

fn busy(s: Subject<'_>) -> u64 {
    s.run.agents.times.talking + s.run.agents.times.wrap_up
}

fn accuracy(s: Subject<'_>, level: AvailabilityLevel) -> Sample<'_> {
    if level > s.run.options.signs_up_to {
        return Sample::Absent;
    }
    let accuracy = s.run.accuracy[level as usize];
    ratio(accuracy.both, accuracy.either)
}
