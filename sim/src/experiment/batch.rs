//! Replications on threads, put back into their order.
//!
//! Replication `i` is a pure function of (courses, seed, i): one thread and many give the same
//! results, and of several errors the first in order is reported.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use reports::digest::TraceDigest;
use reports::record::{Recorder, Replication};

use super::course::Course;
use super::{Control, Options, RunError};
use crate::likeness::Likeness;
use crate::streams::Seed;
use crate::world::World;

/// What is kept of the replications, in their order: of each a `T`.
pub(super) struct Reduced<T> {
    /// Of the scenario's own policy.
    pub(super) digests: Vec<TraceDigest>,
    pub(super) by_course: Vec<Vec<T>>,
    pub(super) calls: u64,
}

impl<T> Reduced<T> {
    pub(super) fn new(n_courses: usize) -> Self {
        Reduced {
            digests: Vec::new(),
            by_course: (0..n_courses).map(|_| Vec::new()).collect(),
            calls: 0,
        }
    }

    pub(super) fn own(&self) -> &[T] {
        &self.by_course[0]
    }

    pub(super) fn n(&self) -> u32 {
        self.digests.len() as u32
    }

    fn absorb(&mut self, one: One<T>) {
        self.digests.push(one.digest);
        self.calls += one.calls;
        for (kept, new) in self.by_course.iter_mut().zip(one.kept) {
            kept.push(new);
        }
    }
}

/// One replication under every policy that is needed, on the same draws.
struct One<T> {
    kept: Vec<T>,
    digest: TraceDigest,
    calls: u64,
}

/// A replication, or why there is none.
type Made<T> = Result<One<T>, RunError>;

/// What threads need to make replications.
pub(super) struct Batch<'a, T> {
    pub(super) courses: &'a [Course],
    pub(super) seed: u64,
    pub(super) options: &'a Options,
    pub(super) control: &'a Control<'a>,
    /// The log of a replay; replications are added to it as they end. It only counts, so their
    /// order does not matter.
    pub(super) likeness: Option<&'a Mutex<Likeness>>,
    /// What is kept of a replication; the rest is dropped as soon as it is over.
    pub(super) keep: &'a (dyn Fn(Replication) -> T + Sync),
}

impl<T: Send> Batch<'_, T> {
    /// Adds the replications `range`, in order.
    pub(super) fn run(&self, range: Range<u32>, reduced: &mut Reduced<T>) -> Result<(), RunError> {
        let next = AtomicU32::new(range.start);
        let done = AtomicU32::new(range.start);
        let results: Mutex<Vec<(u32, Made<T>)>> = Mutex::new(Vec::new());
        let work = || {
            while !self.is_stopped() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= range.end {
                    return;
                }
                let tick = || (self.control.progress)(done.load(Ordering::Relaxed), range.end);
                let one = self.one(index, &tick);
                if one.is_err() {
                    // The later ones need not start. Earlier ones have started and are waited
                    // for, so that always the first error in order is reported.
                    next.store(range.end, Ordering::Relaxed);
                }
                results
                    .lock()
                    .expect("invariant: nobody panics with the lock")
                    .push((index, one));
                done.fetch_add(1, Ordering::Relaxed);
                tick();
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.threads.min(range.len()) {
                scope.spawn(work);
            }
            work();
        });
        if self.is_stopped() {
            return Err(RunError::Stopped);
        }
        let mut results = results
            .into_inner()
            .expect("invariant: nobody panics with the lock");
        results.sort_by_key(|(index, _)| *index);
        for (_, one) in results {
            reduced.absorb(one?);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.control.stop.load(Ordering::Relaxed)
    }

    /// Replication `index`. A panic is a bug of ours: it is reported with what repeats it.
    fn one(&self, index: u32, tick: &dyn Fn()) -> Result<One<T>, RunError> {
        let made = catch_unwind(AssertUnwindSafe(|| {
            let mut one = One {
                kept: Vec::with_capacity(self.courses.len()),
                digest: TraceDigest([0; 2]),
                calls: 0,
            };
            for (place, course) in self.courses.iter().enumerate() {
                let (mut replication, finished) = self.world(course, index, tick)?;
                if place == 0
                    && let Some(likeness) = self.likeness
                {
                    likeness
                        .lock()
                        .expect("invariant: nobody panics with the lock")
                        .add(&replication.rows);
                    if !self.options.rows {
                        replication.rows = Vec::new();
                    }
                }
                one.kept.push((self.keep)(replication));
                one.calls += finished.calls;
                if place == 0 {
                    one.digest = finished.digest;
                }
            }
            Ok(one)
        }));
        made.unwrap_or_else(|panic| {
            Err(RunError::Bug {
                replication: index,
                message: said(&*panic),
            })
        })
    }

    fn world(
        &self,
        course: &Course,
        index: u32,
        tick: &dyn Fn(),
    ) -> Result<(Replication, Ended), RunError> {
        let seed = Seed {
            seed: self.seed,
            replication: index,
        };
        let recorder = Recorder::new(course.recorder.clone());
        let world = World::new(&course.plan, seed, recorder, self.options.checks);
        let is_stopped = || {
            tick();
            self.is_stopped()
        };
        let finished = world.run(is_stopped).ok_or(RunError::Stopped)?;
        if let Some(what) = finished.broken {
            return Err(RunError::Broken {
                replication: index,
                what,
            });
        }
        if finished.unserved > 0 {
            return Err(RunError::Unserved {
                replication: index,
                calls: finished.unserved,
            });
        }
        let mut replication = finished.recorder.finish(finished.at);
        replication.controls = finished.controls;
        if let Err(error) = replication.conservation {
            return Err(RunError::NotConserved {
                replication: index,
                error,
            });
        }
        let ended = Ended {
            digest: finished.digest,
            calls: finished.calls,
        };
        Ok((replication, ended))
    }
}

struct Ended {
    digest: TraceDigest,
    calls: u64,
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
