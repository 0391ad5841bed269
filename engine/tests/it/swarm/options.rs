//! What one run of the swarm is like: drawn from its seed, printed with a failure.
//!
//! Each kind of trouble is absent from many runs, so that some runs go deep into the others.

use super::rng::Rng;

/// Percentages are per opportunity; spans are in grid steps.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    /// All times are multiples of this, in microseconds, so that they often collide.
    pub(crate) grid: u64,
    pub(crate) inputs: u64,
    pub(crate) agents: u64,
    /// Callers are so many people.
    pub(crate) callers: u64,
    pub(crate) classes: u64,
    /// Between arrivals, at most.
    pub(crate) arrival_gap: u64,
    /// Callers that lose patience, and after how long at most.
    pub(crate) impatient: u64,
    pub(crate) patience: u64,
    pub(crate) talk: u64,
    pub(crate) answers: u64,
    pub(crate) declines: u64,
    pub(crate) fails: u64,
    pub(crate) bridge_fails: u64,
    pub(crate) accepts_callback: u64,
    pub(crate) answers_callback: u64,
    /// Messages to the engine that get lost, come twice, or come late.
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) late: u64,
    /// The engine is not looked at when something is due, but at the next input.
    pub(crate) lazy: u64,
    /// Kinds of steps beside calls, by weight.
    pub(crate) nonsense: u64,
    pub(crate) status_changes: u64,
    pub(crate) flaps: u64,
    pub(crate) lost_heartbeats: u64,
    pub(crate) reassignments: u64,
    pub(crate) replacements: u64,
    pub(crate) feature_changes: u64,
    pub(crate) hours: u64,
    pub(crate) gaps: u64,
    pub(crate) latencies: u64,
}

impl Options {
    pub(crate) fn draw(seed: u64, rng: &mut Rng) -> Self {
        let often = |rng: &mut Rng, percent, max| {
            if rng.percent(percent) {
                rng.between(1, max)
            } else {
                0
            }
        };
        Options {
            seed,
            grid: rng.pick(&[1_000_000, 1_000_000, 500_000, 2_000_000, 333_333]),
            inputs: rng.pick(&[100, 200, 300, 500, 800]),
            agents: rng.between(1, 9),
            callers: rng.pick(&[3, 20, 1000]),
            classes: rng.between(1, 3),
            arrival_gap: rng.pick(&[1, 3, 6, 12]),
            impatient: rng.pick(&[0, 30, 80]),
            patience: rng.pick(&[10, 60, 200]),
            talk: rng.pick(&[3, 20, 60]),
            answers: rng.pick(&[100, 80, 50, 15]),
            declines: rng.pick(&[0, 30, 70]),
            fails: rng.pick(&[0, 30, 100]),
            bridge_fails: rng.pick(&[0, 0, 20, 50]),
            accepts_callback: rng.pick(&[0, 50, 100]),
            answers_callback: rng.pick(&[30, 70, 100]),
            lost: often(rng, 40, 15),
            doubled: often(rng, 40, 15),
            late: often(rng, 40, 20),
            lazy: rng.pick(&[0, 0, 20, 100]),
            nonsense: often(rng, 50, 30),
            status_changes: often(rng, 70, 20),
            flaps: often(rng, 60, 20),
            lost_heartbeats: rng.pick(&[0, 10, 40]),
            reassignments: often(rng, 40, 8),
            replacements: often(rng, 40, 6),
            feature_changes: often(rng, 40, 6),
            hours: often(rng, 40, 8),
            gaps: often(rng, 30, 6),
            latencies: often(rng, 40, 20),
        }
    }
}
