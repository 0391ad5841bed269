//! Any text as a scenario: errors that can be shown, or a world that runs, by the very code of the
//! `run` command, with every invariant looked at after every step. A run is stopped after some
//! thousand steps, earlier when its lines are long, since a look at the invariants costs as much as there
//! are calls in hand; a site of more than some hundred agents is only read.

#![no_main]

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use policy_file::Overrides;
use sim::experiment::{Control, Options, RunError, check_invariants, run};
use sim::scenario::Scenario;
use sim::world::{Checks, WorldPlan};

/// Looks at the invariants, each counted once more for every 16 calls in hand. The world looks at
/// `STOP` only every 4096 events; no invariant is looked at in the meantime.
const MOST_LOOKS: u32 = 6_000;
const MOST_AGENTS: u32 = 300;

static LOOKS: AtomicU32 = AtomicU32::new(0);
static STOP: AtomicBool = AtomicBool::new(false);

fn watch(engine: &engine::Engine) -> Result<(), String> {
    let weight = 1 + engine.n_calls() as u32 / 16;
    if LOOKS.fetch_add(weight, Ordering::Relaxed) > MOST_LOOKS {
        STOP.store(true, Ordering::Relaxed);
        return Ok(());
    }
    check_invariants(engine)
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/files");
    let mut scenario = match Scenario::parse(text, "fuzz", &base, &Overrides::new()) {
        Ok(scenario) => scenario,
        Err(errors) => return assert!(!errors.list.is_empty() && !errors.to_string().is_empty()),
    };
    scenario.experiment.replications = 1;
    scenario.experiment.until = None;
    if WorldPlan::new(&scenario).n_agents() > MOST_AGENTS {
        return;
    }
    LOOKS.store(0, Ordering::Relaxed);
    STOP.store(false, Ordering::Relaxed);
    let options = Options {
        threads: 1,
        rows: false,
        checks: Checks {
            extra_polls: true,
            after_step: Some(watch),
        },
        command: String::new(),
    };
    let control = Control {
        stop: &STOP,
        progress: &|_, _| {},
    };
    match run(&scenario, &options, &control) {
        // A world may be such that calls are never served, or ask for what this version cannot do.
        Ok(_) | Err(RunError::Stopped | RunError::Unserved { .. } | RunError::Unsupported(_)) => {}
        Err(
            error
            @ (RunError::NotConserved { .. } | RunError::Broken { .. } | RunError::Bug { .. }),
        ) => {
            panic!("{error}")
        }
    }
});
