//! What a row costs: sealed and written, read and verified, and replayed with the engine beside it.
//!
//! `cargo bench -p linefinder-journal --bench rows`

use std::io::Cursor;

use divan::{Bencher, black_box, counter::ItemsCount};
use engine::{Engine, Outbox};
use journal::{Pipeline, Reader, Row, Writer};
use reports::digest::TraceDigest;

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/it/desk.rs"]
mod desk;

const ROWS: usize = 200_000;

fn main() {
    divan::main();
}

fn written(rows: &[Row]) -> Vec<u8> {
    let file = Vec::with_capacity(rows.len() * 300);
    let mut writer = Writer::new(file, &desk::header()).expect("written");
    for row in rows {
        writer.row(row).expect("written");
    }
    writer.finish().expect("written")
}

#[divan::bench(sample_count = 10)]
fn write(bencher: Bencher) {
    let rows = desk::Desk::rows(1, ROWS, true);
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| written(black_box(&rows)));
}

#[divan::bench(sample_count = 10)]
fn read(bencher: Bencher) {
    let file = written(&desk::Desk::rows(1, ROWS, true));
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut reader = Reader::open(black_box(&*file)).expect("a journal");
        while let Some(row) = reader.next_row().expect("as written") {
            black_box(&row);
        }
    });
}

#[divan::bench(sample_count = 10)]
fn replay(bencher: Bencher) {
    let file = written(&desk::Desk::rows(1, ROWS, true));
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| Cursor::new(file.clone()))
        .bench_local_values(|file| {
            let mut pipeline = Pipeline::open(file).expect("a journal");
            let mut engine = Engine::new(pipeline.header().policy.clone()).expect("sound");
            let (mut out, mut outputs) = (Outbox::new(), TraceDigest::NOTHING);
            let mut rows = Vec::new();
            while pipeline.next_rows(&mut rows).expect("as written") {
                for row in rows.drain(..) {
                    out.clear();
                    match row.input {
                        Some(input) => {
                            let _ = engine.handle(row.at, input, &mut out);
                        }
                        None => engine.advance_to(row.at, &mut out),
                    }
                    outputs = outputs.then(&out);
                    assert_eq!(outputs.0, row.outputs);
                }
            }
        });
}
