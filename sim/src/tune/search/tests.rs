//! The search on systems whose truth is known: normal gates and costs, common noise at all points.

use std::convert::Infallible;

use reports::gate::Verdict;
use reports::stats::{Difference, Estimate};
use reports::tune::{Held, Outcome};

use super::{Found, Precision, Trials};
use crate::tune::bisection::{bisect, most_points};
use crate::tune::selection::select;

/// A system: at each point the true value of each gate's measure (it holds at 0 or below) and a cost.
struct Synthetic {
    gates: Vec<Vec<f64>>,
    costs: Vec<f64>,
    /// Noise that all points share, and that each has for itself.
    shared: f64,
    own: f64,
    seed: u64,
    n: Vec<usize>,
}

impl Synthetic {
    fn new(gates: Vec<Vec<f64>>, costs: Vec<f64>, seed: u64) -> Synthetic {
        Synthetic {
            n: vec![0; costs.len()],
            gates,
            costs,
            shared: 1.0,
            own: 0.5,
            seed,
        }
    }

    /// A standard normal draw of (point, what, replication).
    fn normal(&self, point: u64, what: u64, replication: u64) -> f64 {
        let mut state = self.seed ^ (point << 48) ^ (what << 32) ^ replication;
        let mut uniform = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        uniform();
        let (radius, angle) = (uniform(), uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    fn estimate(&self, point: usize, what: u64, mean: f64, n: usize) -> Estimate {
        let values: Vec<f64> = (0..n as u64)
            .map(|i| {
                mean + self.shared * self.normal(0, what, i)
                    + self.own * self.normal(point as u64 + 1, what, i)
            })
            .collect();
        Estimate::of_mean(&values).expect("replications")
    }

    fn cost_over(&self, point: usize, n: usize) -> Estimate {
        self.estimate(point, 9, self.costs[point], n)
    }
}

impl Trials for Synthetic {
    type Error = Infallible;

    fn extend(&mut self, point: usize, n: u32) -> Result<(), Infallible> {
        self.n[point] = self.n[point].max(n as usize);
        Ok(())
    }

    fn verdicts(&self, point: usize, confidence: f64) -> Vec<Verdict> {
        let gates = self.gates[point].iter().zip(1..);
        let level = (1.0 - confidence) / self.gates[point].len() as f64;
        gates
            .map(|(mean, what)| {
                let estimate = self.estimate(point, what, *mean, self.n[point]);
                match (estimate.p_value(0.0), estimate.point <= 0.0) {
                    (Some(p), true) if p <= level => Verdict::Pass,
                    (Some(p), false) if p <= level => Verdict::Fail,
                    (Some(_) | None, _) => Verdict::Inconclusive,
                }
            })
            .collect()
    }

    fn dearer(&self, base: usize, other: usize) -> Option<Difference> {
        let n = self.n[base].min(self.n[other]);
        Difference::paired(&self.cost_over(other, n), &self.cost_over(base, n))
    }

    fn cost(&self, point: usize) -> Option<f64> {
        Some(self.cost_over(point, self.n[point]).point)
    }
}

const PRECISION: Precision = Precision {
    confidence: 0.95,
    first: 20,
    most: 2_560,
    indifference: 0.01,
};

/// One gate that rises with the value, from below to above its limit between `edge` and `edge + 1`,
/// and a cost that falls.
fn rising(n: usize, edge: f64, seed: u64) -> Synthetic {
    let gate = |point: usize| vec![(point as f64 - edge - 0.5) * 0.5];
    let cost = |point: usize| 100.0 - point as f64;
    Synthetic::new((0..n).map(gate).collect(), (0..n).map(cost).collect(), seed)
}

fn run(mut system: Synthetic) -> (Found, Synthetic) {
    let n = system.costs.len();
    let Ok(found) = bisect(&mut system, n, &PRECISION);
    (found, system)
}

#[test]
fn a_bisection_finds_the_edge_from_few_points() {
    for edge in [1.0, 17.0, 40.0, 62.0] {
        let (found, _) = run(rising(64, edge, 1));
        assert_eq!(found.chosen, Some(edge as usize), "{found:?}");
        assert_eq!(found.outcome, Outcome::Cheapest);
        assert!(
            found.tried.len() <= most_points(64),
            "{}",
            found.tried.len()
        );
        assert!(found.uneven_gates.is_empty() && !found.is_cost_uneven);
    }
}

#[test]
fn a_search_is_wrong_less_often_than_promised() {
    let mut wrong = 0;
    for seed in 0..400 {
        let (found, _) = run(rising(33, 11.0, 1_000 + seed));
        if found.outcome != Outcome::Cheapest || found.chosen != Some(11) {
            wrong += 1;
        }
    }
    // The promise is 5 %; Bonferroni keeps it with room to spare.
    assert!(wrong <= 20, "{wrong} of 400");
}

#[test]
fn a_cost_that_rises_with_the_value_turns_the_search_round() {
    let n = 40;
    let gate = |point: usize| vec![(20.5 - point as f64) * 0.5];
    let cost = |point: usize| 50.0 + point as f64;
    let (found, _) = run(Synthetic::new(
        (0..n).map(gate).collect(),
        (0..n).map(cost).collect(),
        3,
    ));
    assert_eq!((found.chosen, found.outcome), (Some(21), Outcome::Cheapest));
}

#[test]
fn it_says_when_all_holds_and_when_nothing_does() {
    let (found, _) = run(rising(20, 50.0, 4));
    assert_eq!((found.chosen, found.outcome), (Some(19), Outcome::AllHold));
    assert!(found.tried.len() <= 5);
    let (found, _) = run(rising(20, -9.0, 4));
    assert_eq!((found.chosen, found.outcome), (None, Outcome::NothingHolds));
}

#[test]
fn two_gates_that_pull_apart_leave_a_window_that_is_found() {
    // One holds from 12 on, the other up to 15.
    let n = 65;
    let gates = |point: usize| vec![(11.5 - point as f64) * 0.5, (point as f64 - 15.5) * 0.5];
    let cost = |point: usize| 100.0 - point as f64;
    let (found, _) = run(Synthetic::new(
        (0..n).map(gates).collect(),
        (0..n).map(cost).collect(),
        5,
    ));
    assert_eq!(
        (found.chosen, found.outcome),
        (Some(15), Outcome::Cheapest),
        "{found:?}"
    );
    // And none is invented where they never meet.
    let gates = |point: usize| vec![(20.5 - point as f64) * 0.5, (point as f64 - 10.5) * 0.5];
    let (found, _) = run(Synthetic::new(
        (0..n).map(gates).collect(),
        (0..n).map(cost).collect(),
        5,
    ));
    assert_eq!(
        (found.chosen, found.outcome),
        (None, Outcome::NothingHolds),
        "{found:?}"
    );
}

#[test]
fn what_lies_on_the_limit_stays_undecided_and_is_not_chosen() {
    // Point 8 is exactly at the limit.
    let n = 17;
    let gate = |point: usize| vec![(point as f64 - 8.0) * 0.5];
    let cost = |point: usize| 100.0 - point as f64;
    let (found, system) = run(Synthetic::new(
        (0..n).map(gate).collect(),
        (0..n).map(cost).collect(),
        6,
    ));
    assert_eq!(
        (found.chosen, found.outcome),
        (Some(7), Outcome::PerhapsNotCheapest)
    );
    assert_eq!(system.n[8], PRECISION.most as usize);
}

#[test]
fn what_is_not_monotone_is_said_to_be_none() {
    let n = 17;
    // Holds at both ends and not between, and holds again.
    let gate = |point: usize| vec![if (3..=6).contains(&point) { 3.0 } else { -3.0 }];
    let cost = |point: usize| 100.0 - point as f64;
    let (found, _) = run(Synthetic::new(
        (0..n).map(gate).collect(),
        (0..n).map(cost).collect(),
        7,
    ));
    assert_eq!(found.uneven_gates, [0], "{found:?}");
    let cost = |point: usize| {
        if point == 8 {
            200.0
        } else {
            100.0 - point as f64
        }
    };
    let gate = |_: usize| vec![-3.0];
    let (found, _) = run(Synthetic::new(
        (0..n).map(gate).collect(),
        (0..n).map(cost).collect(),
        7,
    ));
    assert!(found.is_cost_uneven);
}

/// Eight points: those of even place hold; costs 10, 11, ..., the cheapest that holds is the third.
fn mixed(seed: u64) -> Synthetic {
    let costs = [19.0, 11.0, 14.0, 13.0, 17.0, 10.0, 15.0, 12.0];
    let gates = (0..8).map(|point| vec![if point % 2 == 0 { -1.0 } else { 1.0 }]);
    Synthetic::new(gates.collect(), costs.to_vec(), seed)
}

#[test]
fn the_cheapest_of_a_set_that_holds_is_selected() {
    let mut wrong = 0;
    for seed in 0..400 {
        let mut system = mixed(seed);
        let Ok(found) = select(&mut system, 8, &PRECISION);
        if found.chosen != Some(2) || found.outcome != Outcome::Cheapest {
            wrong += 1;
        }
        assert!(found.tried.iter().all(|one| one.held != Held::Undecided));
    }
    assert!(wrong <= 20, "{wrong} of 400");
}

#[test]
fn equal_costs_are_told_to_be_as_good_as_equal() {
    let mut system = Synthetic::new(vec![vec![-1.0]; 3], vec![200.0, 200.05, 230.0], 8);
    let Ok(found) = select(&mut system, 3, &PRECISION);
    assert_eq!(found.outcome, Outcome::AsGoodAsCheapest, "{found:?}");
    assert!(found.chosen.is_some_and(|chosen| chosen < 2));
    // With no indifference it cannot be told.
    let exact = Precision {
        indifference: 0.0,
        most: 80,
        ..PRECISION
    };
    let mut system = Synthetic::new(vec![vec![-1.0]; 3], vec![200.0, 200.05, 230.0], 8);
    let Ok(found) = select(&mut system, 3, &exact);
    assert_eq!(found.outcome, Outcome::PerhapsNotCheapest);
}

#[test]
fn a_point_that_costs_more_than_one_that_holds_needs_no_decision() {
    // The second lies on its limit, and costs more.
    let mut system = Synthetic::new(vec![vec![-2.0], vec![0.0]], vec![10.0, 30.0], 9);
    let Ok(found) = select(&mut system, 2, &PRECISION);
    assert_eq!((found.chosen, found.outcome), (Some(0), Outcome::Cheapest));
    assert_eq!(found.tried[1].held, Held::Dearer);
    assert!(system.n[1] < PRECISION.most as usize);
}
