//! Survival curves as a scenario's `empirical` files hold them: few points, straight lines between.

use std::fmt::Write as _;
use std::sync::Arc;

use super::spans::Spans;
use crate::dist::Dist;
use crate::scenario::DistSpec;
use crate::world::plan::dist;

/// How far a thinned curve may be from the full one, as a share.
pub const WITHIN: f64 = 0.001;

/// A curve of (seconds, share that lasts longer).
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// Ascending times, falling shares, at least one point.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// The Kaplan-Meier curve of spans, thinned to within [`WITHIN`]; `None` when none ended. A time that
    /// was rounded stands for the middle of what is rounded to it: the curve falls by its end.
    #[must_use]
    pub fn of(spans: &Spans) -> Option<Curve> {
        let half = 0.5 * spans.resolution;
        let mut full: Vec<(f64, f64)> = Vec::with_capacity(spans.curve.len() + 1);
        let first = spans.curve.first()?;
        let begins = (first.after as f64 * 1e-6 - half).max(0.0);
        if begins > 0.0 {
            full.push((begins, 1.0));
        }
        full.extend(
            spans
                .curve
                .iter()
                .map(|step| (step.after as f64 * 1e-6 + half, step.share)),
        );
        Some(Curve::through(&full))
    }

    /// Through points of ascending times and falling shares, thinned.
    #[must_use]
    pub fn through(full: &[(f64, f64)]) -> Curve {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (at, share) in thinned(full, WITHIN) {
            let (at, share) = ((at * 1e3).round() / 1e3, (share * 1e5).round() / 1e5);
            match points.last_mut() {
                Some(last) if at <= last.0 => last.1 = last.1.min(share),
                Some(_) | None => points.push((at, share)),
            }
        }
        Curve { points }
    }

    /// Whether it is one that a scenario takes: it falls, and not at its first moment alone.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let last = self.points.last().map_or(1.0, |last| last.1);
        let first = self.points.first().map_or(1.0, |first| first.1);
        last <= 0.0 || (last < 1.0 && (last < first || self.points[0].0 > 0.0))
    }

    /// As a scenario knows it.
    #[must_use]
    pub fn spec(&self) -> DistSpec {
        DistSpec::Survival(Arc::from(self.points.clone()))
    }

    /// To draw from it.
    #[must_use]
    pub fn dist(&self) -> Dist {
        dist(&self.spec())
    }

    /// The file: `remark` and the columns `seconds` and `survival`.
    #[must_use]
    pub fn csv(&self, remark: &str) -> String {
        let mut text = format!("# {remark}\nseconds,survival\n");
        for (at, share) in &self.points {
            let _ = writeln!(text, "{at},{share}");
        }
        text
    }
}

/// As few of the points as straight lines between them stay within `tolerance` of all (Douglas and
/// Peucker 1973, with vertical distances).
fn thinned(full: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let Some(last) = full.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut kept = vec![false; full.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let ((x0, y0), (x1, y1)) = (full[from], full[to]);
        let off = |(x, y): (f64, f64)| (y - (y0 + (y1 - y0) * (x - x0) / (x1 - x0))).abs();
        let farthest = (from + 1..to).max_by(|a, b| off(full[*a]).total_cmp(&off(full[*b])));
        if let Some(middle) = farthest.filter(|middle| off(full[*middle]) > tolerance) {
            kept[middle] = true;
            open.extend([(from, middle), (middle, to)]);
        }
    }
    let points = full.iter().zip(kept);
    points
        .filter(|(_, kept)| *kept)
        .map(|(point, _)| *point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_stays_within_its_tolerance_and_is_short() {
        let spans = Spans::complete((1..=20_000_u64).map(|k| {
            let u = (k as f64 - 0.5) / 20_000.0;
            (-(1.0 - u).ln() * 200e6) as u64
        }));
        let curve = Curve::of(&spans).expect("all ended");
        assert!(curve.points.len() < 60, "{}", curve.points.len());
        let law = curve.dist();
        assert!(spans.distance(|x| law.survival(x)) < WITHIN + 1e-4);
        assert!((law.mean() / 200.0 - 1.0).abs() < 0.01, "{}", law.mean());
    }

    #[test]
    fn rounded_spans_keep_their_mean() {
        let spans = Spans::complete([10, 20, 20, 30].map(|s| s * 1_000_000));
        let curve = Curve::of(&spans).expect("all ended");
        assert_eq!(curve.points.first(), Some(&(9.5, 1.0)));
        assert_eq!(curve.points.last(), Some(&(30.5, 0.0)));
        assert!(curve.is_usable());
        assert_eq!(curve.csv("of a test").lines().next(), Some("# of a test"));
    }
}
