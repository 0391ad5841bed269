//! A columns file: how to read a foreign call log. Types here, the reader in `columns/read`.
//!
//! Owns the mapping, not the log: `trace` applies it to rows.

mod read;

use std::time::Duration;

use jiff::tz::TimeZone;

/// A checked columns file. Columns are named as in the log's heading.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns {
    /// When a call arrives.
    pub arrived_at: ArrivedAt,
    /// Which queue it joins; `None` = the stream's.
    pub queue: Option<Label>,
    /// Which class the caller is of: the words of these labels, joined by `-`; without any, drawn by
    /// the stream's shares.
    pub class: Vec<Label>,
    /// How long it talked; an empty cell = not known, and so is a 0 unless a condition says in
    /// which rows the column speaks.
    pub talk: Option<Span>,
    /// How long it waited; what it says of the caller's patience.
    pub patience: Option<PatienceColumn>,
    /// What became of it, for comparison.
    pub outcome: Option<Label>,
    /// How long it waited, for comparison.
    pub wait: Option<Span>,
    /// Who served it, for comparison and to tell when agents were there.
    pub agent: Option<Identity>,
    /// Who called, to tell who calls again.
    pub caller: Option<Identity>,
    /// When its service began and ended, to tell when agents were there.
    pub service: Option<ServiceColumns>,
    /// Agents' legs are rows of their own; `None` = a row is a call.
    pub legs: Option<Legs>,
    /// A row is kept when one of these holds; empty = every row. Legs are kept with their call.
    pub keep: Vec<Condition>,
    /// Longer talk times are cut to this.
    pub cap: Option<Duration>,
    /// What to do with a row that cannot be read.
    pub bad_rows: BadRows,
    /// Whether a quoted cell may hold line breaks. Unless it may, one that does not end in its line
    /// is an error: in a call log that is nearly always a quote that nobody closed.
    pub multiline: bool,
}

/// When a call arrives, in local time.
#[derive(Clone, PartialEq, Debug)]
pub enum ArrivedAt {
    /// One column with date and time.
    One {
        /// The column.
        column: String,
        /// `strptime` directives; `None` = `2026-03-02T08:00:00` (or a blank for the T).
        format: Option<String>,
        /// The log's times are of UTC, or say their offset (`%z`), and are turned into the local time
        /// of this zone; `None` = they are local.
        timezone: Option<TimeZone>,
    },
    /// A date and a time of day in columns of their own.
    Two {
        /// The date's column.
        date: String,
        /// `strptime` directives; `None` = `2026-03-02`.
        date_format: Option<String>,
        /// The first of these columns that is not missing.
        times: Vec<String>,
        /// `strptime` directives; `None` = `8:00` or `8:00:30`.
        time_format: Option<String>,
        /// Cells that stand for "no time", beside the empty one.
        missing: Vec<String>,
    },
}

/// A word from a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The column.
    pub column: String,
    /// Cell to word, in the order of the file; empty = the cell itself.
    pub map: Vec<(String, String)>,
    /// The word for every other cell (`"*"`); `None` = such a cell is an error when there is a map.
    pub other: Option<String>,
}

impl Label {
    /// The word for a cell; `None` when the map has none.
    #[must_use]
    pub fn of<'a>(&'a self, cell: &'a str) -> Option<&'a str> {
        if self.map.is_empty() && self.other.is_none() {
            return Some(cell);
        }
        let mapped = self.map.iter().find(|(from, _)| from == cell);
        mapped.map(|(_, to)| to.as_str()).or(self.other.as_deref())
    }
}

/// A span from a column.
#[derive(Clone, PartialEq, Debug)]
pub struct Span {
    /// The column.
    pub column: String,
    /// What one of the column's numbers means, in microseconds. `h:mm:ss` is read whatever this
    /// is.
    pub unit_micros: u64,
    /// Read only where this holds; `None` = everywhere.
    pub when: Option<Condition>,
}

/// Who served a call, or who called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The column.
    pub column: String,
    /// Cells that stand for nobody, beside the empty one.
    pub missing: Vec<String>,
}

/// When a service began and ended: times of day on the row's date when `arrived_at` has a date
/// column of its own, else dates with times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceColumns {
    /// The column of its start; `None` = as long before its end as the talk took.
    pub start: Option<String>,
    /// The column of its end; needed only where `talk` does not say how long it took, or without
    /// `start`.
    pub end: Option<String>,
    /// Cells that stand for "no time", beside the empty one.
    pub missing: Vec<String>,
}

/// Rows that are legs: an agent's part of a call that another row is, named by that row.
///
/// With legs, `talk`, `agent` and `service` are read from the legs' rows, everything else from the
/// call's. The wait of a call that a leg answered lasts until its service starts; of several
/// answered legs the longest counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Legs {
    /// The column of a call's own name.
    pub call: String,
    /// The column of the call that a leg belongs to; empty in a call's row.
    pub parent: String,
    /// Where the agent answered.
    pub answered: Condition,
    /// Where the caller hung up while it rang. A call whose legs were all neither answered nor this
    /// was sent elsewhere: its patience lies beyond the end of the last.
    pub hung_up: Condition,
}

/// What a wait says of the caller's patience.
#[derive(Clone, PartialEq, Debug)]
pub struct PatienceColumn {
    /// The wait; where its condition holds the caller hung up after it.
    pub wait: Span,
    /// What the others' wait means.
    pub otherwise: Otherwise,
}

/// What the wait of a caller who did not hang up means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Otherwise {
    /// The caller would have waited longer than that.
    Censored,
    /// Nothing.
    Unknown,
}

/// A row to keep or to read: every column's cell must be as wanted. At least one column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition(pub Vec<Wanted>);

/// What a column's cell must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The column.
    pub column: String,
    /// Cells; at least one.
    pub cells: Vec<String>,
    /// Whether the cell must be one of them (or must not).
    pub is_one_of: bool,
}

/// What to do with a row that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BadRows {
    /// Refuse the log and show the rows.
    #[default]
    Refuse,
    /// Leave them out and count them.
    Skip,
}
