//! CSV files row by row. A row knows its line and where its cells stand in it, so that an error shows the
//! file's own text, and a quote that is never closed is an error instead of the end of the file.
//!
//! `csv-core` says where cells end and what they hold; the lines are read here, because it keeps none.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::ops::Range;

use csv_core::ReadFieldResult;
use policy_file::{FileError, FileErrors};

/// The longest row, in bytes: more is no row of a table, and must not fill the memory.
const MAX_ROW: usize = 1 << 20;

/// How rows are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// A row is a line; lines that begin with `#` are remarks.
    Table,
    /// A row is a line.
    Log,
    /// Quoted cells may hold line breaks.
    MultilineLog,
}

/// Reads the rows of a file, blank lines apart.
pub(crate) struct CsvFile<R> {
    name: String,
    style: Style,
    input: BufReader<R>,
    /// How many lines were read.
    line: usize,
    /// The last of them, without its end.
    bytes: Vec<u8>,
    splitter: csv_core::Reader,
    row: CsvRow,
    is_cut_short: bool,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub(crate) struct CsvRow {
    /// The line on which it begins, from 1.
    line: usize,
    /// As it is written, without the last line's end.
    text: String,
    /// What the cells hold, one after the other.
    values: String,
    cells: Vec<Cell>,
}

/// Byte ranges, without blanks at both ends.
#[derive(Clone, Debug)]
struct Cell {
    in_text: Range<usize>,
    in_values: Range<usize>,
}

impl<R: Read> CsvFile<R> {
    /// A file that messages call `name`.
    pub(crate) fn new(input: R, name: String, style: Style) -> Self {
        CsvFile {
            name,
            style,
            input: BufReader::with_capacity(1 << 16, input),
            line: 0,
            bytes: Vec::new(),
            splitter: csv_core::Reader::new(),
            row: CsvRow::default(),
            is_cut_short: false,
        }
    }

    /// The name in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the last error hides all that comes after it. After any other, the next line is the
    /// next row.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// The next row; `None` at the end, and after an error that hides the rest.
    pub(crate) fn next_row(&mut self) -> Option<Result<&CsvRow, FileErrors>> {
        if self.is_cut_short {
            return None;
        }
        match self.read_row() {
            Ok(true) => Some(Ok(&self.row)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }

    fn read_row(&mut self) -> Result<bool, FileErrors> {
        loop {
            if !self.read_line()? {
                return Ok(false);
            }
            let text = self.text()?;
            let is_remark = self.style == Style::Table && text.starts_with('#');
            if !text.trim().is_empty() && !is_remark {
                break;
            }
        }
        let mut row = std::mem::take(&mut self.row);
        row.line = self.line;
        row.text.clear();
        row.text.push_str(self.text()?);
        row.cells.clear();
        let split = self.split(&mut row);
        self.row = row;
        split.map(|()| true)
    }

    /// Splits the text of a row, and reads the lines that belong to it.
    fn split(&mut self, row: &mut CsvRow) -> Result<(), FileErrors> {
        self.splitter.reset();
        let mut values = std::mem::take(&mut row.values).into_bytes();
        values.clear();
        let mut out = [0; 256];
        let (mut at, mut cell, mut value) = (0, 0, 0);
        loop {
            let is_at_end = at == row.text.len();
            let input = if is_at_end {
                &b"\n"[..]
            } else {
                &row.text.as_bytes()[at..]
            };
            let (found, n_in, n_out) = self.splitter.read_field(input, &mut out);
            values.extend_from_slice(&out[..n_out]);
            at += n_in;
            match found {
                ReadFieldResult::OutputFull => {}
                ReadFieldResult::InputEmpty if !is_at_end => {}
                // Not even the line's end ended the cell: it is quoted.
                ReadFieldResult::InputEmpty => self.go_on(row, cell)?,
                ReadFieldResult::Field { record_end } => {
                    row.cells.push(Cell {
                        in_text: cell..at - 1,
                        in_values: value..values.len(),
                    });
                    (cell, value) = (at, values.len());
                    if record_end {
                        break;
                    }
                }
                ReadFieldResult::End => break,
            }
        }
        row.values = String::from_utf8(values).expect("invariant: text is split at commas");
        for Cell { in_text, in_values } in &mut row.cells {
            trim(&row.text, in_text);
            trim(&row.values, in_values);
        }
        Ok(())
    }

    /// Adds the next line to a row whose quoted cell, which begins at `cell`, is still open.
    fn go_on(&mut self, row: &mut CsvRow, cell: usize) -> Result<(), FileErrors> {
        let end = row.text.len();
        let close = "close the quote; a quote within a quoted cell is written twice";
        let wrong = |row: &CsvRow, message: &str| row.at(&self.name, cell..end, "", message);
        match self.style {
            Style::Table => {
                let error = wrong(row, "this quoted cell does not end in its line");
                return Err(error.with_help(close).into());
            }
            Style::Log => {
                let error = wrong(row, "this quoted cell does not end in its line");
                return Err(error
                    .with_help(format!(
                    "{close}; if the log's cells hold line breaks, write `multiline: true` into the \
                     columns file"
                ))
                .into());
            }
            Style::MultilineLog => {}
        }
        let too_long = end > MAX_ROW;
        if too_long || !self.read_line()? {
            self.is_cut_short = true;
            let message = match too_long {
                true => "this quoted cell does not end within a mebibyte",
                false => "this quoted cell never ends",
            };
            return Err(row
                .at(&self.name, cell..end, "", message)
                .with_help(close)
                .into());
        }
        row.text.push('\n');
        row.text.push_str(self.text()?);
        Ok(())
    }

    /// The last line's text.
    fn text(&self) -> Result<&str, FileErrors> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let good = error.valid_up_to();
            let text = String::from_utf8_lossy(&self.bytes);
            let wrong = good..good + char::REPLACEMENT_CHARACTER.len_utf8();
            FileError::in_line(&self.name, self.line, &text, wrong, "", "not UTF-8 text")
                .with_help("save the file as UTF-8")
                .into()
        })
    }

    /// Reads a line: to a line feed, a carriage return or both. Whether there was one.
    fn read_line(&mut self) -> Result<bool, FileErrors> {
        self.bytes.clear();
        let ended = self.read_until_end();
        match ended {
            Ok(false) if self.bytes.is_empty() => return Ok(false),
            Ok(_) => self.line += 1,
            Err(error) => {
                self.is_cut_short = true;
                let message = format!("cannot be read: line {}: {error}", self.line + 1);
                return Err(FileError::whole_file(&self.name, message).into());
            }
        }
        if self.line == 1 && self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.bytes.drain(.."\u{feff}".len());
        }
        if self.bytes.len() > MAX_ROW {
            self.is_cut_short = true;
            let text = String::from_utf8_lossy(&self.bytes);
            let message = "this line is longer than a mebibyte: this is no table";
            let start = 0..0;
            return Err(
                FileError::in_line(&self.name, self.line, &text, start, "", message).into(),
            );
        }
        Ok(true)
    }

    /// Fills `bytes` up to a line's end or a little beyond the longest row; whether there was an end.
    fn read_until_end(&mut self) -> std::io::Result<bool> {
        while self.bytes.len() <= MAX_ROW {
            let ready = match self.input.fill_buf() {
                Ok(ready) => ready,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let Some(end) = ready.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                let n = ready.len();
                self.bytes.extend_from_slice(ready);
                self.input.consume(n);
                if n == 0 {
                    return Ok(false);
                }
                continue;
            };
            self.bytes.extend_from_slice(&ready[..end]);
            let is_return = ready[end] == b'\r';
            self.input.consume(end + 1);
            if is_return && self.input.fill_buf()?.first() == Some(&b'\n') {
                self.input.consume(1);
            }
            return Ok(true);
        }
        Ok(false)
    }
}

impl CsvRow {
    /// What a cell holds, without blanks at both ends.
    pub(crate) fn get(&self, column: usize) -> Option<&str> {
        let cell = self.cells.get(column)?;
        Some(&self.values[cell.in_values.clone()])
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.cells
            .iter()
            .map(|cell| &self.values[cell.in_values.clone()])
    }

    /// An error at a cell; beyond the last one, at the row's end.
    pub(crate) fn wrong_cell(
        &self,
        file: &str,
        column: usize,
        header: &str,
        message: &str,
    ) -> FileError {
        let end = self.text.len();
        let place = self.cells.get(column);
        let place = place.map_or(end..end, |cell| cell.in_text.clone());
        self.at(file, place, header, message)
    }

    /// An error about the whole row.
    pub(crate) fn wrong(&self, file: &str, message: &str) -> FileError {
        self.at(file, 0..self.text.len(), "", message)
    }

    /// Refuses a row that has not as many cells as the heading.
    pub(crate) fn check_length(&self, file: &str, n_columns: usize) -> Result<(), FileErrors> {
        let n = self.cells.len();
        if n == n_columns {
            return Ok(());
        }
        let message = format!("the row has {n} cells, the heading has {n_columns}");
        Err(self
            .wrong_cell(file, n.saturating_sub(1), "", &message)
            .into())
    }

    /// An error at a place of the text, which may have several lines.
    fn at(&self, file: &str, place: Range<usize>, header: &str, message: &str) -> FileError {
        let start = self.text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.line + self.text[..start].matches('\n').count();
        let text = self.text[start..].lines().next().unwrap_or_default();
        let shown = place.start - start..(place.end - start).min(text.len());
        FileError::in_line(file, line, text, shown, header, message)
    }
}

/// Leaves out blanks at both ends.
fn trim(text: &str, range: &mut Range<usize>) {
    let cell = &text[range.clone()];
    let start = range.start + cell.len() - cell.trim_start().len();
    *range = start..start + cell.trim().len();
}
