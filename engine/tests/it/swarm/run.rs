//! One run: the engine, the reference and the world, driven in lockstep; safety with faults, then
//! liveness without.

use std::collections::VecDeque;
use std::fmt::Write;

use engine::policy::Policy;
use engine::timers::Timer;
use engine::view::{AgentView, CallState, Why};
use engine::{Engine, Event, Input, Outbox, Output, Rejection, Timestamp, What, invariants};

use super::coverage::Coverage;
use super::judge::Judge;
use super::options::Options;
use super::policies;
use super::rng::Rng;
use super::world::World;
use crate::reference::Reference;

/// Steps shown with a failure.
const SHOWN: usize = 30;
/// When the faults have stopped, every call must have its outcome within so long, in microseconds,
/// and so many steps.
const CALM_SPAN: u64 = 4 * 3600 * 1_000_000;
const CALM_STEPS: u64 = 100_000;

/// What a run came to.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) inputs: u64,
    pub(crate) refused: u64,
    pub(crate) outputs: u64,
    pub(crate) calls: u64,
    /// From the end of the faults to the last outcome, in virtual seconds.
    pub(crate) calm_seconds: u64,
    pub(crate) coverage: Coverage,
}

impl std::fmt::Debug for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} inputs, {} refused, {} outputs, {} calls, calm after {} s",
            self.inputs, self.refused, self.outputs, self.calls, self.calm_seconds
        )
    }
}

/// Why a run failed, and everything needed to repeat it.
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) report: String,
}

/// One step, for the report of a failure.
struct Step {
    at: Timestamp,
    input: Input,
    result: Result<(), Rejection>,
    outputs: Vec<Output>,
}

pub(crate) struct Run {
    engine: Engine,
    reference: Reference,
    world: World,
    judge: Judge,
    summary: Summary,
    /// How far the engine has been driven.
    now: Timestamp,
    /// What the engine has said since the last comparison.
    said: Vec<Output>,
    out: Outbox,
    policy: Policy,
    history: VecDeque<Step>,
}

type Verdict = Result<(), String>;

impl Run {
    /// The reference goes by the drawn policy after `disturb`.
    pub(crate) fn new(seed: u64, disturb: fn(&mut Policy)) -> Self {
        let mut rng = Rng::new(seed);
        let options = Options::draw(seed, &mut rng);
        let queues = rng.pick(&[1, 1, 2, 2, 3, 4]);
        let policy = policies::draw(&mut rng, options.grid, queues);
        let mut disturbed = policy.clone();
        disturb(&mut disturbed);
        Run {
            engine: Engine::new(policy.clone()).expect("a drawn policy is sound"),
            reference: Reference::new(disturbed),
            world: World::new(options, rng, policy.clone()),
            judge: Judge::default(),
            summary: Summary::default(),
            now: Timestamp::ZERO,
            said: Vec::new(),
            out: Outbox::new(),
            policy,
            history: VecDeque::new(),
        }
    }

    /// Runs it to the end.
    ///
    /// # Errors
    /// The verdict with all that is needed to repeat the run.
    pub(crate) fn finish(mut self) -> Result<Summary, Failure> {
        let verdict = self.safety().and_then(|()| self.liveness());
        match verdict {
            Ok(()) => Ok(core::mem::take(&mut self.summary)),
            Err(what) => Err(Failure {
                report: self.report(&what),
                what,
            }),
        }
    }

    fn safety(&mut self) -> Verdict {
        let half = self.world.options.inputs / 2;
        while self.world.steps < self.world.options.inputs {
            self.step()?;
            if self.world.steps == half {
                self.restart()?;
            }
        }
        Ok(())
    }

    fn liveness(&mut self) -> Verdict {
        self.world.calm_down();
        let (begin, steps) = (self.now, self.world.steps);
        while self.engine.n_calls() > 0 {
            if self.now.since(begin) > CALM_SPAN || self.world.steps - steps > CALM_STEPS {
                let left = self.judge.unserved();
                return Err(format!(
                    "the faults are over since {begin} and {left:?} have no outcome"
                ));
            }
            self.step()?;
        }
        self.summary.calm_seconds = self.now.since(begin) / 1_000_000;
        self.summary.calls = self.judge.n_calls() as u64;
        let left = self.judge.unserved();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("the engine forgot {left:?}"))
        }
    }

    /// The next thing that happens: an input, or (a driver that looks) something due.
    fn step(&mut self) -> Verdict {
        let due = self.engine.next_deadline();
        let next = self.world.next_at();
        if let Some((due, timer)) = due
            && next.is_none_or(|next| due < next)
            && self.world.looks()
        {
            self.summary.coverage.woke(timer);
            return self.look(due);
        }
        let Some((at, input)) = self.world.next(self.now) else {
            return Err("nothing happens any more".to_string());
        };
        self.handle(at, input)
    }

    /// The driver looks at the clock; the reference hears of it only with the next input.
    fn look(&mut self, at: Timestamp) -> Verdict {
        self.engine.advance_to(at, &mut self.out);
        self.now = at;
        self.listen()
    }

    fn handle(&mut self, at: Timestamp, input: Input) -> Verdict {
        if matches!(input, Input::Resumed { .. }) {
            // What has been looked at is not away.
            self.reference.advance_to(self.now);
        }
        if let Some((due, timer)) = self.engine.next_deadline()
            && due <= at
        {
            self.summary.coverage.woke(timer);
        }
        let result = self.engine.handle(at, input.clone(), &mut self.out);
        self.now = at;
        let listened = self.listen();
        let expected = self.reference.handle(at, input.clone());
        self.summary.inputs += 1;
        self.summary.refused += u64::from(result.is_err());
        self.summary.coverage.step(&input, result);
        let outputs = core::mem::take(&mut self.said);
        if self.history.len() == SHOWN {
            self.history.pop_front();
        }
        self.history.push_back(Step {
            at,
            input,
            result,
            outputs,
        });
        listened?;
        self.compare(result, expected)?;
        self.world
            .accepted(self.engine.policy(), self.engine.next_call().0);
        Ok(())
    }

    /// Hears what the engine says; the world reacts.
    fn listen(&mut self) -> Verdict {
        self.said.extend_from_slice(&self.out);
        for output in self.out.iter() {
            self.judge.hear(self.now, output)?;
            self.summary.coverage.output(output, self.engine.policy());
            self.world.react(self.now, output);
        }
        self.summary.outputs += self.out.len() as u64;
        self.out.clear();
        check_views(&self.engine, self.now)?;
        invariants::check(&self.engine).map_err(|broken| broken.to_string())
    }

    fn compare(
        &mut self,
        result: Result<(), Rejection>,
        expected: Result<(), Rejection>,
    ) -> Verdict {
        let predicted = self.reference.take_outputs();
        let step = self.history.back().expect("a step has just been taken");
        let said: Vec<Output> = step.outputs.iter().map(without_estimate).collect();
        if said != predicted {
            let same = said.iter().zip(&predicted).take_while(|(a, b)| a == b);
            let n = same.count();
            return Err(format!(
                "the outputs differ: after {n} equal ones\n  engine    {}\n  reference {}\nall that the reference said:{}",
                shown(said.get(n)),
                shown(predicted.get(n)),
                list(&predicted)
            ));
        }
        if result != expected {
            return Err(format!(
                "the engine says {result:?}, the reference {expected:?}"
            ));
        }
        let (kept, expected) = (self.engine.n_calls(), self.reference.n_calls());
        if kept != expected {
            return Err(format!(
                "{kept} calls in hand, the reference has {expected}"
            ));
        }
        let due = self.engine.next_deadline();
        let expected = self.reference.next_deadline();
        // The engine paces only what waits for the carrier; to the reference it makes no difference.
        if due.is_some_and(|(_, timer)| timer != Timer::Pace) && due != expected {
            return Err(format!(
                "next is due {due:?}, by the reference {expected:?}"
            ));
        }
        Ok(())
    }

    /// The engine is written down and read again: equal state, equal future.
    fn restart(&mut self) -> Verdict {
        let text = serde_json::to_string(&self.engine).map_err(|e| e.to_string())?;
        self.engine = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn report(&self, what: &str) -> String {
        let options = &self.world.options;
        let mut text = format!("\n{options:#?}\n{:#?}\n", self.policy);
        for step in &self.history {
            writeln!(text, "{} {:?}", step.at, step.input).ok();
            if let Err(rejection) = step.result {
                writeln!(text, "    refused: {rejection:?}").ok();
            }
            write!(text, "{}", list(&step.outputs).trim_start_matches('\n')).ok();
            text.push('\n');
        }
        writeln!(text, "\nat {}: {what}", self.now).ok();
        writeln!(
            text,
            "repeat: LINEFINDER_SEED={} cargo test -p linefinder-engine --test it swarm::the_engine -- --nocapture",
            options.seed
        )
        .ok();
        text
    }
}

impl Drop for Run {
    /// A bug that panics is shown as well as one that is found.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.report("panicked"));
        }
    }
}

/// A call that waits knows why: its reasons cover every agent of its queue, and a free one is
/// there only while something holds the call itself. Nothing is said to change in the past.
fn check_views(engine: &Engine, now: Timestamp) -> Verdict {
    let view = engine.view(now);
    let works_for = |queue| {
        let works = |agent: &AgentView| agent.queues.iter().any(|(q, _)| *q == queue);
        view.agents().filter(works).count()
    };
    for id in view.calls() {
        let call = view.call(id).expect("it is in hand");
        let waits = matches!(
            call.state,
            CallState::Waiting | CallState::Resting | CallState::CallbackWaiting
        );
        let holds_call = |why| why < Why::NoAgents;
        let held = call.reasons.iter().any(|reason| holds_call(reason.why));
        let free = call.reasons.iter().any(|r| r.why == Why::FreeAgents);
        let counted: u32 = call.reasons.iter().map(|reason| reason.agents).sum();
        let sound = if waits {
            counted as usize == works_for(call.queue) && (held || !free)
        } else {
            counted == 0
        };
        let of_the_past = call
            .reasons
            .iter()
            .any(|r| r.changes_at.is_some_and(|at| at < now));
        if !sound || waits && call.reasons.is_empty() || of_the_past {
            return Err(format!("{now}: why is {call:?} not routed?"));
        }
    }
    Ok(())
}

fn without_estimate(output: &Output) -> Output {
    let mut output = *output;
    if let What::Event(Event::EstimateAnnounced { estimate, .. }) = &mut output.what {
        *estimate = None;
    }
    output
}

fn shown(output: Option<&Output>) -> String {
    output.map_or("nothing".to_string(), |o| format!("{} {:?}", o.at, o.what))
}

fn list(outputs: &[Output]) -> String {
    outputs
        .iter()
        .map(|o| format!("\n    {} {:?}", o.at, o.what))
        .collect()
}
