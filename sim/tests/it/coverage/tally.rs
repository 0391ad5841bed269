//! How many experiments covered.

use reports::measures::Part;
use reports::sample::Evidence;
use statrs::distribution::{Binomial, DiscreteCDF};

use super::centre::Exact;
use super::is_proof;

/// Of each row that is judged, when an interval covers in 95 %: 140 rows, most of them of the same runs.
const FALSE_ALARM: f64 = 1e-5;

/// Of runs of one size: one measure's intervals.
pub(super) struct Tally {
    size: usize,
    exact: Exact,
    experiments: u32,
    /// Intervals that lie wholly below the exact value, and wholly above it.
    missed: [u32; 2],
    /// Sum of half-widths.
    width: f64,
    /// Sum of points.
    points: f64,
    /// Sum of variances over what they would be without controls.
    variance: f64,
}

impl Tally {
    /// By size, by measure.
    pub(super) fn table(sizes: &[usize], exact: &[Exact]) -> Vec<Vec<Tally>> {
        let of = |size: usize| exact.iter().map(move |exact| Tally::new(size, *exact));
        sizes.iter().map(|size| of(*size).collect()).collect()
    }

    pub(super) fn new(size: usize, exact: Exact) -> Tally {
        Tally {
            size,
            exact,
            experiments: 0,
            missed: [0; 2],
            width: 0.0,
            points: 0.0,
            variance: 0.0,
        }
    }

    pub(super) fn add(&mut self, evidence: Evidence<'_>) {
        self.add_at(evidence, 0.95);
    }

    /// Bounds computed at `level`, which are to hold in 95 %.
    pub(super) fn add_at(&mut self, evidence: Evidence<'_>, level: f64) {
        let estimate = evidence.estimate(self.exact.measure, Part::Whole);
        let estimate = estimate.expect("measured");
        let interval = estimate.interval(level).expect("replicated");
        self.experiments += 1;
        self.missed[0] += u32::from(interval.upper < self.exact.value);
        self.missed[1] += u32::from(interval.lower > self.exact.value);
        self.width += (interval.upper - interval.lower) / 2.0;
        self.points += estimate.point;
        self.variance += estimate.variance_ratio().unwrap_or(1.0);
    }

    pub(super) fn experiments(&self) -> u32 {
        self.experiments
    }

    fn covered(&self) -> f64 {
        1.0 - f64::from(self.missed[0] + self.missed[1]) / f64::from(self.experiments)
    }

    /// | centre | measure | exact | replications | experiments | covered | below | above | half-width | bias | variance |
    pub(super) fn row(&self, centre: &str) -> String {
        let n = f64::from(self.experiments);
        let share = |missed: u32| 100.0 * f64::from(missed) / n;
        format!(
            "| {centre} | {} | {:.5} | {} | {} | {:.2} % | {:.2} % | {:.2} % | {:.1} % | {:+.2} % | {:.2} |",
            self.exact.measure.id,
            self.exact.value,
            self.size,
            self.experiments,
            100.0 * self.covered(),
            share(self.missed[0]),
            share(self.missed[1]),
            100.0 * self.width / n / self.exact.value,
            100.0 * (self.points / n / self.exact.value - 1.0),
            self.variance / n,
        )
    }

    pub(super) fn judge(&self, centre: &str) {
        let (covered, n) = (self.covered(), f64::from(self.experiments));
        let (low, high) = if is_proof() {
            (0.94, 0.96)
        } else {
            let misses = Binomial::new(0.05, u64::from(self.experiments)).expect("a probability");
            let is_rare = |missed: &u64| misses.sf(*missed) < FALSE_ALARM;
            let most = (0..).find(is_rare).expect("more than all are missed never");
            (1.0 - most as f64 / n, 1.0)
        };
        assert!(
            (low..=high).contains(&covered),
            "{centre}: {} with {} replications: {:.2} % of {n} intervals cover",
            self.exact.measure.id,
            self.size,
            100.0 * covered
        );
    }
}
