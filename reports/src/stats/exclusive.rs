//! Holm's step-down correction for families in which some hypotheses exclude each other.
//!
//! "There is no difference" and "the difference is larger than the margin" cannot both be true: of
//! such a group at most one is a true hypothesis, so that a family counts groups, not hypotheses
//! (Shaffer 1986, procedure S1). With groups of one it is Holm's (1979).

/// What became of one test of a family.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adjusted {
    /// The smallest level of the family at which it is rejected, at most 1.
    pub p: f64,
    /// It is rejected at the family's level.
    pub is_rejected: bool,
}

/// Tests `(p value, group)` as a family at level `alpha`; decisions in the order of the input.
#[must_use]
pub fn exclusive(tests: &[(f64, usize)], alpha: f64) -> Vec<Adjusted> {
    let mut order: Vec<usize> = (0..tests.len()).collect();
    order.sort_by(|a, b| tests[*a].0.total_cmp(&tests[*b].0));
    let n_groups = tests.iter().map(|(_, group)| group + 1).max();
    let mut open = vec![0_usize; n_groups.unwrap_or(0)];
    for (_, group) in tests {
        open[*group] += 1;
    }
    let mut adjusted = vec![
        Adjusted {
            p: 1.0,
            is_rejected: false,
        };
        tests.len()
    ];
    let mut least = 0.0_f64;
    for index in order {
        let (p, group) = tests[index];
        // How many can still be true when all before this one are false.
        let possible = open.iter().filter(|left| **left > 0).count();
        least = least.max(p * possible as f64).min(1.0);
        adjusted[index] = Adjusted {
            p: least,
            is_rejected: least <= alpha,
        };
        open[group] -= 1;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::holm;

    #[test]
    fn without_groups_it_is_holms() {
        let p_values = [0.03, 0.01, 0.04, 0.015, 0.2];
        for alpha in [0.01, 0.05, 0.1, 0.2, 0.5] {
            let alone: Vec<(f64, usize)> = p_values.iter().copied().zip(0..).collect();
            let here: Vec<bool> = exclusive(&alone, alpha)
                .iter()
                .map(|test| test.is_rejected)
                .collect();
            let there: Vec<bool> = holm(&p_values, alpha)
                .iter()
                .map(|test| test.is_rejected)
                .collect();
            assert_eq!(here, there, "{alpha}");
        }
    }

    #[test]
    fn of_two_that_exclude_each_other_only_one_counts() {
        // Two groups of two: the first is tested at alpha / 2, and so is the second, whose group
        // still counts; after both of a group one group is left.
        let tests = [(0.02, 0), (0.024, 0), (0.04, 1), (0.9, 1)];
        let p: Vec<f64> = exclusive(&tests, 0.05).iter().map(|test| test.p).collect();
        assert_eq!(p, [0.04, 0.048, 0.048, 0.9]);
        assert_eq!(exclusive(&[], 0.05), []);
    }

    #[test]
    fn a_false_rejection_is_as_rare_as_promised_when_all_differences_are_nought() {
        // 5 groups, in each one true hypothesis (uniform p) and one that is plainly false.
        let mut state = 7_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let n = 20_000;
        let wrong = (0..n).filter(|_| {
            let tests: Vec<(f64, usize)> = (0..5)
                .flat_map(|group| [(uniform(), group), (1e-9, group)])
                .collect();
            let all = exclusive(&tests, 0.05);
            all.iter().step_by(2).any(|test| test.is_rejected)
        });
        let rate = wrong.count() as f64 / f64::from(n);
        // 1 - (1 - 0.01)^5 = 0.049; three standard errors are 0.0046.
        assert!((0.044..0.0537).contains(&rate), "{rate}");
    }
}
