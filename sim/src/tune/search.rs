//! The search itself: which value is tried next, for how many replications, and when it is over.
//!
//! Knows nothing of scenarios: it asks [`Trials`] for verdicts at a confidence and for differences of
//! cost. Every decision is a test at a level that Bonferroni gives it out of one total, so that with
//! the asked confidence *no* decision of the whole search is wrong, whatever the values have to do with
//! each other; they run on the same draws, which makes their differences small.

use reports::gate::Verdict;
use reports::stats::Contrast;
use reports::tune::{Held, Outcome};

/// What the search asks for; points are numbered by the order of their values.
pub trait Trials {
    /// Why there is no answer.
    type Error;

    /// Sees to it that `point` has at least `n` replications.
    ///
    /// # Errors
    /// When that is impossible.
    fn extend(&mut self, point: usize, n: u32) -> Result<(), Self::Error>;

    /// The verdicts of the gates at `point`, as a family at `confidence`.
    fn verdicts(&self, point: usize, confidence: f64) -> Vec<Verdict>;

    /// The cost of `other` minus that of `base`, over the replications that both have; `None` when one
    /// of them has none.
    fn dearer(&self, base: usize, other: usize) -> Option<Contrast>;

    /// The estimated cost; `None` when there is none.
    fn cost(&self, point: usize) -> Option<f64>;
}

/// How precise the answer must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Precision {
    /// Of all that is said together, 0..1.
    pub confidence: f64,
    /// Replications of the first look at a point.
    pub first: u32,
    /// Replications of the last.
    pub most: u32,
    /// Of sets: costs that differ by less than this share are as good as equal.
    pub indifference: f64,
}

/// A point that was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// Which.
    pub point: usize,
    /// By gate.
    pub gates: Vec<Verdict>,
    /// In a word.
    pub held: Held,
}

/// What the search found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// In the order of their values.
    pub tried: Vec<Tried>,
    /// What became of it.
    pub outcome: Outcome,
    /// The chosen point.
    pub chosen: Option<usize>,
    /// The level of a single decision about gates: 1 - that is the confidence of their bounds.
    pub level: f64,
    /// Gates, by place, that were seen to hold and fail in turn along the range.
    pub uneven_gates: Vec<usize>,
    /// The cost was seen to rise and fall along the range.
    pub is_cost_uneven: bool,
}

impl Precision {
    /// The numbers of replications at which a point is looked at: doubling.
    fn looks(&self) -> Vec<u32> {
        let mut looks = vec![self.first.min(self.most)];
        while let Some(last) = looks.last().copied().filter(|last| *last < self.most) {
            looks.push(last.saturating_mul(2).min(self.most));
        }
        looks
    }

    fn alpha(&self) -> f64 {
        1.0 - self.confidence
    }
}

/// Looks at `point` until its gates are decided or there are no more looks.
fn decide<T: Trials>(
    trials: &mut T,
    point: usize,
    precision: &Precision,
    level: f64,
) -> Result<Tried, T::Error> {
    let mut gates = Vec::new();
    for n in precision.looks() {
        trials.extend(point, n)?;
        gates = trials.verdicts(point, 1.0 - level);
        if held(&gates) != Held::Undecided {
            break;
        }
    }
    Ok(Tried {
        point,
        held: held(&gates),
        gates,
    })
}

fn held(gates: &[Verdict]) -> Held {
    match Verdict::of_all(gates.iter().copied()) {
        Verdict::Pass => Held::Holds,
        Verdict::Fail => Held::Fails,
        Verdict::Inconclusive => Held::Undecided,
    }
}

/// Where a range is looked at first: both ends and three values between them, which show whether it is
/// monotone and what the curves look like.
fn scouts(n: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..5).map(|quarter| quarter * (n - 1) / 4).collect();
    all.dedup();
    all
}

/// The points that a bisection of `n` values may need: the scouts, and halving what lies between two.
fn most_points(n: usize) -> usize {
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
        is_cheaper = difference.point() >= 0.0;
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
            .is_some_and(|more| more.point() > 0.0 && more.p_value(0.0) <= level)
    })
}

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
                    .is_some_and(|more| more.point() > 0.0 && more.p_value(0.0) <= level)
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

#[cfg(test)]
mod tests;
