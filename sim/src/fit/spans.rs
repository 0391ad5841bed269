//! Spans seen in a log, some of them cut short, and what a distribution makes of them.
//!
//! Owns the grouping that keeps likelihoods honest and quick. Spans in a log are rounded (mostly to
//! seconds): the likelihood of one is the probability of all that is rounded to it, over their width, so
//! that log-likelihoods compare across families and are those of densities where nothing is rounded.
//! Thousands of different spans are grouped into cells 2 % wide.

use engine::time::Micros;

use super::kaplan_meier::{Observed, Step, steps};
use crate::dist::law::Law;

/// Spans that are not rounded stand for themselves and this much around them, in seconds.
const FINEST: f64 = 1e-3;
/// Up to so many different spans are not grouped.
const FEW: usize = 400;
/// Distances are looked at while at least so many are at risk.
const AT_RISK: u64 = 30;
/// The width of a cell over its place.
const WIDTH: f64 = 0.02;

/// Spans, in seconds.
#[derive(Clone, PartialEq, Debug)]
pub struct Spans {
    /// To multiples of what they are rounded; 0 when they are not.
    pub resolution: f64,
    /// Those seen to their end, ascending.
    pub ended: Vec<f64>,
    /// Those cut short, ascending.
    pub cut: Vec<f64>,
    /// By cell of those that ended: from, to, how many.
    cells: Vec<(f64, f64, f64)>,
    /// By place: how many lasted longer.
    beyond: Vec<(f64, f64)>,
    /// The Kaplan-Meier estimate.
    pub curve: Vec<Step>,
}

impl Spans {
    /// Of observations.
    #[must_use]
    pub fn of(observed: Vec<Observed>) -> Spans {
        let resolution = resolution(&observed);
        let seconds = |wanted: bool| {
            let of_kind = observed.iter().filter(|one| one.ended == wanted);
            let mut values: Vec<f64> = of_kind.map(|one| one.after as f64 / 1e6).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let (ended, cut) = (seconds(true), seconds(false));
        Spans {
            cells: cells(&ended, resolution),
            beyond: grouped(&cut, resolution),
            curve: steps(observed),
            resolution,
            ended,
            cut,
        }
    }

    /// Of spans that were all seen to their end.
    #[must_use]
    pub fn complete(spans: impl IntoIterator<Item = Micros>) -> Spans {
        let seen = |after| Observed { after, ended: true };
        Spans::of(spans.into_iter().map(seen).collect())
    }

    /// How many.
    #[must_use]
    pub fn n(&self) -> usize {
        self.ended.len() + self.cut.len()
    }

    /// The log-likelihood of a law, in nats; negative infinity where it makes something impossible.
    pub(crate) fn log_likelihood(&self, law: &Law) -> f64 {
        let mut sum = 0.0;
        // Cells often touch: an end is the next one's beginning.
        let mut last = (f64::NAN, 0.0, 0.0);
        for (from, to, n) in &self.cells {
            let at = |x: f64, last: (f64, f64, f64)| match last.0 == x {
                true => last,
                false => (x, law.cdf(x), law.survival(x)),
            };
            let (lower, upper) = (at(*from, last), at(*to, (f64::NAN, 0.0, 0.0)));
            last = upper;
            // The smaller tail keeps its digits.
            let share = match lower.1 < 0.5 {
                true => upper.1 - lower.1,
                false => lower.2 - upper.2,
            };
            sum += n * (share / (to - from)).ln();
        }
        for (at, n) in &self.beyond {
            sum += n * law.survival(*at).ln();
        }
        sum
    }

    /// The share that lasts longer than `x` by the Kaplan-Meier estimate.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        let i = self
            .curve
            .partition_point(|step| step.after as f64 / 1e6 <= x);
        i.checked_sub(1).map_or(1.0, |i| self.curve[i].share)
    }

    /// The greatest distance between the Kaplan-Meier estimate and a survival function, over the times
    /// at which somebody ended and, where some were cut short, at least 30 were still there: beyond, the
    /// estimate is mostly noise. Rounded times are compared between two of them.
    #[must_use]
    pub fn distance(&self, survival: impl Fn(f64) -> f64) -> f64 {
        let mut before = 1.0;
        let mut most = 0.0_f64;
        let least = if self.cut.is_empty() { 1 } else { AT_RISK };
        for step in self.curve.iter().filter(|step| step.at_risk >= least) {
            let at = step.after as f64 / 1e6;
            let half = 0.5 * self.resolution;
            let (early, late) = (survival((at - half).max(0.0)), survival(at + half));
            if at > 0.0 {
                most = most.max((early - before).abs());
            }
            most = most.max((late - step.share).abs());
            before = step.share;
        }
        most
    }

    /// The mean of those that ended; `None` when none did.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let n = self.ended.len();
        (n > 0).then(|| self.ended.iter().sum::<f64>() / n as f64)
    }

    /// Their standard deviation; `None` below two.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        let n = self.ended.len();
        let squares: f64 = self.ended.iter().map(|x| (x - mean) * (x - mean)).sum();
        (n > 1).then(|| (squares / (n - 1) as f64).sqrt())
    }
}

/// The coarsest of 1 s, 100 ms, 10 ms and 1 ms of which every span is a multiple; 0 when none is.
fn resolution(observed: &[Observed]) -> f64 {
    let coarsest = [1_000_000, 100_000, 10_000, 1_000]
        .into_iter()
        .find(|unit: &u64| observed.iter().all(|one| one.after.is_multiple_of(*unit)));
    coarsest.map_or(0.0, |unit| unit as f64 / 1e6)
}

/// The cells of ascending values.
fn cells(values: &[f64], resolution: f64) -> Vec<(f64, f64, f64)> {
    let unit = resolution.max(FINEST);
    let same: Vec<&[f64]> = values.chunk_by(|a, b| a == b).collect();
    if same.len() <= FEW {
        let cell = |same: &[f64]| {
            let from = (same[0] - 0.5 * unit).max(0.0);
            (from, same[0] + 0.5 * unit, same.len() as f64)
        };
        return same.into_iter().map(cell).collect();
    }
    let mut cells: Vec<(f64, f64, f64)> = Vec::new();
    let (mut from, mut to) = (0.0, 0.5 * unit);
    for value in values {
        while *value >= to {
            from = to;
            let steps = (to * WIDTH / unit).floor().max(1.0);
            to = from + steps * unit;
        }
        match cells.last_mut() {
            Some(last) if last.0 == from => last.2 += 1.0,
            Some(_) | None => cells.push((from, to, 1.0)),
        }
    }
    cells
}

/// Places of ascending values, near ones taken together.
fn grouped(values: &[f64], resolution: f64) -> Vec<(f64, f64)> {
    let same = values.chunk_by(|a, b| a == b);
    if same.clone().count() <= FEW {
        return same.map(|same| (same[0], same.len() as f64)).collect();
    }
    let cells = cells(values, resolution).into_iter();
    cells.map(|(from, to, n)| (0.5 * (from + to), n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spans_are_rounded_to_is_seen() {
        let of = |micros: &[u64]| Spans::complete(micros.iter().copied()).resolution;
        assert_eq!(of(&[1_000_000, 25_000_000, 0]), 1.0);
        assert_eq!(of(&[1_000_000, 2_300_000]), 0.1);
        assert_eq!(of(&[1_000_001]), 0.0);
    }

    #[test]
    fn grouping_changes_a_likelihood_by_less_than_a_thousandth_a_call() {
        let exponential = |k: u64| (-(1.0 - (k as f64 + 0.5) / 5_000.0).ln() * 180e6) as u64;
        let all: Vec<u64> = (0..5_000).map(exponential).collect();
        let grouped = Spans::complete(all.iter().copied());
        let law = Law::Exponential { mean: 180.0 };
        let exact: f64 = all
            .iter()
            .map(|x| -(*x as f64 / 1e6) / 180.0 - 180_f64.ln())
            .sum();
        assert!(grouped.cells.len() < 500);
        let off = (grouped.log_likelihood(&law) - exact).abs() / 5_000.0;
        assert!(off < 1e-3, "{off}");
    }

    #[test]
    fn who_was_cut_short_counts_as_lasting_longer() {
        let seen = |after: u64, ended| Observed {
            after: after * 1_000_000,
            ended,
        };
        let spans = Spans::of(vec![seen(10, true), seen(20, false), seen(20, false)]);
        let law = Law::Exponential { mean: 30.0 };
        let half = 0.5 / 30.0_f64;
        let density = ((-9.5 / 30.0_f64).exp() - (-10.5 / 30.0_f64).exp()).ln();
        assert!(
            (spans.log_likelihood(&law) - (density - 2.0 * 20.0 / 30.0)).abs() < 1e-12,
            "{half}"
        );
        assert_eq!(
            (spans.n(), spans.mean(), spans.deviation()),
            (3, Some(10.0), None)
        );
    }
}
