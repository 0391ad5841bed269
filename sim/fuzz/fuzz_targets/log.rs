//! A columns file, a zero byte, and a log: every row a call or an error that can be shown.

#![no_main]

use jiff::civil::date;
use policy_file::Names;
use sim::columns::Columns;
use sim::trace::TraceReader;

/// The columns file that a log without one is read by.
const COLUMNS: &str = include_str!("../../tests/it/files/columns.yaml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (columns, log) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (String::from_utf8_lossy(&bytes[..at]), &bytes[at + 1..]),
        None => (COLUMNS.into(), bytes),
    };
    let columns = match Columns::parse(&columns, "fuzz") {
        Ok(columns) => columns,
        Err(errors) => return assert!(!errors.list.is_empty() && !errors.to_string().is_empty()),
    };
    let epoch = date(2026, 3, 2).at(8, 0, 0, 0);
    let mut names = Names::default();
    if let Ok(reader) = TraceReader::new(log, "log".to_owned(), &columns, epoch, &mut names) {
        for errors in reader.filter_map(Result::err) {
            assert!(!errors.to_string().is_empty());
        }
    }
});
