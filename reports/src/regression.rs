//! Regressions: a run's measures beside a baseline's, judged with three verdicts by non-inferiority.
//!
//! For each measure a **margin** says by how much it may be worse. With d the true worsening:
//!
//! * **pass**: d is shown to be at most the margin (its upper one-sided bound is; level
//!   [`Rates::wrong_pass`]);
//! * **fail**: not that, and d is shown to be above 0 (its lower bound is);
//! * **inconclusive**: neither. More replications are needed, and how many is said.
//!
//! A family passes when every measure does, which needs no correction: a wrong pass needs one test to
//! err that is true (intersection-union; Berger 1982). It fails when one measure does, which does: half of
//! [`Rates::false_alarm`] is for the primary measures, half for all others, each half shared out by Holm's
//! procedure (1979), so that an unchanged run fails with probability `false_alarm` at most, whatever
//! the number of measures and scenarios.
//!
//! The smallest detectable change is the one that would be shown to be above 0 with probability
//! [`Rates::power`]. Where it is at most the margin, a change of the margin's size fails, and an
//! unchanged run passes, with at least that probability.
//!
//! Never decides which measures matter or what their margins are.

mod column;
mod report;

use serde::Serialize;

use crate::gate::Verdict;
use crate::measures::{Better, Measure};
use crate::stats::{Difference, holm};

pub use column::Column;
pub use report::{Course, Moved, RegressionReport, ScenarioFindings, Shown};

/// How often a gate may err.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// An unchanged run fails: at most this often, all measures and scenarios together.
    pub false_alarm: f64,
    /// A run that is worse by at least a margin passes: at most this often.
    pub wrong_pass: f64,
    /// A change that is called detectable is found: this often.
    pub power: f64,
}

impl Rates {
    /// One false alarm in a hundred runs, wrong passes as the intervals' confidence (0..1) has it, and
    /// nine in ten detectable changes found.
    #[must_use]
    pub fn at(confidence: f64) -> Rates {
        Rates {
            false_alarm: 0.01,
            wrong_pass: 1.0 - confidence,
            power: 0.9,
        }
    }
}

/// One measure to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Kpi<'a> {
    /// What is measured; one of which it is known what is better.
    pub measure: &'static Measure,
    /// The one that its scenario is about.
    pub is_primary: bool,
    /// By how much it may be worse, in its unit; at least 0.
    pub margin: f64,
    /// The baseline.
    pub then: &'a Column,
    /// The run; `None` when it says nothing of it.
    pub now: Option<&'a Column>,
    /// Replication i of both ran on the same draws.
    pub is_paired: bool,
    /// How often the gate may err.
    pub rates: Rates,
}

/// Why a verdict is what it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No replication differs.
    Same,
    /// Shown to be within the margin.
    Within,
    /// Shown to be worse, and not shown to be within the margin.
    Worse,
    /// Neither shown to be worse nor within the margin.
    Open,
    /// The baseline has it, the run says nothing of it.
    Vanished,
    /// Too few replications have a value.
    TooFew,
}

/// A judged measure.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What was judged.
    pub measure: &'static Measure,
    /// The one that its scenario is about.
    pub is_primary: bool,
    /// The baseline's estimate.
    pub then: Option<f64>,
    /// The run's.
    pub now: Option<f64>,
    /// Now - then.
    pub difference: Option<f64>,
    /// The bounds that decide, of now - then: towards worse the end that the margin is held against,
    /// towards better the one that must not reach 0.
    pub bounds: Option<(f64, f64)>,
    /// The one-sided level of the bound towards better in its family, 0..1.
    pub level: f64,
    /// How much worse it may be, in its unit.
    pub margin: f64,
    /// The smallest worsening that would be shown with the rates' power; `None` when no replication
    /// differs from another.
    pub detectable: Option<f64>,
    /// Replications with which the margin would be detectable, when it is not.
    pub needs: Option<u64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

impl Finding {
    /// Now - then so that more is worse.
    #[must_use]
    pub fn worsening(&self) -> Option<f64> {
        Some(self.difference? * sign(self.measure))
    }

    /// It passes and is worse all the same, by less than its margin: what adds up from blessing to blessing.
    #[must_use]
    pub fn is_worse_within(&self) -> bool {
        let lower = self.worsening_bounds().map_or(0.0, |(lower, _)| lower);
        self.reason == Reason::Within && lower > 0.0
    }

    /// The bounds of [`Finding::worsening`], lower first.
    #[must_use]
    pub fn worsening_bounds(&self) -> Option<(f64, f64)> {
        let (lower, upper) = self.bounds?;
        Some(match sign(self.measure) > 0.0 {
            true => (lower, upper),
            false => (-upper, -lower),
        })
    }
}

/// 1 when more is worse, -1 when less is.
fn sign(measure: &Measure) -> f64 {
    match measure.better {
        Better::Lower => 1.0,
        Better::Higher => -1.0,
        Better::Neither => unreachable!("only measures with a better side are judged"),
    }
}

/// Judges the measures of one command, of however many scenarios, together. Findings in the order of
/// `kpis`.
///
/// # Panics
/// When it is not known of a measure what is better.
#[must_use]
pub fn judge(kpis: &[Kpi<'_>]) -> Vec<Finding> {
    let worsenings: Vec<Option<Difference>> = kpis.iter().map(worsening).collect();
    let mut calls = vec![(false, 0.0, 0.0); kpis.len()];
    for is_primary in [true, false] {
        let places = (0..kpis.len()).filter(|place| kpis[*place].is_primary == is_primary);
        let places: Vec<usize> = places
            .filter(|place| worsenings[*place].is_some())
            .collect();
        let p_values: Vec<f64> = places
            .iter()
            .map(|place| worsenings[*place].map_or(1.0, |d| d.p_above_zero()))
            .collect();
        let rates = places.iter().map(|place| kpis[*place].rates.false_alarm);
        // Rates are a command's: those of one family are equal.
        let alpha = rates.fold(1.0, f64::min) / 2.0;
        for (place, decision) in places.iter().zip(holm(&p_values, alpha)) {
            let first_step = alpha / places.len() as f64;
            calls[*place] = (decision.is_rejected, decision.level, first_step);
        }
    }
    let all = kpis.iter().zip(worsenings).zip(calls);
    all.map(|((kpi, worsening), call)| finding(kpi, worsening, call))
        .collect()
}

fn worsening(kpi: &Kpi<'_>) -> Option<Difference> {
    let difference = kpi.now?.minus(kpi.then, kpi.is_paired)?;
    Some(match sign(kpi.measure) > 0.0 {
        true => difference,
        false => difference.negated(),
    })
}

/// With `call`: whether it is shown to be worse in its family, at which level that was asked, and at
/// which it would be asked if nothing else were worse.
fn finding(kpi: &Kpi<'_>, worsening: Option<Difference>, call: (bool, f64, f64)) -> Finding {
    let (is_worse, level, first_step) = call;
    let finding = Finding {
        measure: kpi.measure,
        is_primary: kpi.is_primary,
        then: kpi.then.estimate().map(|estimate| estimate.point),
        now: kpi.now.and_then(Column::estimate).map(|now| now.point),
        difference: None,
        bounds: None,
        level,
        margin: kpi.margin,
        detectable: None,
        needs: None,
        verdict: Verdict::Fail,
        reason: Reason::Vanished,
    };
    if finding.now.is_none() {
        return finding;
    }
    let Some(worse) = worsening else {
        return Finding {
            verdict: Verdict::Inconclusive,
            reason: Reason::TooFew,
            ..finding
        };
    };
    let Rates {
        wrong_pass, power, ..
    } = kpi.rates;
    let (lower, upper) = (worse.lower(level), worse.upper(wrong_pass));
    let (verdict, reason) = match (upper <= kpi.margin, is_worse) {
        (true, _) if worse.point == 0.0 && worse.se == 0.0 => (Verdict::Pass, Reason::Same),
        (true, _) => (Verdict::Pass, Reason::Within),
        (false, true) => (Verdict::Fail, Reason::Worse),
        (false, false) => (Verdict::Inconclusive, Reason::Open),
    };
    let detectable = worse.detectable(first_step, power);
    let n = kpi.now.map_or(0, Column::n) as u64;
    let needs = detectable
        .is_some_and(|detectable| detectable > kpi.margin)
        .then(|| worse.replications_for(kpi.margin, first_step, power, n))
        .flatten();
    let (is_up, point) = (sign(kpi.measure) > 0.0, worse.point);
    Finding {
        difference: Some(if is_up { point } else { 0.0 - point }),
        bounds: Some(if is_up {
            (lower, upper)
        } else {
            (-upper, -lower)
        }),
        detectable,
        needs,
        verdict,
        reason,
        ..finding
    }
}
