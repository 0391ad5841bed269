//! The schema and the reader agree.

use policy_file::node::{Node, Value};
use policy_file::{Document, PolicyFile};

fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(policy_file::schema::schema()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_valid_policy_fits_the_schema() {
    let validator = validator();
    let full = PolicyFile::parse(crate::FULL, "full").unwrap();
    for text in [crate::FULL, &full.render(), "schema: 1\nqueues: { q: {} }"] {
        let json = Document::parse(text, "a").unwrap().root.to_json();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
}

#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    let validator = validator();
    for text in [
        "queues: { q: {} }",
        "schema: 2\nqueues: { q: {} }",
        "schema: 1\nqueues: {}",
        "schema: 1\nqueues: { q: { wrap_up: 5 } }",
        "schema: 1\nqueues: { q: { wrap_up: -5s } }",
        "schema: 1\nqueues: { q: { rotation: fastest } }",
        "schema: 1\nqueues: { q: { discovery: { poll: 5s, events: true } } }",
        "schema: 1\nqueues: { q: { on_full: wait } }",
        "schema: 1\nqueues: { q: { offer: { ring: 9 } } }",
        "schema: 1\nfeatures: { callback: 25 }\nqueues: { q: {} }",
        "schema: 1\nroutes: [ { number: 15550100, queue: q } ]\nqueues: { q: {} }",
        "schema: 1\nqueues: { \"a b\": {} }",
    ] {
        assert!(PolicyFile::parse(text, "a").is_err(), "{text}");
        let json = Document::parse(text, "a").unwrap().root.to_json();
        assert!(!validator.is_valid(&json), "{text}");
    }
}

/// Every map of the tree, by key path.
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
    let validator = validator();
    let root = Document::parse(crate::FULL, "full").unwrap().root;
    let mut paths = Vec::new();
    maps(&root, "", &mut paths);
    assert!(paths.len() > 20);
    for path in paths {
        let mut json = root.to_json();
        let map = json.pointer_mut(&path).unwrap().as_object_mut().unwrap();
        // Not a name either, for maps whose keys are names.
        map.insert("not a key".to_owned(), serde_json::json!({}));
        assert!(!validator.is_valid(&json), "{path}");
        let text = json.to_string();
        assert!(PolicyFile::parse(&text, "a").is_err(), "{path}");
    }
}
