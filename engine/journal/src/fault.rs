//! What is wrong with a journal, and where: the first thing found, in words that name the row.

use std::error::Error;
use std::fmt;
use std::io;

use engine::Timestamp;

/// A journal that is not as it was written, or a row that does not continue it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The row, by the number it has or should have; 0 = the header.
    pub seq: u64,
    /// Its line in the file, from 1; `None` where there is no file.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a row, or with the file at that place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Its text is not that of a row (or header); in the words of whoever tried to read it.
    Unreadable(String),
    /// Its checksum is another: bytes have changed.
    Checksum,
    /// A later row is in its place.
    Missing {
        /// That row's number.
        found: u64,
    },
    /// An earlier row is in its place: it is there twice, or rows were exchanged.
    OutOfOrder {
        /// That row's number.
        found: u64,
    },
    /// It does not follow the row before it: one of the two was changed, or is of another journal.
    Chain,
    /// It happened before the row before it.
    TimeBackwards {
        /// When the row before it happened.
        before: Timestamp,
        /// When this one did.
        at: Timestamp,
    },
    /// It was written by a leader that had been followed by another.
    StaleEpoch {
        /// The epoch of the row before it.
        before: u64,
        /// Its own.
        epoch: u64,
    },
    /// The file ends here, without its last line: its tail is cut off, or was never written.
    NoEnd,
    /// The file goes on after its last line.
    AfterEnd,
    /// The file has another form.
    OtherFormat {
        /// Which; this reader knows [`crate::FORMAT`].
        found: u64,
    },
    /// Reading or writing failed.
    Io(io::ErrorKind, String),
}

impl Refused {
    pub(crate) const fn row(seq: u64, fault: Fault) -> Self {
        Refused {
            seq,
            line: None,
            fault,
        }
    }

    pub(crate) fn header(fault: Fault) -> Self {
        Refused {
            seq: 0,
            line: Some(1),
            fault,
        }
    }

    pub(crate) fn io(seq: u64, error: &io::Error) -> Self {
        Refused::row(seq, Fault::Io(error.kind(), error.to_string()))
    }

    #[must_use]
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        match self.seq {
            0 => write!(f, "the header: ")?,
            seq => write!(f, "row {seq}: ")?,
        }
        self.fault.fmt(f)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unreadable(why) => write!(f, "unreadable: {why}"),
            Fault::Checksum => write!(f, "its checksum is another: bytes have changed"),
            Fault::Missing { found } => write!(f, "it is missing: row {found} is in its place"),
            Fault::OutOfOrder { found } => {
                write!(f, "row {found} is in its place: doubled or exchanged")
            }
            Fault::Chain => write!(
                f,
                "it does not follow the row before it: changed since, or of another journal"
            ),
            Fault::TimeBackwards { before, at } => {
                write!(f, "it is of {at}, the row before it of {before}")
            }
            Fault::StaleEpoch { before, epoch } => {
                write!(f, "it is of epoch {epoch}, the row before it of {before}")
            }
            Fault::NoEnd => write!(f, "the file ends here without its last line: cut off"),
            Fault::AfterEnd => write!(f, "the file goes on after its last line"),
            Fault::OtherFormat { found } => write!(
                f,
                "the file has format {found}, this version reads format {}",
                crate::FORMAT
            ),
            Fault::Io(_, why) => write!(f, "{why}"),
        }
    }
}

impl Error for Refused {}
