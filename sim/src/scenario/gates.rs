//! What a run must show, as the scenario writes it.

use std::path::PathBuf;
use std::sync::Arc;

use engine::id::{ClassId, QueueId};
use policy_file::PolicyFile;
use reports::measures::{self, Measure, Part, Unit};

/// One rule about one measure.
#[derive(Clone, PartialEq, Debug)]
pub struct Gate {
    /// A measure id.
    pub measure: String,
    /// Over which calls.
    pub scope: Scope,
    /// What must hold.
    pub rule: Rule,
}

/// Which calls a gate looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All of them.
    All,
    /// Those of a queue.
    Queue(QueueId),
    /// Those of a class.
    Class(ClassId),
}

impl Scope {
    /// The same for the reports.
    #[must_use]
    pub fn part(self) -> Part {
        match self {
            Scope::All => Part::Whole,
            Scope::Queue(queue) => Part::Queue(queue),
            Scope::Class(class) => Part::Class(class),
        }
    }
}

/// What must hold. Limits are in the measure's own unit (ratios 0..=1, spans in seconds).
#[derive(Clone, PartialEq, Debug)]
pub enum Rule {
    /// The measure is at least this.
    AtLeast(f64),
    /// The measure is at most this.
    AtMost(f64),
    /// The measure rises by at least this over another policy's in the same world.
    LiftAtLeast(Lift, LiftOver),
    /// The measure rises by at most this (negative: falls by at least as much).
    LiftAtMost(Lift, LiftOver),
    /// The measure is at most this far, either way, from what the replayed log recorded; above 0.
    /// A measure of which the log speaks, over all calls.
    WithinRecorded(Lift),
}

/// How much a measure rises.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Lift {
    /// Relative to the other policy's value: 15 % = 0.15.
    Relative(f64),
    /// As a difference in the measure's own unit: 3 points = 0.03.
    Absolute(f64),
}

impl Lift {
    /// How far that is from `value`.
    #[must_use]
    pub fn of(self, value: f64) -> f64 {
        match self {
            Lift::Relative(share) => share * value,
            Lift::Absolute(by) => by,
        }
    }
}

/// The policy that a lift is over: same world, same draws.
#[derive(Clone, PartialEq, Debug)]
pub struct LiftOver {
    /// Its file.
    pub path: PathBuf,
    /// Bound to the world's names.
    pub policy: Arc<PolicyFile>,
}

/// What a measure is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MeasureUnit {
    /// 0..=1, written in %.
    Ratio,
    /// A span, in seconds.
    Seconds,
    /// A plain number.
    Count,
    /// Per hour.
    PerHour,
}

/// The unit of a measure; `None` when there is no such measure.
#[must_use]
pub fn measure_unit(id: &str) -> Option<MeasureUnit> {
    let measure = Measure::named(id).filter(|measure| is_simulated(measure))?;
    Some(match measure.unit {
        Unit::Ratio => MeasureUnit::Ratio,
        Unit::Seconds | Unit::SignedSeconds => MeasureUnit::Seconds,
        Unit::Count | Unit::Calls | Unit::Value | Unit::Score => MeasureUnit::Count,
        Unit::PerHour => MeasureUnit::PerHour,
    })
}

/// Every measure id, in the order of reports.
pub fn measure_ids() -> impl Iterator<Item = &'static str> {
    measures::all()
        .filter(|measure| is_simulated(measure))
        .map(|measure| measure.id)
}

/// Whether a simulation can tell: nobody here is asked how satisfied they are.
fn is_simulated(measure: &Measure) -> bool {
    measure.id != "csat"
}
