//! Scenarios beside each other, on the same draws where their worlds are the same.
//!
//! Draws are keyed by seed, replication and whom they concern, so that two policies in one world meet
//! the same callers, agents, devices and faults: replication i of one is paired with replication i
//! of the other. Unlike worlds run on seeds of their own, so that they are independent of each other.

use reports::compare::{Compared, Question, Side};
use reports::sample::SampleTable;

use super::{Control, Options, RunError, Sampler};
use crate::scenario::Scenario;

/// One of the scenarios that are compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// What it is called.
    pub name: String,
    /// What is run. Its gates are not judged.
    pub scenario: Scenario,
}

/// When replications are paired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairing {
    /// When the worlds are the same.
    Auto,
    /// Always: what worlds have in common is drawn alike, and a paired interval is valid whatever that is.
    Always,
    /// Never.
    Never,
}

/// Runs all of them as often as the first, which is the baseline, and compares it with each of the
/// others.
///
/// # Errors
/// As [`super::run`].
///
/// # Panics
/// Without contenders.
pub fn compare(
    contenders: &[Contender],
    question: Question,
    pairing: Pairing,
    options: &Options,
    control: &Control<'_>,
) -> Result<Compared, RunError> {
    let baseline = &contenders[0].scenario;
    let experiment = &baseline.experiment;
    let (n, all) = (experiment.replications, contenders.len() as u32);
    let mut sides = Vec::with_capacity(contenders.len());
    for (place, contender) in (0..).zip(contenders) {
        let unpaired = match place {
            0 => None,
            _ => why_unpaired(baseline, &contender.scenario, pairing),
        };
        let mut scenario = contender.scenario.clone();
        scenario.gates.clear();
        scenario.experiment.confidence = experiment.confidence;
        scenario.experiment.seed = match unpaired {
            None => experiment.seed,
            // Neighbouring seeds have nothing in common.
            Some(_) => experiment.seed.wrapping_add(u64::from(place)),
        };
        let sampler = Sampler::new(&scenario, [], options.clone())?;
        let control = Control {
            stop: control.stop,
            progress: &|done, _| (control.progress)(place * n + done, all * n),
        };
        let sampled = sampler.run(0..n, &control)?;
        sides.push(Side {
            name: contender.name.clone(),
            scenario: scenario.name.clone(),
            policy_digest: scenario.policy_digest.clone(),
            world_digest: scenario.world_digest.clone(),
            trace_digest: sampled.trace_digest().to_string(),
            seed: scenario.experiment.seed,
            unpaired,
            samples: asked(&sampled.own, &question),
        });
    }
    Ok(Compared::new(question, sides))
}

/// Only what is asked for: a comparison may hold many replications of many scenarios.
fn asked(samples: &SampleTable, question: &Question) -> SampleTable {
    let wanted = |measure| question.measures.iter().any(|(asked, _)| *asked == measure);
    samples.only(|quantity| wanted(quantity.measure))
}

fn why_unpaired(baseline: &Scenario, other: &Scenario, pairing: Pairing) -> Option<String> {
    match pairing {
        Pairing::Always => None,
        Pairing::Never => Some("as was asked: independent runs".to_string()),
        Pairing::Auto if baseline.world_digest == other.world_digest => None,
        Pairing::Auto => Some("because the worlds differ: independent runs (Welch)".to_string()),
    }
}
