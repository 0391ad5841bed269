//! The figures of a calibration: each speaker's with intervals, its differences to the default estimator on the same
//! calls, and what an oracle promised beside what it kept.
//!

use super::family::{ALL, FIRST, Family, Scope, ratio, with_interval};
use super::{Shape, SpeakerTally, UnitTally};
use crate::stats::Interval;

/// What counts as one independent observation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A replication.
    Replication,
    /// A day of a replayed log, over all replications: they share the log's calls, its days do not.
    Day,
}

/// What was calibrated, and how.
#[derive(Clone, PartialEq, Debug)]
pub struct Meta {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about.
    pub description: String,
    /// Version of the engine.
    pub engine: String,
    /// Digest of the scenario's world.
    pub world_digest: String,
    /// The seed of every draw.
    pub seed: u64,
    /// How often it ran under every estimator.
    pub replications: u32,
    /// Of the intervals, and of families of differences.
    pub confidence: f64,
    /// What intervals are over.
    pub unit: Unit,
    /// Seconds from the start between which calls had to arrive to be looked at; the whole run unless said.
    pub between: Option<(f64, f64)>,
    /// Whether the same calls waited equally long under every estimator. Otherwise something reacts to what is
    /// announced, and differences are not paired on the same waits.
    pub same_waits: bool,
    /// Why there is no oracle; `None` when there is one.
    pub no_oracle: Option<String>,
    /// Queues that announce no waits in the scenario and did here.
    pub made_to_announce: Vec<String>,
    /// The command that repeats it.
    pub command: String,
}

/// A ratio over units, with its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ratio {
    /// The value.
    pub point: f64,
    /// `None` below two units.
    pub interval: Option<Interval>,
}

/// Whether a difference is more than chance, as one of its family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The default estimator is better.
    Worse,
    /// It is better than the default estimator.
    Better,
    /// No difference is shown.
    Alike,
}

/// A speaker less the default estimator.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// The difference, in the figure's unit, and its own interval.
    pub by: Ratio,
    /// Two-sided, of no difference; `None` below two units.
    pub p_value: Option<f64>,
    /// Corrected for the number of estimators compared.
    pub verdict: Verdict,
}

/// The promise of an oracle.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Promised {
    /// Announcements whose chance is known exactly.
    pub n: u64,
    /// The mean of their chances: the best share within 30 s that anybody can expect in these states.
    pub expected: Ratio,
    /// The share of them within 30 s.
    pub kept: Ratio,
    /// Kept less expected.
    pub difference: Ratio,
}

/// The figures of one speaker in one scope.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// Announcements.
    pub n: u64,
    /// Share of them within 30 s of what remained.
    pub within_30s: Ratio,
    /// Announced less remained, seconds.
    pub bias: Ratio,
    /// Mean absolute error, seconds.
    pub mae: Ratio,
    /// Share of the remaining waits in the announced P50..P90; 40 % when calibrated.
    pub coverage: Ratio,
    /// Share within 30 s as a share of the oracle's, on the same calls.
    pub of_oracle: Option<Ratio>,
    /// An oracle's own promise.
    pub promised: Option<Promised>,
    /// Difference in the share within 30 s.
    pub within_less_best: Option<Difference>,
    /// Difference in the mean absolute error, seconds: below 0 is better.
    pub mae_less_best: Option<Difference>,
}

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Knows the law of the remaining wait.
    Oracle,
    /// What the others are compared with.
    Best,
    /// Is compared with it.
    Other,
}

/// One speaker.
#[derive(Clone, PartialEq, Debug)]
pub struct Speaker {
    /// Its name, as in policies.
    pub name: String,
    /// Who it is.
    pub role: Role,
    /// Share of the calls that were told a wait, of those that could be.
    pub announced: Option<Ratio>,
    /// Of first announcements; `None` when there were none.
    pub first: Option<Figures>,
    /// Of every announcement.
    pub all: Option<Figures>,
    /// For charts.
    pub shape: Shape,
}

/// A scenario's calibration.
#[derive(Clone, PartialEq, Debug)]
pub struct Calibration {
    /// What was calibrated.
    pub meta: Meta,
    /// Units with calls that could be told a wait.
    pub n_units: usize,
    /// Calls that could be told a wait and were connected, under the default estimator.
    pub calls: u64,
    /// The oracle first, then the default estimator, then the others.
    pub speakers: Vec<Speaker>,
}

impl Calibration {
    /// From the tallies of speakers, who all spoke to the same units' calls; one of them is [`Role::Best`].
    #[must_use]
    pub fn of(meta: Meta, tallies: Vec<(String, Role, SpeakerTally)>) -> Calibration {
        let n_units = tallies
            .iter()
            .map(|(.., t)| t.units.len())
            .max()
            .unwrap_or(0);
        // A day on which nobody waited says nothing of anybody.
        let used: Vec<bool> = (0..n_units)
            .map(|i| {
                tallies
                    .iter()
                    .any(|(.., t)| t.units.get(i).is_some_and(|u| u.calls > 0))
            })
            .collect();
        let kept: Vec<Vec<UnitTally>> = tallies
            .iter()
            .map(|(.., t)| {
                let units = t.units.iter().zip(&used);
                units.filter(|(_, used)| **used).map(|(u, _)| *u).collect()
            })
            .collect();
        let place = |role: Role| tallies.iter().position(|(_, own, _)| *own == role);
        let (best, oracle) = (place(Role::Best), place(Role::Oracle));
        let scoped = |scope: Scope| {
            let family = Family {
                confidence: meta.confidence,
                scope,
                best: best.map(|i| kept[i].as_slice()),
                oracle: oracle.map(|i| kept[i].as_slice()),
            };
            let roles: Vec<Role> = tallies.iter().map(|(_, role, _)| *role).collect();
            family.figures(&roles, &kept)
        };
        let (first, all) = (scoped(FIRST), scoped(ALL));
        let calls = best.map_or(0, |i| kept[i].iter().map(|unit| unit.calls).sum());
        let confidence = meta.confidence;
        let mut speakers: Vec<Speaker> = tallies
            .into_iter()
            .zip(&kept)
            .zip(first.into_iter().zip(all))
            .map(|(((name, role, tally), units), (first, all))| Speaker {
                name,
                role,
                announced: ratio(units, |u| (u.told as f64, u.calls as f64))
                    .map(|e| with_interval(&e, confidence)),
                first,
                all,
                shape: tally.shape,
            })
            .collect();
        speakers.sort_by_key(|speaker| speaker.role as u8);
        Calibration {
            meta,
            n_units: used.iter().filter(|used| **used).count(),
            calls,
            speakers,
        }
    }

    /// A speaker by name.
    #[must_use]
    pub fn speaker(&self, name: &str) -> Option<&Speaker> {
        self.speakers.iter().find(|speaker| speaker.name == name)
    }
}
