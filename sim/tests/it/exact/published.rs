//! The exact solutions against figures that others have printed, to the last printed digit.

use super::birth_death::{Station, erlang_c};

/// Whether `got` rounds to `printed`, a figure with so many decimals.
#[track_caller]
fn prints(name: &str, got: f64, printed: f64, decimals: i32) {
    // The hundredth beyond the half is for figures that were rounded from rounded ones.
    let half = 0.501 * 10f64.powi(-decimals);
    assert!(
        (got - printed).abs() <= half,
        "{name}: {got} is not {printed} to {decimals} decimals"
    );
}

/// Agents, patience rate per hour; queue length, P(wait > 0), occupancy, P(abandon).
type Row = (usize, f64, [f64; 4]);

/// Erlang-A with 120 calls an hour of 15 minutes.
const ERLANG_A: [Row; 8] = [
    (31, 0.5, [6.223470, 0.642540, 0.942647, 0.02593112]),
    (31, 1.0, [4.244240, 0.585616, 0.933514, 0.03536867]),
    (31, 2.0, [2.766420, 0.520847, 0.923122, 0.04610700]),
    (31, 4.0, [1.727387, 0.451648, 0.912020, 0.05757958]),
    (33, 0.5, [2.827692, 0.430457, 0.898380, 0.01178205]),
    (33, 1.0, [2.158065, 0.398858, 0.892742, 0.01798388]),
    (33, 2.0, [1.539609, 0.359747, 0.885764, 0.02566014]),
    (33, 4.0, [1.030572, 0.315459, 0.877861, 0.03435238]),
];

#[test]
fn every_row_of_the_erlang_a_table_is_reproduced() {
    for (n, theta, [queue, wait, occupancy, abandon]) in ERLANG_A {
        let exact = Station::erlang_a(120.0, 4.0, n, theta).solve();
        prints("queue length", exact.mean_queue(), queue, 6);
        prints("P(wait > 0)", exact.wait_probability(), wait, 6);
        prints("occupancy", exact.occupancy(), occupancy, 6);
        prints("P(abandon)", exact.abandonment(), abandon, 8);
    }
}

#[test]
fn the_erlang_c_row_is_reproduced() {
    for (n, wait) in [(31, 0.798946), (33, 0.490488), (35, 0.284582)] {
        prints("P(wait > 0)", erlang_c(30.0, n), wait, 6);
        let solved = Station::erlang_c(120.0, 4.0, n).solve();
        prints("P(wait > 0)", solved.wait_probability(), wait, 6);
    }
}

#[test]
fn the_mean_waits_of_210_calls_an_hour_are_reproduced() {
    let (arrivals, services) = (3.5 / 60.0, 1.0 / 180.0);
    let patient = Station::erlang_c(arrivals, services, 13).solve();
    prints("mean wait, s", patient.mean_wait(), 26.56, 2);
    let theta = 1.0 / 300.0;
    let thirteen = Station::erlang_a(arrivals, services, 13, theta).solve();
    prints("mean wait, s", thirteen.mean_wait(), 9.9128, 4);
    prints("P(abandon)", thirteen.abandonment(), 0.03304, 5);
    let nine = Station::erlang_a(arrivals, services, 9, theta).solve();
    prints("mean wait, s", nine.mean_wait(), 56.6184, 4);
    prints("P(abandon)", nine.abandonment(), 0.18873, 5);
}

#[test]
fn the_half_hour_of_100_calls_is_reproduced() {
    let exact = Station::erlang_a(100.0 / 30.0, 1.0 / 3.0, 14, 0.2).solve();
    prints("P(wait > 0)", exact.wait_probability(), 0.14526, 5);
    prints("P(abandon)", exact.abandonment(), 0.013984, 6);
    prints("occupancy", exact.occupancy(), 0.704297, 6);
    prints("mean wait, min", exact.mean_wait(), 0.069919, 6);
}
