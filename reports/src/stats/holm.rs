//! Holm's step-down correction (1979): several gates judged together keep the family's error rate.

/// What became of one test of a family.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Decision {
    /// The null hypothesis is rejected.
    pub is_rejected: bool,
    /// The level it was tested at: alpha / (hypotheses not yet rejected).
    pub level: f64,
}

/// Tests `p_values` as a family at level `alpha`. Decisions in the order of the input.
#[must_use]
pub fn holm(p_values: &[f64], alpha: f64) -> Vec<Decision> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut decisions = vec![
        Decision {
            is_rejected: false,
            level: alpha,
        };
        p_values.len()
    ];
    let mut left = p_values.len();
    let mut goes_on = true;
    for index in order {
        let level = alpha / left as f64;
        goes_on = goes_on && p_values[index] <= level;
        decisions[index] = Decision {
            is_rejected: goes_on,
            level,
        };
        if goes_on {
            left -= 1;
        }
    }
    decisions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_step_down_and_stop_at_the_first_that_is_not_rejected() {
        // Holm's procedure by hand: 0.01 <= 0.05/4, 0.015 <= 0.05/3, 0.03 > 0.05/2, 0.04 not tried.
        let rejected: Vec<bool> = holm(&[0.03, 0.01, 0.04, 0.015], 0.05)
            .iter()
            .map(|decision| decision.is_rejected)
            .collect();
        assert_eq!(rejected, [false, true, false, true]);
    }

    #[test]
    fn one_test_alone_is_not_corrected() {
        assert_eq!(
            holm(&[0.04], 0.05),
            [Decision {
                is_rejected: true,
                level: 0.05
            }]
        );
        assert_eq!(holm(&[], 0.05), []);
    }
}
