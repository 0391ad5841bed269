//! How a calibration looks at replications: each reduced to sums by unit as soon as it is over, a few at a time.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use engine::time::{Micros, micros};
use reports::calibration::{SpeakerTally, Spoken, Unit};
use reports::record::{Replication, Said, ToldCall};

use super::{Altered, Calibrate};
use crate::experiment::batch::{Batch, Reduced};
use crate::experiment::course::{Course, series_step};
use crate::experiment::{Control, Options, RunError};
use crate::oracle::{Memory, Oracle};
use crate::scenario::{Arrivals, Scenario};
use crate::world::local::LocalTime;

/// Replications between two reductions, per thread: what is kept of one is larger than what is left of all.
const AT_ONCE: u32 = 4;

/// How calls are looked at.
pub(super) struct Looker<'a> {
    altered: &'a [Altered],
    pub(super) oracle: Result<Oracle, String>,
    pub(super) unit: Unit,
    local: LocalTime,
    n_days: usize,
    between: Option<(Micros, Micros)>,
    time_step: Micros,
}

/// Everything of the replications so far.
pub(super) struct Sums {
    pub(super) by_course: Vec<SpeakerTally>,
    /// As in [`Kept`], beside the default estimator.
    pub(super) beside: Vec<SpeakerTally>,
    pub(super) same_waits: bool,
    pub(super) calls: u64,
}

/// What is kept of one replication under one estimator.
struct Kept {
    own: SpeakerTally,
    /// The oracle, if there is one, and the altered speakers.
    beside: Vec<SpeakerTally>,
    waits: u64,
}

impl<'a> Looker<'a> {
    pub(super) fn new(scenario: &Scenario, what: &'a Calibrate) -> Looker<'a> {
        let experiment = &scenario.experiment;
        let local = LocalTime::new(experiment.start);
        let horizon = micros(experiment.horizon);
        let replays = scenario
            .world
            .calls
            .iter()
            .any(|stream| matches!(stream.arrivals, Arrivals::Trace(_)));
        Looker {
            altered: &what.altered,
            oracle: Oracle::of(scenario),
            unit: if replays {
                Unit::Day
            } else {
                Unit::Replication
            },
            n_days: local.day(horizon) as usize + 1,
            local,
            between: what.between,
            time_step: series_step(horizon),
        }
    }

    /// All replications of all courses, a few at a time.
    pub(super) fn run(
        &self,
        courses: &[Course],
        scenario: &Scenario,
        options: &Options,
        control: &Control<'_>,
    ) -> Result<Sums, RunError> {
        let planned = scenario.experiment.replications;
        let control = Control {
            stop: control.stop,
            progress: &|done, _| (control.progress)(done, planned),
        };
        let batch = Batch {
            courses,
            seed: scenario.experiment.seed,
            options,
            control: &control,
            likeness: None,
            keep: &|replication| self.keep(&replication),
        };
        let at_once = AT_ONCE * u32::try_from(options.threads).unwrap_or(1).max(1);
        let mut sums: Option<Sums> = None;
        let mut from = 0;
        while from < planned {
            let to = from.saturating_add(at_once).min(planned);
            let mut reduced = Reduced::new(courses.len());
            batch.run(from..to, &mut reduced)?;
            self.absorb(&mut sums, reduced);
            from = to;
        }
        Ok(sums.expect("invariant: there is a replication"))
    }

    fn keep(&self, replication: &Replication) -> Kept {
        let told = &replication.told;
        let memory = Memory::default();
        let mut beside = Vec::new();
        if let Ok(oracle) = &self.oracle {
            beside.push(self.tally(told, |said| oracle.says(&memory, said.at, said.position)));
        }
        let bare = |announced| Spoken {
            announced,
            chance: None,
        };
        for altered in self.altered {
            beside.push(self.tally(told, |said| {
                said.estimate.map(|announced| bare(altered.of(announced)))
            }));
        }
        Kept {
            own: self.tally(told, |said| said.estimate.map(bare)),
            beside,
            waits: fingerprint(told),
        }
    }

    fn tally(&self, told: &[ToldCall], say: impl FnMut(&Said) -> Option<Spoken>) -> SpeakerTally {
        let n_units = match self.unit {
            Unit::Replication => 1,
            Unit::Day => self.n_days,
        };
        let unit = |call: &ToldCall| {
            let is_inside = self
                .between
                .is_none_or(|(from, to)| (from..to).contains(&call.arrived.0));
            is_inside.then(|| match self.unit {
                Unit::Replication => 0,
                Unit::Day => self.local.day(call.arrived.0) as usize,
            })
        };
        SpeakerTally::of(told, n_units, self.time_step, unit, say)
    }

    /// Adds replications behind those so far, in order.
    fn absorb(&self, sums: &mut Option<Sums>, reduced: Reduced<Kept>) {
        let calls = reduced.calls;
        let mut by_course: Vec<_> = reduced.by_course.into_iter().map(Vec::into_iter).collect();
        loop {
            let one: Option<Vec<Kept>> = by_course.iter_mut().map(Iterator::next).collect();
            let Some(mut one) = one else { break };
            let same_waits = one.iter().all(|kept| kept.waits == one[0].waits);
            let beside = std::mem::take(&mut one[0].beside);
            let Some(sums) = sums else {
                *sums = Some(Sums {
                    by_course: one.into_iter().map(|kept| kept.own).collect(),
                    beside,
                    same_waits,
                    calls: 0,
                });
                continue;
            };
            let same_units = self.unit == Unit::Day;
            for (sum, kept) in sums.by_course.iter_mut().zip(one) {
                sum.append(kept.own, same_units);
            }
            for (sum, more) in sums.beside.iter_mut().zip(beside) {
                sum.append(more, same_units);
            }
            sums.same_waits &= same_waits;
        }
        if let Some(sums) = sums {
            sums.calls += calls;
        }
    }
}

/// Of who waited, where in line and how long; nothing of what was estimated.
fn fingerprint(told: &[ToldCall]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for call in told {
        (call.call.0, call.arrived.0, call.connected.0).hash(&mut hasher);
        for said in &call.said {
            (said.at.0, said.position).hash(&mut hasher);
        }
    }
    hasher.finish()
}
