//! A digest of a run's outputs: equal digests, equal runs.
//!
//! [`TraceHasher`] is a [`core::hash::Hasher`] for `derive(Hash)` types that gives the same 128
//! bits on every machine: widths of `usize` and `isize` (enum discriminants) are fixed to 64 bits
//! and byte order is little. The mixing is the folded 64 x 64 -> 128 bit multiply of wyhash (Wang
//! Yi 2019): once for each field of an output, then twice with different constants to take the
//! output into the two halves of the digest. It guards against mistakes, not against an attacker,
//! and is stable as long as `derive(Hash)` visits fields in order (the committed digests in tests
//! say when that changes).

use core::fmt;
use core::hash::{Hash, Hasher};

use engine::output::Output;

// Odd constants without structure: wyhash's default secret.
const K1: u64 = 0xa076_1d64_78bd_642f;
const K2: u64 = 0xe703_7ed1_a0b4_28db;
const K3: u64 = 0x8ebc_6af0_9c88_c6e3;
const K4: u64 = 0x5899_65cc_7537_4cc3;

/// High and low half of the product, folded.
#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The digest of a sequence of outputs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TraceDigest(pub [u64; 2]);

impl fmt::Display for TraceDigest {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

impl TraceDigest {
    /// The digest of a run of replications, in their order.
    #[must_use]
    pub fn combine(replications: impl IntoIterator<Item = TraceDigest>) -> TraceDigest {
        let mut hasher = TraceHasher::new();
        for digest in replications {
            hasher.write_u64(digest.0[0]);
            hasher.write_u64(digest.0[1]);
        }
        hasher.digest()
    }
}

/// Digests outputs as they come, in a few nanoseconds each.
#[derive(Clone, Debug)]
pub struct TraceHasher {
    lanes: [u64; 2],
    /// The words since the last output.
    row: u64,
    rows: u64,
}

impl Default for TraceHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl TraceHasher {
    /// Nothing seen.
    #[must_use]
    pub const fn new() -> Self {
        TraceHasher {
            lanes: [K3, K4],
            row: K2,
            rows: 0,
        }
    }

    /// Folds outputs in, in order.
    #[inline]
    pub fn outputs(&mut self, outputs: &[Output]) {
        for output in outputs {
            output.hash(self);
            self.take_row();
        }
    }

    /// Takes the words since the last row into both halves.
    #[inline]
    fn take_row(&mut self) {
        let [a, b] = self.lanes;
        let row = self.row;
        self.lanes = [fold(a ^ row, K1), fold(b.wrapping_add(row), K2)];
        self.row = K2;
        self.rows += 1;
    }

    /// What was seen so far.
    #[must_use]
    pub fn digest(&self) -> TraceDigest {
        let [a, b] = self.lanes;
        let end = fold(self.row ^ K1, self.rows.wrapping_add(K4));
        let x = fold(a ^ K2 ^ end, b ^ K1);
        let y = fold(b.rotate_left(32) ^ K3, a ^ K4 ^ end.rotate_left(32));
        TraceDigest([fold(x ^ K1, y ^ K3), fold(y ^ K2, x ^ K4)])
    }
}

impl Hasher for TraceHasher {
    /// Half of [`Self::digest`].
    fn finish(&self) -> u64 {
        self.digest().0[0]
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
        self.write_u64(bytes.len() as u64);
    }
    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.row = fold(self.row ^ word, K3);
    }
    #[inline]
    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }
    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }
    #[inline]
    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }
    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }
    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    #[inline]
    fn write_i8(&mut self, word: i8) {
        self.write_u64(word as u64);
    }
    #[inline]
    fn write_i16(&mut self, word: i16) {
        self.write_u64(word as u64);
    }
    #[inline]
    fn write_i32(&mut self, word: i32) {
        self.write_u64(word as u64);
    }
    #[inline]
    fn write_i64(&mut self, word: i64) {
        self.write_u64(word as u64);
    }
    #[inline]
    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }
}

#[cfg(test)]
mod tests {
    use engine::id::{AgentId, CallId};
    use engine::output::{Event, What};
    use engine::time::Timestamp;

    use super::*;

    fn of(outputs: &[Output]) -> TraceDigest {
        let mut hasher = TraceHasher::new();
        hasher.outputs(outputs);
        hasher.digest()
    }

    fn trace() -> Vec<Output> {
        let at = |at, event| Output {
            at: Timestamp(at),
            what: What::Event(event),
        };
        let (call, agent) = (CallId(7), AgentId(3));
        vec![
            at(1, Event::AgentIdle { agent }),
            at(2, Event::CallExhausted { call }),
            at(2, Event::AgentAlive { agent, alive: true }),
            at(9, Event::CallFailed { call }),
        ]
    }

    #[test]
    fn the_digest_is_the_same_on_every_machine_and_version() {
        expect_test::expect!["e6606b5340f062448cf58e067bd73f4c"]
            .assert_eq(&of(&trace()).to_string());
    }

    #[test]
    fn any_change_and_any_exchange_changes_the_digest() {
        let mut seen = vec![of(&trace()), of(&trace()[..3])];
        for k in 0..3 {
            let mut exchanged = trace();
            exchanged.swap(k, k + 1);
            seen.push(of(&exchanged));
        }
        for k in 0..4 {
            let mut later = trace();
            later[k].at.0 ^= 1 << 40;
            seen.push(of(&later));
        }
        let n = seen.len();
        seen.sort_unstable_by_key(|digest| digest.0);
        seen.dedup();
        assert_eq!(seen.len(), n);
    }

    #[test]
    fn steps_do_not_matter_but_the_order_of_replications_does() {
        let mut hasher = TraceHasher::new();
        let trace = trace();
        hasher.outputs(&trace[..1]);
        hasher.outputs(&trace[1..]);
        assert_eq!(hasher.digest(), of(&trace));
        let (a, b) = (of(&trace[..1]), of(&trace[1..]));
        assert_ne!(TraceDigest::combine([a, b]), TraceDigest::combine([b, a]));
        assert_ne!(TraceDigest::combine([a]), a);
    }

    #[test]
    fn bits_of_the_digest_flip_evenly() {
        // One bit of input changed: each output bit flips in about half of the cases.
        let mut flips = [0_u32; 128];
        let n = 4096;
        for k in 0..n {
            let digest = |word: u64| {
                let mut hasher = TraceHasher::new();
                hasher.write_u64(word);
                hasher.digest().0
            };
            let word = fold(k ^ K4, K1);
            let (a, b) = (digest(word), digest(word ^ 1 << (k % 64)));
            for (bit, flips) in flips.iter_mut().enumerate() {
                let place = bit % 64;
                *flips += (((a[bit / 64] ^ b[bit / 64]) >> place) & 1) as u32;
            }
        }
        // 6 standard deviations of Binomial(4096, 1/2).
        for flips in flips {
            assert!(flips.abs_diff(n as u32 / 2) < 192, "{flips} of {n}");
        }
    }
}
