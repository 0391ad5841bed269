//! What one random draw costs: the keyed generator alone, each distribution through it, and what
//! a call needs at its arrival. Divide a line's time by `DRAWS`, or read its items per second.
//!
//! `cargo bench -p linefinder-sim --bench draws`

use divan::{Bencher, black_box, counter::ItemsCount};
use sim::dist::{Dist, DistError, Interpolation, SurvivalPoint};
use sim::streams::{Purpose, Seed, Streams};

fn main() {
    divan::main();
}

const DRAWS: u64 = 10_000;

fn streams() -> Streams {
    Streams::new(black_box(Seed {
        seed: 7,
        replication: 1,
    }))
}

#[divan::bench]
fn bits(bencher: Bencher<'_, '_>) {
    let streams = streams();
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0, |sum: u64, i| {
            sum.wrapping_add(streams.bits(Purpose::Talk, black_box(i), 0))
        })
    });
}

#[divan::bench]
fn unit(bencher: Bencher<'_, '_>) {
    let streams = streams();
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0.0, |sum, i| {
            sum + streams.unit(Purpose::Talk, black_box(i), 0)
        })
    });
}

/// Each draw needs the one before: the latency, where the lines above show the throughput.
#[divan::bench]
fn bits_one_after_another(bencher: Bencher<'_, '_>) {
    let streams = streams();
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0, |entity: u64, _| streams.bits(Purpose::Talk, entity, 0))
    });
}

#[divan::bench]
fn logarithm_of_libm(bencher: Bencher<'_, '_>) {
    let streams = streams();
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0.0, |sum, i| {
            sum + libm::log(streams.unit(Purpose::Talk, black_box(i), 0))
        })
    });
}

const NAMES: [&str; 12] = [
    "constant",
    "uniform",
    "exponential",
    "lognormal",
    "gamma",
    "erlang",
    "weibull",
    "hyperexponential",
    "triangular",
    "mixture",
    "sample",
    "survival",
];

fn dist(name: &str) -> Result<Dist, DistError> {
    match name {
        "constant" => Dist::constant(15.0),
        "uniform" => Dist::uniform(1.0, 3.0),
        "exponential" => Dist::exponential(120.0),
        "lognormal" => Dist::lognormal(180.0, 278.0),
        "gamma" => Dist::gamma(2.5, 180.0),
        "erlang" => Dist::erlang(3, 180.0),
        "weibull" => Dist::weibull(0.7, 300.0),
        "hyperexponential" => Dist::hyperexponential(&[(0.3, 30.0), (0.7, 300.0)]),
        "triangular" => Dist::triangular(1.0, 2.0, 6.0),
        "mixture" => Dist::mixture(&[
            (0.1, Dist::constant(0.0)?),
            (0.9, Dist::exponential(1000.0)?),
        ]),
        "sample" => Dist::sample_of((0..10_000).map(|i| f64::from(i) * 0.3).collect()),
        "survival" => {
            let points: Vec<_> = (1..5_000)
                .map(|i| SurvivalPoint {
                    time: f64::from(i),
                    survival: 1.0 / (1.0 + f64::from(i) / 300.0),
                })
                .collect();
            Dist::survival_curve(&points, Interpolation::Step)
        }
        _ => unreachable!("a name of NAMES"),
    }
}

#[divan::bench(args = NAMES)]
fn draw(bencher: Bencher<'_, '_>, name: &str) {
    let (streams, dist) = (streams(), black_box(dist(name).expect("valid")));
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0, |sum: u64, i| {
            sum + dist.sample_micros(streams.unit(Purpose::Talk, black_box(i), 0))
        })
    });
}

#[divan::bench(args = NAMES)]
fn make(name: &str) -> Dist {
    dist(name).expect("valid")
}

#[divan::bench(args = NAMES)]
fn draw_of_a_survivor(bencher: Bencher<'_, '_>, name: &str) {
    let (streams, dist) = (streams(), black_box(dist(name).expect("valid")));
    bencher
        .counter(ItemsCount::new(DRAWS / 10))
        .bench_local(|| {
            (0..DRAWS / 10).fold(0, |sum: u64, i| {
                let u = streams.unit(Purpose::Talk, black_box(i), 0);
                sum + dist.conditional_sample_micros(1.5, u).unwrap_or(0)
            })
        });
}

/// Gap, class, patience, balking, talk: the draws of one arrival.
#[divan::bench]
fn five_draws_of_a_call(bencher: Bencher<'_, '_>) {
    let streams = streams();
    let [gap, patience, talk] =
        ["exponential", "exponential", "lognormal"].map(|n| black_box(dist(n).expect("valid")));
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        (0..DRAWS).fold(0, |sum: u64, call| {
            let call = black_box(call);
            sum + gap.sample_micros(streams.unit(Purpose::ArrivalGap, call, 0))
                + u64::from(streams.chance(Purpose::Class, call, 0, 0.1))
                + u64::from(streams.chance(Purpose::Balk, call, 0, 0.02))
                + patience.sample_micros(streams.unit(Purpose::Patience, call, 0))
                + talk.sample_micros(streams.unit(Purpose::Talk, call, 0))
        })
    });
}
