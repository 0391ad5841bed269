//! Do intervals hold what they promise? Experiments on Erlang-A centres of which every value is known
//! exactly, through the scenario reader, the engine, the world and the same estimates that every report
//! is made of.
//!
//! One experiment is a run of n replications; it covers when its 95 % interval holds the exact value.
//! `LINEFINDER_PROOF=1` makes 10,000 experiments of each kind and asks for 94 to 96 %; by default there
//! are few, and misses must not be so many that intervals of 95 % had them in less than one of 100,000 tests.
//! `LINEFINDER_EXPERIMENTS=N` makes N. Seeds are fixed: a build passes or does not.

mod centre;
mod controls;
mod savings;
mod tally;

use centre::{BUSY, Centre, Exact, OVERLOADED, QUIET, sample, sampler};
use reports::measures::Measure;
use sim::experiment::{FIRST_LOOK, Stopping};
use sim::scenario::{HalfWidth, Until};
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

/// A run that stops when its interval is narrow, at its own looks. Wanted are half-widths of which the first look
/// reaches some, and others only after two or six times as many replications.
#[test]
fn intervals_of_runs_that_stop_by_themselves_cover_the_exact_value() {
    const MOST: u32 = 150;
    let centre = &QUIET;
    let exact = centre.exact();
    let exact: Vec<Exact> = exact
        .into_iter()
        .filter(|exact| ["mean_wait", "abandonment_rate", "wait_p90"].contains(&exact.measure.id))
        .collect();
    let cases: Vec<(Exact, f64)> = exact
        .iter()
        .flat_map(|exact| [0.12, 0.09, 0.07].map(|share| (*exact, share)))
        .collect();
    let stopping = |measure: &Measure, share: f64| {
        let mut experiment = centre.scenario(4).experiment;
        experiment.replications = 2;
        experiment.until = Some(Until {
            measure: measure.id.to_owned(),
            half_width: HalfWidth::Relative(share),
            max_replications: MOST,
        });
        Stopping::new(&experiment).expect("it is to stop")
    };
    let mut tallies: Vec<(Stopping, Tally, u64)> = cases
        .iter()
        .map(|(exact, share)| (stopping(exact.measure, *share), Tally::new(0, *exact), 0))
        .collect();
    assert_eq!(tallies[0].0.first_look(), FIRST_LOOK);
    let sampler = sampler(&centre.scenario(4));
    for run in 0..experiments(12).min(5_000) {
        let first = run * MOST;
        let mut all = sample(&sampler, first..first + FIRST_LOOK);
        for (stopping, tally, replications) in &mut tallies {
            let mut n = stopping.first_look();
            let mut part = all.slice(0..n as usize);
            while let Some(next) = stopping.next_look(n)
                && !stopping.look((&part).into()).is_reached()
            {
                let known = all.n() as u32;
                if known < next {
                    all.append(sample(&sampler, first + known..first + next));
                }
                n = next;
                part = all.slice(0..n as usize);
            }
            tally.add_at((&part).into(), stopping.level());
            *replications += u64::from(n);
        }
    }
    for ((_, tally, replications), (_, share)) in tallies.iter().zip(&cases) {
        let mean = *replications as f64 / f64::from(tally.experiments());
        let name = format!("quiet, until {:.0} %, {mean:.0} on average", 100.0 * share);
        println!("{}", tally.row(&name));
    }
    for (_, tally, _) in &tallies {
        tally.judge("stopped");
    }
}
