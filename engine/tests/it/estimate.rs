//! Wait estimates, judged by how often the announced point is within 30 s of the wait that remained:
//! against an oracle that knows the true rates, against each other, and on a real log.
//!
//! `LINEFINDER_ESTIMATE_CALLS=30000 cargo test --release -p linefinder-engine estimate -- --nocapture`
//! prints the full table; without the variable the same runs are short.

mod bank;
mod named_failures;
mod world;

use engine::estimate::Estimator;
use world::{Centre, Law, Scans, Scores, run};

const OTHERS: [Estimator; 5] = [
    Estimator::QueueLength,
    Estimator::HeadOfLine,
    Estimator::LastServed,
    Estimator::MovingAverage,
    Estimator::Ewma,
];

/// Scored calls per row of the table, or `short` for every day's tests.
fn calls(short: u32) -> u32 {
    std::env::var("LINEFINDER_ESTIMATE_CALLS").map_or(short, |calls| {
        calls.parse().expect("LINEFINDER_ESTIMATE_CALLS is a count")
    })
}

/// 180 s of handling, patience with mean `patience` seconds, both exponential.
fn markov(seed: u64, agents: u32, load: f64, patience: f64) -> Centre {
    Centre {
        seed,
        agents,
        load,
        service: Law::Exponential(180.0),
        patience: Law::Exponential(patience),
        warm_up: 20 * agents.max(50),
        calls: calls(1_500),
        agents_then: agents,
        scans: None,
    }
}

/// As `markov`, in a line that is looked at every 10 s; phones are answered after 4 s on average, one
/// in twenty not at all. Most calls find an agent idle.
fn polled(seed: u64, agents: u32, load: f64, patience: f64) -> Centre {
    Centre {
        scans: Some(Scans {
            every: 10_000_000,
            answer: Law::LogNormal(4.0, 0.75),
            missed: 0.05,
        }),
        ..markov(seed, agents, load, patience)
    }
}

/// Runs of `centre` with different seeds whose agents halve at the first scored call, each
/// followed for ten calls per agent (half an hour or so), until about `calls` calls are scored.
fn load_step(centre: Centre, calls: u32) -> Scores {
    let each = centre.agents * 10;
    let mut scores = Scores::default();
    for run_number in 0..(calls / each).max(1) {
        scores.merge(&run(&Centre {
            seed: centre.seed + u64::from(run_number),
            calls: each,
            agents_then: centre.agents / 2,
            ..centre
        }));
    }
    scores
}

fn print(name: &str, scores: &Scores) {
    print!("{name:<34} waited {:>6}:", scores.waited);
    if scores.oracle.announced > 0 {
        let oracle = scores.oracle.share(scores.oracle.within_30s);
        print!(" oracle {oracle:.3}");
    }
    for estimator in Estimator::ALL {
        print!(" {estimator:?} {:.3}", scores.within(estimator));
    }
    let best = &scores.of[Estimator::Best as usize];
    let (p50, p90) = (best.share(best.below_p50), best.share(best.below_p90));
    let each = f64::from(best.announced.max(1));
    let (bias, absolute) = (best.bias / each, best.absolute / each);
    let covered = best.coverage();
    println!(
        "; best p50 {p50:.3} p90 {p90:.3} in {covered:.3} bias {bias:.1} s, mae {absolute:.1} s"
    );
}

#[test]
fn in_steady_state_best_is_right_at_least_95_percent_as_often_as_the_oracle() {
    let full = calls(0) > 0;
    for agents in [10, 50, 300] {
        for load in [0.9, 1.0, 1.2] {
            for patience in [120.0, 300.0, 600.0] {
                // The short run leaves out the loads at which hardly a call waits.
                if !full && (load < 1.0 || (agents > 50 && patience > 120.0)) {
                    continue;
                }
                let scores = run(&markov(1, agents, load, patience));
                print(
                    &format!("n {agents} load {load} patience {patience}"),
                    &scores,
                );
                let share = scores.of_oracle(Estimator::Best);
                assert!(scores.waited > 300, "{}", scores.waited);
                assert!(
                    share >= 0.95,
                    "{agents} agents, load {load}, patience {patience}: {share}"
                );
            }
        }
    }
}

#[test]
fn through_a_load_step_best_is_right_at_least_90_percent_as_often_as_the_oracle() {
    let full = calls(0) > 0;
    for agents in [10, 50, 300] {
        for load in [0.9, 1.0, 1.2] {
            for patience in [120.0, 300.0, 600.0] {
                if !full && (load != 1.0 || (agents > 50 && patience > 300.0)) {
                    continue;
                }
                let scores = load_step(markov(7, agents, load, patience), calls(2_000));
                let name = format!(
                    "n {agents} -> {} load {load} patience {patience}",
                    agents / 2
                );
                print(&name, &scores);
                let share = scores.of_oracle(Estimator::Best);
                assert!(scores.waited > 300, "{}", scores.waited);
                assert!(share >= 0.90, "{name}: {share}");
            }
        }
    }
}

#[test]
fn best_beats_the_others_where_its_assumptions_fail() {
    for (agents, load, patience) in [(10, 1.0, 300.0), (50, 1.2, 600.0)] {
        let centre = Centre {
            service: Law::LogNormal(180.0, 1.3),
            patience: Law::LogNormal(patience, 2.0),
            calls: calls(4_000),
            ..markov(3, agents, load, patience)
        };
        for (name, scores) in [
            ("steady", run(&centre)),
            ("load step", load_step(centre, calls(4_000))),
        ] {
            print(&format!("lognormal n {agents} {name}"), &scores);
            for other in OTHERS {
                assert!(
                    scores.within(Estimator::Best) > scores.within(other),
                    "{agents} agents, {name}: {other:?}"
                );
            }
        }
    }
}

#[test]
fn every_range_holds_half_of_the_calls_below_its_start_and_nine_tenths_below_its_end() {
    let centre = Centre {
        service: Law::LogNormal(180.0, 1.3),
        patience: Law::LogNormal(300.0, 2.0),
        calls: calls(4_000),
        ..markov(5, 10, 1.0, 300.0)
    };
    let scores = run(&centre);
    for (estimator, score) in Estimator::ALL.iter().zip(&scores.of) {
        let (p50, p90) = (score.share(score.below_p50), score.share(score.below_p90));
        assert!((p50 - 0.5).abs() < 0.03, "{estimator:?} {p50}");
        assert!((p90 - 0.9).abs() < 0.02, "{estimator:?} {p90}");
    }
}

/// Two in five of those who are told a range by `best`, within what so many calls can tell.
fn expect_coverage(name: &str, scores: &Scores) {
    print(name, scores);
    let best = &scores.of[Estimator::Best as usize];
    assert!(scores.waited > 300, "{name}: {}", scores.waited);
    let coverage = best.coverage();
    assert!((0.34..=0.46).contains(&coverage), "{name}: {coverage}");
}

#[test]
fn two_in_five_waits_fall_into_the_range_in_steady_state() {
    for (agents, load, patience) in [(10, 1.0, 120.0), (10, 1.2, 300.0), (50, 1.0, 600.0)] {
        let name = format!("n {agents} load {load} patience {patience}");
        let centre = markov(2, agents, load, patience);
        expect_coverage(&name, &run(&centre));
        let centre = polled(2, agents, load, patience);
        expect_coverage(&format!("{name} polled"), &run(&centre));
    }
    for load in [0.5, 0.7] {
        let name = format!("n 20 load {load} polled, agents idle");
        expect_coverage(&name, &run(&polled(4, 20, load, 300.0)));
    }
}

#[test]
fn two_in_five_waits_fall_into_the_range_through_a_load_step() {
    for (agents, load) in [(10, 1.0), (50, 1.0), (50, 0.9)] {
        let name = format!("n {agents} -> {} load {load}", agents / 2);
        let scores = load_step(markov(8, agents, load, 300.0), calls(2_000));
        expect_coverage(&name, &scores);
        let scores = load_step(polled(8, agents, load, 300.0), calls(2_000));
        expect_coverage(&format!("{name} polled"), &scores);
    }
}

#[test]
fn silence_does_not_win() {
    let centre = Centre {
        warm_up: 0,
        ..markov(5, 10, 1.0, 300.0)
    };
    let scores = run(&centre);
    for (estimator, score) in Estimator::ALL.iter().zip(&scores.of) {
        let announced = f64::from(score.announced) / f64::from(scores.waited);
        assert!(announced >= 0.95, "{estimator:?} {announced}");
    }
}

#[test]
fn on_the_banks_log_best_beats_every_other_estimator() {
    let Some(scores) = bank::replay() else {
        return;
    };
    print("bank, January and February 1999", &scores);
    assert!(scores.waited > 25_000, "{}", scores.waited);
    for other in OTHERS {
        let (best, other_share) = (scores.within(Estimator::Best), scores.within(other));
        assert!(
            best > other_share + 0.03,
            "{other:?}: {other_share}, best {best}"
        );
    }
    for (estimator, score) in Estimator::ALL.iter().zip(&scores.of) {
        let announced = f64::from(score.announced) / f64::from(scores.waited);
        assert!(announced >= 0.95, "{estimator:?} {announced}");
    }
}
