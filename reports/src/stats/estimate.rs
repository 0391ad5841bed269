//! A point with the influence of each replication on it, and intervals around it.

use super::controls::{Controls, Fit, fit};
use super::scale::Scale;
use super::student::{t_quantile, t_two_sided};

/// An estimate over replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate, with what controls explain of it taken off.
    pub point: f64,
    /// The spread of single replications, where each has a value of its own: standard deviation.
    pub sd: Option<f64>,
    /// Without controls.
    uncontrolled: f64,
    /// By replication, in order: how far it pulls the point, in `unit`s; they add up to about 0. Empty
    /// when the method gives none.
    influence: Vec<f64>,
    /// What one of the influences is in the point's own unit.
    unit: f64,
    /// By replication, as the influences; or none at all.
    controls: Vec<Controls>,
    /// What the controls explain; `None` = they are not used.
    fit: Option<Fit>,
    scale: Scale,
}

/// A confidence interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

impl Interval {
    /// Lower and upper.
    #[must_use]
    pub const fn bounds(self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// Cut to what is possible.
    #[must_use]
    pub fn within(self, (least, most): (f64, f64)) -> Interval {
        Interval {
            lower: self.lower.clamp(least, most),
            upper: self.upper.clamp(least, most),
        }
    }
}

/// Estimates.
impl Estimate {
    pub(super) fn new(
        point: f64,
        sd: Option<f64>,
        influence: Vec<f64>,
        unit: f64,
        scale: Scale,
    ) -> Estimate {
        Estimate {
            point,
            sd,
            uncontrolled: point,
            influence,
            unit,
            controls: Vec::new(),
            fit: None,
            scale,
        }
    }

    /// The mean of one value per replication. `None` without values.
    #[must_use]
    pub fn of_mean(values: &[f64]) -> Option<Estimate> {
        let point = mean(values)?;
        let influence = values.iter().map(|value| value - point).collect();
        let sd = standard_deviation(values);
        Some(Estimate::new(point, sd, influence, 1.0, Scale::PLAIN))
    }

    /// The ratio of sums, sum y / sum x, over (y, x) per replication; its influence is
    /// (y - R x) / mean x (the delta method; Law 2015, 9.4). `None` when the denominators add up
    /// to 0.
    #[must_use]
    pub fn of_ratio(pairs: &[(f64, f64)]) -> Option<Estimate> {
        let (y, x) = pairs
            .iter()
            .fold((0.0, 0.0), |(y, x), pair| (y + pair.0, x + pair.1));
        if x == 0.0 {
            return None;
        }
        let (point, mean_x) = (y / x, x / pairs.len() as f64);
        let own: Vec<f64> = pairs
            .iter()
            .filter(|(_, x)| *x != 0.0)
            .map(|(y, x)| y / x)
            .collect();
        let influence = pairs
            .iter()
            .map(|(y, x)| (y - point * x) / mean_x)
            .collect();
        let sd = standard_deviation(&own);
        Some(Estimate::new(point, sd, influence, 1.0, Scale::PLAIN))
    }

    /// The same, of something that is never below `least` nor above `most` (infinite = no bound): its
    /// interval is symmetric on a logarithmic scale, of odds when both are bounds.
    #[must_use]
    pub fn within_range(mut self, (least, most): (f64, f64)) -> Estimate {
        if let Scale::Range(..) = self.scale {
            self.scale = Scale::Range(least, most);
        }
        self.controlled()
    }

    /// The same with the controls of each replication, in order, if they are worth it (see
    /// [`Controls`]). Another number of them than of replications is none; quantiles far out take none.
    #[must_use]
    pub fn controlled_by(mut self, controls: Vec<Controls>) -> Estimate {
        let fits = controls.len() == self.influence.len() && self.scale.is_near_linear();
        self.controls = if fits { controls } else { Vec::new() };
        self.controlled()
    }

    fn controlled(mut self) -> Estimate {
        self.fit = fit(&self.influence, &self.controls);
        let by = self.fit.map_or(0.0, |fit| fit.shift);
        let point = match &mut self.scale {
            Scale::Range(..) => self.uncontrolled + by * self.unit,
            Scale::Levels { shift, .. } => {
                *shift = by;
                self.scale.away(self.uncontrolled, 1.0, 0.0)
            }
        };
        let (least, most) = self.scale.range();
        // A line through the replications may lead out of what is possible.
        let is_possible = (least..=most).contains(&point) && point.is_finite();
        self.point = if is_possible {
            point
        } else {
            self.uncontrolled
        };
        if !is_possible {
            self.fit = None;
            if let Scale::Levels { shift, .. } = &mut self.scale {
                *shift = 0.0;
            }
        }
        self
    }

    /// A point and how far each replication pulls it, as [`Estimate::influence`] told them.
    #[must_use]
    pub fn of_influence(point: f64, influence: Vec<f64>) -> Estimate {
        Estimate::new(point, None, influence, 1.0, Scale::PLAIN)
    }

    /// By replication, in order: how far it pulls the point, in the point's unit, controls left aside:
    /// their standard deviation over the root of their number is the standard error. Empty when the
    /// method gives none.
    pub fn influence(&self) -> impl ExactSizeIterator<Item = f64> {
        let correction = self.scale.correction(self.n());
        self.influence
            .iter()
            .map(move |pull| pull * self.unit * correction)
    }

    /// The point without what controls explain: what [`Estimate::influence`] pulls at.
    #[must_use]
    pub fn uncontrolled(&self) -> f64 {
        self.uncontrolled
    }

    /// The same in a unit of which `per` make one of the present.
    #[must_use]
    pub fn divided_by(mut self, per: f64) -> Estimate {
        self.point /= per;
        self.uncontrolled /= per;
        self.sd = self.sd.map(|sd| sd / per);
        self.unit /= per;
        match &mut self.scale {
            Scale::Range(least, most) => {
                *least /= per;
                *most /= per;
            }
            Scale::Levels { per: whole, .. } => *whole *= per,
        }
        self
    }
}

/// What is known of them.
impl Estimate {
    /// Replications that it rests on.
    #[must_use]
    pub fn n(&self) -> usize {
        self.influence.len()
    }

    /// Standard error; `None` below two replications.
    #[must_use]
    pub fn se(&self) -> Option<f64> {
        let se = match self.fit {
            Some(fit) => fit.se,
            None => standard_deviation(&self.influence)? / (self.n() as f64).sqrt(),
        };
        Some(se * self.unit * self.scale.correction(self.n()))
    }

    /// Degrees of freedom of the standard error: n - 1, less one for each control in use.
    #[must_use]
    pub fn df(&self) -> f64 {
        match self.fit {
            Some(fit) => fit.df,
            None => self.n() as f64 - 1.0,
        }
    }

    /// The variance over what it would be without controls, the price of their coefficients included:
    /// below 1; `None` when no controls are in use.
    #[must_use]
    pub fn variance_ratio(&self) -> Option<f64> {
        // Of an estimate that does not vary there is nothing to save.
        let fit = self.fit.filter(|_| self.unit != 0.0);
        fit.map(|fit| fit.variance_ratio)
    }

    /// The two-sided t interval at `confidence` (0..1); `None` below two replications.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let se = self.se()?;
        if se == 0.0 {
            return Some(Interval {
                lower: self.point,
                upper: self.point,
            });
        }
        let t = t_quantile(0.5 + confidence / 2.0, self.df());
        Some(Interval {
            lower: self.scale.away(self.point, se, -t),
            upper: self.scale.away(self.point, se, t),
        })
    }

    /// The p value of "the true value is `limit`", two-sided; `None` below two replications. The
    /// interval at confidence 1 - p just touches the limit.
    #[must_use]
    pub fn p_value(&self, limit: f64) -> Option<f64> {
        let se = self.se()?;
        if se == 0.0 {
            return Some(if self.point == limit { 1.0 } else { 0.0 });
        }
        let distance = self.scale.distance(self.point, se, limit);
        Some(t_two_sided(distance, self.df()))
    }
}

/// Functions of two of them, paired: replication i of one ran on the draws of replication i of the
/// other. Influences are linear, so that controls are fitted to the influences of the result.
impl Estimate {
    /// `self - other`. `None` when their numbers differ.
    #[must_use]
    pub fn minus(&self, other: &Estimate) -> Option<Estimate> {
        let point = self.uncontrolled - other.uncontrolled;
        self.combined(other, point, (1.0, -1.0), Scale::PLAIN)
    }

    /// `self / other - 1`. `None` when the numbers of replications differ or `other` is 0.
    #[must_use]
    pub fn lift_over(&self, other: &Estimate) -> Option<Estimate> {
        let below = other.uncontrolled;
        if below == 0.0 {
            return None;
        }
        let ratio = self.uncontrolled / below;
        let is_positive = self.scale.range().0 >= 0.0 && other.scale.range().0 >= 0.0;
        let scale = match is_positive {
            true => Scale::Range(-1.0, f64::INFINITY),
            false => Scale::PLAIN,
        };
        self.combined(other, ratio - 1.0, (1.0 / below, -ratio / below), scale)
    }

    /// A smooth function of both: its value and its derivatives (delta method).
    fn combined(
        &self,
        other: &Estimate,
        point: f64,
        (d_self, d_other): (f64, f64),
        scale: Scale,
    ) -> Option<Estimate> {
        if self.n() != other.n() {
            return None;
        }
        let (d_self, d_other) = (d_self * self.unit, d_other * other.unit);
        let pairs = self.influence.iter().zip(&other.influence);
        let influence: Vec<f64> = pairs.map(|(a, b)| d_self * a + d_other * b).collect();
        let controls = self.controls.iter().zip(&other.controls);
        let controls = controls.map(|(a, b)| Controls::middle(*a, *b)).collect();
        let sd = standard_deviation(&influence);
        Some(Estimate::new(point, sd, influence, 1.0, scale).controlled_by(controls))
    }
}

/// Exact for equal values.
fn mean(values: &[f64]) -> Option<f64> {
    let first = values.first()?;
    if values.iter().all(|value| value == first) {
        return Some(*first);
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// With n - 1; `None` below two values. Exactly 0 for equal values.
pub(super) fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        return Some(0.0);
    }
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    Some((squares / (values.len() as f64 - 1.0)).sqrt())
}
