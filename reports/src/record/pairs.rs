//! A bounded, evenly thinned sample of (announced, remained) waits for the calibration chart.
//!
//! When it is full every second pair is dropped and from then on only every second new one is
//! kept: no randomness, and the whole run stays represented.

use engine::time::Micros;

const CAPACITY: usize = 256;

/// What callers were told first, and what they then waited; milliseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pairs {
    kept: Vec<(u32, u32)>,
    every: u64,
    seen: u64,
}

impl Default for Pairs {
    fn default() -> Self {
        Pairs {
            kept: Vec::new(),
            every: 1,
            seen: 0,
        }
    }
}

impl Pairs {
    pub(crate) fn push(&mut self, announced: Micros, remained: Micros) {
        let is_kept = self.seen.is_multiple_of(self.every);
        self.seen += 1;
        if !is_kept {
            return;
        }
        if self.kept.len() == CAPACITY {
            let mut nth = 0_u32;
            self.kept.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.every *= 2;
            if !(self.seen - 1).is_multiple_of(self.every) {
                return;
            }
        }
        let milliseconds = |span: Micros| u32::try_from(span / 1000).unwrap_or(u32::MAX);
        self.kept
            .push((milliseconds(announced), milliseconds(remained)));
    }
    /// The sample, in order of connection: announced and remained, milliseconds.
    #[must_use]
    pub fn kept(&self) -> &[(u32, u32)] {
        &self.kept
    }
    pub(crate) fn shrink(&mut self) {
        self.kept.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_bounded_and_spread_evenly() {
        let mut pairs = Pairs::default();
        for k in 0..10_000_u64 {
            pairs.push(k * 1000, 0);
        }
        let kept = pairs.kept();
        assert!(kept.len() > CAPACITY / 2 && kept.len() <= CAPACITY);
        let step = kept[1].0 - kept[0].0;
        assert!(kept.windows(2).all(|w| w[1].0 - w[0].0 == step));
    }
}
