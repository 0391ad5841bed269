//! The JSON Schemas of the project's files, for editors and for `linefinder schema`.
//!
//! A scenario's schema holds the policy's, because a policy may stand inside a scenario.

use policy_file::Document;
use serde_json::{Map, Value};

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// What the server deploys.
    Policy,
    /// A world to run it in.
    Scenario,
    /// Phases and stages to prove in order.
    Plan,
    /// How to read a foreign log.
    Columns,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Policy, Kind::Scenario, Kind::Plan, Kind::Columns];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Policy => "policy",
            Kind::Scenario => "scenario",
            Kind::Plan => "plan",
            Kind::Columns => "columns",
        }
    }

    /// The kind of a document by the keys that only one kind has; `None` when it has none.
    #[must_use]
    pub fn of(document: &Document) -> Option<Kind> {
        let has = |key: &str| document.root.get(key).is_some();
        if has("experiment") || has("calls") || has("agents") {
            Some(Kind::Scenario)
        } else if has("queues") {
            Some(Kind::Policy)
        } else if has("phases") {
            Some(Kind::Plan)
        } else if has("arrived_at") {
            Some(Kind::Columns)
        } else {
            None
        }
    }
}

/// The schema of a kind of file (draft 2020-12), pretty-printed.
#[must_use]
pub fn schema(kind: Kind) -> String {
    let text = match kind {
        Kind::Policy => policy_file::schema::schema(),
        Kind::Columns => include_str!("schema/columns.json"),
        Kind::Scenario => return scenario(),
        Kind::Plan => return plan(),
    };
    text.to_owned()
}

/// The scenario's own schema, with the policy's under `$defs/policy` and both sets of `$defs`.
fn scenario() -> String {
    let mut scenario = object(include_str!("schema/scenario.json"));
    let mut policy = object(policy_file::schema::schema());
    policy.remove("$schema");
    if let Some(Value::Object(defs)) = policy.remove("$defs")
        && let Some(Value::Object(own)) = scenario.get_mut("$defs")
    {
        for (name, def) in defs {
            let before = own.insert(name, def);
            assert!(before.is_none(), "invariant: the schemas share no name");
        }
        own.insert("policy".to_owned(), Value::Object(policy));
    }
    let mut text = serde_json::to_string_pretty(&scenario).expect("invariant: JSON is written");
    text.push('\n');
    text
}

/// The plan's own schema, with the scenario's gates and what they refer to.
fn plan() -> String {
    let mut plan = object(include_str!("schema/plan.json"));
    let mut scenario = object(&scenario());
    let gates = scenario
        .get_mut("properties")
        .and_then(|all| all.get_mut("gates"))
        .map(Value::take);
    if let (Some(Value::Object(own)), Some(Value::Object(defs)), Some(gates)) =
        (plan.get_mut("$defs"), scenario.remove("$defs"), gates)
    {
        own.insert("gates".to_owned(), gates);
        let needed = reachable(&Value::Object(own.clone()), &defs);
        for name in needed {
            own.entry(name.clone())
                .or_insert_with(|| defs[&name].clone());
        }
    }
    let mut text = serde_json::to_string_pretty(&plan).expect("invariant: JSON is written");
    text.push('\n');
    text
}

/// The names of `defs` that `from` refers to, and those that they refer to.
fn reachable(from: &Value, defs: &Map<String, Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![from];
    while let Some(value) = open.pop() {
        let text = value.to_string();
        for (name, def) in defs {
            let is_new = !found.contains(name);
            if is_new && text.contains(&format!("\"#/$defs/{name}\"")) {
                found.push(name.clone());
                open.push(def);
            }
        }
    }
    found
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).expect("invariant: the committed schemas are JSON objects")
}
