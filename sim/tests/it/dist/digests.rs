//! The very microseconds: what a committed trace digest rests on. A change here is a change of
//! behaviour for every scenario and wants new baselines; a difference between machines is a bug.

use super::laws::all;
use sim::dist::Dist;
use sim::streams::{Purpose, Seed, Streams};

/// FNV-1a over the little-endian bytes of 4,000 spans: plain draws, then draws of survivors.
fn digest(dist: &Dist) -> u64 {
    let streams = Streams::new(Seed {
        seed: 2026,
        replication: 2,
    });
    let plain = (0..3_000).map(|e| dist.sample_micros(streams.unit(Purpose::Talk, e, 0)));
    let survivors = (0..1_000).map(|e| {
        let u = streams.unit(Purpose::Patience, e, 0);
        dist.conditional_sample_micros(1.5, u).unwrap_or(u64::MAX)
    });
    plain
        .chain(survivors)
        .flat_map(u64::to_le_bytes)
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        })
}

#[test]
fn every_law_gives_the_microseconds_it_always_gave() {
    let got: Vec<String> = all()
        .iter()
        .map(|(name, dist, _)| format!("{name} {:016x}", digest(dist)))
        .collect();
    assert_eq!(got.join("\n"), EXPECTED.trim());
}

const EXPECTED: &str = "
constant 6f28daa4c40eb7a5
exponential 2cb5b7586fe7be3f
uniform 65ff76e407d4c00f
lognormal 8f01ae79f6ed9ad2
lognormal factor e0b4615d3bd96cbf
lognormal wild f27e7e2fbad50f99
gamma 9cc1c3aed175f46b
gamma small 3027066e83d14a03
gamma day 62cd350d4e0d62ba
erlang 2f43ca83f768f734
weibull 1a52dc16666f04e1
weibull steep 1909c1d91d64823e
hyperexponential 914b51fc6c64c015
triangular f096e3f21fbd5177
triangular edge 71be9520e6015cad
balking 1238d935854f7020
mixture 7b41361826ad6347
sample 308e7e519762279d
survival step a504f14a024a9058
survival linear 1e978888d4211927
";
