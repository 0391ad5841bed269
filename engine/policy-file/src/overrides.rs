//! Values put into a document from outside: `--set PATH=VALUE` and a scenario's `policy_set`.
//!
//! They change the tree before anything is read, so that an override is checked exactly like
//! the file, and an error about it shows the override's own text.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{FileError, FileErrors, Problems};
use crate::document::Document;
use crate::field::known_names;
use crate::node::{Entry, Node, Value, split_index};
use crate::source::{Place, Source};

/// Values by dotted key path, in the order in which they are applied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overrides {
    list: Vec<Override>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Override {
    path: String,
    /// The path as it was written, with the prefix that was split off.
    shown: String,
    path_place: Place,
    value: Node,
}

/// Maps whose keys are names of things: an override may change a thing, not invent one half-way.
const NAMED: [&str; 2] = ["queues", "classes"];

impl Overrides {
    /// None.
    #[must_use]
    pub fn new() -> Overrides {
        Overrides::default()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a `PATH=VALUE` of the command line; the value is YAML (`5s`, `{ events: true }`);
    /// `null` takes the key out.
    ///
    /// # Errors
    /// When there is no `=`, the path is empty or the value is no YAML.
    pub fn set(&mut self, assignment: &str) -> Result<(), FileErrors> {
        self.set_by("--set", assignment)
    }

    /// The same for another option of the command line, which errors then name.
    ///
    /// # Errors
    /// As [`Overrides::set`].
    pub fn set_by(&mut self, option: &str, assignment: &str) -> Result<(), FileErrors> {
        let source = Source::new(option, assignment);
        let all = Place::new(&source, 0, assignment.len());
        let Some((path, value)) = assignment.split_once('=') else {
            return Err(FileError::at(&all, "", "expected PATH=VALUE")
                .with_help(format!("for example {option} experiment.replications=10"))
                .into());
        };
        if path.split('.').any(|segment| segment.trim().is_empty()) {
            return Err(FileError::at(&all, "", "expected a dotted key path before `=`").into());
        }
        let value = match value.trim() {
            "" => return Err(FileError::at(&all, "", "expected a value after `=`").into()),
            "null" | "~" => Node {
                place: all,
                value: Value::Null,
            },
            _ => value_of(&source, path.len() + 1)?,
        };
        self.list.push(Override {
            path: path.trim().to_owned(),
            shown: path.trim().to_owned(),
            path_place: Place::new(&source, 0, path.len()),
            value,
        });
        Ok(())
    }

    /// Adds the entries of the map that stands at `at`: its keys are dotted paths.
    pub fn add_map(&mut self, at: &str, entries: &[Entry]) {
        self.list.extend(entries.iter().map(|entry| Override {
            path: entry.key.clone(),
            shown: format!("{at}.{}", entry.key),
            path_place: entry.key_place.clone(),
            value: entry.value.clone(),
        }));
    }

    /// Splits off those whose path begins with `prefix.`, without it.
    #[must_use]
    pub fn split_off(&mut self, prefix: &str) -> Overrides {
        let mut taken = Overrides::new();
        self.list.retain_mut(|one| {
            let rest = one
                .path
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('.'));
            match rest {
                Some(rest) => {
                    let mut inner = one.clone();
                    inner.path = rest.to_owned();
                    taken.list.push(inner);
                    false
                }
                None => true,
            }
        });
        taken
    }

    /// Adds all of `later` behind these.
    pub fn append(&mut self, later: Overrides) {
        self.list.extend(later.list);
    }

    /// Writes every value into the document.
    pub fn apply(&self, root: &mut Node, problems: &Problems) {
        for one in &self.list {
            if let Err((message, help)) = put(root, &one.path, one) {
                let error = FileError::at(&one.path_place, &one.shown, message);
                problems.push(match help {
                    Some(help) => error.with_help(help),
                    None => error,
                });
            }
        }
    }
}

/// The value of an assignment from byte `start` on, with its places in the assignment: blanks
/// stand for the path while it is parsed.
fn value_of(source: &Arc<Source>, start: usize) -> Result<Node, FileErrors> {
    let padded = format!("{}{}", " ".repeat(start), &source.text[start..]);
    match Document::parse(&padded, &source.name) {
        Ok(document) => {
            let mut value = document.root;
            value.move_to(source);
            Ok(value)
        }
        Err(errors) => {
            let moved = |error: &FileError| {
                let at = padded.char_indices().nth(error.column.saturating_sub(1));
                let at = at.map_or(padded.len(), |(at, _)| at);
                FileError::at(&Place::new(source, at, at + 1), "", error.message.clone())
            };
            Err(FileErrors {
                list: errors.list.iter().map(moved).collect(),
                more: errors.more,
            })
        }
    }
}

type Refusal = (String, Option<String>);

/// Writes one value at the rest of its path below `node`.
fn put(node: &mut Node, path: &str, one: &Override) -> Result<(), Refusal> {
    let (segment, rest) = match path.split_once('.') {
        Some((segment, rest)) => (segment, Some(rest)),
        None => (path, None),
    };
    let (key, index) = split_index(segment);
    if node.value == Value::Null {
        node.value = Value::Map(Vec::new());
    }
    let next = match &mut node.value {
        Value::Map(entries)
            if rest.is_none() && index.is_none() && one.value.value == Value::Null =>
        {
            entries.retain(|entry| entry.key != key);
            return Ok(());
        }
        Value::Map(entries) => {
            let found = entries.iter().position(|entry| entry.key == key);
            let at = found.unwrap_or_else(|| {
                entries.push(Entry {
                    key: key.to_owned(),
                    key_place: one.path_place.clone(),
                    value: Node {
                        place: one.value.place.clone(),
                        value: Value::Null,
                    },
                });
                entries.len() - 1
            });
            &mut entries[at].value
        }
        Value::List(items) => item(items, key)?,
        Value::Scalar { .. } | Value::Null => {
            return Err((
                format!("nothing can be set below a single value (at `{key}`)"),
                None,
            ));
        }
    };
    let next = match index {
        None => next,
        Some(index) => match &mut next.value {
            Value::List(items) => item(items, &index.to_string())?,
            Value::Null | Value::Scalar { .. } | Value::Map(_) => {
                return Err((format!("`{key}` is not a list"), None));
            }
        },
    };
    let Some(rest) = rest else {
        *next = one.value.clone();
        return Ok(());
    };
    if NAMED.contains(&key)
        && let Value::Map(entries) = &next.value
    {
        let name = rest.split('.').next().unwrap_or(rest);
        if rest.contains('.') && !entries.iter().any(|entry| entry.key == name) {
            let known: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            return Err((
                format!("there is no `{name}` in `{key}`"),
                Some(known_names(&known, name)),
            ));
        }
    }
    put(next, rest, one)
}

/// An item of a list by position, or by its `group`, `queue` or `name`.
fn item<'n>(items: &'n mut [Node], key: &str) -> Result<&'n mut Node, Refusal> {
    let name = |node: &Node| {
        let labels = ["group", "queue", "name"].iter();
        let mut named = labels.filter_map(|label| match node.get(label).map(|n| &n.value) {
            Some(Value::Scalar { text, .. }) => Some(text.clone()),
            Some(Value::Null | Value::List(_) | Value::Map(_)) | None => None,
        });
        named.next()
    };
    let is_called = |node: &Node| name(node).is_some_and(|name| name == key);
    let at = match key.parse::<usize>() {
        Ok(index) => Some(index).filter(|index| *index < items.len()),
        Err(_) => items.iter().position(is_called),
    };
    if let Some(at) = at {
        return Ok(&mut items[at]);
    }
    let names: Vec<String> = items.iter().filter_map(name).collect();
    let here = match names.is_empty() {
        true => String::new(),
        false => format!("; {}", known_names(&names, key)),
    };
    Err((
        format!("the list has no item `{key}`"),
        Some(format!(
            "it has {}; items are named by position from 0, or by their group, queue or name{here}",
            items.len()
        )),
    ))
}

impl Node {
    /// The same tree as if it had been written in `source`, at the same offsets.
    fn move_to(&mut self, source: &Arc<Source>) {
        let moved = |place: &Place| Place::new(source, place.start, place.end);
        self.place = moved(&self.place);
        match &mut self.value {
            Value::Null | Value::Scalar { .. } => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.move_to(source)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.key_place = moved(&entry.key_place);
                    entry.value.move_to(source);
                }
            }
        }
    }
}

/// Reads a file and applies overrides to it.
///
/// # Errors
/// As [`Document::read`], and every override that cannot be applied.
pub fn read_with(path: &Path, overrides: &Overrides) -> Result<Document, FileErrors> {
    let mut document = Document::read(path)?;
    let problems = Problems::new();
    overrides.apply(&mut document.root, &problems);
    problems.into_result(document)
}
