//! What recording costs. `cargo bench -p linefinder-reports`; figures are per run of the stream,
//! the counter shows calls per second.

#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::output::{Event, Output, What};
use engine::time::Timestamp;
use reports::digest::TraceHasher;
use reports::record::{Recorder, RecorderOptions};
use synthetic::{Centre, Told};

fn main() {
    divan::main();
}

/// Fits the cache, so that the recorder is measured and not the memory.
fn centre() -> Centre {
    Centre {
        agents: 200,
        calls_per_hour: 3000.0,
        hours: 0.7,
        is_rich: false,
        ..Centre::default()
    }
}

fn is_arrival(told: &Told) -> bool {
    match told {
        Told::Output(output) => matches!(output.what, What::Event(Event::CallArrived { .. })),
        Told::Truth(..)
        | Told::Serves(_)
        | Told::Redial(_)
        | Told::NoLine(_)
        | Told::CarrierRequest(_) => false,
    }
}

/// A plain run: every call has about eight events and three commands.
fn stream() -> (Vec<Output>, usize) {
    let (told, _) = synthetic::replication(centre());
    let n = told.iter().filter(|told| is_arrival(told)).count();
    let outputs = told.iter().filter_map(|told| match told {
        Told::Output(output) => Some(*output),
        Told::Truth(..)
        | Told::Serves(_)
        | Told::Redial(_)
        | Told::NoLine(_)
        | Told::CarrierRequest(_) => None,
    });
    (outputs.collect(), n)
}

fn options() -> RecorderOptions {
    RecorderOptions::new(Timestamp::from_secs(60), Timestamp::from_secs(2520))
}

#[divan::bench]
fn record_calls(bencher: Bencher<'_, '_>) {
    let (outputs, n) = stream();
    eprintln!("{} outputs, {n} calls", outputs.len());
    bencher
        .counter(ItemsCount::new(n))
        .with_inputs(|| Recorder::new(options()))
        .bench_local_values(|mut recorder| {
            for step in outputs.chunks(4) {
                recorder.outputs(divan::black_box(step));
            }
            recorder
        });
}

#[divan::bench]
fn record_calls_with_series(bencher: Bencher<'_, '_>) {
    let (outputs, n) = stream();
    let options = RecorderOptions {
        series_step: Some(30_000_000),
        ..options()
    };
    bencher
        .counter(ItemsCount::new(n))
        .with_inputs(|| Recorder::new(options.clone()))
        .bench_local_values(|mut recorder| {
            for step in outputs.chunks(4) {
                recorder.outputs(divan::black_box(step));
            }
            recorder
        });
}

/// The same with everything a simulator knows beside the outputs.
#[divan::bench]
fn record_calls_with_facts(bencher: Bencher<'_, '_>) {
    let centre = Centre {
        is_rich: true,
        ..centre()
    };
    let (told, _) = synthetic::replication(centre);
    let n = told.iter().filter(|told| is_arrival(told)).count();
    let options = RecorderOptions {
        n_queues: 2,
        n_classes: 2,
        ..options()
    };
    bencher
        .counter(ItemsCount::new(n))
        .with_inputs(|| Recorder::new(options.clone()))
        .bench_local_values(|mut recorder| {
            synthetic::tell(&mut recorder, divan::black_box(&told));
            recorder
        });
}

/// Ends a replication of the stream: once per replication, not per call.
#[divan::bench]
fn finish(bencher: Bencher<'_, '_>) {
    let (outputs, _) = stream();
    bencher
        .with_inputs(|| {
            let mut recorder = Recorder::new(options());
            recorder.outputs(&outputs);
            recorder
        })
        .bench_local_values(|recorder| recorder.finish(Timestamp::from_secs(5000)));
}

#[divan::bench]
fn digest_outputs(bencher: Bencher<'_, '_>) {
    let (outputs, _) = stream();
    bencher
        .counter(ItemsCount::new(outputs.len()))
        .bench_local(|| {
            let mut hasher = TraceHasher::new();
            for step in outputs.chunks(4) {
                hasher.outputs(divan::black_box(step));
            }
            hasher.digest()
        });
}
