//! The digest of a world: what must be equal for two runs to be comparable.

use jiff::civil::DateTime;
use policy_file::policy::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::time::Duration;

use super::{DistSpec, Experiment, World};

/// Raised when the same world would be written differently.
const VERSION: u32 = 1;

/// What the digest is of. Precision (seed, replications, confidence) is left out: it changes how
/// well a world is known, not the world.
#[derive(Serialize)]
struct Content<'w> {
    version: u32,
    start: DateTime,
    horizon: Duration,
    warm_up: Duration,
    day_factor: &'w Option<DistSpec>,
    threshold: Duration,
    short_abandon: Duration,
    world: &'w World,
}

/// The hex SHA-256 of a world in the time frame of an experiment.
pub(super) fn world(world: &World, experiment: &Experiment) -> String {
    let content = Content {
        version: VERSION,
        start: experiment.start,
        horizon: experiment.horizon,
        warm_up: experiment.warm_up,
        day_factor: &experiment.day_factor,
        threshold: experiment.threshold,
        short_abandon: experiment.short_abandon,
        world,
    };
    let json = serde_json::to_vec(&content).expect("invariant: plain data is JSON");
    hex(&Sha256::digest(json))
}
