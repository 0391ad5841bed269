//! The world: everything that would happen whatever the policy. Absent keys mean the ideal.

use std::sync::Arc;
use std::time::Duration;

use engine::{Input, Timestamp};
use policy_file::Names;
use serde::Serialize;

use super::{AgentGroup, CallStream, DistSpec};

/// Who calls, who answers, and what carries the calls.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct World {
    /// The queues and classes that the world names, in order of first mention.
    pub names: Names,
    /// At least one. Several may feed one queue.
    pub calls: Vec<CallStream>,
    /// At least one.
    pub agents: Vec<AgentGroup>,
    /// The telephone network.
    pub carrier: CarrierWorld,
    /// The server's store.
    pub store: StoreWorld,
    /// In the order of the file; may overlap.
    pub faults: Vec<Fault>,
    /// What a call is worth.
    pub value: Value,
    /// What happened in a journal and happens again, whatever is simulated: agents' presence, opened and
    /// closed queues. Ascending. Empty in every scenario that is read from a file.
    #[serde(skip)]
    pub given: Arc<[(Timestamp, Input)]>,
}

/// The telephone network. [`Default`] is the ideal: no delay, no failure, no limit.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct CarrierWorld {
    /// From our command to its effect; `None` = at once.
    pub command_delay: Option<DistSpec>,
    /// From an event to our webhook; `None` = at once.
    pub webhook_delay: Option<DistSpec>,
    /// A command fails with this probability.
    pub failure: f64,
    /// A webhook comes twice with this probability.
    pub duplicate: f64,
    /// A webhook is overtaken by the next with this probability.
    pub reorder: f64,
    /// Calls that fit at once, both legs; the next is refused (`no_line`). `None` = no limit.
    pub lines: Option<u32>,
    /// Legs it dials per second at our request, in thousandths; more are queued there and dialled at
    /// this rate. The legacy flow's and those of an agent's own application do not count. `None` =
    /// no limit.
    pub calls_per_second_milli: Option<u32>,
}

/// The server's store. [`Default`] is the ideal: commits take no time, scans cost nothing.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct StoreWorld {
    /// How long a commit takes; `None` = no time.
    pub commit: Option<DistSpec>,
    /// Store operations per discovery scan; at least 0.
    pub ops_per_scan: f64,
    /// And per call that waits at the scan; at least 0.
    pub ops_per_waiting_call: f64,
}

/// Something that goes wrong at a set time.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Fault {
    /// Since the epoch; before the horizon.
    pub at: Duration,
    /// How long; above 0, except for [`FaultKind::ServerRestart`], where it is the time the
    /// server is away and may be 0.
    pub lasts: Duration,
    /// What.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub enum FaultKind {
    /// The devices of this share of the signed-in agents (0..=1) cannot be reached.
    AgentsUnreachable(f64),
    /// Every command fails.
    CarrierDown,
    /// Commits take this many times as long; above 1.
    StoreSlow(f64),
    /// The server is away, then resumes with the same state.
    ServerRestart,
    /// No heartbeat arrives.
    HeartbeatsLost,
}

/// What a call is worth, in any one currency.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Value {
    /// Per connected call, callbacks included. At least 0; 0 = `revenue` is not reported.
    pub connected_call: f64,
}
