//! Whether keyed draws are as good as random: uniform, and uncorrelated along every part of the
//! key. Each test looks at the first numbers of neighbouring keys, which is how the simulator uses
//! them, not at one long sequence.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use sim::streams::{Purpose, Seed, Streams, entity};

fn streams(seed: u64, replication: u32) -> Streams {
    Streams::new(Seed { seed, replication })
}

/// The ways in which two draws can be neighbours: the i-th draw along each part of the key, and
/// along parts together.
type Line = (&'static str, fn(u64) -> u64);

fn purpose(i: u64) -> Purpose {
    Purpose::ALL[i as usize % Purpose::ALL.len()]
}

const LINES: [Line; 10] = [
    ("entities", |i| streams(1, 0).bits(Purpose::Talk, i, 0)),
    ("entities at a stride", |i| {
        streams(1, 0).bits(Purpose::Patience, i << 32, 3)
    }),
    ("entities from the top", |i| {
        streams(1, 0).bits(Purpose::Patience, u64::MAX - i, 0)
    }),
    ("ks", |i| streams(1, 0).bits(Purpose::ArrivalGap, 0, i)),
    ("ks at a stride", |i| {
        streams(1, 0).bits(Purpose::ArrivalGap, 5, i << 20)
    }),
    ("purposes, then entities", |i| {
        streams(1, 0).bits(purpose(i), i / Purpose::ALL.len() as u64, 0)
    }),
    ("replications", |i| {
        streams(1, i as u32).bits(Purpose::Class, 0, 0)
    }),
    ("seeds", |i| streams(i, 0).bits(Purpose::Class, 0, 0)),
    ("entity and k together", |i| {
        streams(1, 0).bits(Purpose::Talk, i, i)
    }),
    ("k against entity", |i| {
        streams(1, 0).bits(Purpose::Talk, i, 1_000_000 - i)
    }),
];

/// Draws along a line; the keys are derived anew for each, so not more.
const DRAWS: u64 = 1 << 16;

/// By how many standard deviations chi-square over equally likely cells is off.
fn chi_square_score(cells: &[u64]) -> f64 {
    let n: u64 = cells.iter().sum();
    let expected = n as f64 / cells.len() as f64;
    let chi: f64 = cells
        .iter()
        .map(|&c| (c as f64 - expected).powi(2) / expected)
        .sum();
    let df = (cells.len() - 1) as f64;
    // Wilson & Hilferty's cube root is normal enough at these sizes.
    let root = (chi / df).cbrt();
    (root - (1.0 - 2.0 / (9.0 * df))) / (2.0 / (9.0 * df)).sqrt()
}

/// 4.5 standard deviations: with the fixed keys here either always or never exceeded, and by
/// chance in one of 150,000 tests.
const LIMIT: f64 = 4.5;

#[test]
fn the_upper_and_the_lower_bits_are_uniform_along_every_part_of_the_key() {
    for (name, draw) in LINES {
        for shift in [52, 0, 26] {
            let mut cells = [0; 4096];
            (0..DRAWS).for_each(|i| cells[(draw(i) >> shift) as usize % 4096] += 1);
            let score = chi_square_score(&cells);
            assert!(score.abs() < LIMIT, "{name}, shift {shift}: {score}");
        }
    }
}

#[test]
fn neighbours_are_independent_in_pairs_and_triples() {
    for (name, draw) in LINES {
        let bits: Vec<u64> = (0..DRAWS).map(draw).collect();
        for lag in [1, 2, 3, 7, 64] {
            let mut cells = [0; 1024];
            for pair in bits.windows(lag + 1) {
                cells[(pair[0] >> 59 << 5 | pair[lag] >> 59) as usize] += 1;
            }
            let score = chi_square_score(&cells);
            assert!(score.abs() < LIMIT, "{name}, lag {lag}: {score}");
        }
        let mut cells = [0; 4096];
        for triple in bits.windows(3) {
            let cell = triple[0] >> 60 << 8 | triple[1] >> 60 << 4 | triple[2] >> 60;
            cells[cell as usize] += 1;
        }
        let score = chi_square_score(&cells);
        assert!(score.abs() < LIMIT, "{name}, triples: {score}");
    }
}

#[test]
fn neighbours_are_not_correlated() {
    for (name, draw) in LINES {
        let centred = |i| (draw(i) >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        let values: Vec<f64> = (0..DRAWS).map(centred).collect();
        for lag in 1..=16 {
            let products = values.windows(lag + 1).map(|w| w[0] * w[lag]);
            // The variance of a product of two centred uniforms is 1/144.
            let score = products.sum::<f64>() * 12.0 / (DRAWS as f64 - lag as f64).sqrt();
            assert!(score.abs() < LIMIT, "{name}, lag {lag}: {score}");
        }
    }
}

#[test]
fn two_purposes_of_one_entity_share_nothing() {
    let s = streams(9, 4);
    for (i, &a) in Purpose::ALL.iter().enumerate() {
        for &b in &Purpose::ALL[i + 1..] {
            let n = 4_096;
            let products = (0..n).map(|e| (s.unit(a, e, 0) - 0.5) * (s.unit(b, e, 0) - 0.5));
            let score = products.sum::<f64>() * 12.0 / (n as f64).sqrt();
            assert!(score.abs() < LIMIT + 0.5, "{a:?} and {b:?}: {score}");
        }
    }
}

#[test]
fn one_flipped_bit_of_any_part_of_the_key_flips_half_of_the_output() {
    let original = |e: u64, k: u64, seed: u64, r: u32| streams(seed, r).bits(Purpose::Talk, e, k);
    let trials = 600;
    for part in ["entity", "k", "seed", "replication"] {
        let width = if part == "replication" { 32 } else { 64 };
        for bit in 0..width {
            let mut flipped = [0u32; 64];
            for trial in 0..trials {
                let (e, k, seed, r) = (trial, trial % 7, 31 + trial, trial as u32 / 3);
                let change = 1u64 << bit;
                let before = original(e, k, seed, r);
                let after = match part {
                    "entity" => original(e ^ change, k, seed, r),
                    "k" => original(e, k ^ change, seed, r),
                    "seed" => original(e, k, seed ^ change, r),
                    _ => original(e, k, seed, r ^ change as u32),
                };
                let difference = before ^ after;
                for (out, count) in flipped.iter_mut().enumerate() {
                    *count += (difference >> out & 1) as u32;
                }
            }
            for (out, &count) in flipped.iter().enumerate() {
                let score = (f64::from(count) * 2.0 / trials as f64 - 1.0) * (trials as f64).sqrt();
                // 14,336 scores are looked at.
                assert!(score.abs() < 5.5, "{part} bit {bit} to {out}: {score}");
            }
        }
    }
}

#[test]
fn a_hundred_thousand_callers_of_every_purpose_never_share_a_number() {
    let s = streams(3, 0);
    let mut seen: Vec<u64> = Purpose::ALL
        .iter()
        .flat_map(|&p| (0..20_000).map(move |i| (p, i % 10_000, i / 10_000)))
        .map(|(p, e, k)| s.bits(p, e, k))
        .collect();
    let n = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), n);
}

#[test]
fn a_chance_that_succeeds_still_succeeds_when_it_grows() {
    let s = streams(3, 0);
    for e in 0..1_000 {
        let succeeds = |p| s.chance(Purpose::Redial, e, 0, p);
        assert!(!succeeds(0.0) && succeeds(1.0));
        assert!(!succeeds(0.3) || succeeds(0.4), "entity {e}");
    }
    let n = (0..10_000).filter(|&e| s.chance(Purpose::Balk, e, 0, 0.25));
    let score = (n.count() as f64 - 2_500.0) / (10_000.0f64 * 0.25 * 0.75).sqrt();
    assert!(score.abs() < LIMIT, "{score}");
}

#[test]
fn a_draw_is_a_generator_of_the_rand_crate() {
    let s = streams(3, 0);
    let mut draw = s.draw(Purpose::Fault, entity(2, 77));
    assert_eq!(
        draw.next_u64(),
        s.bits(Purpose::Fault, 2 << 32 | 77, 0),
        "k = 0 first"
    );
    assert_eq!(
        u64::from(draw.next_u32()),
        s.bits(Purpose::Fault, 2 << 32 | 77, 1) >> 32
    );
    let mut bytes = [0; 11];
    draw.fill_bytes(&mut bytes);
    let words = [2, 3].map(|k| s.bits(Purpose::Fault, 2 << 32 | 77, k).to_le_bytes());
    assert_eq!(bytes, words.concat()[..11]);
    let die: u32 = draw.random_range(1..=6);
    assert!((1..=6).contains(&die));
    let mut order: Vec<u32> = (0..100).collect();
    order.shuffle(&mut s.draw(Purpose::Resample, 0));
    let mut again: Vec<u32> = (0..100).collect();
    again.shuffle(&mut s.draw(Purpose::Resample, 0));
    assert_eq!(order, again);
    assert!(order.windows(2).any(|w| w[0] > w[1]));
}

#[test]
fn the_numbers_are_those_that_committed_digests_were_made_with() {
    let s = streams(7, 1);
    let got = [
        s.bits(Purpose::ArrivalGap, 0, 0),
        s.bits(Purpose::Patience, 12_345, 0),
        s.bits(Purpose::Patience, 12_345, 1),
        s.bits(Purpose::Break, u64::MAX, u64::MAX),
        streams(u64::MAX, u32::MAX).bits(Purpose::Talk, 1, 2),
    ];
    assert_eq!(
        got.map(|b| format!("{b:016x}")),
        [
            "c658cd68ec336d0f",
            "85dd4511b903ff46",
            "2f496f416fde3b13",
            "1bfb880210996210",
            "7c0b2fdb6a830403"
        ]
        .map(String::from)
    );
}
