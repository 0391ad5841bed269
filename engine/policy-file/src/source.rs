//! Source texts and places in them.
//!
//! Owns reading a file with a size limit. Never interprets its content.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{FileError, FileErrors};

/// A text with the name it is called by in messages.
#[derive(PartialEq, Eq, Debug)]
pub struct Source {
    /// A path as the user gave it, or `--set KEY`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A byte range of a source: where a value was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// The first byte; at most the length of the text, on a character boundary.
    pub start: usize,
    /// One past the last byte; at least `start`, on a character boundary.
    pub end: usize,
}

impl Place {
    /// A place in a text; the range is cut to character boundaries inside it.
    #[must_use]
    pub fn new(source: &Arc<Source>, start: usize, end: usize) -> Place {
        let cut = |mut at: usize| {
            at = at.min(source.text.len());
            while !source.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = cut(start);
        Place {
            source: Arc::clone(source),
            start,
            end: cut(end).max(start),
        }
    }

    /// Line and column of the first character, both from 1; columns count characters.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        let before = &self.source.text[..self.start];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[line_start..].chars().count() + 1)
    }
}

impl Source {
    /// A text that is not in a file.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source {
            name: name.into(),
            text: text.into(),
        })
    }

    /// Reads a text file of at most `limit` bytes.
    ///
    /// # Errors
    /// One error when it cannot be read, is a directory, is too long or is not UTF-8.
    pub fn read(path: &Path, limit: u64) -> Result<Arc<Source>, FileErrors> {
        let name = path.display().to_string();
        let bytes = read_bytes(path, limit)?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let message = |line| format!("this is not a text file: line {line} is not UTF-8");
                let at = error.utf8_error().valid_up_to();
                return Err(in_bytes(&name, error.as_bytes(), at, message).into());
            }
        };
        match text.find('\0') {
            None => Ok(Source::new(name, text)),
            Some(at) => {
                let message =
                    |line| format!("this is not a text file: line {line} holds zero bytes");
                Err(in_bytes(&name, text.as_bytes(), at, message).into())
            }
        }
    }
}

/// An error at a byte of what may be no text, with its line.
fn in_bytes(
    name: &str,
    bytes: &[u8],
    at: usize,
    message: impl FnOnce(usize) -> String,
) -> FileError {
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let start = bytes[..at].iter().rposition(|b| *b == b'\n');
    let start = start.map_or(0, |newline| newline + 1);
    // More is not shown, however long the line is.
    let end = bytes.len().min(at + 1000);
    let rest = &bytes[at..end];
    let rest = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    let mut text = String::from_utf8_lossy(&bytes[start..at]).into_owned();
    let at = text.len();
    text.push_str(&String::from_utf8_lossy(rest));
    FileError::in_line(name, line, &text, at..at + 1, "", message(line))
}

/// The bytes of a file of at most `limit` bytes.
///
/// # Errors
/// One error when it cannot be read, is a directory or is too long.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, FileErrors> {
    let name = path.display().to_string();
    let wrong = |message: String| FileErrors::from(FileError::whole_file(&name, message));
    let failed = |error: std::io::Error| wrong(format!("cannot be read: {}", describe(&error)));
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(wrong("is a directory, not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        let message = |_| format!("the file is longer than {} MiB", limit >> 20);
        return Err(in_bytes(&name, &bytes, 0, message).into());
    }
    Ok(bytes)
}

/// An I/O error; the common ones in words that do not depend on the platform.
fn describe(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "there is no such file".to_owned()
    } else if error.kind() == std::io::ErrorKind::PermissionDenied {
        "permission denied".to_owned()
    } else {
        error.to_string()
    }
}
