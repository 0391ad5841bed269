//! Recorded journals that every later engine must replay.
//!
//! A failure here means that the engine decides otherwise than it did. If that was not meant, it is a
//! mistake. If it was, raise `engine::BEHAVIOUR_VERSION` and record anew:
//!
//! `LINEFINDER_RECORD_JOURNALS=1 cargo test -p linefinder-journal --test it fixture::`

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use engine::{BEHAVIOUR_VERSION, Engine, Outbox, What};
use journal::{Reader, Writer};
use reports::digest::TraceDigest;

use super::desk::{Desk, header};

const ROWS: usize = 600;

fn path() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    folder.join(format!("behaviour-{BEHAVIOUR_VERSION}.jsonl"))
}

fn record() {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    for row in Desk::rows(2026, ROWS, false) {
        writer.row(&row).unwrap();
    }
    let path = path();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, writer.finish().unwrap()).unwrap();
}

#[test]
fn the_recorded_journal_is_replayed_row_by_row() {
    if std::env::var_os("LINEFINDER_RECORD_JOURNALS").is_some() {
        record();
    }
    let path = path();
    let file = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = Reader::open(&*file).expect("a journal");
    let header = reader.header().clone();
    assert_eq!(header.behaviour_version, BEHAVIOUR_VERSION);
    let mut engine = Engine::new(header.policy).expect("a sound policy");
    let (mut out, mut outputs) = (Outbox::new(), TraceDigest::NOTHING);
    let mut seen = BTreeSet::new();
    let mut rows = 0;
    while let Some(row) = reader.next_row().expect("as it was written") {
        out.clear();
        match row.input.clone() {
            Some(input) => drop(engine.handle(row.at, input, &mut out)),
            None => engine.advance_to(row.at, &mut out),
        }
        outputs = outputs.then(&out);
        assert_eq!(outputs.0, row.outputs, "{row:?} now gives {out:#?}");
        seen.extend(row.input.map(|input| first_word(&format!("{input:?}"))));
        seen.extend(out.iter().map(|output| match output.what {
            What::Command(_, command) => first_word(&format!("{command:?}")),
            What::Event(event) => first_word(&format!("{event:?}")),
        }));
        rows += 1;
    }
    assert_eq!(rows, ROWS);
    for wanted in [
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
    ] {
        assert!(seen.contains(wanted), "{wanted} is not in {seen:?}");
    }
}

fn first_word(text: &str) -> String {
    text.split([' ', '(']).next().unwrap_or_default().to_owned()
}
