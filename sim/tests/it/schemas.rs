//! The schemas and the readers agree.

use policy_file::node::{Node, Value};
use policy_file::{Document, Overrides};
use sim::columns::Columns;
use sim::plan::{Plan, PlanOptions};
use sim::scenario::Scenario;
use sim::schema::{Kind, schema};

use crate::{COLUMNS, SCENARIO, files};

fn validator(kind: Kind) -> jsonschema::Validator {
    let schema = serde_json::from_str(&schema(kind)).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    Document::parse(text, "a").unwrap().root.to_json()
}

fn is_read(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Policy => policy_file::PolicyFile::parse(text, "a").is_ok(),
        Kind::Scenario => Scenario::parse(text, "a", &files(), &Overrides::new()).is_ok(),
        Kind::Columns => Columns::parse(text, "a").is_ok(),
        Kind::Plan => Plan::parse(text, "a", &files(), PlanOptions::default()).is_ok(),
    }
}

const PLAN: &str = "
schema: 1
name: rollout
description: In two phases.
phases:
  - name: phase 1
    description: The first.
    scenarios: [ scenario.yaml ]
    policy: policy.yaml
    before: policy.yaml
    features: [ agent_heartbeat ]
    stages: [ 10%, 100% ]
    guards: { dropped_calls: { at_most: 0 } }
    criteria:
      - says: fewer hang up
        scenario: scenario.yaml
        gates: { abandonment_rate: [ { at_most: 20% }, { lift_at_most: -3 points, over: policy.yaml } ] }
        needs: any
  - { name: phase 2, scenarios: [ scenario.yaml ], criteria: [ { says: its own gates } ] }
elsewhere:
  - { says: satisfaction, measured: by a question }
";

#[test]
fn every_valid_file_fits_its_schema() {
    let inline = format!(
        "{}\npolicy: {{ schema: 1, queues: {{ sales: {{}}, support: {{}} }} }}\n",
        SCENARIO
            .replace("policy: policy.yaml", "")
            .replace("policy_set", "#")
    );
    for (kind, text) in [
        (Kind::Scenario, SCENARIO),
        (Kind::Scenario, &inline),
        (Kind::Columns, COLUMNS),
        (Kind::Plan, PLAN),
        (Kind::Policy, include_str!("files/policy.yaml")),
    ] {
        assert_eq!(Kind::of(&Document::parse(text, "a").unwrap()), Some(kind));
        assert!(is_read(kind, text), "{kind:?}");
        let errors: Vec<String> = validator(kind)
            .iter_errors(&json(text))
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{kind:?} {errors:#?}");
    }
}

#[test]
fn a_replay_with_gates_on_its_log_fits_the_schema() {
    let text = include_str!("../../../scenarios/bank-1999/replay-january.yaml");
    assert!(text.contains("within: 2 points, of: recorded"));
    assert!(validator(Kind::Scenario).is_valid(&json(text)));
    let text = text.replace(", of: recorded", "");
    assert!(!validator(Kind::Scenario).is_valid(&json(&text)));
}

/// Every map of the tree, by JSON pointer.
fn maps(node: &Node, path: &str, found: &mut Vec<String>) {
    match &node.value {
        Value::Map(entries) => {
            found.push(path.to_owned());
            for entry in entries {
                maps(&entry.value, &format!("{path}/{}", entry.key), found);
            }
        }
        Value::List(items) => {
            for (i, item) in items.iter().enumerate() {
                maps(item, &format!("{path}/{i}"), found);
            }
        }
        Value::Null | Value::Scalar { .. } => {}
    }
}

#[test]
fn an_unknown_key_anywhere_is_refused_by_both() {
    for (kind, text) in [
        (Kind::Scenario, SCENARIO),
        (Kind::Columns, COLUMNS),
        (Kind::Plan, PLAN),
    ] {
        let validator = validator(kind);
        let root = Document::parse(text, "a").unwrap().root;
        let mut paths = Vec::new();
        maps(&root, "", &mut paths);
        // Maps whose keys are the user's own words: overrides, cells and columns of a log.
        paths.retain(|path| {
            path != "/policy_set"
                && !path.ends_with("/map")
                && !path.ends_with("/when")
                && !path.contains("/keep/")
        });
        assert!(paths.len() > 2);
        for path in paths {
            let mut changed = root.to_json();
            let map = changed.pointer_mut(&path).unwrap().as_object_mut().unwrap();
            map.insert("not a key".to_owned(), serde_json::json!({}));
            assert!(!validator.is_valid(&changed), "{kind:?} {path}");
            assert!(!is_read(kind, &changed.to_string()), "{kind:?} {path}");
        }
    }
}

#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    let validator = validator(Kind::Scenario);
    for (from, to) in [
        ("180/h", "180"),
        ("180/h", "-180/h"),
        ("horizon: 10h", "horizon: 36000"),
        ("horizon: 10h", "horizon: 10h\n  days: 1"),
        (
            "count: 14",
            "count: 14\n    staffing: { step: 1h, counts: [1] }",
        ),
        ("count: 14", "count: 1.5"),
        ("share: 90%", "share: 0.9"),
        ("carrier: down", "carrier: up"),
        ("at_least: 95%", "at_least: 0.95"),
        ("at_least: 95%", "within: 2 points"),
        ("at_least: 95%", "within: 2, of: recorded"),
        ("at_most: 2s", "at_most: 2"),
        ("lift_at_least: 3 points", "lift_at_least: 3"),
        ("exponential: { mean: 2m }", "exponential: { mean: 120 }"),
        ("exponential: { mean: 2m }", "normal: { mean: 2m }"),
        ("reach_rate:", "reach_rat:"),
        ("days: sat", "days: saturday"),
        ("schema: 1", "schema: 2"),
        // Only a log says where its calls arrive and how long they talk.
        (
            "- queue: sales\n    arrivals: { poisson: 180/h }",
            "- arrivals: { poisson: 180/h }",
        ),
        (
            "        talk: { lognormal: { mean: 180s, sd: 278s } }\n",
            "",
        ),
    ] {
        assert!(SCENARIO.contains(from), "{from}");
        let text = SCENARIO.replacen(from, to, 1);
        assert!(!is_read(Kind::Scenario, &text), "{to}");
        assert!(!validator.is_valid(&json(&text)), "{to}");
    }
}

#[test]
fn every_measure_has_a_gate_in_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema(Kind::Scenario)).unwrap();
    let gates = schema["properties"]["gates"]["properties"]
        .as_object()
        .unwrap();
    for id in gates.keys() {
        assert!(sim::scenario::measure_unit(id).is_some(), "{id}");
    }
    assert_eq!(gates.len(), sim::scenario::measure_ids().count());
}
