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

/// A step of the curve: a time at which at least one ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// The time.
    pub after: Micros,
    /// Who was still there just before.
    pub at_risk: u64,
    /// Who ended then.
    pub ended: u64,
    /// The share that lasts longer.
    pub share: f64,
    /// Greenwood's sum up to here, of ended / (at risk x (at risk - ended)) (M. Greenwood, "The natural
    /// duration of cancer", 1926): the variance of the share over its square. Infinite when all ended.
    pub greenwood: f64,
}

impl Step {
    /// The interval of the share at `z` standard errors (1.96 for 95 %), taken on the scale of
    /// ln(-ln share), which keeps it inside 0..=1 (Kalbfleisch and Prentice 1980); `None` where the share
    /// is 0 or 1.
    #[must_use]
    pub fn band(&self, z: f64) -> Option<(f64, f64)> {
        if self.share <= 0.0 || self.share >= 1.0 {
            return None;
        }
        let ln = self.share.ln();
        let reach = (z * self.greenwood.sqrt() / ln.abs()).exp();
        Some((self.share.powf(reach), self.share.powf(1.0 / reach)))
    }
}

/// The curve: ascending times, falling shares. Empty when none ended. Who is last seen at a time at
/// which others end was still at risk then.
#[must_use]
pub fn steps(mut observations: Vec<Observed>) -> Vec<Step> {
    observations.sort_unstable();
    let mut curve = Vec::new();
    let (mut share, mut greenwood) = (1.0, 0.0);
    let mut at_risk = observations.len();
    for same in observations.chunk_by(|a, b| a.after == b.after) {
        let ended = same.iter().filter(|one| one.ended).count();
        if ended > 0 {
            let (n, d) = (at_risk as f64, ended as f64);
            share *= 1.0 - d / n;
            greenwood += d / (n * (n - d));
            curve.push(Step {
                after: same[0].after,
                at_risk: at_risk as u64,
                ended: ended as u64,
                share,
                greenwood,
            });
        }
        at_risk -= same.len();
    }
    curve
}

/// The share that lasts longer than each time at which one ended: [`steps`] without the rest.
#[must_use]
pub fn survival(observations: Vec<Observed>) -> Vec<(Micros, f64)> {
    let curve = steps(observations);
    curve.iter().map(|step| (step.after, step.share)).collect()
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

    // lifelines 0.30.3, `KaplanMeierFitter().fit(durations, observed).confidence_interval_`.
    #[test]
    fn bands_agree_with_lifelines() {
        let observations = [
            (8, true),
            (10, false),
            (27, false),
            (31, true),
            (54, true),
            (70, false),
            (92, true),
            (121, false),
        ];
        let observed = observations.map(|(after, ended)| Observed { after, ended });
        let golden = [
            (0.387_000_014_032_024_8, 0.981_392_965_878_966_1),
            (0.224_790_664_033_655_1, 0.918_298_628_596_930_2),
            (0.122_126_151_692_473_8, 0.820_814_269_738_857),
            (0.012_731_148_793_616_08, 0.663_680_821_340_738_7),
        ];
        for (step, (lower, upper)) in steps(observed.to_vec()).iter().zip(golden) {
            let band = step.band(1.959_963_984_540_054).expect("a band");
            assert!((band.0 - lower).abs() < 1e-9, "{step:?}: {band:?}");
            assert!((band.1 - upper).abs() < 1e-9, "{step:?}: {band:?}");
        }
        let last = steps(vec![Observed {
            after: 1,
            ended: true,
        }]);
        assert_eq!(last[0].band(1.96), None);
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
