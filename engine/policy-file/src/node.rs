//! A YAML document as a tree that remembers where everything was written.
//!
//! Scalars keep their text: what `10s` or `010` means is decided by the reader that knows which
//! quantity it wants, never by guessing a type from the spelling.

use crate::source::Place;

/// One value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Where it was written.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Text; `quoted` when it was written in quotes or as a block.
    Scalar {
        /// The text after unescaping.
        text: String,
        /// Whether it must be taken as text.
        quoted: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file, each key once.
    Map(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub key_place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// What kind of thing it is, with an article, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The value of a key; `None` when this is no map or has no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            Value::Null | Value::Scalar { .. } | Value::List(_) => None,
        }
    }

    /// The node at a dotted path (`queues.sales.widen[0].after`), or its nearest ancestor that
    /// was written down.
    #[must_use]
    pub fn nearest(&self, path: &str) -> &Node {
        let mut node = self;
        for segment in path.split('.') {
            let (key, index) = split_index(segment);
            let Some(next) = node.get(key) else {
                return node;
            };
            node = next;
            let Some(index) = index else { continue };
            match &node.value {
                Value::List(items) if index < items.len() => node = &items[index],
                Value::List(_) | Value::Null | Value::Scalar { .. } | Value::Map(_) => return node,
            }
        }
        node
    }
}

impl Node {
    /// The tree as JSON, with the types that YAML 1.2 gives to plain scalars: what an editor
    /// checks against the JSON Schema.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar { text, quoted } => {
                let typed = serde_json::from_str::<serde_json::Value>(text)
                    .ok()
                    .filter(|value| !quoted && (value.is_boolean() || value.is_number()));
                typed.unwrap_or_else(|| serde_json::Value::String(text.clone()))
            }
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                let pair = |entry: &Entry| (entry.key.clone(), entry.value.to_json());
                serde_json::Value::Object(entries.iter().map(pair).collect())
            }
        }
    }
}

/// `widen[0]` as `widen` and 0.
pub(crate) fn split_index(segment: &str) -> (&str, Option<usize>) {
    let split = segment
        .strip_suffix(']')
        .and_then(|rest| rest.split_once('['))
        .and_then(|(key, index)| Some((key, index.parse().ok()?)));
    match split {
        Some((key, index)) => (key, Some(index)),
        None => (segment, None),
    }
}
