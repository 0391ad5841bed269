//! A probability level from both sides. Owns nothing but the pair; keeps both tails exact where a
//! single number would lose the upper one to rounding.

/// The level at which a quantile is taken: `below` of the probability lies at or under it, `above`
/// over it. Invariant: both are in (0, 1) and add to 1 up to rounding.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Level {
    pub(crate) below: f64,
    pub(crate) above: f64,
}

impl Level {
    #[inline]
    pub(crate) fn below(below: f64) -> Self {
        Level {
            below,
            above: 1.0 - below,
        }
    }

    #[inline]
    pub(crate) fn above(above: f64) -> Self {
        Level {
            below: 1.0 - above,
            above,
        }
    }
}
