//! Running a plan: phase by phase, stage by stage, until something does not hold.

use std::sync::atomic::{AtomicU32, Ordering};

use engine::policy::Share;
use reports::gate::{Gate, Judged, Verdict, judge_family};
use reports::sample::{Evidence, SampleTable};

use super::{Owner, Phase, Plan, Stage, StageScenario};
use crate::experiment::{Control, Options, RunError, Sampled, Sampler};
use crate::scenario::Scenario;

/// What became of a plan.
#[derive(Clone, Debug)]
pub struct PlanRun {
    /// Those that were run, in order.
    pub phases: Vec<PhaseRun>,
    /// How many there are.
    pub n_phases: usize,
    /// Calls simulated.
    pub calls: u64,
}

/// What became of a phase.
#[derive(Clone, Debug)]
pub struct PhaseRun {
    /// The stages that were run, in order.
    pub stages: Vec<StageRun>,
    /// How many there are.
    pub n_stages: usize,
    /// The first scenario under the policy that the phase replaces.
    pub before: SampleTable,
    /// By criterion; empty when the last stage was not reached.
    pub criteria: Vec<Verdict>,
}

/// What became of a stage.
#[derive(Clone, Debug)]
pub struct StageRun {
    /// `None` when nothing is rolled out.
    pub share: Option<Share>,
    /// What was judged: guards first, in the order of the file.
    pub found: Vec<Found>,
    /// The first scenario.
    pub after: SampleTable,
    /// Of guards and criteria together.
    pub verdict: Verdict,
}

/// One judged gate.
#[derive(Clone, Debug)]
pub struct Found {
    /// Whose it is.
    pub owner: Owner,
    /// The scenario's name.
    pub scenario: String,
    /// The queue or class it is about; empty for all calls.
    pub part: String,
    /// The judgement.
    pub judged: Judged,
}

impl PlanRun {
    /// Pass when every phase was run and holds.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let stages = self.phases.iter().flat_map(|phase| &phase.stages);
        let all = Verdict::of_all(stages.map(|stage| stage.verdict));
        let is_whole = self.phases.len() == self.n_phases
            && self.phases.iter().all(|p| p.stages.len() == p.n_stages);
        if all == Verdict::Pass && !is_whole {
            return Verdict::Inconclusive;
        }
        all
    }
}

impl PhaseRun {
    /// Of the stages that were run.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.stages.iter().map(|stage| stage.verdict))
    }
}

impl Plan {
    /// Replications that a whole run takes, each under one policy or several.
    #[must_use]
    pub fn n_replications(&self) -> u32 {
        self.phases
            .iter()
            .map(|phase| {
                let stages = phase.stages.iter().flat_map(|stage| &stage.scenarios);
                let staged: u32 = stages.map(|one| n(&one.scenario)).sum();
                staged + n(&phase.before)
            })
            .sum()
    }
}

fn n(scenario: &Scenario) -> u32 {
    scenario.experiment.replications
}

/// Runs the plan until a stage does not hold; with `goes_on` to its end, whatever is found.
///
/// The gates of a stage are one family, over all its scenarios.
///
/// # Errors
/// Stopped, calls that do not add up or were not served, a bug of ours, or something this version
/// cannot run.
pub fn run(
    plan: &Plan,
    goes_on: bool,
    options: &Options,
    control: &Control<'_>,
) -> Result<PlanRun, RunError> {
    let runner = Runner {
        options,
        control,
        done: AtomicU32::new(0),
        planned: plan.n_replications(),
    };
    let mut all = PlanRun {
        phases: Vec::new(),
        n_phases: plan.phases.len(),
        calls: 0,
    };
    for phase in &plan.phases {
        let (run, calls) = runner.phase(phase, goes_on)?;
        all.calls += calls;
        let holds = run.verdict() == Verdict::Pass;
        all.phases.push(run);
        if !holds && !goes_on {
            break;
        }
    }
    Ok(all)
}

struct Runner<'a> {
    options: &'a Options,
    control: &'a Control<'a>,
    /// Replications of what is over.
    done: AtomicU32,
    planned: u32,
}

impl Runner<'_> {
    fn phase(&self, phase: &Phase, goes_on: bool) -> Result<(PhaseRun, u64), RunError> {
        let bare = Scenario {
            gates: Vec::new(),
            ..phase.before.clone()
        };
        let (_, before) = self.sample(&bare)?;
        let mut calls = before.calls;
        let mut run = PhaseRun {
            stages: Vec::new(),
            n_stages: phase.stages.len(),
            before: before.own,
            criteria: Vec::new(),
        };
        for stage in &phase.stages {
            let (one, further) = self.stage(stage, phase)?;
            calls += further;
            let holds = one.verdict == Verdict::Pass;
            run.stages.push(one);
            if !holds && !goes_on {
                break;
            }
        }
        if let Some(last) = run
            .stages
            .last()
            .filter(|_| run.stages.len() == run.n_stages)
        {
            run.criteria = criteria(phase, &last.found);
        }
        Ok((run, calls))
    }

    fn stage(&self, stage: &Stage, phase: &Phase) -> Result<(StageRun, u64), RunError> {
        let mut sampled: Vec<(&StageScenario, Sampler, Sampled)> = Vec::new();
        for (place, one) in stage.scenarios.iter().enumerate() {
            // The first is drawn, the others are only judged.
            if place == 0 || !one.owners.is_empty() {
                let (sampler, samples) = self.sample(&one.scenario)?;
                sampled.push((one, sampler, samples));
            }
        }
        let family: Vec<(Gate<'_>, Evidence<'_>)> = sampled
            .iter()
            .flat_map(|(_, sampler, samples)| {
                let gates = sampler.gates(samples);
                gates.into_iter().map(|gate| (gate, (&samples.own).into()))
            })
            .collect();
        let judged = judge_family(&family, phase.before.experiment.confidence);
        let owners = sampled
            .iter()
            .flat_map(|(one, ..)| one.owners.iter().map(|owner| (*owner, &one.scenario)));
        let found: Vec<Found> = owners
            .zip(judged)
            .map(|((owner, scenario), judged)| Found {
                owner,
                scenario: scenario.name.clone(),
                part: part_name(&judged, scenario),
                judged,
            })
            .collect();
        let guards = found.iter().filter(|one| one.owner == Owner::Guard);
        let guards = guards.map(|one| one.judged.verdict);
        let is_last = phase
            .stages
            .last()
            .is_some_and(|last| std::ptr::eq(last, stage));
        let at_the_end = match is_last {
            true => criteria(phase, &found),
            false => Vec::new(),
        };
        let calls = sampled.iter().map(|(.., samples)| samples.calls).sum();
        let first = sampled.into_iter().next();
        let (.., first) = first.expect("invariant: a phase has a scenario");
        let run = StageRun {
            share: stage.share,
            verdict: Verdict::of_all(guards.chain(at_the_end)),
            found,
            after: first.own,
        };
        Ok((run, calls))
    }

    fn sample(&self, scenario: &Scenario) -> Result<(Sampler, Sampled), RunError> {
        let sampler = Sampler::new(scenario, [], self.options.clone())?;
        let before = self.done.load(Ordering::Relaxed);
        let progress = |done, _| (self.control.progress)(before + done, self.planned);
        let control = Control {
            stop: self.control.stop,
            progress: &progress,
        };
        let sampled = sampler.run(0..n(scenario), &control)?;
        self.done.fetch_add(n(scenario), Ordering::Relaxed);
        Ok((sampler, sampled))
    }
}

/// Each criterion's verdict.
fn criteria(phase: &Phase, found: &[Found]) -> Vec<Verdict> {
    let criteria = phase.criteria.iter().enumerate();
    criteria
        .map(|(place, criterion)| {
            let own = found
                .iter()
                .filter(|one| one.owner == Owner::Criterion(place));
            let verdicts: Vec<Verdict> = own.map(|one| one.judged.verdict).collect();
            criterion.needs.verdict(&verdicts)
        })
        .collect()
}

fn part_name(judged: &Judged, scenario: &Scenario) -> String {
    use reports::measures::Part;
    match judged.part {
        Part::Whole => String::new(),
        Part::Queue(queue) => format!("queue {}", scenario.policy.names.queues[queue.index()]),
        Part::Class(class) => format!("class {}", scenario.world.names.classes[class.index()]),
    }
}
