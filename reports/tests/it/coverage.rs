//! Do 95 % intervals cover in 95 % of experiments? Fixed seeds.

use reports::record::Histogram;
use reports::stats::{Estimate, Pooled, quantile};

/// SplitMix64 (Steele, Lea and Flood 2014): enough randomness for an experiment.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }
}

/// Experiments that covered, of `n`; must lie within 4 standard deviations of 95 %.
fn check(n: u32, mut covers: impl FnMut() -> bool) {
    let covered = (0..n).filter(|_| covers()).count() as f64 / f64::from(n);
    println!("covered in {covered} of {n} experiments");
    let reach = 4.0 * (0.95 * 0.05 / f64::from(n)).sqrt();
    // Approximate methods may lose 1.5 points beside the noise.
    assert!(
        (0.95 - reach - 0.015..=0.95 + reach).contains(&covered),
        "{covered}"
    );
}

#[test]
fn intervals_of_ratios_cover_when_busy_days_are_worse_days() {
    let mut draws = Draws(1);
    // x calls, of which the share that connects falls with x: a mean of ratios would be wrong.
    // E y / E x for x uniform on 50..150, y = x (1.1 - x / 500) + noise.
    let truth = 1.1 - (100.0 * 100.0 + 100.0 * 100.0 / 12.0) / (500.0 * 100.0);
    check(4000, || {
        let pairs: Vec<(f64, f64)> = (0..20)
            .map(|_| {
                let x = 50.0 + 100.0 * draws.uniform();
                let y = x * (1.1 - x / 500.0) + 10.0 * (draws.uniform() - 0.5);
                (y, x)
            })
            .collect();
        let interval = Estimate::of_ratio(&pairs).unwrap().interval(0.95).unwrap();
        interval.lower <= truth && truth <= interval.upper
    });
}

#[test]
fn intervals_of_quantiles_cover_when_replications_differ() {
    let mut draws = Draws(2);
    // Exponential waits with a common factor per replication, uniform on 0.5..1.5: the true 90 %
    // quantile solves E exp(-t / factor) = 0.1; found once by integration (SciPy).
    let truth = 2_343_530.637_672_876_5;
    check(600, || {
        let replications: Vec<Pooled> = (0..20)
            .map(|_| {
                let factor = 0.5 + draws.uniform();
                let mut waits = Histogram::default();
                for _ in 0..100 {
                    waits.record((1e6 * factor * draws.exponential()) as u64);
                }
                Pooled::of([&waits.distribution()])
            })
            .collect();
        let estimate = quantile(&replications, 0.9).unwrap();
        let interval = estimate.interval(0.95).unwrap();
        interval.lower <= truth && truth <= interval.upper
    });
}
