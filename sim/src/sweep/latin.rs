//! Latin hypercubes: n points of which each lies alone in its n-th of every axis (McKay, Beckman and
//! Conover 1979). Every main effect is seen at n settings with n points, where a grid of k axes
//! would need n^k.
//!
//! Draws are keyed like those of a world and belong to a purpose of their own: a design moves no call.

use crate::streams::{Purpose, Seed, Streams, entity};

/// Draws per axis that order its strata; those inside them come behind.
const ORDER: u32 = 0;
const INSIDE: u32 = 1;

/// `n` points in the open unit cube of `n_axes` dimensions.
#[must_use]
pub fn hypercube(n: u32, n_axes: u32, seed: u64) -> Vec<Vec<f64>> {
    let streams = Streams::new(Seed {
        seed,
        replication: 0,
    });
    let unit = |axis: u32, what: u32, k: u32| {
        streams.unit(Purpose::SweepPoint, entity(axis, what), u64::from(k))
    };
    let mut points = vec![Vec::with_capacity(n_axes as usize); n as usize];
    for axis in 0..n_axes {
        let mut strata: Vec<u32> = (0..n).collect();
        // Fisher and Yates (1938), from the end.
        for last in (1..n).rev() {
            let other = (unit(axis, ORDER, last) * f64::from(last + 1)) as u32;
            strata.swap(last as usize, other.min(last) as usize);
        }
        for (point, stratum) in points.iter_mut().zip(&strata) {
            let within = unit(axis, INSIDE, *stratum);
            point.push((f64::from(*stratum) + within) / f64::from(n));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_are_ordered_evenly() {
        // Over many seeds each stratum comes first equally often: 4 sigma of a binomial.
        let (n, seeds) = (5, 4_000);
        let mut first = [0_u32; 5];
        for seed in 0..seeds {
            let points = hypercube(n, 1, seed);
            first[(points[0][0] * f64::from(n)) as usize] += 1;
        }
        let expected = seeds as f64 / f64::from(n);
        let sigma = (expected * (1.0 - 1.0 / f64::from(n))).sqrt();
        for count in first {
            assert!(
                (f64::from(count) - expected).abs() < 4.0 * sigma,
                "{first:?}"
            );
        }
    }

    #[test]
    fn axes_are_ordered_independently() {
        // The correlation of two axes is 0 on average.
        let correlation = |seed| {
            let points = hypercube(20, 2, seed);
            let centred = points
                .iter()
                .map(|point| (point[0] - 0.5) * (point[1] - 0.5));
            centred.sum::<f64>() / 20.0 * 12.0
        };
        let mean = (0..500).map(correlation).sum::<f64>() / 500.0;
        assert!(mean.abs() < 4.0 / (19.0_f64 * 500.0).sqrt(), "{mean}");
    }
}
