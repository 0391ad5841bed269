//! What is refused, and with which words.

use sim::dist::{Dist, DistError, Interpolation, SurvivalPoint};

#[track_caller]
fn refused(made: Result<Dist, DistError>, message: &str) {
    assert_eq!(made.expect_err(message).to_string(), message);
}

#[test]
fn numbers_that_are_none_are_refused() {
    refused(
        Dist::exponential(f64::NAN),
        "exponential: mean must be a finite number, got NaN",
    );
    refused(
        Dist::constant(f64::INFINITY),
        "constant: value must be a finite number, got inf",
    );
    refused(
        Dist::weibull(1.0, f64::NEG_INFINITY),
        "weibull: mean must be a finite number, got -inf",
    );
    refused(
        Dist::lognormal(f64::NAN, 1.0),
        "lognormal: mean must be a finite number, got NaN",
    );
}

#[test]
fn negative_and_zero_parameters_are_refused() {
    refused(
        Dist::constant(-1.0),
        "constant: value must not be negative, got -1",
    );
    refused(
        Dist::exponential(0.0),
        "exponential: mean must be positive, got 0; for a fixed value use `constant`",
    );
    refused(
        Dist::lognormal(3.0, 0.0),
        "lognormal: sd must be positive, got 0; for a fixed value use `constant`",
    );
    refused(
        Dist::erlang(0, 1.0),
        "erlang: k must be positive, got 0; for a fixed value use `constant`",
    );
    refused(
        Dist::uniform(-2.0, 1.0),
        "uniform: low must not be negative, got -2",
    );
}

#[test]
fn shapes_that_cannot_be_inverted_accurately_are_refused() {
    refused(
        Dist::gamma(1e7, 1.0),
        "gamma: shape must be from 0.01 to 1000000, got 10000000",
    );
    refused(
        Dist::weibull(0.01, 1.0),
        "weibull: shape must be from 0.05 to 1000, got 0.01",
    );
}

#[test]
fn bounds_in_the_wrong_order_are_refused() {
    refused(
        Dist::uniform(3.0, 3.0),
        "uniform: must have low < high, got 3 and 3",
    );
    refused(
        Dist::triangular(1.0, 9.0, 3.0),
        "triangular: must have mode <= high, got 9 and 3",
    );
    refused(
        Dist::triangular(1.0, 0.5, 3.0),
        "triangular: must have low <= mode, got 1 and 0.5",
    );
}

#[test]
fn weights_that_do_not_add_to_all_are_refused() {
    let one = Dist::constant(1.0).expect("valid");
    refused(
        Dist::mixture(&[(0.25, one.clone()), (0.5, one.clone())]),
        "mixture: the weights must add to 100%, they add to 75%",
    );
    refused(Dist::mixture(&[]), "mixture: needs at least one part");
    refused(
        Dist::mixture(&[(1.5, one.clone()), (-0.5, one.clone())]),
        "mixture: weight must not be negative, got -0.5",
    );
    refused(
        Dist::hyperexponential(&[(1.0, 0.0)]),
        "hyperexponential: mean must be positive, got 0; for a fixed value use `constant`",
    );
    let thirds = [1.0, 2.0, 3.0].map(|mean| (1.0 / 3.0, mean));
    assert!(
        Dist::hyperexponential(&thirds).is_ok(),
        "rounding is not a mistake"
    );
    assert!(Dist::mixture(&[(1.0, one.clone()), (0.0, one)]).is_ok());
}

#[test]
fn observations_that_make_no_distribution_are_refused() {
    refused(
        Dist::sample_of(vec![]),
        "empirical: needs at least one value",
    );
    refused(
        Dist::sample_of(vec![1.0, -2.0]),
        "empirical: value 2 must be finite and not negative, got -2",
    );
    let curve = |points: &[(f64, f64)]| {
        let points: Vec<_> = points
            .iter()
            .map(|&(time, survival)| SurvivalPoint { time, survival })
            .collect();
        Dist::survival_curve(&points, Interpolation::Step)
    };
    refused(curve(&[]), "empirical: needs at least one value");
    refused(
        curve(&[(1.0, 0.9), (1.0, 0.8)]),
        "empirical: time 2 must be finite, not negative and after the time before it, got 1",
    );
    refused(
        curve(&[(-1.0, 0.9)]),
        "empirical: time 1 must be finite, not negative and after the time before it, got -1",
    );
    refused(
        curve(&[(1.0, 0.9), (2.0, 0.95)]),
        "empirical: survival 2 must be from 0 to 1 and not above the one before it, got 0.95",
    );
    refused(
        curve(&[(1.0, 1.5)]),
        "empirical: survival 1 must be from 0 to 1 and not above the one before it, got 1.5",
    );
    refused(
        curve(&[(1.0, f64::NAN)]),
        "empirical: survival 1 must be from 0 to 1 and not above the one before it, got NaN",
    );
    refused(
        curve(&[(1.0, 1.0), (2.0, 1.0)]),
        "empirical: the survival curve never falls below 1",
    );
}
