//! A scenario as checked data: a world, an experiment in it, the policy under test and the gates.
//!
//! Owns the types (this file and its children) and, in `scenario/read*`, the way from YAML to
//! them. Everything here is plain data whose rules were checked by the reader; nothing here draws a
//! random number or knows the engine's state.
//!
//! **Ids.** Queues and classes in a [`World`] are positions in [`World::names`]: in the order in which
//! the scenario first names them, whatever the policy's own order. [`PolicyFile::bind`] puts a policy into the
//! same order, so that one world runs under many policies with the same ids.
//!
//! **Units.** Spans are [`Duration`]; rates are per second; probabilities are 0..=1; a distribution's
//! numbers are seconds where it stands for a span.

mod agents;
mod calls;
mod course;
mod digest;
pub(crate) mod dist_spec;
mod gates;
pub(crate) mod read;
mod remarks;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::DateTime;
use policy_file::PolicyFile;

pub use agents::{AgentGroup, Answers, Break, DeviceModel, Heartbeat, Shift, Staffing};
pub use calls::{
    Arrivals, CallStream, CallbackAnswer, CallerClass, PerPeriod, Profile, Redial, RedialAfter,
    TraceSource, WeekTable,
};
pub use dist_spec::DistSpec;
pub use gates::{Gate, Lift, LiftOver, MeasureUnit, Rule, Scope, measure_ids, measure_unit};
pub(crate) use read::DIST_KINDS;
pub use read::Reference;
pub use world::{CarrierWorld, Fault, FaultKind, StoreWorld, Value, World};

/// One scenario file, read with everything it refers to.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name; letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// One or two sentences; may be empty.
    pub description: String,
    /// How long, how often, from which seed.
    pub experiment: Experiment,
    /// What happens whatever the policy.
    pub world: World,
    /// The policy under test, bound to [`World::names`].
    pub policy: PolicyFile,
    /// The policy's file; `None` when it is inline.
    pub policy_path: Option<PathBuf>,
    /// What must hold, in the order of the file.
    pub gates: Vec<Gate>,
    /// Hex digest of the world, the experiment's time frame and the contents of every file the
    /// world refers to. Leaves out name, description, policy, gates, seed, replications,
    /// confidence and `until`: runs of equal worlds may be compared.
    pub world_digest: String,
    /// [`PolicyFile::digest`] of [`Scenario::policy`] before it was bound.
    pub policy_digest: String,
}

/// How the world is run.
#[derive(Clone, PartialEq, Debug)]
pub struct Experiment {
    /// Local time at the run's epoch. All local times of the scenario are of this one place,
    /// without daylight-saving changes.
    pub start: DateTime,
    /// From the epoch to the last arrival, warm-up included. Above `warm_up`.
    pub horizon: Duration,
    /// Calls that arrive before this do not count; may be 0.
    pub warm_up: Duration,
    /// The seed of every draw.
    pub seed: u64,
    /// At least 1.
    pub replications: u32,
    /// Of the intervals; 0.5 <= confidence < 1.
    pub confidence: f64,
    /// Go on replicating until a measure is known this well.
    pub until: Option<Until>,
    /// Multiplies every arrival rate of a day (midnight to midnight), one draw per day shared by
    /// all queues; mean 1.
    pub day_factor: Option<DistSpec>,
    /// The T of "x % within T"; above 0.
    pub threshold: Duration,
    /// Take what arrivals, talk and patience were beyond their means out of the estimates.
    pub control_variates: bool,
    /// Hang-ups within this are left out of `abandonment_rate_net`.
    pub short_abandon: Duration,
}

/// A precision to reach.
#[derive(Clone, PartialEq, Debug)]
pub struct Until {
    /// A measure id.
    pub measure: String,
    /// Half the width of its interval at [`Experiment::confidence`].
    pub half_width: HalfWidth,
    /// Not more than this many; at least [`Experiment::replications`].
    pub max_replications: u32,
}

/// How narrow an interval is to be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum HalfWidth {
    /// In the measure's own unit (ratios 0..=1, spans in seconds). Above 0.
    Absolute(f64),
    /// A share of the estimate, above 0 and at most 1.
    Relative(f64),
}
