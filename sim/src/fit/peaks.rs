//! Where callers hang up more than just before and after: announcements make such peaks.

use serde::Serialize;

use super::spans::Spans;

/// Standard errors by which a peak stands out.
const Z: f64 = 4.5;
/// And how many times its surroundings' hazard.
const RATIO: f64 = 1.5;
/// Beyond this many seconds too few wait.
const LATEST: usize = 600;
/// Half the width of a peak, seconds.
const HALF: usize = 1;
/// How far its surroundings reach, seconds.
const AROUND: usize = 10;

/// A peak of the hazard.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Peak {
    /// Its second.
    pub at: f64,
    /// Hang-ups per second and waiting caller, in the 3 s around it.
    pub hazard: f64,
    /// The same around these.
    pub around: f64,
}

/// Hang-ups and waiting-time by whole second: the hazard of a second is their ratio.
#[must_use]
pub fn by_second(spans: &Spans) -> Vec<(f64, f64)> {
    let mut seconds = vec![(0.0, 0.0); LATEST];
    let place = |x: f64| (x + 0.5 * spans.resolution).floor() as usize;
    for x in &spans.ended {
        if let Some(second) = seconds.get_mut(place(*x)) {
            second.0 += 1.0;
        }
    }
    // Who is last seen in a second was at risk for half of it.
    for x in spans.ended.iter().chain(&spans.cut) {
        let last = place(*x);
        for second in seconds.iter_mut().take(last) {
            second.1 += 1.0;
        }
        if let Some(second) = seconds.get_mut(last) {
            second.1 += 0.5;
        }
    }
    seconds
}

/// The peaks, by time.
#[must_use]
pub fn peaks(spans: &Spans) -> Vec<Peak> {
    let seconds = by_second(spans);
    let sum = |from: usize, to: usize| {
        let part = &seconds[from.min(seconds.len())..to.min(seconds.len())];
        part.iter()
            .fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1))
    };
    let stand_out = |at: usize| {
        let (from, to) = (at - HALF, at + HALF + 1);
        let own = sum(from, to);
        let (before, after) = (sum(from.saturating_sub(AROUND), from), sum(to, to + AROUND));
        let around = (before.0 + after.0, before.1 + after.1);
        let hazard = |(n, time): (f64, f64)| if time > 0.0 { n / time } else { 0.0 };
        // Both sides must be lower: a falling hazard alone is no peak.
        let usual = hazard(before).max(hazard(after)).max(hazard(around));
        let expected = usual * own.1;
        // The surroundings are counted too: their own error widens the comparison.
        let error = (expected + expected * expected / around.0.max(1.0))
            .sqrt()
            .max(1.0);
        let z = (own.0 - expected) / error;
        let peak = Peak {
            at: at as f64,
            hazard: hazard(own),
            around: usual,
        };
        (z >= Z && peak.hazard >= RATIO * usual && own.0 >= 10.0).then_some((z, peak))
    };
    let found: Vec<(f64, Peak)> = (HALF + AROUND / 2..LATEST - 2 * AROUND)
        .filter_map(stand_out)
        .collect();
    // Of neighbours, the one that stands out most.
    let is_highest = |(z, peak): &(f64, Peak)| {
        let near = found
            .iter()
            .filter(|(_, other)| (other.at - peak.at).abs() <= AROUND as f64);
        near.fold(f64::NEG_INFINITY, |most, (other, _)| most.max(*other)) <= *z
    };
    found
        .iter()
        .filter(|one| is_highest(one))
        .map(|(_, peak)| *peak)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::spans::Spans;

    /// An exponential of mean 200 s, and 400 more who hang up from 60 to 62 s.
    #[test]
    fn a_peak_is_found_where_it_is_and_a_smooth_hazard_has_none() {
        let smooth =
            (0..20_000_u64).map(|k| (-(1.0 - (k as f64 + 0.5) / 20_000.0).ln() * 200e6) as u64);
        assert_eq!(peaks(&Spans::complete(smooth.clone())), []);
        let more = (0..400_u64).map(|k| 60_000_000 + k * 7_500);
        let found = peaks(&Spans::complete(smooth.chain(more)));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((60.0..=62.0).contains(&found[0].at), "{found:?}");
        assert!(found[0].hazard > 1.8 * found[0].around);
    }
}
