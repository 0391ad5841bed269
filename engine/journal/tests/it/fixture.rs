//! Recorded journals that every later engine must replay.
//!
//! A failure here means that the engine decides otherwise than it did. If that was not meant, it is a
//! mistake. If it was, raise `engine::BEHAVIOUR_VERSION` and record anew:
//!
//! `LINEFINDER_RECORD_JOURNALS=1 cargo test -p linefinder-journal --test it fixture::`

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use engine::{BEHAVIOUR_VERSION, Engine, Outbox, Policy, What};
use journal::{Reader, Row, Writer};
use reports::digest::TraceDigest;

use super::desk::{Desk, header, policy};

const ROWS: usize = 600;

/// What the journal is to be about, by the first words of inputs and outputs.
const ABOUT: [&str; 20] = [
    "PolicyReplaced",
    "PolicyApplied",
    "Resumed",
    "FeatureSet",
    "StoreLatencyMeasured",
    "CallConnected",
    "CallEnded",
    "CallAbandoned",
    "VoicemailTaken",
    "CallbackTaken",
    "CallbackPlaced",
    "CallbackMissed",
    "AgentBreaker",
    "CarrierBreaker",
    "EstimateAnnounced",
    "OfferEnded",
    "CallExhausted",
    "AgentWrapUp",
    "AlertRaised",
    "QueueOpen",
];

fn path() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    folder.join(format!("behaviour-{BEHAVIOUR_VERSION}.jsonl"))
}

/// The first of the desk's days that has everything.
fn record() {
    let days = (0..200).map(|seed| Desk::rows(seed, ROWS, false));
    let mut days = days.filter(|rows| missing(&replayed(policy(), rows)).is_empty());
    let rows = days.next().expect("one of them has everything");
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for row in &rows {
        writer.row(row).unwrap();
    }
    let path = path();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, writer.finish().unwrap()).unwrap();
}

/// Tells an engine the rows and demands their outputs; the first words of all that happened.
fn replayed(policy: Policy, rows: &[Row]) -> BTreeSet<String> {
    let mut engine = Engine::new(policy).expect("a sound policy");
    let (mut out, mut outputs) = (Outbox::new(), TraceDigest::NOTHING);
    let mut seen = BTreeSet::new();
    for row in rows {
        out.clear();
        match row.input.clone() {
            Some(input) => {
                let _ = engine.handle(row.at, input, &mut out);
            }
            None => engine.advance_to(row.at, &mut out),
        }
        outputs = outputs.then(&out);
        assert_eq!(outputs.0, row.outputs, "{row:?} now gives {out:#?}");
        seen.extend(
            row.input
                .iter()
                .map(|input| first_word(&format!("{input:?}"))),
        );
        seen.extend(out.iter().map(|output| match output.what {
            What::Command(_, command) => first_word(&format!("{command:?}")),
            What::Event(event) => first_word(&format!("{event:?}")),
        }));
    }
    seen
}

fn first_word(text: &str) -> String {
    text.split([' ', '(']).next().unwrap_or_default().to_owned()
}

fn missing(seen: &BTreeSet<String>) -> Vec<&'static str> {
    let is_missing = |word: &&str| !seen.contains(*word);
    ABOUT.into_iter().filter(is_missing).collect()
}

#[test]
fn the_recorded_journal_is_replayed_row_by_row() {
    if std::env::var_os("LINEFINDER_RECORD_JOURNALS").is_some() {
        record();
    }
    let path = path();
    let file = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = Reader::open(&*file).expect("a journal");
    assert_eq!(reader.header().behaviour_version, BEHAVIOUR_VERSION);
    let policy = reader.header().policy.clone();
    let rows: Vec<Row> = reader
        .by_ref()
        .collect::<Result<_, _>>()
        .expect("as it was written");
    assert_eq!(rows.len(), ROWS);
    assert_eq!(missing(&replayed(policy, &rows)), Vec::<&str>::new());
}
