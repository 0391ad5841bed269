//! The product-limit estimate of a survival curve from observations of which some were cut short
//! (Kaplan & Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958).

use engine::time::Micros;

/// One observation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Observed {
    /// It ended after this, or was last seen after this.
    pub after: Micros,
    /// Whether it ended.
    pub ended: bool,
}

/// The share that lasts longer than each time at which one ended: ascending times, falling shares.
/// Empty when none ended. Who is last seen at a time at which others end was still at risk then.
#[must_use]
pub fn survival(mut observations: Vec<Observed>) -> Vec<(Micros, f64)> {
    observations.sort_unstable();
    let mut curve = Vec::new();
    let mut share = 1.0;
    let mut at_risk = observations.len();
    for same in observations.chunk_by(|a, b| a.after == b.after) {
        let ended = same.iter().filter(|one| one.ended).count();
        if ended > 0 {
            share *= 1.0 - ended as f64 / at_risk as f64;
            curve.push((same[0].after, share));
        }
        at_risk -= same.len();
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(observations: &[(Micros, bool)]) -> Vec<(Micros, f64)> {
        let observations = observations.iter();
        survival(
            observations
                .map(|(after, ended)| Observed {
                    after: *after,
                    ended: *ended,
                })
                .collect(),
        )
    }

    #[test]
    fn without_censoring_it_is_the_empirical_distribution() {
        let curve = seen(&[(3, true), (1, true), (1, true), (2, true)]);
        assert_eq!(curve, [(1, 0.5), (2, 0.25), (3, 0.0)]);
    }

    /// The worked example of Kaplan and Meier's section 2: deaths at 0.8, 3.1, 5.4, 9.2 and losses
    /// at 1.0, 2.7, 7.0, 12.1 give 7/8, 7/10, 21/40, 21/80.
    #[test]
    fn it_agrees_with_the_example_of_the_paper() {
        let curve = seen(&[
            (8, true),
            (10, false),
            (27, false),
            (31, true),
            (54, true),
            (70, false),
            (92, true),
            (121, false),
        ]);
        let expected = [(8, 0.875), (31, 0.7), (54, 0.525), (92, 0.2625)];
        assert_eq!(curve.len(), expected.len());
        for (got, want) in curve.iter().zip(expected) {
            assert_eq!(got.0, want.0);
            assert!((got.1 - want.1).abs() < 1e-12, "{got:?}");
        }
    }

    #[test]
    fn who_is_last_seen_when_another_ends_was_at_risk() {
        assert_eq!(seen(&[(5, false), (5, true)]), [(5, 0.5)]);
        assert_eq!(seen(&[(4, false), (5, true)]), [(5, 0.0)]);
    }

    #[test]
    fn nobody_ended_is_no_curve() {
        assert_eq!(seen(&[(5, false)]), []);
        assert_eq!(seen(&[]), []);
    }
}
