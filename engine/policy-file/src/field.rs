//! A value of a document on its way to becoming data: its node, its key path and where to
//! complain.
//!
//! Every accessor reports what is wrong and gives `None`, so that a reader goes on and one run shows
//! every error.

use crate::diagnostic::{FileError, Problems};
use crate::node::{Entry, Node, Value};
use crate::quantity;
use crate::source::Place;

/// A value and its key path.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// The value.
    pub node: &'a Node,
    /// `queues.sales.widen[0].after`; empty at the root.
    pub path: String,
    problems: &'a Problems,
}

/// A map whose keys are fixed words; unknown ones were reported.
#[derive(Debug)]
pub struct Keys<'a> {
    field: Field<'a>,
    entries: &'a [Entry],
    has_unknown: bool,
}

/// A key that the user chose, and its value.
#[derive(Debug)]
pub struct Named<'a> {
    /// The key.
    pub name: &'a str,
    /// Its value.
    pub field: Field<'a>,
    entry: &'a Entry,
}

impl<'a> Field<'a> {
    /// The root of a document.
    #[must_use]
    pub fn root(node: &'a Node, problems: &'a Problems) -> Field<'a> {
        Field {
            node,
            path: String::new(),
            problems,
        }
    }

    /// The root of a tree that stands at `path` of another document.
    #[must_use]
    pub fn root_at(node: &'a Node, path: &str, problems: &'a Problems) -> Field<'a> {
        Field {
            node,
            path: path.to_owned(),
            problems,
        }
    }

    /// Where errors go.
    #[must_use]
    pub fn problems(&self) -> &'a Problems {
        self.problems
    }

    /// Reports an error here.
    pub fn wrong(&self, message: impl Into<String>) {
        self.problems.at(&self.node.place, &self.path, message);
    }

    /// Reports an error here, with advice.
    pub fn wrong_with_help(&self, message: impl Into<String>, help: impl Into<String>) {
        if self.problems.is_full() {
            return self.wrong(message);
        }
        let error = FileError::at(&self.node.place, &self.path, message);
        self.problems.push(error.with_help(help));
    }

    fn child(&self, key: &str, node: &'a Node) -> Field<'a> {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        Field {
            node,
            path,
            problems: self.problems,
        }
    }

    /// The fixed keys of a map; reports the unknown ones.
    #[must_use]
    pub fn keys(&self, known: &[&str]) -> Option<Keys<'a>> {
        let Value::Map(entries) = &self.node.value else {
            self.wrong(format!(
                "expected a map with {}, found {}",
                list_of(known),
                self.node.kind()
            ));
            return None;
        };
        let is_unknown = |entry: &&Entry| !known.contains(&entry.key.as_str());
        for entry in entries.iter().filter(is_unknown) {
            self.unknown_key(entry, known);
        }
        Some(Keys {
            field: self.clone(),
            entries,
            has_unknown: entries.iter().any(|entry| is_unknown(&entry)),
        })
    }

    fn unknown_key(&self, entry: &Entry, known: &[&str]) {
        let path = self.child(&entry.key, &entry.value).path;
        if self.problems.is_full() {
            return self.problems.at(&entry.key_place, &path, "unknown key");
        }
        let help = match nearest_word(&entry.key, known) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("the keys here are {}", list_of(known)),
        };
        self.problems
            .push(FileError::at(&entry.key_place, path, "unknown key").with_help(help));
    }

    /// The entries of a map whose keys the user chose; `what` says of what: "queues by name".
    #[must_use]
    pub fn entries(&self, what: &str) -> Option<Vec<Named<'a>>> {
        let Value::Map(entries) = &self.node.value else {
            self.wrong(format!("expected {what}, found {}", self.node.kind()));
            return None;
        };
        let named = |entry: &'a Entry| Named {
            name: &entry.key,
            field: self.child(&entry.key, &entry.value),
            entry,
        };
        Some(entries.iter().map(named).collect())
    }

    /// The items of a list; `what` says of what: "a list of steps".
    #[must_use]
    pub fn items(&self, what: &str) -> Option<Vec<Field<'a>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong(format!("expected {what}, found {}", self.node.kind()));
            return None;
        };
        let item = |(i, node): (usize, &'a Node)| Field {
            node,
            path: format!("{}[{i}]", self.path),
            problems: self.problems,
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// A single value's text; `what` says what was expected.
    #[must_use]
    pub fn text(&self, what: &str) -> Option<&'a str> {
        match &self.node.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => {
                self.wrong(format!("expected {what}, found {}", self.node.kind()));
                None
            }
        }
    }

    /// A single value's text when it is one; complains about nothing.
    #[must_use]
    pub fn word(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// A quantity, read by one of the functions of [`quantity`].
    #[must_use]
    pub fn quantity<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let Some(text) = self.word() else {
            // The reader's own words for what it wants, from the empty text.
            let expected = read("").err().unwrap_or_default();
            let expected = expected.strip_prefix("`` is not ").unwrap_or("a value");
            self.wrong(format!("expected {expected}, found {}", self.node.kind()));
            return None;
        };
        read(text).map_err(|message| self.wrong(message)).ok()
    }

    /// A quantity that must be above 0.
    #[must_use]
    pub fn above_zero<T: Default + PartialOrd>(
        &self,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.quantity(read)?;
        if value > T::default() {
            return Some(value);
        }
        self.wrong("must be above 0");
        None
    }

    /// `true` or `false`, unquoted.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match &self.node.value {
            Value::Scalar {
                text,
                quoted: false,
            } if text == "true" => Some(true),
            Value::Scalar {
                text,
                quoted: false,
            } if text == "false" => Some(false),
            Value::Scalar { .. } | Value::Null | Value::List(_) | Value::Map(_) => {
                self.wrong("expected true or false");
                None
            }
        }
    }

    /// A whole number within bounds.
    #[must_use]
    pub fn count<T: TryFrom<u64>>(&self, least: u64, most: u64) -> Option<T> {
        let value = self.quantity(quantity::count)?;
        if !(least..=most).contains(&value) {
            self.wrong(format!("expected {least} to {most}"));
            return None;
        }
        T::try_from(value).ok()
    }

    /// One of a few words.
    #[must_use]
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let expected = list_of(&words);
        let text = self.text(&expected)?;
        let found = choices.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            match nearest_word(text, &words) {
                Some(word) => self.wrong_with_help(
                    format!("expected {expected}"),
                    format!("did you mean `{word}`?"),
                ),
                None => self.wrong(format!("expected {expected}")),
            }
        }
        found.map(|(_, value)| *value)
    }

    /// A name for something: 1 to 64 letters, digits, `-` or `_`, starting with a letter or digit.
    #[must_use]
    pub fn name(&self, what: &str) -> Option<&'a str> {
        let text = self.text(what)?;
        if is_name(text) {
            return Some(text);
        }
        self.wrong(NAME_RULE);
        None
    }
}

const NAME_RULE: &str =
    "expected a name: 1 to 64 letters, digits, `-` or `_`, starting with a letter or digit";

/// Whether a text is a name: 1 to 64 letters, digits, `-` or `_`, starting with a letter or digit.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    text.starts_with(char::is_alphanumeric) && text.chars().count() <= 64 && text.chars().all(rest)
}

impl<'a> Keys<'a> {
    /// The value of a key; `None` when it is absent.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.field.child(key, &entry.value))
    }

    /// The value of a key that must be there; reports when it is not. `example` is shown.
    #[must_use]
    pub fn required(&self, key: &str, example: &str) -> Option<Field<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.field
                .wrong(format!("needs the key `{key}`, as in `{example}`"));
        }
        found
    }

    /// The map itself.
    #[must_use]
    pub fn field(&self) -> &Field<'a> {
        &self.field
    }

    /// The one key that is there of several that exclude each other; reports none or several.
    #[must_use]
    pub fn one_of(&self, keys: &[&'static str]) -> Option<(&'static str, Field<'a>)> {
        let mut found = keys.iter().filter_map(|key| Some((*key, self.get(key)?)));
        let Some(first) = found.next() else {
            // An unknown key was reported, with what was meant.
            if !self.has_unknown {
                self.field.wrong(format!("needs one of {}", list_of(keys)));
            }
            return None;
        };
        if let Some((second, field)) = found.next() {
            field.wrong(format!("either `{}` or `{second}`, not both", first.0));
        }
        Some(first)
    }
}

impl Named<'_> {
    /// Where the key was written.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.entry.key_place
    }

    /// Reports an error about the key itself.
    pub fn wrong_name(&self, message: impl Into<String>) {
        self.field
            .problems
            .at(&self.entry.key_place, &self.field.path, message);
    }

    /// Reports a name that is none; whether it is one.
    #[must_use]
    pub fn check_name(&self) -> bool {
        if !is_name(self.name) {
            self.wrong_name(NAME_RULE);
        }
        is_name(self.name)
    }

    /// Reports an unknown name and shows the known ones.
    pub fn unknown_name(&self, what: &str, known: &[String]) {
        let error = FileError::at(
            &self.entry.key_place,
            &self.field.path,
            format!("there is no {what} `{}`", self.name),
        );
        self.field
            .problems
            .push(error.with_help(known_names(known, self.name)));
    }
}

/// Advice about a name that is unknown.
#[must_use]
pub fn known_names(known: &[String], wrong: &str) -> String {
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    match nearest_word(wrong, &words) {
        Some(word) => format!("did you mean `{word}`?"),
        None if words.is_empty() => "none is named".to_owned(),
        None => format!("there is {}", list_of(&words)),
    }
}

/// `a`, `b` or `c`; at most 24 of them.
fn list_of(words: &[&str]) -> String {
    let shown: Vec<String> = words
        .iter()
        .take(24)
        .map(|word| format!("`{word}`"))
        .collect();
    match shown.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [rest @ .., last] if words.len() <= 24 => format!("{} or {last}", rest.join(", ")),
        all => format!("{}, ...", all.join(", ")),
    }
}

/// The word that a typo most likely meant: at most a third of its letters wrong.
fn nearest_word<'w>(wrong: &str, words: &[&'w str]) -> Option<&'w str> {
    let (distance, word) = words
        .iter()
        .filter(|word| wrong.len() <= 64 && word.len() <= 64)
        .map(|word| (edits(wrong, word), *word))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + word.len() / 4).then_some(word)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
