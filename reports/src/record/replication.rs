//! One replication's tallies: everything the measures need, a few kilobytes, no calls.

use engine::time::{Micros, Timestamp};

use super::agent_log::{AccuracyByLevel, AgentTimes};
use super::call_tally::CallTally;
use super::distribution::Distribution;
use super::line::LineTally;
use super::options::RecorderOptions;
use super::outcome::{Anomaly, ConservationError, Outcome};
use super::pairs::Pairs;
use super::row::CallRow;
use super::series::Series;
use super::told::ToldCall;
use crate::stats::Controls;
use engine::id::CallId;

/// One finished replication.
#[derive(Clone, PartialEq, Debug)]
pub struct Replication {
    /// What it was recorded under.
    pub options: RecorderOptions,
    /// When the last call was over.
    pub finished_at: Timestamp,
    /// All calls.
    pub total: CallTally,
    /// Calls by the queue in which they arrived.
    pub by_queue: Vec<CallTally>,
    /// Calls by class.
    pub by_class: Vec<CallTally>,
    /// All lines together.
    pub line: LineTally,
    /// Each queue's line.
    pub line_by_queue: Vec<LineTally>,
    /// All agents.
    pub agents: AgentTotals,
    /// Belief against truth.
    pub accuracy: AccuracyByLevel,
    /// What else happened in the window.
    pub run: RunCounts,
    /// What the new path adds to a webhook's answer.
    pub response_latency: Distribution,
    /// Sums over time.
    pub series: Series,
    /// Announced against realised waits.
    pub pairs: Pairs,
    /// What callers were told of their waits, in order of connection; empty unless asked for.
    pub told: Vec<ToldCall>,
    /// In order of arrival; empty unless asked for.
    pub rows: Vec<CallRow>,
    /// What its draws were beyond their means, of the calls that count; `None` = nobody says. Set by the
    /// driver.
    pub controls: Option<Controls>,
    /// The verdict on the calls' conservation.
    pub conservation: Result<(), ConservationError>,
}

impl Replication {
    /// The window's length, microseconds.
    #[must_use]
    pub fn window(&self) -> Micros {
        self.options.horizon.since(self.options.warm_up)
    }

    /// Memory held beside the struct itself, rows not included; what a run of many replications
    /// has to keep.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let parts = self.by_queue.iter().chain(&self.by_class);
        let tallies = parts.clone().count() * size_of::<CallTally>();
        let spans: usize = std::iter::once(&self.total)
            .chain(parts)
            .map(CallTally::heap_bytes)
            .sum();
        tallies
            + spans
            + self.response_latency.heap_bytes()
            + size_of_val(self.line_by_queue.as_slice())
            + size_of_val(self.series.bins.as_slice())
            + size_of_val(self.pairs.kept())
    }
}

/// Agents' time in the window, summed, and the spread between them.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct AgentTotals {
    /// Sums.
    pub times: AgentTimes,
    /// Lowest and highest occupancy of an agent that was open or busy at all.
    pub occupancy_range: Option<(f64, f64)>,
}

impl AgentTotals {
    pub(crate) fn of(agents: impl Iterator<Item = AgentTimes>) -> Self {
        let mut totals = AgentTotals::default();
        for agent in agents {
            let sums = &mut totals.times;
            sums.talking += agent.talking;
            sums.wrap_up += agent.wrap_up;
            sums.open += agent.open;
            sums.signed_in += agent.signed_in;
            sums.handled += agent.handled;
            if let Some(occupancy) = agent.occupancy() {
                let (low, high) = totals.occupancy_range.unwrap_or((occupancy, occupancy));
                totals.occupancy_range = Some((low.min(occupancy), high.max(occupancy)));
            }
        }
        totals
    }
}

/// What happened in the window beside calls and agents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RunCounts {
    /// Alerts raised: success rate, store latency, agent availability, queue length.
    pub alerts: [u64; 4],
    /// Alerts raised, within the window or not, and not cleared.
    pub open_alerts: u64,
    /// Matches that only the reconcile scan found.
    pub rescues: u64,
    /// Discovery scans.
    pub scans: u64,
    /// Waiting calls seen by them.
    pub scanned_calls: u64,
    /// Commits to the store.
    pub commits: u64,
    /// Requests to the carrier.
    pub carrier_requests: u64,
    /// Webhooks received, of the carrier and of agents' applications.
    pub webhooks: u64,
    /// Of these: answered validly and in time.
    pub webhooks_answered: u64,
    /// Answers to the after-call question.
    pub survey_answers: u64,
    /// Their sum.
    pub survey_sum: u64,
}

/// What is still open when a replication ends.
pub(crate) struct Leftovers {
    pub(crate) anomaly: Option<Anomaly>,
    pub(crate) open: (u64, Option<CallId>),
    pub(crate) callback: (u64, Option<CallId>),
    pub(crate) talking: (u64, Option<CallId>),
}

/// Checks that calls are conserved: every call settled once, every callback and every
/// conversation ended.
pub(crate) fn conservation(
    total: &CallTally,
    leftovers: &Leftovers,
) -> Result<(), ConservationError> {
    if let Some(anomaly) = leftovers.anomaly {
        return Err(ConservationError::Anomaly(anomaly));
    }
    let (offered, outcomes) = (total.counts.offered, &total.outcomes);
    if offered != outcomes.settled() || leftovers.open.0 > 0 {
        return Err(ConservationError::Unsettled {
            offered,
            settled: outcomes.settled(),
            example: leftovers.open.1,
        });
    }
    let taken = outcomes.count(Outcome::Callback);
    let ended =
        outcomes.count(Outcome::CallbackConnected) + outcomes.count(Outcome::CallbackFailed);
    if taken != ended || leftovers.callback.0 > 0 {
        return Err(ConservationError::CallbacksOpen {
            taken,
            ended,
            example: leftovers.callback.1,
        });
    }
    match leftovers.talking {
        (calls, Some(example)) => Err(ConservationError::StillTalking { calls, example }),
        (_, None) => Ok(()),
    }
}
