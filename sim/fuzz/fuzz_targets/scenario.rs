//! Any text as a scenario: errors that can be shown, or a world that runs. A run is cut off after
//! some thousand events; a site of more than some hundred agents is only read.

#![no_main]

use std::path::Path;

use engine::Timestamp;
use engine::time::micros;
use policy_file::Overrides;
use reports::record::{Recorder, RecorderOptions};
use sim::scenario::{Arrivals, Scenario};
use sim::streams::Seed;
use sim::world::{Checks, World, WorldPlan};

/// The world asks for permission to go on every 4096 events.
const PERMISSIONS: u32 = 2;
const MOST_AGENTS: u32 = 500;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/files");
    let scenario = match Scenario::parse(text, "fuzz", &base, &Overrides::new()) {
        Ok(scenario) => scenario,
        Err(errors) => return assert!(!errors.list.is_empty() && !errors.to_string().is_empty()),
    };
    let is_journal = |arrivals: &Arrivals| matches!(arrivals, Arrivals::Journal { .. });
    if scenario.world.calls.iter().any(|stream| is_journal(&stream.arrivals)) {
        return;
    }
    let plan = WorldPlan::new(&scenario);
    if plan.n_agents() > MOST_AGENTS {
        return;
    }
    let experiment = &scenario.experiment;
    let options = RecorderOptions::new(
        Timestamp(micros(experiment.warm_up)),
        Timestamp(micros(experiment.horizon)),
    );
    let seed = Seed {
        seed: experiment.seed,
        replication: 0,
    };
    let checks = Checks {
        extra_polls: true,
        after_step: Some(sim::experiment::check_invariants),
    };
    let mut permissions = PERMISSIONS;
    let world = World::new(&plan, seed, Recorder::new(options), checks);
    if let Some(finished) = world.run(|| {
        permissions -= 1;
        permissions == 0
    }) {
        let record = finished.recorder.finish(finished.at);
        record.conservation.as_ref().expect("calls add up");
    }
});
