//! What recording costs. `cargo bench -p linefinder-reports`; figures are per run of the stream,
//! the counter shows calls per second.

#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::output::Output;
use engine::time::Timestamp;
use reports::digest::TraceHasher;
use reports::record::{Recorder, RecorderOptions};
use synthetic::{Centre, Told};

fn main() {
    divan::main();
}

/// A plain run that fits the cache: every call has about ten events and three commands.
fn stream() -> (Vec<Output>, usize) {
    let centre = Centre {
        agents: 200,
        calls_per_hour: 3000.0,
        hours: 0.7,
        is_rich: false,
        ..Centre::default()
    };
    let (told, _) = synthetic::replication(centre);
    let outputs: Vec<Output> = told
        .into_iter()
        .filter_map(|told| match told {
            Told::Output(output) => Some(output),
            Told::Truth(..)
            | Told::Serves(_)
            | Told::Redial(_)
            | Told::NoLine(_)
            | Told::CarrierRequest(_) => None,
        })
        .collect();
    let arrivals = outputs.iter().filter(|output| {
        matches!(
            output.what,
            engine::output::What::Event(engine::output::Event::CallArrived { .. })
        )
    });
    let n = arrivals.count();
    (outputs, n)
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
