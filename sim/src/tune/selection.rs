//! A set of points: those whose gates hold, and of them the cheapest.

use reports::tune::{Held, Outcome};

use super::search::{Found, Precision, Trials, Tried, held};

/// The cheapest of a set of points whose gates hold: ranking and selection under constraints
/// (Andradottir and Kim 2010: feasibility, then selection), with paired t tests at doubling looks that
/// leave out what fails or is shown to cost more than one that holds (the screening of Nelson, Swann,
/// Goldsman and Song 2001, on common random numbers). Half of the error is for gates, half for costs.
///
/// # Errors
/// What a trial says.
pub fn select<T: Trials>(
    trials: &mut T,
    n: usize,
    precision: &Precision,
) -> Result<Found, T::Error> {
    let looks = precision.looks();
    let half = precision.alpha() / 2.0;
    let level = half / (n * looks.len()) as f64;
    // By pair: one costs more than the other, or they are as good as equal.
    let pairs = (n * (n - 1) / 2).max(1);
    let cost_level = half / (2 * pairs * looks.len()) as f64;
    let mut tried: Vec<Tried> = (0..n)
        .map(|point| Tried {
            point,
            gates: Vec::new(),
            held: Held::Undecided,
        })
        .collect();
    for looked in looks {
        for place in active(&tried) {
            trials.extend(tried[place].point, looked)?;
            if tried[place].held == Held::Undecided {
                tried[place].gates = trials.verdicts(tried[place].point, 1.0 - level);
                tried[place].held = held(&tried[place].gates);
            }
        }
        leave_out_dearer(trials, &mut tried, cost_level);
        if is_settled(trials, &tried, cost_level, precision.indifference) {
            break;
        }
    }
    let (outcome, chosen) = selected(trials, &tried, cost_level, precision.indifference);
    Ok(Found {
        tried,
        outcome,
        chosen,
        level,
        uneven_gates: Vec::new(),
        is_cost_uneven: false,
    })
}

/// Those that may still be the cheapest that holds.
fn active(tried: &[Tried]) -> Vec<usize> {
    let is_active = |one: &Tried| matches!(one.held, Held::Holds | Held::Undecided);
    (0..tried.len())
        .filter(|place| is_active(&tried[*place]))
        .collect()
}

/// Leaves out what is shown to cost more than one that holds.
fn leave_out_dearer<T: Trials>(trials: &T, tried: &mut [Tried], level: f64) {
    let holding: Vec<usize> = active(tried)
        .into_iter()
        .filter(|place| tried[*place].held == Held::Holds)
        .collect();
    for place in active(tried) {
        let is_dearer = holding.iter().any(|better| {
            *better != place
                && trials
                    .dearer(tried[*better].point, tried[place].point)
                    .is_some_and(|more| more.point > 0.0 && more.p_value(0.0) <= level)
        });
        if is_dearer {
            tried[place].held = match tried[place].held {
                Held::Holds => Held::HoldsDearer,
                Held::Fails | Held::Undecided | Held::HoldsDearer | Held::Dearer => Held::Dearer,
            };
        }
    }
}

/// Nothing is left to be decided: all that are left hold, and cost the same as far as it matters.
fn is_settled<T: Trials>(trials: &T, tried: &[Tried], level: f64, indifference: f64) -> bool {
    let left = active(tried);
    let all_hold = left.iter().all(|place| tried[*place].held == Held::Holds);
    all_hold
        && left.iter().enumerate().all(|(rank, one)| {
            left[rank + 1..].iter().all(|other| {
                let (one, other) = (tried[*one].point, tried[*other].point);
                let margin = trials
                    .cost(one)
                    .map_or(0.0, |cost| cost.abs() * indifference);
                trials
                    .dearer(one, other)
                    .is_some_and(|more| margin > 0.0 && more.p_not_within(margin) <= level)
            })
        })
}

fn selected<T: Trials>(
    trials: &T,
    tried: &[Tried],
    level: f64,
    indifference: f64,
) -> (Outcome, Option<usize>) {
    let left = active(tried);
    let holding = left
        .iter()
        .filter(|place| tried[**place].held == Held::Holds);
    let cost = |place: usize| trials.cost(tried[place].point).unwrap_or(f64::INFINITY);
    let best = holding
        .copied()
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
    let outcome = match best {
        None if left.is_empty() => Outcome::NothingHolds,
        None => Outcome::Undecided,
        Some(_) if left.len() == 1 => Outcome::Cheapest,
        Some(_) if is_settled(trials, tried, level, indifference) => Outcome::AsGoodAsCheapest,
        Some(_) => Outcome::PerhapsNotCheapest,
    };
    (outcome, best.map(|place| tried[place].point))
}
