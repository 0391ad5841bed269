//! No file makes a reader panic: it gives a value or an error that can be shown.

use jiff::civil::date;
use policy_file::{Names, Overrides};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sim::columns::Columns;
use sim::scenario::Scenario;
use sim::trace::TraceReader;

use crate::{COLUMNS, SCENARIO, files};

fn judge_scenario(text: &str) {
    if let Err(errors) = Scenario::parse(text, "fuzz", &files(), &Overrides::new()) {
        assert!(!errors.list.is_empty() && !errors.to_string().is_empty());
    }
}

fn judge_log(columns: &str, log: &[u8]) {
    let columns = match Columns::parse(columns, "fuzz") {
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
}

const PIECES: [&str; 34] = [
    "", "0", "9", "%", "s", "x", ":", "{", "}", "[", "]", ",", "-", " ", "\n", "\t", "\"", "'",
    "&a", "*a", "<<", "!", "|", ">", "#", "~", "é", "🦀", "\u{feff}", "\r", "---", "null", "1e999",
    "nan",
];

fn mutated(text: &str, edits: &[(prop::sample::Index, prop::sample::Index)]) -> String {
    let mut chars: Vec<String> = text.chars().map(String::from).collect();
    for (at, piece) in edits {
        let at = at.index(chars.len());
        chars[at] = (*piece.get(&PIECES)).to_owned();
    }
    chars.concat()
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index)>> {
    prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        1..6,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_with_a_few_characters_changed(edits in edits()) {
        judge_scenario(&mutated(SCENARIO, &edits));
    }

    #[test]
    fn a_scenario_with_lines_dropped_doubled_or_swapped(
        moves in prop::collection::vec((0..3_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        let mut lines: Vec<&str> = SCENARIO.lines().collect();
        for (kind, a, b) in moves {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            match kind {
                0 => { lines.remove(a); }
                1 => lines.insert(b, lines[a]),
                _ => lines.swap(a, b),
            }
        }
        judge_scenario(&lines.join("\n"));
    }

    #[test]
    fn a_columns_file_and_a_log_with_a_few_characters_changed(columns in edits(), log in edits(), which: bool) {
        let text = include_str!("files/calls.csv");
        match which {
            true => judge_log(&mutated(COLUMNS, &columns), text.as_bytes()),
            false => judge_log(COLUMNS, mutated(text, &log).as_bytes()),
        }
    }

    #[test]
    fn any_bytes_as_a_log(mut log in prop::collection::vec(any::<u8>(), 0..300), with_heading: bool) {
        if with_heading {
            log.splice(0..0, include_str!("files/calls.csv").bytes().take(72));
        }
        judge_log(COLUMNS, &log);
    }

    #[test]
    fn any_assignment(text in "[a-z0-9.=:{}\\[\\] \"%-]{0,60}") {
        let mut overrides = Overrides::new();
        if overrides.set(&text).is_ok() {
            let _ = Scenario::parse(SCENARIO, "fuzz", &files(), &overrides);
        }
    }
}
