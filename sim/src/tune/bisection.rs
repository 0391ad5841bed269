//! One monotone parameter: bisection with a test of fixed confidence at each value.

use reports::gate::Verdict;
use reports::tune::{Held, Outcome};

use super::search::{Found, Precision, Trials, Tried, decide};

/// Where a range is looked at first: both ends and three values between them, which show whether it is
/// monotone and what the curves look like.
fn scouts(n: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..5).map(|quarter| quarter * (n - 1) / 4).collect();
    all.dedup();
    all
}

/// The points that a bisection of `n` values may need: the scouts, and halving what lies between two.
pub(super) fn most_points(n: usize) -> usize {
    let scouts = scouts(n);
    let widest = scouts
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap_or(1);
    scouts.len() + widest.next_power_of_two().trailing_zeros() as usize
}

/// The cheapest value of a monotone range whose gates hold: bisection with a test of fixed confidence at
/// each point (the deterministic search of Waeber, Frazier and Henderson 2013, section 1, made safe by
/// Bonferroni over points and looks).
///
/// # Errors
/// What a trial says.
pub fn bisect<T: Trials>(
    trials: &mut T,
    n: usize,
    precision: &Precision,
) -> Result<Found, T::Error> {
    let most = most_points(n);
    // One share is for which end is the cheaper one.
    let level = precision.alpha() / ((most + 1) * precision.looks().len()) as f64;
    let mut tried: Vec<Tried> = Vec::new();
    for point in scouts(n) {
        tried.push(decide(trials, point, precision, level)?);
    }
    let is_first_cheap = is_first_cheaper(trials, n - 1, precision, level)?;
    // From here on places count from the dear end to the cheap one.
    let turned = |point: usize| if is_first_cheap { n - 1 - point } else { point };
    let turn = |tried: &mut Vec<Tried>| tried.sort_by_key(|one| turned(one.point));
    turn(&mut tried);
    while tried.len() < most
        && let Some(place) = next(&tried, turned)
    {
        tried.push(decide(trials, turned(place), precision, level)?);
        turn(&mut tried);
    }
    let outcome = outcome_of_range(&tried, turned);
    let best = cheapest_holding(&tried).map(|place| tried[place].point);
    let uneven_gates = uneven_gates(&tried);
    let is_cost_uneven = is_cost_uneven(trials, &tried, precision.alpha());
    tried.sort_by_key(|one| one.point);
    Ok(Found {
        tried,
        outcome,
        chosen: best,
        level,
        uneven_gates,
        is_cost_uneven,
    })
}

/// Whether the first value costs less than the last, looked at until that is shown; as the estimates
/// are when it never is.
fn is_first_cheaper<T: Trials>(
    trials: &mut T,
    last: usize,
    precision: &Precision,
    level: f64,
) -> Result<bool, T::Error> {
    let mut is_cheaper = true;
    for n in precision.looks() {
        trials.extend(0, n)?;
        trials.extend(last, n)?;
        let Some(difference) = trials.dearer(0, last) else {
            break;
        };
        is_cheaper = difference.point >= 0.0;
        if difference.p_value(0.0) <= level {
            break;
        }
    }
    Ok(is_cheaper)
}

/// The last, that is the cheapest, that holds.
fn cheapest_holding(tried: &[Tried]) -> Option<usize> {
    tried.iter().rposition(|one| one.held == Held::Holds)
}

/// The place to try next, in the middle of two that were tried; `None` when there is none to try.
fn next(tried: &[Tried], place_of: impl Fn(usize) -> usize) -> Option<usize> {
    let middle = |dear: &Tried, cheap: &Tried| {
        let (dear, cheap) = (place_of(dear.point), place_of(cheap.point));
        (cheap - dear > 1).then(|| dear + (cheap - dear) / 2)
    };
    match cheapest_holding(tried) {
        Some(best) => middle(&tried[best], tried.get(best + 1)?),
        // Gates that each hold towards another end may hold together between: where nothing is shown to
        // fail at both.
        None => tried.windows(2).find_map(|pair| {
            let both = pair[0].gates.iter().zip(&pair[1].gates);
            let fails_at_both = both
                .into_iter()
                .any(|gates| gates == (&Verdict::Fail, &Verdict::Fail));
            let (dear, cheap) = (&pair[0], &pair[1]);
            (!fails_at_both).then(|| middle(dear, cheap)).flatten()
        }),
    }
}

fn outcome_of_range(tried: &[Tried], place_of: impl Fn(usize) -> usize) -> Outcome {
    let Some(best) = cheapest_holding(tried) else {
        return match tried.iter().any(|one| one.held == Held::Undecided) {
            true => Outcome::Undecided,
            false => Outcome::NothingHolds,
        };
    };
    let cheaper = &tried[best + 1..];
    if tried.iter().all(|one| one.held == Held::Holds) {
        return Outcome::AllHold;
    }
    let is_next_tried = cheaper
        .first()
        .is_none_or(|next| place_of(next.point) - place_of(tried[best].point) == 1);
    match is_next_tried && cheaper.iter().all(|one| one.held == Held::Fails) {
        true => Outcome::Cheapest,
        false => Outcome::PerhapsNotCheapest,
    }
}

/// Gates that change from holding to failing or back more than once from one end to the other.
fn uneven_gates(tried: &[Tried]) -> Vec<usize> {
    let n = tried.iter().map(|one| one.gates.len()).max().unwrap_or(0);
    let changes = |gate: usize| {
        let mut known: Vec<Verdict> = tried
            .iter()
            .filter_map(|one| one.gates.get(gate).copied())
            .filter(|verdict| *verdict != Verdict::Inconclusive)
            .collect();
        known.dedup();
        known.len()
    };
    (0..n).filter(|gate| changes(*gate) > 2).collect()
}

/// Whether a cheaper-looking place is shown to cost more than one before it.
fn is_cost_uneven<T: Trials>(trials: &T, tried: &[Tried], alpha: f64) -> bool {
    let level = alpha / tried.len().max(1) as f64;
    tried.windows(2).any(|pair| {
        trials
            .dearer(pair[0].point, pair[1].point)
            .is_some_and(|more| more.point > 0.0 && more.p_value(0.0) <= level)
    })
}
