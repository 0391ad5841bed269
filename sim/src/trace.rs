//! Calls of a foreign log: what a columns file makes of CSV rows.
//!
//! [`TraceReader`] streams: one row in memory at a time. [`TraceFile`] is a whole log. Neither
//! sorts, and neither knows the experiment's horizon.

mod cell;
mod leg;
mod row;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use engine::Timestamp;
use engine::id::{CallerKey, ClassId, QueueId};
use engine::time::Micros;
use jiff::civil::DateTime;
use policy_file::{FileError, FileErrors, Names, Problems};

use crate::columns::{BadRows, Columns};
use crate::csv_file::{CsvFile, Style};
use leg::Legs;
use row::Layout;

/// One call of a log.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceCall {
    /// Local time of arrival as the log has it.
    pub arrived_local: DateTime,
    /// The same since the epoch; 0 for calls before it.
    pub arrived_at: Timestamp,
    /// Its queue; `None` when the columns file does not say.
    pub queue: Option<QueueId>,
    /// Its class; `None` when the columns file does not say.
    pub class: Option<ClassId>,
    /// Who calls, as the engine knows it; `None` = drawn.
    pub key: Option<CallerKey>,
    /// How long it talked; `None` when it was not served or the log does not say (drawn then).
    /// May be 0: an agent who lets go of a call at once.
    pub talk: Option<Micros>,
    /// What the log says of its patience.
    pub patience: Patience,
    /// What became of it in the log, for comparison.
    pub recorded: Recorded,
}

/// What a log says of a caller's patience.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// It hung up after this wait.
    Known(Micros),
    /// It was still there after this wait: drawn from the survivors beyond it.
    Censored(Micros),
    /// Nothing: drawn.
    Unknown,
}

/// What became of a call in the log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recorded {
    /// The log's word, mapped.
    pub outcome: Option<String>,
    /// The recorded wait.
    pub wait: Option<Micros>,
    /// The log's name of the agent.
    pub agent: Option<String>,
    /// The log's name of the caller.
    pub caller: Option<String>,
    /// Local time at which its service began.
    pub service_start: Option<DateTime>,
    /// ... and ended.
    pub service_end: Option<DateTime>,
}

/// Reads a log row by row. An iterator of calls and of rows that are wrong; rows that the
/// columns file does not keep are passed over. Where agents' legs are rows of their own, calls come
/// without them: only [`TraceFile`] has read every row, and puts them together.
pub struct TraceReader<'n, R: Read> {
    layout: Layout,
    rows: CsvFile<R>,
    epoch: DateTime,
    names: &'n mut Names,
    legs: Legs,
}

impl<'n> TraceReader<'n, File> {
    /// Opens a log. Queues and classes get ids from `names`, new ones at the end.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or has not every column that the columns file names.
    pub fn open(
        path: &Path,
        columns: &Columns,
        epoch: DateTime,
        names: &'n mut Names,
    ) -> Result<Self, FileErrors> {
        let file = path.display().to_string();
        let failed = |error: std::io::Error| {
            FileError::whole_file(&file, format!("cannot be read: {error}"))
        };
        let opened = File::open(path).map_err(failed)?;
        if opened.metadata().map_err(failed)?.is_dir() {
            return Err(FileError::whole_file(&file, "is a directory, not a file").into());
        }
        TraceReader::new(opened, file, columns, epoch, names)
    }
}

impl<'n, R: Read> TraceReader<'n, R> {
    /// Reads a log that messages call `file`.
    ///
    /// # Errors
    /// As [`TraceReader::open`].
    pub fn new(
        log: R,
        file: String,
        columns: &Columns,
        epoch: DateTime,
        names: &'n mut Names,
    ) -> Result<Self, FileErrors> {
        let style = match columns.multiline {
            true => Style::MultilineLog,
            false => Style::Log,
        };
        let mut rows = CsvFile::new(log, file, style);
        let Some(heading) = rows.next_row().transpose()?.cloned() else {
            return Err(FileError::whole_file(rows.name(), "is empty").into());
        };
        Ok(TraceReader {
            layout: Layout::new(rows.name(), &heading, columns)?,
            rows,
            epoch,
            names,
            legs: Legs::default(),
        })
    }

    /// Whether the last error hides all that comes after it.
    fn is_cut_short(&self) -> bool {
        self.rows.is_cut_short()
    }

    fn next_call(&mut self) -> Result<Option<TraceCall>, FileErrors> {
        let name = self.rows.name().to_owned();
        while let Some(row) = self.rows.next_row().transpose()? {
            row.check_length(&name, self.layout.headers().len())?;
            if let Some(parent) = self.layout.parent(row) {
                match self.layout.leg(row) {
                    Ok(leg) => self.legs.add(parent, leg),
                    Err(wrong) => return Err(self.layout.error(&name, row, &wrong).into()),
                }
            } else if self.layout.keeps(row) {
                self.legs.call(self.layout.own_name(row));
                let call = self.layout.call(row, self.epoch, self.names);
                return call
                    .map(Some)
                    .map_err(|wrong| self.layout.error(&name, row, &wrong).into());
            }
        }
        Ok(None)
    }
}

impl<R: Read> Iterator for TraceReader<'_, R> {
    type Item = Result<TraceCall, FileErrors>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_call().transpose()
    }
}

/// A whole log.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceFile {
    /// Every kept call, in the order of the log.
    pub calls: Vec<TraceCall>,
    /// Rows left out because they could not be read (only with `bad_rows: skip`).
    pub skipped: u64,
}

impl TraceFile {
    /// Reads a log; times are counted from `epoch`, ids come from `names`.
    ///
    /// # Errors
    /// As [`TraceReader::open`]; every row that cannot be read, unless the columns file says to
    /// skip them; one that hides all that comes after it (a quote that is never closed, a file that
    /// cannot be read on) in any case; a log without calls.
    pub fn read(
        path: &Path,
        columns: &Columns,
        epoch: DateTime,
        names: &mut Names,
    ) -> Result<TraceFile, FileErrors> {
        let problems = Problems::new();
        let mut calls = Vec::new();
        let mut skipped = 0;
        let mut rows = TraceReader::open(path, columns, epoch, names)?;
        while let Some(row) = rows.next() {
            match row {
                Ok(call) => calls.push(call),
                Err(_) if columns.bad_rows == BadRows::Skip && !rows.is_cut_short() => skipped += 1,
                Err(errors) => problems.extend(errors),
            }
            if problems.is_full() {
                break;
            }
        }
        rows.legs.join(&mut calls);
        if calls.is_empty() && problems.count() == 0 {
            let file = path.display().to_string();
            let message = match skipped {
                0 => "has no call that the columns file keeps".to_owned(),
                _ => format!("has no readable call; {skipped} rows are wrong"),
            };
            problems.push(FileError::whole_file(&file, message));
        }
        problems.into_result(TraceFile { calls, skipped })
    }
}
