//! All speakers' figures in one scope: ratios of sums over units with the delta method's interval (Law 2015, 9.4),
//! paired differences and ratios (the same calls waited), and verdicts. The differences of all other estimators to the
//! default one are a family per figure, corrected by Holm (1979).

use super::summary::{Difference, Figures, Promised, Ratio, Role, Verdict};
use super::{Promise, UnitTally};
use crate::record::EstimateCounts;
use crate::stats::{Estimate, Interval, holm};

/// First announcements or all of them.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    counts: fn(&UnitTally) -> &EstimateCounts,
    promise: fn(&UnitTally) -> Promise,
}

pub(super) const FIRST: Scope = Scope {
    counts: |unit| &unit.first,
    promise: |unit| unit.promised_first,
};
pub(super) const ALL: Scope = Scope {
    counts: |unit| &unit.all,
    promise: |unit| unit.promised_all,
};

/// What shares and spans, in seconds, can be: no interval leaves it.
const SHARE: (f64, f64) = (0.0, 1.0);
const SPAN: (f64, f64) = (0.0, f64::INFINITY);

/// Everybody in one scope.
pub(super) struct Family<'a> {
    pub(super) confidence: f64,
    pub(super) scope: Scope,
    pub(super) best: Option<&'a [UnitTally]>,
    pub(super) oracle: Option<&'a [UnitTally]>,
}

impl Family<'_> {
    pub(super) fn figures(&self, roles: &[Role], units: &[Vec<UnitTally>]) -> Vec<Option<Figures>> {
        let mut figures: Vec<Option<Figures>> = roles
            .iter()
            .zip(units)
            .map(|(role, units)| self.one(*role, units))
            .collect();
        let of = |figure: &Figures, is_mae: bool| {
            if is_mae {
                figure.mae_less_best
            } else {
                figure.within_less_best
            }
        };
        for is_mae in [false, true] {
            let tested: Vec<(usize, f64)> = figures
                .iter()
                .enumerate()
                .filter_map(|(i, f)| Some((i, of(f.as_ref()?, is_mae)?.p_value?)))
                .collect();
            let p_values: Vec<f64> = tested.iter().map(|(_, p)| *p).collect();
            let decisions = holm(&p_values, 1.0 - self.confidence);
            for ((i, _), decision) in tested.iter().zip(decisions) {
                let Some(figure) = &mut figures[*i] else {
                    continue;
                };
                let difference = if is_mae {
                    &mut figure.mae_less_best
                } else {
                    &mut figure.within_less_best
                };
                if let Some(difference) = difference
                    && decision.is_rejected
                {
                    let is_better = (difference.by.point > 0.0) != is_mae;
                    difference.verdict = if is_better {
                        Verdict::Better
                    } else {
                        Verdict::Worse
                    };
                }
            }
        }
        figures
    }

    fn one(&self, role: Role, units: &[UnitTally]) -> Option<Figures> {
        let counts = self.scope.counts;
        let within = self.estimate(units, within)?.within_range(SHARE);
        let mae = self.estimate(units, mae)?.within_range(SPAN);
        let said = |estimate: &Estimate| with_interval(estimate, self.confidence);
        let less = |own: &Estimate, of: fn(&EstimateCounts) -> (f64, f64)| {
            let best = self.best.filter(|_| role == Role::Other)?;
            self.less(own, &self.estimate(best, of)?)
        };
        let of_oracle = self
            .oracle
            .filter(|_| role != Role::Oracle)
            .and_then(|oracle| {
                let oracle = self.estimate(oracle, self::within)?;
                within.lift_over(&oracle.within_range(SHARE))
            })
            .map(|lift| {
                let lift = said(&lift);
                Ratio {
                    point: 1.0 + lift.point,
                    interval: lift.interval.map(|interval| Interval {
                        lower: 1.0 + interval.lower,
                        upper: 1.0 + interval.upper,
                    }),
                }
            });
        Some(Figures {
            n: units.iter().map(|unit| counts(unit).n).sum(),
            within_30s: said(&within),
            bias: said(&self.estimate(units, bias)?),
            mae: said(&mae),
            coverage: said(&self.estimate(units, covered)?.within_range(SHARE)),
            of_oracle,
            promised: self.promised(units),
            within_less_best: less(&within, self::within),
            mae_less_best: less(&mae, self::mae),
        })
    }

    fn estimate(
        &self,
        units: &[UnitTally],
        of: fn(&EstimateCounts) -> (f64, f64),
    ) -> Option<Estimate> {
        let counts = self.scope.counts;
        ratio(units, |unit| of(counts(unit)))
    }

    fn less(&self, own: &Estimate, best: &Estimate) -> Option<Difference> {
        let difference = own.minus(best)?;
        Some(Difference {
            by: with_interval(&difference, self.confidence),
            p_value: difference.p_value(0.0),
            verdict: Verdict::Alike,
        })
    }

    fn promised(&self, units: &[UnitTally]) -> Option<Promised> {
        let promise = self.scope.promise;
        let over = |of: fn(Promise) -> f64, range| {
            let estimate = ratio(units, |unit| {
                let promise = promise(unit);
                (of(promise), promise.n as f64)
            })?;
            Some(with_interval(
                &estimate.within_range(range),
                self.confidence,
            ))
        };
        Some(Promised {
            n: units.iter().map(|unit| promise(unit).n).sum(),
            expected: over(|promise| promise.expected, SHARE)?,
            kept: over(|promise| promise.kept as f64, SHARE)?,
            difference: over(
                |promise| promise.kept as f64 - promise.expected,
                (-1.0, 1.0),
            )?,
        })
    }
}

fn within(counts: &EstimateCounts) -> (f64, f64) {
    (counts.within_30s as f64, counts.n as f64)
}

fn covered(counts: &EstimateCounts) -> (f64, f64) {
    (counts.covered as f64, counts.n as f64)
}

fn bias(counts: &EstimateCounts) -> (f64, f64) {
    let sum = counts.over_sum as f64 - counts.under_sum as f64;
    (sum * 1e-6, counts.n as f64)
}

fn mae(counts: &EstimateCounts) -> (f64, f64) {
    let sum = counts.over_sum as f64 + counts.under_sum as f64;
    (sum * 1e-6, counts.n as f64)
}

pub(super) fn ratio(
    units: &[UnitTally],
    of: impl Fn(&UnitTally) -> (f64, f64),
) -> Option<Estimate> {
    let pairs: Vec<(f64, f64)> = units.iter().map(of).collect();
    Estimate::of_ratio(&pairs)
}

pub(super) fn with_interval(estimate: &Estimate, confidence: f64) -> Ratio {
    Ratio {
        point: estimate.point,
        interval: estimate.interval(confidence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_interval_leaves_what_can_be() {
        let counts = |within_30s| EstimateCounts {
            n: 100,
            within_30s,
            covered: within_30s,
            over_sum: 100 - within_30s,
            ..EstimateCounts::default()
        };
        let units: Vec<UnitTally> = [100, 96]
            .map(|within| UnitTally {
                first: counts(within),
                ..UnitTally::default()
            })
            .into();
        let family = Family {
            confidence: 0.95,
            scope: FIRST,
            best: None,
            oracle: None,
        };
        let figures = family.one(Role::Other, &units).unwrap();
        for (ratio, most) in [
            (figures.within_30s, 1.0),
            (figures.coverage, 1.0),
            (figures.mae, f64::INFINITY),
        ] {
            let interval = ratio.interval.unwrap();
            assert!(
                interval.lower >= 0.0 && interval.upper <= most,
                "{interval:?}"
            );
            assert!(interval.lower < ratio.point && ratio.point < interval.upper);
        }
    }
}
