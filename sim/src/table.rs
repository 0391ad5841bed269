//! Small CSV tables with a heading, read whole, and errors that show the row and mark the cell.

use std::path::Path;

use policy_file::source::Source;
use policy_file::{FileError, FileErrors, Problems};

use crate::csv_file::{CsvFile, CsvRow, Style};

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    file: String,
    heading: CsvRow,
    /// The heading's cells, trimmed.
    pub(crate) headers: Vec<String>,
    /// Every row has as many cells as the heading.
    pub(crate) rows: Vec<CsvRow>,
}

impl Table {
    /// Reads a table of at most `limit` bytes.
    pub(crate) fn read(path: &Path, limit: u64) -> Result<Table, FileErrors> {
        let source = Source::read(path, limit)?;
        Table::parse(&source.text, source.name.clone())
    }

    /// Reads a table from a text that messages call `file`.
    pub(crate) fn parse(text: &str, file: String) -> Result<Table, FileErrors> {
        let mut lines = CsvFile::new(text.as_bytes(), file.clone(), Style::Table);
        let Some(heading) = lines.next_row().transpose()?.cloned() else {
            return Err(FileError::whole_file(&file, "is empty").into());
        };
        let headers: Vec<String> = heading.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        while let Some(row) = lines.next_row().transpose()? {
            row.check_length(&file, headers.len())?;
            rows.push(row.clone());
        }
        Ok(Table {
            file,
            heading,
            headers,
            rows,
        })
    }

    /// The position of a column.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name)
    }

    /// A cell as a quantity; reports what is wrong with it.
    pub(crate) fn cell<T>(
        &self,
        row: &CsvRow,
        column: usize,
        read: impl Fn(&str) -> Result<T, String>,
        problems: &Problems,
    ) -> Option<T> {
        match read(row.get(column).unwrap_or_default()) {
            Ok(value) => Some(value),
            Err(message) => {
                problems.push(self.wrong_cell(row, column, &message));
                None
            }
        }
    }

    /// An error at a cell.
    pub(crate) fn wrong_cell(&self, row: &CsvRow, column: usize, message: &str) -> FileError {
        row.wrong_cell(&self.file, column, &self.headers[column], message)
    }

    /// An error about the heading.
    pub(crate) fn wrong_header(&self, message: &str) -> FileError {
        self.heading.wrong(&self.file, message)
    }
}
