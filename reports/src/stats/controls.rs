//! Control variates: what is known to be 0 on average and was not, taken out of an estimate.
//!
//! A replication's controls (arrivals beyond the expected, talk and patience beyond their means) are sums
//! with mean exactly 0, whatever the policy. Influences are regressed on them; what the realised controls
//! explain of the estimate is taken off (Lavenberg and Welch 1981). Under joint normality the interval is
//! exact, with n - 1 - k degrees of freedom.
//!
//! Whether they are used is decided by a rule that looks only at how much they explain, never at where the
//! estimate lies: at least [`LEAST_REPLICATIONS`], and a variance that falls below [`WORTH_IT`] of what it
//! was, the price of estimating k coefficients included. That price is (n - 2) / (n - k - 2) (Nelson 1990).

use serde::{Deserialize, Serialize};

/// Below this many replications k coefficients cost too much to be estimated.
pub const LEAST_REPLICATIONS: usize = 20;

/// The largest share of the variance that may be left for the controls to be used.
pub const WORTH_IT: f64 = 0.9;

/// A control of which less than this share of its variance is not explained by those before it says
/// nothing of its own.
const COLLINEAR: f64 = 1e-8;

/// The controls of one replication, each of mean 0.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Controls {
    /// Calls that arrived in the window beyond the expected number.
    pub arrivals: f64,
    /// Seconds that calls of the window talked beyond the mean of their law.
    pub talk: f64,
    /// What the patience of callers of the window was beyond the middle of its law.
    pub patience: f64,
}

impl Controls {
    fn values(self) -> [f64; 3] {
        [self.arrivals, self.talk, self.patience]
    }
}

/// A mean of influences and how well it is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Fit {
    /// What is to be added to the mean.
    pub(super) shift: f64,
    /// Standard error of the mean.
    pub(super) se: f64,
    /// Degrees of freedom.
    pub(super) df: f64,
    /// The variance over what it is without controls.
    pub(super) variance_ratio: f64,
}

/// What a regression of influences on controls leaves.
struct Regression {
    /// By replication, orthogonal to all controls.
    rest: Vec<f64>,
    /// What is to be added to the mean.
    shift: f64,
    /// The variance of the intercept over that of one of the rest.
    leverage: f64,
    /// Coefficients.
    k: usize,
}

/// An orthonormal direction in the space of controls, and its realised mean.
struct Direction {
    values: Vec<f64>,
    mean: f64,
}

/// Regresses `influences` (of mean 0) on `controls`, one for each; `None` when the rule says that they are
/// not worth it.
pub(super) fn fit(influences: &[f64], controls: &[Controls]) -> Option<Fit> {
    let n = influences.len();
    if n < LEAST_REPLICATIONS || controls.len() != n {
        return None;
    }
    let total = squares(influences);
    // Not NaN either.
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    let of = regression(influences, controls);
    if of.k == 0 {
        return None;
    }
    let df = (n - 1 - of.k) as f64;
    let left = squares(&of.rest) / df;
    let loss = (n as f64 - 2.0) / (n as f64 - of.k as f64 - 2.0);
    let variance_ratio = left / (total / (n as f64 - 1.0)) * loss;
    (variance_ratio < WORTH_IT).then(|| Fit {
        shift: of.shift,
        se: (left * of.leverage).sqrt(),
        df,
        variance_ratio,
    })
}

/// What controls leave of influences, each as far as it pulls the controlled mean: their squares, added up,
/// over n times the degrees of freedom are the squared standard error of [`fit`].
pub(super) fn unexplained(influences: &[f64], controls: &[Controls]) -> Vec<f64> {
    let mut of = regression(influences, controls);
    let pull = (of.leverage * influences.len() as f64).sqrt();
    of.rest.iter_mut().for_each(|rest| *rest *= pull);
    of.rest
}

/// The fit of a function of two estimates of which `rest` is left, beside a standard deviation of `plain`
/// without controls; `None` when the rule says that they are not worth it.
pub(super) fn fit_of_rest(rest: &[f64], df: f64, plain: f64) -> Option<Fit> {
    let n = rest.len() as f64;
    let left = squares(rest) / df;
    let k = n - 1.0 - df;
    let loss = (n - 2.0) / (n - k - 2.0);
    let variance_ratio = left / (plain * plain) * loss;
    (variance_ratio < WORTH_IT).then(|| Fit {
        shift: 0.0,
        se: (left / n).sqrt(),
        df,
        variance_ratio,
    })
}

fn regression(influences: &[f64], controls: &[Controls]) -> Regression {
    let directions = directions(controls);
    let mut of = Regression {
        rest: influences.to_vec(),
        shift: 0.0,
        leverage: 1.0 / influences.len() as f64,
        k: directions.len(),
    };
    for direction in &directions {
        let slope = product(&of.rest, &direction.values);
        subtract(&mut of.rest, slope, &direction.values);
        of.shift -= slope * direction.mean;
        of.leverage += direction.mean * direction.mean;
    }
    of
}

/// Gram and Schmidt's, modified, over the centred controls: those that do not vary or are combinations of
/// others are left out.
fn directions(controls: &[Controls]) -> Vec<Direction> {
    let n = controls.len() as f64;
    let mut directions: Vec<Direction> = Vec::new();
    for place in 0..3 {
        let mut values: Vec<f64> = controls.iter().map(|c| c.values()[place]).collect();
        let mut mean = values.iter().sum::<f64>() / n;
        for value in &mut values {
            *value -= mean;
        }
        let whole = squares(&values);
        for known in &directions {
            let part = product(&values, &known.values);
            subtract(&mut values, part, &known.values);
            mean -= part * known.mean;
        }
        let length = squares(&values);
        // Rounding of equal values is not variation.
        if length.is_finite() && length > COLLINEAR * whole.max(mean * mean * n * COLLINEAR) {
            let length = length.sqrt();
            values.iter_mut().for_each(|value| *value /= length);
            directions.push(Direction {
                values,
                mean: mean / length,
            });
        }
    }
    directions
}

fn squares(values: &[f64]) -> f64 {
    product(values, values)
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn subtract(from: &mut [f64], times: f64, what: &[f64]) {
    for (from, what) in from.iter_mut().zip(what) {
        *from -= times * what;
    }
}
