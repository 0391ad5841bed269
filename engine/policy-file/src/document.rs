//! YAML text to a [`Node`] tree, on `granit-parser` (the event parser inside serde-saphyr).
//!
//! The events are used directly because a typed deserializer stops at the first wrong value and
//! has by then turned `10s`, `010` and `no` into types; this tree keeps text and places, so that
//! all errors are found in one pass. Owns the limits that keep a hostile file harmless: its length,
//! its depth, its number of nodes (aliases count each time they are used).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use crate::diagnostic::{FileError, FileErrors, Problems};
use crate::node::{Entry, Node, Value};
use crate::source::{Place, Source};

/// The longest YAML file, in bytes. Traces and samples are separate CSV files.
pub const MAX_BYTES: u64 = 4 << 20;
/// The most nodes after aliases are followed.
const MAX_NODES: usize = 200_000;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;

/// A parsed file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// Its one document.
    pub root: Node,
}

impl Document {
    /// Reads and parses a file.
    ///
    /// # Errors
    /// One error when it is not readable text of at most [`MAX_BYTES`] or not YAML; every duplicate key.
    pub fn read(path: &Path) -> Result<Document, FileErrors> {
        Document::of_source(&Source::read(path, MAX_BYTES)?)
    }

    /// Parses a text that messages call `name`.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn parse(text: &str, name: &str) -> Result<Document, FileErrors> {
        if text.len() as u64 > MAX_BYTES {
            let message = format!("is longer than {} MiB", MAX_BYTES >> 20);
            return Err(FileError::whole_file(name, message).into());
        }
        Document::of_source(&Source::new(name, text))
    }

    fn of_source(source: &Arc<Source>) -> Result<Document, FileErrors> {
        let problems = Problems::new();
        let mut builder = Builder::new(source, &problems);
        let mut root = builder.document()?;
        drop_duplicates(&mut root, &mut String::new(), &problems);
        problems.into_result(Document { root })
    }
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    problems: &'s Problems,
    anchors: BTreeMap<usize, Node>,
    n_nodes: usize,
}

/// A collection that is still open.
struct Open {
    start: usize,
    anchor: usize,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        merged: Vec<Node>,
        key: Option<(String, Place, bool)>,
    },
}

impl<'s> Builder<'s> {
    fn new(source: &'s Arc<Source>, problems: &'s Problems) -> Self {
        Builder {
            source,
            problems,
            anchors: BTreeMap::new(),
            n_nodes: 0,
        }
    }

    fn error(&self, place: &Place, message: impl Into<String>) -> FileErrors {
        FileError::at(place, "", message).into()
    }

    fn document(&mut self) -> Result<Node, FileErrors> {
        let options = granit_parser::options! {
            emit_comments: false,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        // The source outlives the builder's own borrow.
        let source = self.source;
        let mut open: Vec<Open> = Vec::new();
        let mut root: Option<Node> = None;
        for next in Parser::new_from_str_with_options(&source.text, options) {
            let (event, span) = next.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or(0);
                self.error(
                    &Place::new(source, at, at + 1),
                    format!("not valid YAML: {}", error.info()),
                )
            })?;
            let place = Place::new(
                source,
                span.start.byte_offset().unwrap_or(0),
                span.end.byte_offset().unwrap_or(0),
            );
            if event.tag().is_some() {
                return Err(self.error(&place, "YAML tags (`!name`) have no meaning here"));
            }
            let done = match event {
                Event::Scalar(text, style, anchor, _) => {
                    let value = scalar(&text, style);
                    self.finished(Node { place, value }, anchor)?
                }
                Event::Alias(anchor) => self.alias(anchor, place)?,
                Event::SequenceStart(_, anchor, _) => {
                    open.push(self.open(&place, anchor, Items::List(Vec::new())));
                    continue;
                }
                Event::MappingStart(_, anchor, _) => {
                    let items = Items::Map {
                        entries: Vec::new(),
                        merged: Vec::new(),
                        key: None,
                    };
                    open.push(self.open(&place, anchor, items));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let closed = open
                        .pop()
                        .expect("invariant: the parser balances its events");
                    let is_flow = source.text[place.start..].starts_with([']', '}']);
                    let end = if is_flow { place.end } else { place.start };
                    let node = self.close(closed, end);
                    self.finished(node.0, node.1)?
                }
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.error(&place, "a second document; a file holds one"));
                }
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::Anchor(..)
                | Event::UnresolvedAlias(_)
                | _ => continue,
            };
            match open.last_mut() {
                Some(parent) => {
                    add(parent, done).map_err(|(place, message)| self.error(&place, message))?
                }
                None => root = Some(done),
            }
        }
        match root {
            Some(node) if node.value != Value::Null => Ok(node),
            Some(_) | None => Err(FileError::whole_file(&source.name, "is empty").into()),
        }
    }

    fn open(&self, place: &Place, anchor: usize, items: Items) -> Open {
        Open {
            start: place.start,
            anchor,
            items,
        }
    }

    /// A closed collection and its anchor.
    fn close(&self, closed: Open, end: usize) -> (Node, usize) {
        let place = Place::new(self.source, closed.start, end.max(closed.start + 1));
        let value = match closed.items {
            Items::List(items) => Value::List(items),
            Items::Map {
                entries, merged, ..
            } => Value::Map(self.merge(entries, merged)),
        };
        (Node { place, value }, closed.anchor)
    }

    /// Adds the keys of `<<` that are not there.
    fn merge(&self, mut entries: Vec<Entry>, merged: Vec<Node>) -> Vec<Entry> {
        if merged.is_empty() {
            return entries;
        }
        let mut keys: BTreeSet<String> = entries.iter().map(|e| e.key.clone()).collect();
        for node in merged {
            match node.value {
                Value::Map(more) => {
                    entries.extend(more.into_iter().filter(|e| keys.insert(e.key.clone())));
                }
                Value::Null | Value::Scalar { .. } | Value::List(_) => {
                    self.problems
                        .at(&node.place, "<<", "expected a map (or a list of maps)")
                }
            }
        }
        entries
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<Node, FileErrors> {
        self.n_nodes += 1;
        self.check_size(&node.place)?;
        if anchor != 0 {
            self.n_nodes += count(&node, MAX_NODES);
            self.check_size(&node.place)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// A copy of an anchored node. Its values keep their own places: that is where they are wrong.
    fn alias(&mut self, anchor: usize, place: Place) -> Result<Node, FileErrors> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(self.error(&place, "an alias inside its own anchor"));
        };
        self.n_nodes += count(node, MAX_NODES);
        self.check_size(&place)?;
        Ok(node.clone())
    }

    fn check_size(&self, place: &Place) -> Result<(), FileErrors> {
        if self.n_nodes > MAX_NODES {
            return Err(self.error(
                place,
                format!("more than {MAX_NODES} values (aliases count each time)"),
            ));
        }
        Ok(())
    }
}

/// Reports the keys that a map holds twice and leaves the first.
fn drop_duplicates(node: &mut Node, path: &mut String, problems: &Problems) {
    let length = path.len();
    match &mut node.value {
        Value::Null | Value::Scalar { .. } => {}
        Value::List(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                path.push_str(&format!("[{i}]"));
                drop_duplicates(item, path, problems);
                path.truncate(length);
            }
        }
        Value::Map(entries) => {
            let mut first: BTreeMap<String, Place> = BTreeMap::new();
            entries.retain_mut(|entry| {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(&entry.key);
                let is_new = match first.get(&entry.key) {
                    Some(place) if !problems.is_full() => {
                        let (line, _) = Place::line_and_column(place);
                        let message = format!("duplicate key; the first is on line {line}");
                        problems.at(&entry.key_place, path, message);
                        false
                    }
                    Some(_) => {
                        problems.at(&entry.key_place, path, "duplicate key");
                        false
                    }
                    None => {
                        first.insert(entry.key.clone(), entry.key_place.clone());
                        drop_duplicates(&mut entry.value, path, problems);
                        true
                    }
                };
                path.truncate(length);
                is_new
            });
        }
    }
}

/// Adds a finished node to an open collection.
fn add(parent: &mut Open, node: Node) -> Result<(), (Place, String)> {
    match &mut parent.items {
        Items::List(items) => items.push(node),
        Items::Map {
            entries,
            merged,
            key,
        } => match key.take() {
            None => match node.value {
                Value::Scalar { text, quoted } => *key = Some((text, node.place, quoted)),
                Value::Null => *key = Some(("null".to_owned(), node.place, false)),
                Value::List(_) | Value::Map(_) => {
                    return Err((node.place, "a key must be a single value".to_owned()));
                }
            },
            Some((text, _, false)) if text == "<<" => match node.value {
                Value::List(nodes) => merged.extend(nodes),
                Value::Null | Value::Scalar { .. } | Value::Map(_) => merged.push(node),
            },
            Some((key, key_place, _)) => entries.push(Entry {
                key,
                key_place,
                value: node,
            }),
        },
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let quoted = style != ScalarStyle::Plain;
    if !quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar {
        text: text.to_owned(),
        quoted,
    }
}

/// The nodes of a tree, counted no further than `limit`.
fn count(node: &Node, limit: usize) -> usize {
    let mut n = 1;
    match &node.value {
        Value::Null | Value::Scalar { .. } => {}
        Value::List(items) => {
            for item in items {
                if n >= limit {
                    break;
                }
                n += count(item, limit - n);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                if n >= limit {
                    break;
                }
                n += count(&entry.value, limit - n);
            }
        }
    }
    n
}
