//! Paths in a scenario: relative to its folder, with `${NAME}` and `${NAME:-otherwise}` for data
//! that lies elsewhere on each machine. A missing file is reported once, however often it is named.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use policy_file::Field;

use super::{Context, Files};

/// A path's text with its variables replaced.
#[derive(PartialEq, Eq, Debug)]
struct Expanded {
    text: String,
    /// It begins with a variable's value, which a person wrote as seen from the working folder.
    is_from_outside: bool,
    /// The variables that were not set.
    unset: Vec<String>,
}

impl Context<'_> {
    /// The existing file that a field names; reports one that does not exist.
    pub(crate) fn file(&self, field: &Field<'_>) -> Option<PathBuf> {
        let text = field.text("the path of a file")?;
        if text.is_empty() {
            field.wrong("expected the path of a file");
            return None;
        }
        let base = match self.files {
            Files::In(base) => base,
            Files::Given(files) => {
                let known = files.get(text).cloned();
                if known.is_none() {
                    field.wrong(format!("the plan does not hold a file {text}"));
                }
                return known;
            }
        };
        let expanded = match expand(text, |name| std::env::var(name).ok()) {
            Ok(expanded) => expanded,
            Err(message) => {
                field.wrong(message);
                return None;
            }
        };
        let path = match expanded.is_from_outside {
            true => PathBuf::from(&expanded.text),
            false => base.join(&expanded.text),
        };
        if self.beside.contains_key(&path) {
            return Some(path);
        }
        let Err(message) = check_file(&path) else {
            let mut references = self.references.borrow_mut();
            references.insert(text.to_owned(), path.clone());
            return Some(path);
        };
        if self.refused.borrow_mut().insert(path.clone()) {
            match expanded.unset.first() {
                Some(name) => field.wrong_with_help(
                    message,
                    format!("the environment variable {name} is not set; it says where to look"),
                ),
                None => field.wrong(message),
            }
        }
        None
    }
}

/// Refuses what is not a file that can be read as often as needed: a log is read for its calls,
/// perhaps for its agents, and for its digest.
fn check_file(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let kind = match std::fs::metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(format!("there is no file {shown}"));
        }
        Err(error) => return Err(format!("{shown} cannot be read: {error}")),
    };
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(format!("{shown} is a directory, not a file"));
    }
    Err(format!(
        "{shown} is a pipe or a device, not a file, and it is read more than once: write what comes out \
         of it into a file"
    ))
}

/// Replaces `${NAME}` and `${NAME:-otherwise}`; a variable set to nothing counts as not set.
fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<Expanded, String> {
    let mut expanded = Expanded {
        text: String::new(),
        is_from_outside: false,
        unset: Vec::new(),
    };
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        expanded.text.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let Some(end) = inside.find('}') else {
            return Err(format!("`{}` has no closing `}}`", &rest[start..]));
        };
        let (name, otherwise) = match inside[..end].split_once(":-") {
            Some((name, otherwise)) => (name, Some(otherwise)),
            None => (&inside[..end], None),
        };
        if !is_variable(name) {
            return Err(format!(
                "`${{{}}}` is not an environment variable; write `${{NAME}}` or `${{NAME:-otherwise}}`",
                &inside[..end]
            ));
        }
        match (value(name).filter(|value| !value.is_empty()), otherwise) {
            (Some(value), _) => {
                expanded.is_from_outside |= expanded.text.is_empty();
                expanded.text.push_str(&value);
            }
            (None, Some(otherwise)) => {
                expanded.unset.push(name.to_owned());
                expanded.text.push_str(otherwise);
            }
            (None, None) => {
                return Err(format!("the environment variable {name} is not set"));
            }
        }
        rest = &inside[end + 1..];
    }
    expanded.text.push_str(rest);
    Ok(expanded)
}

fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(fits) && name.starts_with(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Expanded, expand};

    fn expanded(text: &str) -> Result<Expanded, String> {
        expand(text, |name| match name {
            "DATA" => Some("/data".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn a_variable_is_replaced_by_its_value_or_what_stands_for_it() {
        let with = |text: &str, is_from_outside, unset: &[&str]| {
            Ok(Expanded {
                text: text.to_owned(),
                is_from_outside,
                unset: unset.iter().map(|name| (*name).to_owned()).collect(),
            })
        };
        assert_eq!(expanded("a/b.csv"), with("a/b.csv", false, &[]));
        assert_eq!(expanded("${DATA}/b.csv"), with("/data/b.csv", true, &[]));
        assert_eq!(expanded("${DATA:-x}/b"), with("/data/b", true, &[]));
        assert_eq!(expanded("${NO:-../x}/b"), with("../x/b", false, &["NO"]));
        assert_eq!(expanded("${EMPTY:-x}/b"), with("x/b", false, &["EMPTY"]));
        assert_eq!(expanded("a${DATA}$5"), with("a/data$5", false, &[]));
    }

    #[test]
    fn what_cannot_be_replaced_is_an_error() {
        for (text, message) in [
            ("${NO}/b", "the environment variable NO is not set"),
            ("a/${DATA", "`${DATA` has no closing `}`"),
            (
                "${A B}",
                "`${A B}` is not an environment variable; write `${NAME}` or `${NAME:-otherwise}`",
            ),
        ] {
            assert_eq!(expanded(text), Err(message.to_owned()));
        }
    }
}
