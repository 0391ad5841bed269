//! Looks at the engine that nobody planned, to show on the states of whole runs what the engine
//! promises: how often and when a driver looks changes no output.

use engine::Timestamp;
use engine::output::Outbox;
use engine::time::Micros;

use crate::streams::Purpose;
use crate::world::World;

/// A look copies the engine: one in this many deadlines is missed on trial.
const ONE_IN: f64 = 1.0 / 16.0;
/// A driver on trial is late by less than this.
const LATE: f64 = 60e6;

impl World<'_> {
    /// Asks the engine at moments nobody planned, up to `at`: it has nothing to say.
    pub(super) fn look_before(&mut self, at: Timestamp) {
        for k in 0..2 {
            let gap = at.since(self.now);
            let u = self.draws.unit(Purpose::ExtraPoll, self.steps, k);
            let moment = self.now.after((u * gap as f64) as Micros);
            if moment < at && !self.faults.server_is_away() {
                self.now = moment;
                let mut out = self.out.take().unwrap_or_default();
                out.clear();
                self.engine.advance_to(moment, &mut out);
                assert!(
                    out.is_empty(),
                    "a look before the next deadline said something"
                );
                self.out = Some(out);
            }
        }
    }

    /// Tries on copies what a driver hears that sleeps through the deadline `at`: the same, with the
    /// same times, as one that wakes for every deadline.
    ///
    /// The run itself cannot be late: what the world would have answered to the first of the
    /// outputs would be missing from the rest.
    pub(super) fn look_late(&self, at: Timestamp) {
        if !self.draws.chance(Purpose::ExtraPoll, self.steps, 2, ONE_IN) {
            return;
        }
        let u = self.draws.unit(Purpose::ExtraPoll, self.steps, 3);
        let late = at.after((u * LATE) as Micros);
        let (mut punctual, mut said) = (self.engine.clone(), Outbox::new());
        let mut in_time = Vec::new();
        while let Some((due, _)) = punctual.next_deadline().filter(|(due, _)| *due <= late) {
            said.clear();
            punctual.advance_to(due, &mut said);
            in_time.extend_from_slice(&said);
        }
        let mut sleeper = self.engine.clone();
        said.clear();
        sleeper.advance_to(late, &mut said);
        assert_eq!(
            in_time[..],
            said[..],
            "a driver that looks at {late} only hears something else"
        );
        assert_eq!(punctual.next_deadline(), sleeper.next_deadline());
    }
}
