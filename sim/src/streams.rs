//! Keyed random numbers: each is a pure function of (seed, replication, purpose, entity, k).
//!
//! Owns the generator and the mapping from identity to number. It must never keep state between
//! draws: no draw moves any other, so the same caller is equally patient under every policy
//! (common random numbers), in any order of asking and on any number of threads.
//!
//! # The generator
//!
//! A counter-based generator (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3", SC 2011) with two rounds of Evensen's *moremur* (2019), a bijection of 64 bits that
//! improves the constants of the SplitMix64 finaliser (Steele, Lea & Flood 2014; Stafford's mix
//! 13) and passes PractRand on plain counters where the latter fails:
//!
//! ```text
//! (a, b)  = keys of (seed, replication, purpose), derived once
//! x       = moremur(entity + a)
//! draw k  = moremur((x + k * GOLDEN) ^ b)
//! ```
//!
//! Why not Philox or ChaCha: ten rounds of wide multiplication or a block cipher cost 10 to 40 ns
//! where the whole call has some 300; two rounds are 2 ns and adjacent entities, ks, purposes,
//! replications and seeds show no correlation in the tests below and in `tests/it/streams.rs`.
//! Nothing here resists an adversary.
//!
//! Invariants: for a fixed key and k, different entities have different bits (both rounds are
//! bijections); a unit is an odd multiple of 2^-53, so neither it nor its complement is ever 0 or
//! 1, and `1.0 - unit` is exact. Only wrapping integer operations are used, so the numbers are
//! the same on every machine.

mod purpose;

pub use purpose::Purpose;

use core::convert::Infallible;
use rand_core::TryRng;

/// 2^64 divided by the golden ratio, made odd: the step of SplitMix64.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Names the numbers of one run: which scenario seed, and which of its replications.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Seed {
    /// The scenario's seed.
    pub seed: u64,
    /// The replication, from 0.
    pub replication: u32,
}

/// All random numbers of one replication, addressed by purpose, entity and k. Immutable; 600 bytes
/// of keys, one pair per purpose.
#[derive(Clone, Debug)]
pub struct Streams {
    seed: Seed,
    keys: [Key; Purpose::ALL.len()],
}

#[derive(Clone, Copy, Debug)]
struct Key {
    a: u64,
    b: u64,
}

impl Streams {
    /// Derives the keys of every purpose; about 100 ns.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        // Each part passes through a bijection before the next is added, so that no two of
        // (seed, replication), (seed, purpose) can trade places.
        let root = moremur(seed.seed ^ GOLDEN);
        let run = moremur(root.wrapping_add(u64::from(seed.replication).wrapping_mul(GOLDEN)));
        let keys = Purpose::ALL.map(|purpose| {
            let a = moremur(run ^ (purpose as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
            Key {
                a,
                b: moremur(a.wrapping_add(GOLDEN)),
            }
        });
        Streams { seed, keys }
    }

    /// The seed these numbers belong to, for the command that repeats a run.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// 64 uniform bits: the `k`-th number of `entity` for `purpose`.
    #[must_use]
    #[inline]
    pub fn bits(&self, purpose: Purpose, entity: u64, k: u64) -> u64 {
        let key = self.keys[purpose as usize];
        let x = moremur(entity.wrapping_add(key.a));
        moremur(x.wrapping_add(k.wrapping_mul(GOLDEN)) ^ key.b)
    }

    /// A uniform number in the open interval (0, 1): the `k`-th of `entity` for `purpose`.
    #[must_use]
    #[inline]
    pub fn unit(&self, purpose: Purpose, entity: u64, k: u64) -> f64 {
        unit_of(self.bits(purpose, entity, k))
    }

    /// Whether the `k`-th trial of `entity` for `purpose` succeeds. Monotone in `probability`: a
    /// trial that succeeds at 10 % succeeds at 20 % too. 0 never and 1 always succeeds.
    #[must_use]
    #[inline]
    pub fn chance(&self, purpose: Purpose, entity: u64, k: u64, probability: f64) -> bool {
        self.unit(purpose, entity, k) < probability
    }

    /// The whole sequence k = 0, 1, 2, ... of `entity` for `purpose`, as a `rand` generator. Its
    /// n-th `next_u64` is `bits(purpose, entity, n)`.
    #[must_use]
    #[inline]
    pub fn draw(&self, purpose: Purpose, entity: u64) -> Draw {
        let key = self.keys[purpose as usize];
        Draw {
            state: moremur(entity.wrapping_add(key.a)),
            key: key.b,
        }
    }
}

/// One entity for which two 32-bit numbers stand, e.g. a source and its n-th call.
#[must_use]
#[inline]
pub const fn entity(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// The numbers k = 0, 1, 2, ... of one (purpose, entity). Implements `rand_core::Rng`, so it works
/// with `rand` and `rand_distr`. Not `Copy`, so that a sequence is not continued twice by accident.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
    key: u64,
}

impl Draw {
    /// The next 64 uniform bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let out = moremur(self.state ^ self.key);
        self.state = self.state.wrapping_add(GOLDEN);
        out
    }

    /// The next number in the open interval (0, 1).
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit_of(self.bits())
    }
}

impl TryRng for Draw {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Evensen's moremur, "Stronger, better, morer, Moremur; a better Murmur3-type mixer" (2019).
#[inline]
const fn moremur(mut x: u64) -> u64 {
    x ^= x >> 27;
    x = x.wrapping_mul(0x3C79_AC49_2BA7_B653);
    x ^= x >> 33;
    x = x.wrapping_mul(0x1C69_B3F7_4AC4_AE35);
    x ^ x >> 27
}

/// The 52 upper bits as an odd multiple of 2^-53.
#[inline]
fn unit_of(bits: u64) -> f64 {
    // 2^52 + n has n in its mantissa; both operations are exact.
    let n = f64::from_bits(0x4330_0000_0000_0000 | bits >> 12) - 4_503_599_627_370_496.0;
    (n + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extreme_bits_give_units_inside_the_open_interval() {
        let least = unit_of(0);
        let most = unit_of(u64::MAX);
        assert_eq!(least, 2f64.powi(-53));
        assert_eq!(most, 1.0 - 2f64.powi(-53));
        assert_eq!(1.0 - most, least, "the complement is exact");
        assert!(least > 0.0 && most < 1.0);
    }

    #[test]
    fn a_sequence_gives_the_same_bits_as_asking_by_number() {
        let streams = Streams::new(Seed {
            seed: 7,
            replication: 3,
        });
        let mut draw = streams.draw(Purpose::Talk, 41);
        for k in 0..100 {
            assert_eq!(draw.bits(), streams.bits(Purpose::Talk, 41, k));
        }
    }

    #[test]
    fn the_mixer_maps_distinct_counters_to_distinct_bits() {
        let mut seen: Vec<u64> = (0..100_000).map(moremur).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 100_000);
    }
}
