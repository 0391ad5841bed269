//! A point with the influence of each replication on it, and intervals around it.

use super::student::{t_quantile, t_two_sided};

/// An estimate over replications.
#[derive(Clone, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate.
    pub point: f64,
    /// The spread of single replications, where each has a value of its own: standard deviation.
    pub sd: Option<f64>,
    /// By replication, in order: how far it pulls the point; they add up to about 0. Empty when
    /// the method gives none.
    influence: Vec<f64>,
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

impl Estimate {
    /// The mean of one value per replication. `None` without values.
    #[must_use]
    pub fn of_mean(values: &[f64]) -> Option<Estimate> {
        let point = mean(values)?;
        Some(Estimate {
            point,
            sd: standard_deviation(values),
            influence: values.iter().map(|value| value - point).collect(),
        })
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
        Some(Estimate {
            point,
            sd: standard_deviation(&own),
            influence: pairs
                .iter()
                .map(|(y, x)| (y - point * x) / mean_x)
                .collect(),
        })
    }

    /// The point over all replications and the points with each one left out: influences are the
    /// jackknife's pseudo-values (n - 1)(mean - left out) (Efron and Stein 1981).
    #[must_use]
    pub fn of_jackknife(point: f64, own: &[f64], left_out: &[f64]) -> Estimate {
        let centre = mean(left_out).unwrap_or(point);
        let others = left_out.len() as f64 - 1.0;
        Estimate {
            point,
            sd: standard_deviation(own),
            influence: left_out
                .iter()
                .map(|left| others * (centre - left))
                .collect(),
        }
    }

    /// A point and how far each replication pulls it, as [`Estimate::influence`] told them.
    #[must_use]
    pub fn of_influence(point: f64, influence: Vec<f64>) -> Estimate {
        Estimate {
            point,
            sd: None,
            influence,
        }
    }

    /// By replication, in order: how far it pulls the point. Empty when the method gives none.
    #[must_use]
    pub fn influence(&self) -> &[f64] {
        &self.influence
    }

    /// The same in a unit of which `per` make one of the present.
    #[must_use]
    pub fn divided_by(mut self, per: f64) -> Estimate {
        self.point /= per;
        self.sd = self.sd.map(|sd| sd / per);
        for pull in &mut self.influence {
            *pull /= per;
        }
        self
    }

    /// Replications that it rests on.
    #[must_use]
    pub fn n(&self) -> usize {
        self.influence.len()
    }

    /// Standard error; `None` below two replications.
    #[must_use]
    pub fn se(&self) -> Option<f64> {
        let sd = standard_deviation(&self.influence)?;
        Some(sd / (self.n() as f64).sqrt())
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
        let reach = t_quantile(0.5 + confidence / 2.0, self.n() as f64 - 1.0) * se;
        Some(Interval {
            lower: self.point - reach,
            upper: self.point + reach,
        })
    }

    /// The p value of "the true value is `limit`", two-sided; `None` below two replications. The
    /// interval at confidence 1 - p just touches the limit.
    #[must_use]
    pub fn p_value(&self, limit: f64) -> Option<f64> {
        let (se, distance) = (self.se()?, self.point - limit);
        if se == 0.0 {
            return Some(if distance == 0.0 { 1.0 } else { 0.0 });
        }
        Some(t_two_sided(distance / se, self.n() as f64 - 1.0))
    }

    /// `self - other`, paired: replication i of one ran on the draws of replication i of the
    /// other. `None` when their numbers differ.
    #[must_use]
    pub fn minus(&self, other: &Estimate) -> Option<Estimate> {
        self.combined(other, self.point - other.point, 1.0, -1.0)
    }

    /// `self / other - 1`, paired. `None` when the numbers of replications differ or `other` is 0.
    #[must_use]
    pub fn lift_over(&self, other: &Estimate) -> Option<Estimate> {
        if other.point == 0.0 {
            return None;
        }
        let ratio = self.point / other.point;
        self.combined(other, ratio - 1.0, 1.0 / other.point, -ratio / other.point)
    }

    /// A smooth function of both: its value and its derivatives (delta method).
    fn combined(
        &self,
        other: &Estimate,
        point: f64,
        d_self: f64,
        d_other: f64,
    ) -> Option<Estimate> {
        (self.n() == other.n()).then(|| {
            let pairs = self.influence.iter().zip(&other.influence);
            let influence: Vec<f64> = pairs.map(|(a, b)| d_self * a + d_other * b).collect();
            Estimate {
                point,
                sd: standard_deviation(&influence),
                influence,
            }
        })
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
fn standard_deviation(values: &[f64]) -> Option<f64> {
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
