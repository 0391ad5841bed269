//! Small CSV tables with a heading, read whole, and errors that show the row and mark the cell.

use std::path::Path;

use policy_file::source::Source;
use policy_file::{FileError, FileErrors, Problems};

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    file: String,
    /// The heading's cells, trimmed.
    pub(crate) headers: Vec<String>,
    /// Every row has as many cells as the heading.
    pub(crate) rows: Vec<Row>,
}

/// A row and its line.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) cells: csv::StringRecord,
}

impl Table {
    /// Reads a table of at most `limit` bytes.
    pub(crate) fn read(path: &Path, limit: u64) -> Result<Table, FileErrors> {
        let source = Source::read(path, limit)?;
        let file = source.name.clone();
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .flexible(true)
            .from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| csv_error(&file, &error))?;
        let headers: Vec<String> = headers.iter().map(str::to_owned).collect();
        if headers.is_empty() {
            return Err(FileError::whole_file(&file, "is empty").into());
        }
        let mut rows = Vec::new();
        for record in reader.into_records() {
            let cells = record.map_err(|error| csv_error(&file, &error))?;
            check_length(&file, &cells, &headers)?;
            let line = cells.position().map_or(0, csv::Position::line);
            rows.push(Row { line, cells });
        }
        Ok(Table {
            file,
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
        row: &Row,
        column: usize,
        read: impl Fn(&str) -> Result<T, String>,
        problems: &Problems,
    ) -> Option<T> {
        match read(row.cells.get(column).unwrap_or_default()) {
            Ok(value) => Some(value),
            Err(message) => {
                problems.push(self.wrong_cell(row, column, &message));
                None
            }
        }
    }

    /// An error at a cell.
    pub(crate) fn wrong_cell(&self, row: &Row, column: usize, message: &str) -> FileError {
        cell_error(
            &self.file,
            row.line,
            &row.cells,
            column,
            &self.headers[column],
            message,
        )
    }

    /// An error about the heading.
    pub(crate) fn wrong_header(&self, message: &str) -> FileError {
        let text = self.headers.join(",");
        FileError::in_line(&self.file, 1, &text, 0..text.len(), "", message)
    }
}

/// An error at a cell of a row; the line is put together again with commas.
pub(crate) fn cell_error(
    file: &str,
    line: u64,
    cells: &csv::StringRecord,
    column: usize,
    header: &str,
    message: &str,
) -> FileError {
    let text = cells.iter().collect::<Vec<_>>().join(",");
    let start: usize = cells.iter().take(column).map(|cell| cell.len() + 1).sum();
    let end = start + cells.get(column).map_or(0, str::len);
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    FileError::in_line(file, line, &text, start..end, header, message)
}

/// Refuses a row that has not as many cells as the heading.
pub(crate) fn check_length(
    file: &str,
    cells: &csv::StringRecord,
    headers: &[String],
) -> Result<(), FileErrors> {
    if cells.len() == headers.len() {
        return Ok(());
    }
    let line = cells.position().map_or(0, csv::Position::line);
    let message = format!(
        "the row has {} cells, the heading has {}",
        cells.len(),
        headers.len()
    );
    let last = cells.len().saturating_sub(1);
    Err(cell_error(file, line, cells, last, "", &message).into())
}

/// A CSV reader's own error.
pub(crate) fn csv_error(file: &str, error: &csv::Error) -> FileErrors {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => format!("is not a text file: line {line} is not UTF-8"),
        csv::ErrorKind::Io(error) => format!("cannot be read: {error}"),
        csv::ErrorKind::UnequalLengths { .. }
        | csv::ErrorKind::Seek
        | csv::ErrorKind::Serialize(_)
        | csv::ErrorKind::Deserialize { .. }
        | _ => format!("cannot be read: line {line}: {error}"),
    };
    FileError::whole_file(file, message).into()
}
