//! How much variance control variates take out: of estimates over many runs, with and without, on the same
//! replications.

use reports::measures::{Measure, Part};
use reports::sample::{Evidence, SampleTable};
use reports::stats::Estimate;

use super::centre::{BUSY, Centre, LARGE};
use super::experiments;

/// Points of one measure over runs.
struct Savings {
    measure: &'static Measure,
    exact: f64,
    /// Without controls and with them.
    points: [Vec<f64>; 2],
    /// What the runs said of it themselves.
    said: f64,
}

impl Savings {
    fn add(&mut self, run: &SampleTable) {
        let controlled = Evidence::from(run).estimate(self.measure, Part::Whole);
        let controlled = controlled.expect("measured");
        let pairs = run.ratios(self.measure, Part::Whole).expect("a ratio");
        let plain = Estimate::of_ratio(&pairs).expect("calls");
        self.points[0].push(plain.point);
        self.points[1].push(controlled.point);
        self.said += controlled.variance_ratio().unwrap_or(1.0);
    }

    /// Mean squares around the exact value, one over the other.
    fn ratio(&self) -> f64 {
        let [plain, controlled] = self.points.each_ref().map(|points| {
            let squares = points.iter().map(|x| (x - self.exact).powi(2));
            squares.sum::<f64>()
        });
        controlled / plain
    }
}

fn check(centre: &Centre, seed: u64, runs: u32, at_most: f64) {
    let exact = centre.exact();
    let ids = ["mean_wait", "abandonment_rate", "wait_probability"];
    let mut savings: Vec<Savings> = exact
        .into_iter()
        .filter(|exact| ids.contains(&exact.measure.id))
        .map(|exact| Savings {
            measure: exact.measure,
            exact: exact.value,
            points: [Vec::new(), Vec::new()],
            said: 0.0,
        })
        .collect();
    assert_eq!(savings.len(), ids.len());
    centre.runs(seed, runs, 40, |run| {
        for savings in &mut savings {
            savings.add(run);
        }
    });
    for savings in savings {
        let (ratio, n) = (savings.ratio(), savings.points[0].len());
        println!(
            "| {} agents | {} | {n} | {ratio:.3} | {:.1} | {:.3} |",
            centre.agents,
            savings.measure.id,
            1.0 / ratio,
            savings.said / n as f64
        );
        assert!(ratio < at_most, "{}: {ratio}", savings.measure.id);
    }
}

/// Squared errors of 10 runs vary by a factor of about 3: the bounds are wide by default.
#[test]
fn controls_save_most_of_the_variance() {
    let is_full = super::is_proof();
    check(
        &BUSY,
        5,
        experiments(10).min(1_000),
        if is_full { 0.4 } else { 0.9 },
    );
    check(
        &LARGE,
        6,
        experiments(3).min(200),
        if is_full { 0.3 } else { 0.9 },
    );
}
