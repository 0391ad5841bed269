//! One policy in a scenario's world, made ready: what every replication of it shares.

use engine::Timestamp;
use engine::policy::Feature;
use engine::time::micros;
use reports::record::{AvailabilityLevel, RecorderOptions};

use super::Options;
use super::gates::Gates;
use crate::scenario::Scenario;
use crate::world::WorldPlan;

/// About this many points of a series over time.
const SERIES_POINTS: u64 = 120;

/// One policy in the scenario's world: the scenario's own, or the other one of a lift.
pub(super) struct Course {
    pub(super) plan: WorldPlan,
    pub(super) recorder: RecorderOptions,
}

impl Course {
    /// The scenario's own, then those of its gates' lifts.
    pub(super) fn all(
        scenario: &Scenario,
        gates: &Gates,
        options: &Options,
        replays: bool,
    ) -> Vec<Course> {
        let mut courses = vec![Course::new(scenario, options, replays)];
        for policy in gates.policies() {
            let mut other = scenario.clone();
            other.policy = (**policy).clone();
            courses.push(Course::new(&other, options, false).without_details());
        }
        courses
    }

    /// With `replays` rows are kept per call until the replication has been compared with its log.
    pub(super) fn new(scenario: &Scenario, options: &Options, replays: bool) -> Self {
        let plan = WorldPlan::new(scenario);
        let signs_up_to = if plan.watches_heartbeats {
            AvailabilityLevel::Device
        } else {
            AvailabilityLevel::Status
        };
        let rows = options.rows || replays;
        let recorder = recorder_options(scenario, rows, signs_up_to);
        Course { plan, recorder }
    }

    /// Only the tallies that gates are judged by.
    pub(super) fn without_details(mut self) -> Self {
        self.recorder.series_step = None;
        self.recorder.calls_csv = false;
        self
    }
}

fn recorder_options(
    scenario: &Scenario,
    rows: bool,
    signs_up_to: AvailabilityLevel,
) -> RecorderOptions {
    let experiment = &scenario.experiment;
    let policy = &scenario.policy.policy;
    let uses = |feature| policy.features.share(feature).0 > 0;
    let horizon = micros(experiment.horizon);
    RecorderOptions {
        warm_up: Timestamp(micros(experiment.warm_up)),
        horizon: Timestamp(horizon),
        // The policy may have more queues than the world: calls overflow into them.
        n_queues: scenario.policy.names.queues.len().max(1) as u16,
        n_classes: scenario.world.names.classes.len().max(1) as u16,
        threshold: micros(experiment.threshold),
        short_abandon: micros(experiment.short_abandon),
        availability_level: if uses(Feature::EnhancedDiscovery) {
            AvailabilityLevel::Device
        } else if uses(Feature::AgentHeartbeat) {
            AvailabilityLevel::Heartbeat
        } else {
            AvailabilityLevel::Status
        },
        signs_up_to,
        retry_after: policy.queues.iter().map(|q| q.offer.retry_after).collect(),
        silent: policy
            .queues
            .iter()
            .map(|queue| !queue.announce.is_some_and(|announce| announce.wait))
            .collect(),
        series_step: Some(series_step(horizon)),
        calls_csv: rows,
        told: false,
        ops_per_scan: scenario.world.store.ops_per_scan,
        ops_per_waiting_call: scenario.world.store.ops_per_waiting_call,
        value_per_call: scenario.world.value.connected_call,
    }
}

/// A round step that gives about [`SERIES_POINTS`] points.
pub(crate) fn series_step(horizon: u64) -> u64 {
    const MINUTE: u64 = 60_000_000;
    const STEPS: [u64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 240, 1440];
    STEPS
        .iter()
        .map(|minutes| minutes * MINUTE)
        .find(|step| horizon / step <= SERIES_POINTS)
        .unwrap_or(horizon / SERIES_POINTS)
        .max(1)
}
