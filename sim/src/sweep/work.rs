//! Doing blocks: on threads here, or one at a time for somebody elsewhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use super::block::Block;
use super::bundle::Unpacked;
use super::{Plan, Store, SweepError, outcome};
use crate::experiment::{Control, Options, RunError, Sampler};
use crate::world::Checks;

/// Runs blocks of one plan.
#[derive(Clone, Copy, Debug)]
pub struct Worker<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// Where its files are.
    pub unpacked: &'p Unpacked,
    /// Threads for one block, at least 1.
    pub threads: usize,
}

/// A point made ready: blocks of one point follow each other mostly.
#[derive(Default)]
pub struct Ready(Option<(usize, Sampler)>);

impl Worker<'_> {
    /// The text of what comes of a block.
    ///
    /// # Errors
    /// Stopped, or why the point cannot be run.
    pub fn run(
        &self,
        ready: &mut Ready,
        block: &Block,
        control: &Control<'_>,
    ) -> Result<String, SweepError> {
        let failed = |error: RunError| match error == RunError::Stopped {
            true => SweepError::Stopped,
            false => SweepError::Run {
                point: self.plan.point_name(block.point),
                error,
            },
        };
        let sampler = match ready.0.take() {
            Some((point, sampler)) if point == block.point => sampler,
            Some(_) | None => {
                let scenario = self.plan.scenario(self.unpacked, block.point)?;
                sampler(&scenario, self.threads).map_err(failed)?
            }
        };
        let sampled = sampler.run(block.range.clone(), control).map_err(failed)?;
        ready.0 = Some((block.point, sampler));
        Ok(outcome::text(&block.address, &sampled))
    }
}

/// A scenario made ready.
pub(super) fn sampler(
    scenario: &crate::scenario::Scenario,
    threads: usize,
) -> Result<Sampler, RunError> {
    let options = Options {
        threads,
        rows: false,
        checks: Checks::default(),
        command: String::new(),
    };
    Sampler::new(scenario, [], options)
}

/// Runs `blocks` on `threads` threads and keeps each as soon as it is done.
///
/// # Errors
/// The first that fails, in the order of the blocks; stopped. What was finished is kept.
pub fn run(
    plan: &Plan,
    unpacked: &Unpacked,
    store: &Store,
    blocks: &[Block],
    threads: usize,
    control: &Control<'_>,
) -> Result<(), SweepError> {
    // A lane does one block at a time; few blocks have their replications on several threads.
    let n_lanes = threads.min(blocks.len()).max(1);
    let worker = Worker {
        plan,
        unpacked,
        threads: (threads / n_lanes).max(1),
    };
    let planned = blocks.iter().map(|block| block.range.len() as u32).sum();
    let done: Vec<AtomicU32> = (0..n_lanes).map(|_| AtomicU32::new(0)).collect();
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let failed: Mutex<Option<(usize, SweepError)>> = Mutex::new(None);
    let work = |lane: usize| {
        let mut ready = Ready::default();
        while !control.stop.load(Ordering::Relaxed) && !is_over.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(block) = blocks.get(place) else {
                return;
            };
            let before = done[lane].load(Ordering::Relaxed);
            let progress = |at: u32, _: u32| {
                done[lane].store(before + (at - block.range.start), Ordering::Relaxed);
                let all = done.iter().map(|lane| lane.load(Ordering::Relaxed)).sum();
                (control.progress)(all, planned);
            };
            let control = Control {
                stop: control.stop,
                progress: &progress,
            };
            let kept = worker
                .run(&mut ready, block, &control)
                .and_then(|text| store.keep(block, &text));
            if let Err(error) = kept {
                is_over.store(true, Ordering::Relaxed);
                let mut failed = failed
                    .lock()
                    .expect("invariant: nobody panics with the lock");
                if failed.as_ref().is_none_or(|(first, _)| place < *first) {
                    *failed = Some((place, error));
                }
            }
        }
    };
    let work = &work;
    std::thread::scope(|scope| {
        for lane in 1..n_lanes {
            scope.spawn(move || work(lane));
        }
        work(0);
    });
    let failed = failed
        .into_inner()
        .expect("invariant: nobody panics with the lock");
    match failed {
        Some((_, error)) => Err(error),
        None if control.stop.load(Ordering::Relaxed) => Err(SweepError::Stopped),
        None => Ok(()),
    }
}
