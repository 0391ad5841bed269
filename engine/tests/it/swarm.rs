//! The swarm: seeds -> options -> random policy and world -> run -> verdict. The engine and the
//! reference router get the same inputs and must say the same things, step by step; every
//! invariant must hold; and when the faults stop, every call must get its outcome.
//!
//! `LINEFINDER_RUNS` says how many runs (400), `LINEFINDER_SEED` repeats one.

mod coverage;
mod judge;
mod options;
mod policies;
mod rng;
mod run;
mod world;

use coverage::Coverage;
use engine::policy::{Policy, Rotation};
use run::{Failure, Run, Summary};
use std::time::Duration;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// So many failed runs are enough to see what is wrong.
const ENOUGH: usize = 12;

/// Everything must have been seen once in so many runs, on average.
const SEEN_EVERY: u64 = 40;

fn run(seed: u64, disturb: fn(&mut Policy)) -> Result<Summary, Failure> {
    Run::new(seed, disturb).finish()
}

const UNDISTURBED: fn(&mut Policy) = |_| {};

#[test]
fn the_engine_agrees_with_the_reference_router_and_every_call_gets_its_outcome() {
    if let Some(seed) = number("LINEFINDER_SEED") {
        match run(seed, UNDISTURBED) {
            Ok(summary) => println!("seed {seed} passed: {summary:?}"),
            Err(failure) => panic!("{}", failure.report),
        }
        return;
    }
    let runs = number("LINEFINDER_RUNS").unwrap_or(400);
    let mut total = Coverage::default();
    let (mut inputs, mut outputs, mut calls, mut refused) = (0, 0, 0, 0);
    let mut failed: Vec<(u64, Failure)> = Vec::new();
    for seed in 1..=runs {
        match run(seed, UNDISTURBED) {
            Ok(summary) => {
                total.add(&summary.coverage);
                inputs += summary.inputs;
                outputs += summary.outputs;
                calls += summary.calls;
                refused += summary.refused;
            }
            Err(failure) => failed.push((seed, failure)),
        }
        if failed.len() == ENOUGH {
            break;
        }
    }
    if let Some((_, first)) = failed.first() {
        eprintln!("{}", first.report);
        for (seed, failure) in &failed {
            let lines: Vec<&str> = failure.what.lines().take(3).collect();
            eprintln!("seed {seed}: {}", lines.join("\n    "));
        }
        panic!("{} runs failed", failed.len());
    }
    println!(
        "{runs} runs: {inputs} inputs, {refused} of them refused; {outputs} outputs compared; {calls} calls"
    );
    for (name, n) in &total.seen {
        println!("{n:>9} {name}");
    }
    if runs >= 200 {
        let least = runs / SEEN_EVERY;
        let rare = total.rare(least);
        assert!(rare.is_empty(), "seen fewer than {least} times: {rare:?}");
        let unexpected = total.unexpected();
        assert!(unexpected.is_empty(), "not in the list: {unexpected:?}");
    }
}

/// A comparison that cannot fail proves nothing: a reference that goes by another policy than the
/// engine is found out.
#[test]
fn a_router_that_decides_otherwise_is_found_out() {
    let others: [(&str, fn(&mut Policy)); 6] = [
        ("the rotation", |policy| {
            for queue in &mut policy.queues {
                queue.rotation = match queue.rotation {
                    Rotation::LongestIdle => Rotation::FewestCalls,
                    Rotation::RoundRobin
                    | Rotation::FewestCalls
                    | Rotation::LeastTalkTime
                    | Rotation::LeastOccupied
                    | Rotation::TopDown
                    | Rotation::Random
                    | Rotation::BestScore => Rotation::LongestIdle,
                }
            }
        }),
        ("head starts", |policy| {
            for queue in &mut policy.queues {
                queue.priority = Box::default();
            }
        }),
        ("the tried set", |policy| {
            for queue in &mut policy.queues {
                queue.offer.tried_for += Duration::from_micros(1);
            }
        }),
        ("widening", |policy| {
            for queue in &mut policy.queues {
                queue.widen = Box::default();
            }
        }),
        ("rests", |policy| {
            for queue in &mut policy.queues {
                queue.offer.retry_after.expired += Duration::from_micros(1);
            }
        }),
        ("pacing", |policy| {
            policy.carrier.calls_per_second_milli = None;
        }),
    ];
    for (what, disturb) in others {
        let found_out = (1..=60).any(|seed| run(seed, disturb).is_err());
        assert!(found_out, "60 runs do not tell {what} apart");
    }
}
