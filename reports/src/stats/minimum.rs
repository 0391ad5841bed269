//! The least value of a smooth function of a few parameters, and how curved it is there.
//!
//! Owns the search: the simplex of Nelder and Mead (Computer Journal 7, 1965), begun again from where it
//! ended until it gains nothing. Meant for likelihoods of one to five parameters whose scale is near 1
//! (logarithms of scales and shapes, logits of shares). Draws no random number.

/// Where a function is least.
#[derive(Clone, PartialEq, Debug)]
pub struct Minimum {
    /// The parameters.
    pub at: Vec<f64>,
    /// The function there.
    pub value: f64,
}

/// Evaluations of one simplex; a likelihood of five parameters takes some 600.
const MOST_EVALUATIONS: usize = 4_000;
/// The simplex is begun again at most this often.
const MOST_STARTS: usize = 6;

/// Minimizes `f` from `start`, trying steps of `step` at first. A value that is not a number counts as
/// infinitely bad, so that `f` may refuse parameters.
#[must_use]
pub fn minimum(f: impl Fn(&[f64]) -> f64, start: &[f64], step: f64) -> Minimum {
    let value = |at: &[f64]| {
        let value = f(at);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best = Minimum {
        value: value(start),
        at: start.to_vec(),
    };
    for _ in 0..MOST_STARTS {
        let found = simplex(&value, &best.at, step);
        let gained = best.value - found.value;
        best = found;
        if gained <= 1e-9 * best.value.abs().max(1.0) {
            break;
        }
    }
    best
}

fn simplex(f: &impl Fn(&[f64]) -> f64, start: &[f64], step: f64) -> Minimum {
    let n = start.len();
    let point = |at: Vec<f64>| Minimum { value: f(&at), at };
    let mut corners: Vec<Minimum> = (0..=n)
        .map(|k| {
            let mut at = start.to_vec();
            if k > 0 {
                at[k - 1] += step;
            }
            point(at)
        })
        .collect();
    let mut evaluations = n + 1;
    while evaluations < MOST_EVALUATIONS {
        corners.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (least, worst) = (corners[0].value, corners[n].value);
        let width = corners[1..].iter().flat_map(|corner| {
            let pairs = corner.at.iter().zip(&corners[0].at);
            pairs.map(|(a, b)| (a - b).abs())
        });
        if worst - least <= 1e-12 * least.abs().max(1.0) && width.fold(0.0, f64::max) < 1e-7 {
            break;
        }
        let centre: Vec<f64> = (0..n)
            .map(|k| corners[..n].iter().map(|c| c.at[k]).sum::<f64>() / n as f64)
            .collect();
        // Away from the worst corner by `reach` times its distance from the others' centre.
        let towards = |reach: f64| {
            let pairs = centre.iter().zip(&corners[n].at);
            point(pairs.map(|(c, w)| c + reach * (c - w)).collect())
        };
        let reflected = towards(1.0);
        evaluations += 1;
        let better = if reflected.value < least {
            evaluations += 1;
            let expanded = towards(2.0);
            Some(if expanded.value < reflected.value {
                expanded
            } else {
                reflected
            })
        } else if reflected.value < corners[n - 1].value {
            Some(reflected)
        } else {
            evaluations += 1;
            let contracted = towards(if reflected.value < worst { 0.5 } else { -0.5 });
            (contracted.value < worst.min(reflected.value)).then_some(contracted)
        };
        match better {
            Some(corner) => corners[n] = corner,
            None => {
                let first = corners[0].at.clone();
                for corner in &mut corners[1..] {
                    let pairs = first.iter().zip(&corner.at);
                    *corner = point(pairs.map(|(a, b)| a + 0.5 * (b - a)).collect());
                }
                evaluations += n;
            }
        }
    }
    corners.sort_by(|a, b| a.value.total_cmp(&b.value));
    corners.swap_remove(0)
}

/// Standard errors of the parameters of a likelihood at its maximum: of `f`, minus the log-likelihood,
/// the roots of the diagonal of the inverse of its second derivatives, which are taken by differences.
/// `None` where it is not curved upwards in every direction.
#[must_use]
pub fn standard_errors(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> Option<Vec<f64>> {
    let n = at.len();
    // The fourth root of the precision balances rounding against curvature.
    let h = 2e-4;
    let moved = |moves: &[(usize, f64)]| {
        let mut at = at.to_vec();
        for (k, by) in moves {
            at[*k] += by;
        }
        f(&at)
    };
    let second = |i: usize, j: usize| {
        let plus = moved(&[(i, h), (j, h)]) + moved(&[(i, -h), (j, -h)]);
        let minus = moved(&[(i, h), (j, -h)]) + moved(&[(i, -h), (j, h)]);
        (plus - minus) / (4.0 * h * h)
    };
    let second = (0..n)
        .map(|i| (0..n).map(|j| second(i, j)).collect())
        .collect();
    let inverse = inverse(second)?;
    let variances: Vec<f64> = (0..n).map(|k| inverse[k][k]).collect();
    let is_maximum = variances.iter().all(|v| v.is_finite() && *v > 0.0);
    is_maximum.then(|| variances.into_iter().map(f64::sqrt).collect())
}

/// By elimination with row exchanges; `None` when there is none.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    for (k, row) in matrix.iter_mut().enumerate() {
        row.extend((0..n).map(|j| f64::from(u8::from(j == k))));
    }
    for k in 0..n {
        let pivot = (k..n).max_by(|a, b| matrix[*a][k].abs().total_cmp(&matrix[*b][k].abs()))?;
        if matrix[pivot][k] == 0.0 || !matrix[pivot][k].is_finite() {
            return None;
        }
        matrix.swap(k, pivot);
        let by = matrix[k][k];
        for value in &mut matrix[k] {
            *value /= by;
        }
        let own = matrix[k].clone();
        for (i, row) in matrix.iter_mut().enumerate() {
            if i != k {
                let by = row[k];
                for (value, own) in row.iter_mut().zip(&own) {
                    *value -= by * own;
                }
            }
        }
    }
    Some(matrix.into_iter().map(|row| row[n..].to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley, 1960: the least value 0 lies at (1, 1).
    #[test]
    fn a_bent_valley_is_followed_to_its_end() {
        let f = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
        let found = minimum(f, &[-1.2, 1.0], 0.5);
        assert!(found.value < 1e-12, "{found:?}");
        assert!((found.at[0] - 1.0).abs() < 1e-6 && (found.at[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn parameters_that_are_refused_are_left() {
        let f = |x: &[f64]| if x[0] < 0.5 { f64::NAN } else { x[0] };
        assert!((minimum(f, &[3.0], 0.7).at[0] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn standard_errors_are_those_of_the_normal_around_the_maximum() {
        // Variances 4 and 9, covariance 3.
        let f = |x: &[f64]| {
            let (a, b) = (x[0] - 1.0, x[1] + 2.0);
            (9.0 * a * a - 6.0 * a * b + 4.0 * b * b) / (2.0 * 27.0)
        };
        let errors = standard_errors(f, &[1.0, -2.0]).expect("a maximum");
        assert!(
            (errors[0] - 2.0).abs() < 1e-4 && (errors[1] - 3.0).abs() < 1e-4,
            "{errors:?}"
        );
        assert_eq!(standard_errors(|x| -x[0] * x[0], &[0.0]), None);
    }
}
