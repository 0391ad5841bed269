//! Maximum likelihood with censoring against SciPy 1.17.1: `stats.CensoredData`, each family's `fit(floc=0)`, refined by
//! `optimize.minimize(method="Nelder-Mead")` to twelve digits; the hyperexponential and the standard errors from the
//! same log-likelihood written out.

use sim::fit::families::{Family, Fitted, fit, fitted};
use sim::fit::kaplan_meier::Observed;
use sim::fit::spans::Spans;

/// Sixty spans, every fourth cut short.
fn spans() -> Spans {
    let span = |k: u64| {
        let u = (k * 37 % 61) as f64 / 61.0;
        (((-(1.0 - u).ln()).powf(1.3) * 150e6).round() as u64 + k * 7) as f64
    };
    let seen = (1..=60_u64).map(|k| Observed {
        after: span(k) as u64,
        ended: (k - 1) % 4 != 0,
    });
    Spans::of(seen.collect())
}

fn of(family: Family) -> Fitted {
    fitted(family, &spans(), 10.0).expect("it can be fitted")
}

fn near(found: f64, golden: f64, within: f64, what: &str) {
    assert!(
        (found / golden - 1.0).abs() < within,
        "{what}: {found} is not {golden}"
    );
}

#[test]
fn maxima_agree_with_scipy() {
    let golden: [(Family, &[f64], f64); 5] = [
        (Family::Exponential, &[220.251_154_903], -287.764_586_053),
        (
            Family::Gamma,
            &[0.819_157_09, 226.493_046_2],
            -287.039_667_306,
        ),
        (
            Family::Weibull,
            &[0.869_986_15, 213.030_679_41],
            -286.984_441_587,
        ),
        (
            Family::Lognormal,
            &[4.740_296_438_8, 1.481_504_528_4],
            -288.496_574_397,
        ),
        (
            Family::Hyperexponential,
            &[0.174_221_906_5, 36.423_628_93, 270.148_225_99],
            -286.459_217_128,
        ),
    ];
    for (family, parameters, log_likelihood) in golden {
        let found = of(family);
        let name = family.name();
        // Every span stands for the millisecond around it here.
        near(found.log_likelihood, log_likelihood, 1e-7, name);
        assert_eq!(found.parameters.len(), parameters.len());
        for (found, golden) in found.parameters.iter().zip(parameters) {
            near(found.value, *golden, 1e-4, name);
        }
        let aic = 2.0 * parameters.len() as f64 - 2.0 * log_likelihood;
        near(found.aic, aic, 1e-7, name);
    }
}

#[test]
fn standard_errors_are_the_curvature_s() {
    let found = of(Family::Weibull);
    let errors: Vec<f64> = found
        .parameters
        .iter()
        .filter_map(|p| p.standard_error)
        .collect();
    near(errors[0], 0.100_410_89, 1e-3, "shape");
    near(errors[1], 36.836_335_49, 1e-3, "scale");
}

#[test]
fn the_best_comes_first_and_too_few_or_equal_spans_are_not_fitted() {
    let all = fit(&spans(), 10.0);
    assert_eq!(all.len(), Family::ALL.len());
    assert!(all.is_sorted_by(|a, b| a.aic <= b.aic));
    assert_eq!(
        fit(&Spans::complete((1..20).map(|k| k * 1_000_000)), 10.0),
        []
    );
    assert_eq!(fit(&Spans::complete((1..100).map(|_| 5_000_000)), 10.0), []);
}
