//! A point with the influence of each replication on it, and intervals around it.

use super::controls::{Controls, Fit, fit, fit_of_rest, unexplained};
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
    /// when the method gives none. Of a function of two controlled estimates, less what controls explain.
    influence: Vec<f64>,
    /// What one of the influences is in the point's own unit.
    unit: f64,
    /// By replication, as the influences; or none at all.
    controls: Vec<Controls>,
    /// What the controls explain; `None` = they are not used.
    fit: Option<Fit>,
    scale: Scale,
    /// Of what was never seen, or always: how often it could have been.
    unseen: Option<Unseen>,
}

/// How often what was never seen, or always, could have been.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Unseen {
    /// Of a ratio of sums that is 0, or 1: its denominators, added up.
    Trials(f64),
    /// Of a count that is 0: replications.
    Replications(f64),
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
            unseen: None,
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

    /// The mean of one count per replication. `None` without counts.
    #[must_use]
    pub fn of_counts(counts: &[f64]) -> Option<Estimate> {
        let mut estimate = Estimate::of_mean(counts)?;
        let is_never = counts.iter().all(|count| *count == 0.0);
        estimate.unseen = is_never.then_some(Unseen::Replications(counts.len() as f64));
        Some(estimate)
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
        let mut estimate = Estimate::new(point, sd, influence, 1.0, Scale::PLAIN);
        estimate.unseen = (y == 0.0 || y == x).then_some(Unseen::Trials(x));
        Some(estimate)
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

    /// What was never seen and may yet be; a mean that is 0 is none.
    fn unseen(&self) -> Option<Unseen> {
        let is_share = self.scale == Scale::Range(0.0, 1.0);
        self.unseen.filter(|unseen| match unseen {
            Unseen::Trials(_) => is_share,
            Unseen::Replications(_) => true,
        })
    }

    /// No replication differs from another, and not because nothing was seen of a share, or nothing
    /// else: the point is what it is.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.se() == Some(0.0) && self.unseen().is_none()
    }

    /// The two-sided t interval at `confidence` (0..1); `None` below two replications. Of a share that was
    /// never seen, or always, that of Clopper and Pearson (1934); of a count that was never seen that of
    /// Garwood (1936): the rule of three, exact and two-sided.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let se = self.se()?;
        if se == 0.0 {
            let tail = ((1.0 - confidence) / 2.0).ln();
            let beyond = match self.unseen() {
                Some(Unseen::Trials(trials)) => -(tail / trials).exp_m1(),
                Some(Unseen::Replications(n)) => -tail / n,
                None => 0.0,
            };
            let (lower, upper) = match self.point > 0.0 {
                true => (self.point - beyond, self.point),
                false => (self.point, self.point + beyond),
            };
            return Some(Interval { lower, upper });
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
            let distance = (self.point - limit).abs();
            let none = match self.unseen() {
                Some(Unseen::Trials(trials)) if distance < 1.0 => (1.0 - distance).powf(trials),
                Some(Unseen::Replications(n)) if limit >= 0.0 => (-distance * n).exp(),
                Some(_) | None if distance == 0.0 => 1.0,
                Some(_) | None => 0.0,
            };
            return Some((2.0 * none).min(1.0));
        }
        let distance = self.scale.distance(self.point, se, limit);
        Some(t_two_sided(distance, self.df()))
    }
}

/// Functions of two of them, paired: replication i of one ran on the draws of replication i of the
/// other. Both are taken alike: with what controls leave of them when both use controls and it is
/// worth it by the rule for one estimate, else both without. What the draws have in common
/// cancels without controls too, and controls of two runs differ: callers whom only one of them makes
/// wait have shown their patience to it alone.
impl Estimate {
    /// `self - other`. `None` when their numbers differ.
    #[must_use]
    pub fn minus(&self, other: &Estimate) -> Option<Estimate> {
        let of = |own: f64, others: f64| (own - others, (1.0, -1.0));
        self.combined(other, of, Scale::PLAIN)
    }

    /// `self / other - 1`. `None` when the numbers of replications differ or `other` is 0.
    #[must_use]
    pub fn lift_over(&self, other: &Estimate) -> Option<Estimate> {
        if other.uncontrolled == 0.0 || other.point == 0.0 {
            return None;
        }
        let is_positive = self.scale.range().0 >= 0.0 && other.scale.range().0 >= 0.0;
        let scale = match is_positive {
            true => Scale::Range(-1.0, f64::INFINITY),
            false => Scale::PLAIN,
        };
        let of = |own: f64, below: f64| (own / below - 1.0, (1.0 / below, -own / below / below));
        self.combined(other, of, scale)
    }

    /// A smooth function of both points: its value and its derivatives (delta method).
    fn combined(
        &self,
        other: &Estimate,
        of: impl Fn(f64, f64) -> (f64, (f64, f64)),
        scale: Scale,
    ) -> Option<Estimate> {
        if self.n() != other.n() {
            return None;
        }
        let linear = |(d_own, d_others): (f64, f64)| {
            move |(own, others): (f64, f64)| d_own * own + d_others * others
        };
        let (point, by) = of(self.uncontrolled, other.uncontrolled);
        let pairs = self.influence().zip(other.influence());
        let plain: Vec<f64> = pairs.map(linear(by)).collect();
        let sd = standard_deviation(&plain);
        if let (Some(own), Some(others)) = (self.fit, other.fit) {
            let (point, by) = of(self.point, other.point);
            let pairs = self.unexplained().zip(other.unexplained());
            let rest: Vec<f64> = pairs.map(linear(by)).collect();
            let fit = fit_of_rest(&rest, own.df.min(others.df), sd.unwrap_or(0.0));
            if fit.is_some() {
                let mut result = Estimate::new(point, sd, rest, 1.0, scale);
                result.fit = fit;
                return Some(result);
            }
        }
        Some(Estimate::new(point, sd, plain, 1.0, scale))
    }

    /// [`Self::influence`], less what controls explain.
    fn unexplained(&self) -> impl Iterator<Item = f64> {
        let unit = self.unit * self.scale.correction(self.n());
        let rest = unexplained(&self.influence, &self.controls);
        rest.into_iter().map(move |rest| rest * unit)
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
