//! A digest of a run's outputs: equal digests, equal runs.
//!
//! Each output is a row of its time, its kind with the small parts, and up to four numbers; the
//! match in `row.rs` names every field, so that a new one does not compile before it is in the
//! digest. A row's words are taken in pairs by the folded 64 x 64 -> 128 bit multiply of wyhash
//! (Wang Yi 2019), each pair with constants of its own (the NH construction, Black et al. 1999), so
//! that the multiplications of a row do not wait for each other; the row is then chained into the
//! two halves of the digest. The same on every machine; it guards against mistakes, not against an
//! attacker.

mod row;

use core::fmt;

use engine::id::CommandId;
use engine::output::{Command, Event, Output};
use engine::time::Timestamp;

use row::Row;

// Odd constants without structure: wyhash's default secret, then its first multiples of the golden
// ratio's fraction.
const K1: u64 = 0xa076_1d64_78bd_642f;
const K2: u64 = 0xe703_7ed1_a0b4_28db;
const K3: u64 = 0x8ebc_6af0_9c88_c6e3;
const K4: u64 = 0x5899_65cc_7537_4cc3;
const K5: u64 = 0x1d8e_4e27_c47d_124f;
const K6: u64 = 0xeb44_acca_b455_d165;

/// High and low half of the product, folded.
#[inline(always)]
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
    /// Before anything was said: what a journal begins with.
    pub const NOTHING: TraceDigest = TraceDigest([0; 2]);

    /// The digest of a journal after one more step with these outputs: unlike [`TraceHasher`]'s, it
    /// goes on from a digest alone, so that a journal is continued, and replayed, from any row. A step
    /// that said nothing leaves it as it was.
    #[must_use]
    #[inline]
    pub fn then(self, outputs: &[Output]) -> TraceDigest {
        if outputs.is_empty() {
            return self;
        }
        let mut hasher = TraceHasher::new();
        hasher.take(Row::pair(self.0[0], self.0[1]));
        hasher.outputs(outputs);
        hasher.digest()
    }

    /// The digest of a run of replications, in their order.
    #[must_use]
    pub fn combine(replications: impl IntoIterator<Item = TraceDigest>) -> TraceDigest {
        let mut hasher = TraceHasher::new();
        for digest in replications {
            hasher.take(Row::pair(digest.0[0], digest.0[1]));
        }
        hasher.digest()
    }
}

/// Digests outputs as they come, in a few nanoseconds each.
#[derive(Clone, Debug)]
pub struct TraceHasher {
    lanes: [u64; 2],
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
            rows: 0,
        }
    }

    /// Folds outputs in, in order.
    #[inline]
    pub fn outputs(&mut self, outputs: &[Output]) {
        for output in outputs {
            self.output(output);
        }
    }

    /// Folds one output in.
    #[inline(always)]
    pub fn output(&mut self, output: &Output) {
        self.take(Row::of(output));
    }

    /// Folds one event of `at` in.
    #[inline(always)]
    pub fn event(&mut self, at: Timestamp, event: &Event) {
        self.take(Row::of_event(at.0, event));
    }

    /// Folds one command of `at` in.
    #[inline(always)]
    pub fn command(&mut self, at: Timestamp, id: CommandId, command: Command) {
        self.take(Row::of_command(at.0, id.0, command));
    }

    #[inline(always)]
    fn take(&mut self, row: Row) {
        let [a, b] = self.lanes;
        let word = row.0;
        self.lanes = [fold(a ^ word, K1), fold(b.wrapping_add(word), K2)];
        self.rows += 1;
    }

    /// What was seen so far.
    #[must_use]
    pub fn digest(&self) -> TraceDigest {
        let [a, b] = self.lanes;
        let end = fold(K1, self.rows.wrapping_add(K4));
        let x = fold(a ^ K2 ^ end, b ^ K1);
        let y = fold(b.rotate_left(32) ^ K3, a ^ K4 ^ end.rotate_left(32));
        TraceDigest([fold(x ^ K1, y ^ K3), fold(y ^ K2, x ^ K4)])
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
        expect_test::expect!["74c957ca63e37d8b4bec2cc2e037b6ec"]
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
    fn a_digest_goes_on_from_where_it_stood_and_tells_steps_apart() {
        let (start, trace) = (TraceDigest::NOTHING, trace());
        let whole = start.then(&trace[..1]).then(&[]).then(&trace[1..]);
        assert_eq!(whole, start.then(&trace[..1]).then(&trace[1..]));
        assert_ne!(whole, start.then(&trace[..2]).then(&trace[2..]));
        assert_ne!(whole, start.then(&trace));
        assert_eq!(start.then(&[]), start);
    }

    #[test]
    fn bits_of_the_digest_flip_evenly() {
        // One bit of input changed: each output bit flips in about half of the cases.
        let mut flips = [0_u32; 128];
        let n = 4096;
        for k in 0..n {
            let digest = |word: u64| {
                let mut hasher = TraceHasher::new();
                hasher.take(Row::pair(word, 0));
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
