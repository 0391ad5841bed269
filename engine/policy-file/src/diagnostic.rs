//! What is wrong with a file, said once: where, which key, what was expected, and the line itself.
//!
//! Invariant: [`FileErrors`] is never empty.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::source::{Place, Source};

/// More errors than this are counted, not shown: the first ones caused the rest.
const SHOWN: usize = 20;
/// And more than this are not even kept: a hostile file could hold 100,000.
const KEPT: usize = 100;

/// One thing wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileError {
    /// The file as the user named it.
    pub file: String,
    /// From 1; 0 = the file as a whole.
    pub line: usize,
    /// In characters from 1; 0 = the file as a whole.
    pub column: usize,
    /// The key path, `queues.sales.offer.timeout`; empty = the file as a whole.
    pub path: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<Box<str>>,
    /// The line with a caret below; empty = the file as a whole.
    snippet: Box<str>,
}

impl FileError {
    /// An error at a place.
    #[must_use]
    pub fn at(place: &Place, path: impl Into<String>, message: impl Into<String>) -> FileError {
        let (line, column) = place.line_and_column();
        FileError {
            file: place.source.name.clone(),
            line,
            column,
            path: path.into(),
            message: message.into(),
            help: None,
            snippet: snippet(place, line).into(),
        }
    }

    /// An error in a line of a table, under the cell `range` (bytes of `text`).
    #[must_use]
    pub fn in_line(
        file: &str,
        line: usize,
        text: &str,
        range: std::ops::Range<usize>,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> FileError {
        let place = Place::new(
            &Source::new(file, text.replace('\n', " ")),
            range.start,
            range.end,
        );
        let error = FileError::at(&place, path, message);
        FileError { line, ..error }
    }

    /// An error about the whole file.
    #[must_use]
    pub fn whole_file(file: &str, message: impl Into<String>) -> FileError {
        FileError {
            file: file.to_owned(),
            line: 0,
            column: 0,
            path: String::new(),
            message: message.into(),
            help: None,
            snippet: Box::default(),
        }
    }

    /// With advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> FileError {
        self.help = Some(help.into().into());
        self
    }

    /// The block shown to people: message, position, line and caret, without a final newline.
    #[must_use]
    pub fn rendered(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "error: {} {}", self.file, self.message)?;
            if let Some(help) = &self.help {
                write!(f, "\n  = help: {help}")?;
            }
            return Ok(());
        }
        let gutter = " ".repeat(self.line.to_string().len());
        f.write_str("error: ")?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        writeln!(f, "{}", self.message)?;
        writeln!(f, "{gutter}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "{gutter} |")?;
        let mut lines = self.snippet.lines();
        writeln!(f, "{} | {}", self.line, lines.next().unwrap_or_default())?;
        write!(f, "{gutter} | {}", lines.next().unwrap_or_default())?;
        if let Some(help) = &self.help {
            write!(f, "\n{gutter} = help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FileError {}

/// The line of a place and, below it, carets under the place. A long line is cut around it.
fn snippet(place: &Place, line: usize) -> String {
    const WIDTH: usize = 110;
    let text = place.source.text.split('\n').nth(line - 1).unwrap_or("");
    let (_, column) = place.line_and_column();
    let chars: Vec<char> = text
        .trim_end_matches('\r')
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let first = (column - 1).min(chars.len());
    let marked = place.source.text[place.start..place.end]
        .split('\n')
        .next()
        .map_or(0, |part| part.trim_end().chars().count());
    let n_carets = marked.clamp(1, chars.len().saturating_sub(first).max(1));
    let cut = if chars.len() > WIDTH && first > WIDTH / 2 {
        (first - WIDTH / 2).min(chars.len() - WIDTH)
    } else {
        0
    };
    let shown: String = chars.iter().skip(cut).take(WIDTH).collect();
    let dots = if cut > 0 { "..." } else { "" };
    let more = if chars.len() > cut + WIDTH { "..." } else { "" };
    let indent = " ".repeat(dots.len() + first - cut);
    let carets = "^".repeat(n_carets.min(WIDTH - (first - cut).min(WIDTH - 1)));
    format!("{dots}{}{more}\n{indent}{carets}", shown.trim_end())
}

/// Everything wrong with a file and the files it refers to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileErrors {
    /// At most 100, in the order of the files. Never empty.
    pub list: Vec<FileError>,
    /// How many more there were.
    pub more: usize,
}

impl From<FileError> for FileErrors {
    fn from(error: FileError) -> Self {
        FileErrors {
            list: vec![error],
            more: 0,
        }
    }
}

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.list.iter().take(SHOWN).enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{error}")?;
        }
        let hidden = self.list.len().saturating_sub(SHOWN) + self.more;
        if hidden > 0 {
            write!(f, "\n\n... and {hidden} more errors")?;
        }
        Ok(())
    }
}

impl std::error::Error for FileErrors {}

/// Collects errors while a reader goes on, so that one run shows them all.
#[derive(Debug, Default)]
pub struct Problems {
    found: RefCell<Vec<FileError>>,
    more: Cell<usize>,
}

impl Problems {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Notes an error at a place.
    pub fn at(&self, place: &Place, path: &str, message: impl Into<String>) {
        if self.is_full() {
            self.more.set(self.more.get() + 1);
        } else {
            self.push(FileError::at(place, path, message));
        }
    }

    /// Notes an error.
    pub fn push(&self, error: FileError) {
        if self.is_full() {
            self.more.set(self.more.get() + 1);
        } else {
            self.found.borrow_mut().push(error);
        }
    }

    /// Notes several.
    pub fn extend(&self, errors: FileErrors) {
        self.more.set(self.more.get() + errors.more);
        for error in errors.list {
            self.push(error);
        }
    }

    /// How many were noted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.borrow().len() + self.more.get()
    }

    /// Whether further errors are only counted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.found.borrow().len() >= KEPT
    }

    /// `value` when nothing is wrong.
    ///
    /// # Errors
    /// What was noted, by file (in the order in which they were read), line and column.
    pub fn into_result<T>(self, value: T) -> Result<T, FileErrors> {
        let mut list = self.found.into_inner();
        if list.is_empty() {
            return Ok(value);
        }
        let files: Vec<String> = list.iter().map(|e| e.file.clone()).collect();
        list.sort_by_cached_key(|e| {
            let file = files.iter().position(|file| *file == e.file);
            (file, e.line, e.column)
        });
        list.dedup();
        let more = self.more.get();
        Err(FileErrors { list, more })
    }
}
