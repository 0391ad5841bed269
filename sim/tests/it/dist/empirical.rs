//! Samples and survival curves, worked by hand.

use super::laws::{curve, named};
use sim::dist::{Dist, Interpolation, SurvivalPoint};

fn at(time: f64, survival: f64) -> SurvivalPoint {
    SurvivalPoint { time, survival }
}

fn made(points: &[SurvivalPoint], interpolation: Interpolation) -> Dist {
    Dist::survival_curve(points, interpolation).expect("valid")
}

#[test]
fn a_sample_gives_its_values_in_equal_shares() {
    let dist = named("sample");
    let values = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
    for (i, value) in values.into_iter().enumerate() {
        for part in [0.001, 0.5, 0.999] {
            assert_eq!(dist.sample((i as f64 + part) / 8.0), value);
        }
    }
    assert_eq!(dist.mean(), 31.0 / 8.0);
    assert_eq!(dist.cdf(1.0), 0.25);
    assert_eq!(dist.cdf(0.999), 0.0);
}

#[test]
fn a_step_curve_gives_only_its_own_times() {
    let dist = named("survival step");
    for (u, time) in [
        (0.05, 10.0),
        (0.11, 30.0),
        (0.39, 30.0),
        (0.41, 100.0),
        (0.89, 400.0),
    ] {
        assert_eq!(dist.sample(u), time, "at {u}");
    }
    assert_eq!(dist.survival(9.999), 1.0);
    assert_eq!(dist.survival(10.0), 0.9);
    // The area: 10 + 20 * .9 + 70 * .6 + 100 * .35 + 200 * .2, and the tail.
    let hazard = 2f64.ln() / 200.0;
    assert!((dist.mean() - (145.0 + 0.1 / hazard)).abs() < 1e-10);
}

#[test]
fn a_linear_curve_gives_the_times_between() {
    let dist = named("survival linear");
    for (u, time) in [(0.05, 5.0), (0.25, 20.0), (0.4, 30.0), (0.85, 300.0)] {
        assert!((dist.sample(u) - time).abs() < 1e-9, "at {u}");
    }
    assert!((dist.survival(5.0) - 0.95).abs() < 1e-12);
}

#[test]
fn the_tail_goes_on_with_the_hazard_of_the_last_fall() {
    // From .2 to .1 in 200 s: half in 200 s, so half of the last tenth in another 200 s.
    for interpolation in [Interpolation::Step, Interpolation::Linear] {
        let dist = made(&curve(), interpolation);
        assert!((dist.sample(0.95) - 600.0).abs() < 1e-9);
        assert!((dist.survival(800.0) - 0.025).abs() < 1e-12);
        // A flat end belongs to the stretch: the same fall in 400 s.
        let mut longer = curve().to_vec();
        longer.push(at(600.0, 0.1));
        let dist = made(&longer, interpolation);
        assert!((dist.sample(0.95) - 1000.0).abs() < 1e-9);
    }
}

#[test]
fn a_curve_that_ends_at_zero_has_no_tail() {
    let dist = made(&[at(10.0, 0.5), at(20.0, 0.0)], Interpolation::Linear);
    assert!((dist.sample(1.0 - 1e-15) - 20.0).abs() < 1e-9);
    assert!((dist.mean() - 10.0).abs() < 1e-12);
    assert_eq!(dist.survival(20.0), 0.0);
}

#[test]
fn a_first_point_at_time_zero_is_a_share_of_zeros() {
    for interpolation in [Interpolation::Step, Interpolation::Linear] {
        let dist = made(&[at(0.0, 0.8), at(10.0, 0.0)], interpolation);
        assert_eq!(dist.sample(0.1), 0.0);
        assert_eq!(dist.sample(0.199), 0.0);
        assert!(dist.sample(0.201) > 0.0);
        assert_eq!(dist.survival(0.0), 0.8);
    }
    let full = made(&[at(0.0, 1.0), at(10.0, 0.0)], Interpolation::Step);
    assert_eq!(full, made(&[at(10.0, 0.0)], Interpolation::Step));
}

#[test]
fn a_long_curve_with_flat_stretches_is_inverted_like_a_search_would() {
    let points: Vec<_> = (1..=3_000u32)
        .map(|i| at(f64::from(i), 1.0 / (1.0 + f64::from(i / 7) / 40.0)))
        .collect();
    let dist = made(&points, Interpolation::Step);
    let last = points[points.len() - 1].survival;
    for i in 1..20_000 {
        let u = f64::from(i) / 20_000.0;
        if 1.0 - u >= last {
            let found = points.iter().find(|p| p.survival <= 1.0 - u);
            assert_eq!(Some(dist.sample(u)), found.map(|p| p.time), "at {u}");
        }
    }
}

#[test]
fn a_level_next_to_a_point_of_the_curve_falls_on_its_right_side() {
    // 1 - i/n is where the bucket index has its own edges: the rounding of either must not matter.
    for n in 2..200u32 {
        let share = |i: u32| f64::from(n - i) / f64::from(n);
        // n points, the first at time 0, so that the index has n buckets too.
        let points: Vec<_> = (0..n).map(|i| at(f64::from(i), share(i))).collect();
        let dist = made(&points, Interpolation::Step);
        let two_to_53 = (1u64 << 53) as f64;
        for i in 1..n - 1 {
            let nearest = (f64::from(i) / f64::from(n) * two_to_53).round();
            for off in -3..=3 {
                let u = (nearest + f64::from(off)) / two_to_53;
                let found = points.iter().find(|p| p.survival <= 1.0 - u);
                assert_eq!(Some(dist.sample(u)), found.map(|p| p.time), "{u} of {n}");
            }
        }
    }
}
