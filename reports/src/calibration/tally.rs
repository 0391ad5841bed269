//! One speaker's announcements, summed by unit. Counts and integers but for an oracle's promises.

use engine::output::Announced;

use super::Shape;
use crate::record::{EstimateCounts, Said, ToldCall};

/// What a speaker says at one moment to one call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spoken {
    /// The point and the range.
    pub announced: Announced,
    /// The probability that the point is within 30 s of what the call, if it is served, still waits; `None` unless it
    /// is known exactly.
    pub chance: Option<f64>,
}

/// What an oracle said would come true beside what did, over announcements whose chance is known exactly.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Promise {
    /// Announcements.
    pub n: u64,
    /// Of these, within 30 s.
    pub kept: u64,
    /// The sum of their chances.
    pub expected: f64,
}

/// The sums of one unit.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct UnitTally {
    /// Calls that could be told a wait and were connected.
    pub calls: u64,
    /// Of these, calls that were told one.
    pub told: u64,
    /// First announcements.
    pub first: EstimateCounts,
    /// Every announcement.
    pub all: EstimateCounts,
    /// Of first announcements.
    pub promised_first: Promise,
    /// Of every announcement.
    pub promised_all: Promise,
}

/// All of one speaker in one or more replications.
#[derive(Clone, PartialEq, Debug)]
pub struct SpeakerTally {
    /// By unit, in the order of units.
    pub units: Vec<UnitTally>,
    /// First announcements, for charts.
    pub shape: Shape,
}

impl Promise {
    fn add(&mut self, chance: f64, kept: bool) {
        self.n += 1;
        self.kept += u64::from(kept);
        self.expected += chance;
    }

    fn absorb(&mut self, other: &Promise) {
        self.n += other.n;
        self.kept += other.kept;
        self.expected += other.expected;
    }
}

impl UnitTally {
    fn absorb(&mut self, other: &UnitTally) {
        self.calls += other.calls;
        self.told += other.told;
        self.first.absorb(&other.first);
        self.all.absorb(&other.all);
        self.promised_first.absorb(&other.promised_first);
        self.promised_all.absorb(&other.promised_all);
    }
}

impl SpeakerTally {
    /// `calls` as `say` speaks to them. `unit` says of a call to which of `n_units` it belongs, or that it is not
    /// looked at.
    pub fn of(
        calls: &[ToldCall],
        n_units: usize,
        time_step: u64,
        unit: impl Fn(&ToldCall) -> Option<usize>,
        mut say: impl FnMut(&Said) -> Option<Spoken>,
    ) -> SpeakerTally {
        let mut tally = SpeakerTally {
            units: vec![UnitTally::default(); n_units],
            shape: Shape::new(time_step),
        };
        for call in calls {
            let Some(unit) = unit(call).and_then(|place| tally.units.get_mut(place)) else {
                continue;
            };
            unit.calls += 1;
            let mut is_first = true;
            for said in &call.said {
                let Some(spoken) = say(said) else {
                    continue;
                };
                let remained = call.remained(said);
                let kept = unit.all.pair(spoken.announced, remained);
                if let Some(chance) = spoken.chance {
                    unit.promised_all.add(chance, kept);
                }
                if !std::mem::take(&mut is_first) {
                    continue;
                }
                unit.told += 1;
                unit.first.pair(spoken.announced, remained);
                if let Some(chance) = spoken.chance {
                    unit.promised_first.add(chance, kept);
                }
                tally.shape.add(said, spoken.announced, remained);
            }
        }
        tally
    }

    /// Adds a later replication's: behind these as units of its own, or to the same units.
    pub fn append(&mut self, later: SpeakerTally, same_units: bool) {
        self.shape.absorb(&later.shape);
        if same_units {
            for (unit, more) in self.units.iter_mut().zip(&later.units) {
                unit.absorb(more);
            }
        } else {
            self.units.extend(later.units);
        }
    }
}
