//! The distributions that every test of shape runs over: each kind, with tame and with extreme
//! parameters.

use sim::dist::{Dist, DistError, Interpolation, SurvivalPoint};

/// A name for messages, the distribution, and whether its distribution function has no jumps and
/// no flat stretches, so that it can be inverted back and forth.
pub(crate) type Named = (&'static str, Dist, bool);

pub(crate) fn all() -> Vec<Named> {
    made().expect("valid parameters")
}

pub(crate) fn named(name: &str) -> Dist {
    let found = all().into_iter().find(|l| l.0 == name);
    found.expect("a name of the list").1
}

fn made() -> Result<Vec<Named>, DistError> {
    let zero_or_patient = Dist::mixture(&[
        (0.1, Dist::constant(0.0)?),
        (0.9, Dist::exponential(1000.0)?),
    ])?;
    let mixed = Dist::mixture(&[
        (0.2, Dist::constant(30.0)?),
        (0.5, Dist::lognormal(60.0, 40.0)?),
        (0.3, Dist::gamma(0.5, 200.0)?),
    ])?;
    Ok(vec![
        ("constant", Dist::constant(15.0)?, false),
        ("exponential", Dist::exponential(120.0)?, true),
        ("uniform", Dist::uniform(2.0, 5.0)?, true),
        ("lognormal", Dist::lognormal(180.0, 278.0)?, true),
        ("lognormal factor", Dist::lognormal(1.0, 0.2)?, true),
        ("lognormal wild", Dist::lognormal(10.0, 1e4)?, true),
        ("gamma", Dist::gamma(2.5, 180.0)?, true),
        ("gamma small", Dist::gamma(0.3, 60.0)?, true),
        ("gamma day", Dist::gamma(400.0, 1.0)?, true),
        ("erlang", Dist::erlang(3, 180.0)?, true),
        ("weibull", Dist::weibull(0.7, 300.0)?, true),
        ("weibull steep", Dist::weibull_scale(20.0, 300.0)?, true),
        (
            "hyperexponential",
            Dist::hyperexponential(&[(0.3, 30.0), (0.6, 300.0), (0.1, 3000.0)])?,
            true,
        ),
        ("triangular", Dist::triangular(1.0, 2.0, 6.0)?, true),
        ("triangular edge", Dist::triangular(0.0, 0.0, 6.0)?, true),
        ("balking", zero_or_patient, false),
        ("mixture", mixed, false),
        (
            "sample",
            Dist::sample_of(vec![3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])?,
            false,
        ),
        (
            "survival step",
            Dist::survival_curve(&curve(), Interpolation::Step)?,
            false,
        ),
        (
            "survival linear",
            Dist::survival_curve(&curve(), Interpolation::Linear)?,
            true,
        ),
    ])
}

/// A curve that falls at every point and leaves 10 % to the tail.
pub(crate) fn curve() -> [SurvivalPoint; 5] {
    let at = |time, survival| SurvivalPoint { time, survival };
    [
        at(10.0, 0.9),
        at(30.0, 0.6),
        at(100.0, 0.35),
        at(200.0, 0.2),
        at(400.0, 0.1),
    ]
}
