//! Which snapshots are refused, and in which words. That a restored engine goes on as it would have
//! is a property (`properties`).

use engine::policy::{Policy, QueuePolicy};
use engine::{BEHAVIOUR_VERSION, Engine, RestoreError, SNAPSHOT_FORMAT, Snapshot};
use serde_json::{Value, json};

fn engine() -> Engine {
    Engine::new(Policy {
        queues: vec![QueuePolicy::default()],
        ..Policy::default()
    })
    .expect("a sound policy")
}

/// As JSON, with one value changed.
fn changed(pointer: &str, to: Value) -> Result<Snapshot, serde_json::Error> {
    let mut written = serde_json::to_value(engine().snapshot()).expect("written");
    *written.pointer_mut(pointer).expect("it is there") = to;
    serde_json::from_str(&written.to_string())
}

fn why_not(snapshot: Snapshot) -> String {
    Engine::restore(snapshot).expect_err("refused").to_string()
}

#[test]
fn a_snapshot_of_another_format_is_refused_whatever_its_state_looks_like() {
    let snapshot = changed("/format", json!(99)).expect("its versions can be read");
    assert_eq!((snapshot.format(), snapshot.behaviour_version()), (99, 1));
    assert_eq!(
        why_not(snapshot),
        format!("the snapshot has format 99, this engine reads format {SNAPSHOT_FORMAT}")
    );
    let text = r#"{"format":99,"behaviour_version":1,"state":{"nothing":"known"}}"#;
    let snapshot: Snapshot = serde_json::from_str(text).expect("its versions can be read");
    assert_eq!(snapshot.format(), 99);
    let bytes = postcard::to_allocvec(&(99u32, 1u32, "nothing known")).expect("written");
    let snapshot: Snapshot = postcard::from_bytes(&bytes).expect("its versions can be read");
    assert_eq!(snapshot.format(), 99);
    assert!(
        serde_json::to_string(&snapshot).is_err(),
        "without its state"
    );
}

#[test]
fn a_snapshot_of_an_engine_that_decides_otherwise_is_refused() {
    let snapshot = changed("/behaviour_version", json!(98)).expect("its versions can be read");
    assert_eq!(
        why_not(snapshot),
        format!(
            "the snapshot is of behaviour version 98, this engine is version {BEHAVIOUR_VERSION}"
        )
    );
}

#[test]
fn a_state_that_no_engine_can_be_in_is_refused() {
    let snapshot = changed("/state/queues/0/signed_in", json!(7)).expect("it reads as a state");
    let why = Engine::restore(snapshot).expect_err("refused");
    assert!(matches!(why, RestoreError::Broken(_)), "{why:?}");
    assert!(
        why.to_string()
            .starts_with("the snapshot holds an impossible state: CountersAgree"),
        "{why}"
    );
}

#[test]
fn a_snapshot_without_its_state_or_versions_is_no_snapshot() {
    for text in [
        "{}",
        r#"{"format":1}"#,
        r#"{"format":1,"behaviour_version":1}"#,
        r#"{"format":1,"behaviour_version":1,"state":{}}"#,
        r#"{"format":1,"behaviour_version":1,"state":{},"more":0}"#,
    ] {
        let read: Result<Snapshot, _> = serde_json::from_str(text);
        assert!(read.is_err(), "{text}");
    }
    let read: Result<Snapshot, _> = postcard::from_bytes(&[1, 1]);
    assert!(read.is_err());
}
