//! Conditional draws: those who have lasted so long, how long do they last?

use super::laws::{all, named};
use sim::dist::{Dist, LONGEST_MICROS};

const LEAST: f64 = 1.0 / (1u64 << 53) as f64;

#[test]
fn a_survivor_lasts_at_least_as_long_as_he_has() {
    for (name, dist, _) in all() {
        for beyond in [0.0, 0.5, 1.5, 9.5, 150.123_456, 5_000.0] {
            for u in [LEAST, 0.1, 0.5, 0.9, 1.0 - LEAST] {
                let left = dist.survival(beyond);
                match dist.conditional_sample_micros(beyond, u) {
                    Some(span) => {
                        let least = (beyond * 1e6).round() as u64;
                        assert!((least..=LONGEST_MICROS).contains(&span), "{name}: {span}");
                    }
                    None => assert!(left < 1e-290, "{name}: {left} last beyond {beyond}"),
                }
            }
        }
    }
}

#[test]
fn survivors_have_the_rest_of_the_distribution() {
    for (name, dist, invertible) in all() {
        let beyond = dist.sample(0.7);
        if !invertible {
            continue;
        }
        for i in 1..100 {
            let u = f64::from(i) / 100.0;
            let x = dist.conditional_sample(beyond, u).expect("survivors");
            let got = dist.survival(x) / dist.survival(beyond);
            assert!((got - (1.0 - u)).abs() < 1e-8, "{name}: {got} at {u}");
        }
    }
}

#[test]
fn beyond_nothing_it_is_the_plain_draw() {
    for (name, dist, _) in all() {
        for u in [0.01, 0.3, 0.62, 0.98] {
            let plain = dist.sample(u);
            let got = dist.conditional_sample(-1.0, u).expect("all survive");
            assert_eq!(got, plain, "{name}");
        }
    }
    let balking = named("balking");
    assert_eq!(balking.sample(0.05), 0.0);
    let patient = balking.conditional_sample(0.0, 0.05).expect("survivors");
    let exponential = Dist::exponential(1000.0).expect("valid");
    assert!(
        (patient / exponential.sample(0.05) - 1.0).abs() < 1e-9,
        "those who did not balk"
    );
}

#[test]
fn nobody_lasts_beyond_the_end_of_a_distribution() {
    for (name, end) in [
        ("constant", 15.0),
        ("uniform", 5.0),
        ("triangular", 6.0),
        ("sample", 9.0),
    ] {
        let dist = named(name);
        assert_eq!(dist.conditional_sample_micros(end, 0.5), None, "{name}");
        assert!(
            dist.conditional_sample_micros(end * 0.99, 0.5).is_some(),
            "{name}"
        );
    }
}

#[test]
fn an_exponential_never_runs_out_of_survivors() {
    let dist = named("exponential");
    let far = dist.conditional_sample(1e6, 0.5).expect("memoryless");
    assert!((far - 1e6 - dist.sample(0.5)).abs() < 1e-9);
}

#[test]
fn survivors_in_the_far_tail_keep_their_accuracy() {
    let dist = named("lognormal");
    let beyond = 1e6;
    assert!(dist.survival(beyond) < 1e-14 && dist.survival(beyond) > 0.0);
    let median = dist.conditional_sample(beyond, 0.5).expect("survivors");
    let got = dist.survival(median) / dist.survival(beyond);
    assert!((got - 0.5).abs() < 1e-9, "{got}");
}
