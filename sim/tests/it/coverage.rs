//! Do intervals hold what they promise? Experiments on Erlang-A centres of which every value is known
//! exactly, through the scenario reader, the engine, the world and the same estimates that every report
//! is made of.
//!
//! One experiment is a run of n replications; it covers when its 95 % interval holds the exact value.
//! `LINEFINDER_PROOF=1` makes 10,000 experiments of each kind and asks for 94 to 96 %; by default there
//! are few, and the test asks for no more than what an interval of 95 % misses once in 10,000 times.
//! `LINEFINDER_EXPERIMENTS=N` makes N. Seeds are fixed: a build passes or does not.

mod centre;
mod tally;

use centre::{BUSY, Centre, OVERLOADED, QUIET};
use tally::Tally;

/// Experiments of each kind.
fn experiments(reduced: u32) -> u32 {
    let asked = std::env::var("LINEFINDER_EXPERIMENTS").ok();
    match asked.and_then(|n| n.parse().ok()) {
        Some(n) => n,
        None if is_proof() => 10_000,
        None => reduced,
    }
}

fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some_and(|value| value == "1")
}

/// Runs of 5, 10, 20 and 40 replications, all from one pool: of every 40 replications a run of 5 takes
/// the first 5, a run of 10 the 10 after them, a run of 20 the last, a run of 40 all. From 20 on there
/// are control variates.
const SIZES: [std::ops::Range<usize>; 4] = [0..5, 5..15, 20..40, 0..40];

fn check(centre: &Centre, seed: u64) {
    let exact = centre.exact();
    let sizes = SIZES.map(|range| range.len());
    let mut tallies = Tally::table(&sizes, &exact);
    centre.runs(seed, experiments(40), 40, |run| {
        for (range, tallies) in SIZES.iter().zip(&mut tallies) {
            let part = run.slice(range.clone());
            for tally in tallies {
                tally.add((&part).into());
            }
        }
    });
    for tally in tallies.iter().flatten() {
        println!("{}", tally.row(centre.name));
    }
    for tally in tallies.iter().flatten() {
        tally.judge(centre.name);
    }
}

#[test]
fn intervals_of_a_busy_centre_cover_the_exact_values() {
    check(&BUSY, 1);
}

#[test]
fn intervals_of_an_overloaded_centre_cover_the_exact_values() {
    check(&OVERLOADED, 2);
}

#[test]
fn intervals_of_a_quiet_centre_cover_the_exact_values() {
    check(&QUIET, 3);
}
