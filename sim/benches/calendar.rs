//! What the calendar costs: the hold model (Jones, "An empirical comparison of priority-queue and
//! event-set implementations", CACM 29, 1986): with n events pending, take the next and schedule
//! one an exponential span later. The standard library's binary heap stands beside it.
//!
//! `cargo bench -p linefinder-sim --bench calendar`

use divan::{Bencher, black_box, counter::ItemsCount};
use sim::calendar::Calendar;
use sim::dist::Dist;
use sim::streams::{Purpose, Seed, Streams};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [10, 1_000, 100_000];
const HOLDS: usize = 10_000;

/// Exponential spans of mean 1 s, drawn beforehand so that only the calendar is timed.
fn spans() -> Vec<u64> {
    let streams = Streams::new(Seed {
        seed: 1,
        replication: 0,
    });
    let dist = Dist::exponential(1.0).expect("valid");
    (0..1 << 16)
        .map(|i| dist.sample_micros(streams.unit(Purpose::Talk, i, 0)))
        .collect()
}

fn filled(n: usize, spans: &[u64]) -> Calendar {
    let mut calendar = Calendar::with_capacity(n + 1);
    for i in 0..n {
        calendar.push(spans[i % spans.len()], i as u64);
    }
    calendar
}

#[divan::bench(args = SIZES)]
fn hold_by_pop_and_push(bencher: Bencher<'_, '_>, n: usize) {
    let spans = spans();
    let mut calendar = filled(n, &spans);
    let mut i = 0;
    bencher.counter(ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let next = calendar.pop().expect("not empty");
            i = (i + 1) % spans.len();
            calendar.push(next.time + spans[i], black_box(next.event));
        }
    });
}

#[divan::bench(args = SIZES)]
fn hold_by_the_standard_binary_heap(bencher: Bencher<'_, '_>, n: usize) {
    let spans = spans();
    let mut heap: BinaryHeap<Reverse<(u64, u64, u64)>> = (0..n)
        .map(|i| Reverse((spans[i % spans.len()], i as u64, i as u64)))
        .collect();
    let mut i = 0;
    let mut seq = n as u64;
    bencher.counter(ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let Reverse((time, _, payload)) = heap.pop().expect("not empty");
            i = (i + 1) % spans.len();
            seq += 1;
            heap.push(Reverse((time + spans[i], seq, black_box(payload))));
        }
    });
}
