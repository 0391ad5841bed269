//! One row: where each column is, and what its cells mean.

use engine::Timestamp;
use engine::time::Micros;
use jiff::civil::DateTime;
use policy_file::field::known_names;
use policy_file::{FileError, FileErrors, Names, Problems};

use super::cell::{is_there, read_date, read_date_time, read_span, read_time};
use super::leg::{Fate, Leg};
use super::{Patience, Recorded, TraceCall};
use crate::columns::{ArrivedAt, Columns, Condition, Identity, Label, Otherwise, Span};
use crate::csv_file::CsvRow;

/// The columns file with positions for names.
pub(super) struct Layout {
    headers: Vec<String>,
    columns: Columns,
}

/// What is wrong with a row.
pub(super) struct WrongCell {
    column: usize,
    message: String,
}

type Cell<T> = Result<T, WrongCell>;

impl Layout {
    /// Checks that the heading has every column.
    pub(super) fn new(
        file: &str,
        heading: &CsvRow,
        columns: &Columns,
    ) -> Result<Layout, FileErrors> {
        let headers: Vec<String> = heading.iter().map(str::to_owned).collect();
        let problems = Problems::new();
        let wrong = |message: String| heading.wrong(file, &message);
        let n_columns = |name: &String| headers.iter().filter(|header| *header == name).count();
        let named = named_columns(columns);
        for name in named.iter().filter(|name| n_columns(name) > 1) {
            problems.push(wrong(format!("the log has two columns `{name}`")));
        }
        let missing: Vec<&String> = named.iter().filter(|name| n_columns(name) == 0).collect();
        match missing.as_slice() {
            [] => {}
            [only] => {
                let error = wrong(format!("the log has no column `{only}`"));
                problems.push(error.with_help(known_names(&headers, only)));
            }
            several => {
                let list: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                problems.push(wrong(format!("the log has no columns {}", list.join(", "))));
            }
        }
        problems.into_result(Layout {
            headers,
            columns: columns.clone(),
        })
    }

    /// The heading.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    fn position(&self, column: &str) -> usize {
        self.headers
            .iter()
            .position(|header| header == column)
            .expect("invariant: every named column is in the heading")
    }

    fn cell<'r>(&self, row: &'r CsvRow, column: &str) -> (usize, &'r str) {
        let position = self.position(column);
        (position, row.get(position).unwrap_or_default())
    }

    fn holds(&self, condition: &Condition, row: &CsvRow) -> bool {
        condition.0.iter().all(|wanted| {
            let (_, cell) = self.cell(row, &wanted.column);
            wanted.cells.iter().any(|value| value == cell) == wanted.is_one_of
        })
    }

    /// Whether the columns file keeps a row.
    pub(super) fn keeps(&self, row: &CsvRow) -> bool {
        let keep = &self.columns.keep;
        keep.is_empty() || keep.iter().any(|condition| self.holds(condition, row))
    }

    /// The call that a row is a leg of; `None` when it is a call itself.
    pub(super) fn parent(&self, row: &CsvRow) -> Option<String> {
        let legs = self.columns.legs.as_ref()?;
        let (_, parent) = self.cell(row, &legs.parent);
        (!parent.is_empty()).then(|| parent.to_owned())
    }

    /// What a call's legs call it; `None` in a log without legs.
    pub(super) fn own_name(&self, row: &CsvRow) -> Option<String> {
        let legs = self.columns.legs.as_ref()?;
        Some(self.cell(row, &legs.call).1.to_owned())
    }

    /// The leg of a row.
    pub(super) fn leg(&self, row: &CsvRow) -> Cell<Leg> {
        let legs = self.columns.legs.as_ref();
        let is = |condition: &Condition| self.holds(condition, row);
        let fate = match legs {
            Some(legs) if is(&legs.answered) => Fate::Answered,
            Some(legs) if is(&legs.hung_up) => Fate::HungUp,
            Some(_) | None => Fate::Unanswered,
        };
        let talk = match fate {
            Fate::Answered => self.talk(row)?,
            Fate::HungUp | Fate::Unanswered => None,
        };
        let (start, end) = self.service(row, talk)?;
        Ok(Leg {
            fate,
            talk,
            agent: self.identity(row, self.columns.agent.as_ref()),
            start,
            end,
        })
    }

    /// The call of a row; without its legs.
    pub(super) fn call(&self, row: &CsvRow, epoch: DateTime, names: &mut Names) -> Cell<TraceCall> {
        let columns = &self.columns;
        let arrived_local = self.arrived(row)?;
        let since = arrived_local.duration_since(epoch).as_micros();
        let queue = match &columns.queue {
            Some(label) => {
                let (column, word) = self.word(row, label)?;
                Some(name(column, word, |name| names.intern_queue(name))?)
            }
            None => None,
        };
        let class = match self.class(row)? {
            Some((column, word)) => Some(name(column, &word, |name| names.intern_class(name))?),
            None => None,
        };
        let outcome = match &columns.outcome {
            Some(label) => Some(self.word(row, label)?.1.to_owned()),
            None => None,
        };
        let mut call = TraceCall {
            arrived_local,
            arrived_at: Timestamp(u64::try_from(since).unwrap_or(0)),
            queue,
            class,
            key: None,
            talk: None,
            patience: self.patience(row)?,
            recorded: Recorded {
                outcome,
                wait: self.span(row, columns.wait.as_ref())?,
                caller: self.identity(row, columns.caller.as_ref()),
                ..Recorded::default()
            },
        };
        if columns.legs.is_none() {
            call.talk = self.talk(row)?;
            call.recorded.agent = self.identity(row, columns.agent.as_ref());
            let (start, end) = self.service(row, call.talk)?;
            (call.recorded.service_start, call.recorded.service_end) = (start, end);
        }
        Ok(call)
    }

    /// How long it talked, cut to the cap.
    fn talk(&self, row: &CsvRow) -> Cell<Option<Micros>> {
        let span = self.columns.talk.as_ref();
        let cap = self.columns.cap.map_or(Micros::MAX, engine::time::micros);
        // A 0 may stand for "not served", unless the file says in which rows the column speaks: by
        // a condition, or because only answered legs are asked.
        let speaks = span.is_some_and(|span| span.when.is_some()) || self.columns.legs.is_some();
        let talk = self.span(row, span)?;
        Ok(talk
            .filter(|talk| *talk > 0 || speaks)
            .map(|talk| talk.min(cap)))
    }

    fn identity(&self, row: &CsvRow, identity: Option<&Identity>) -> Option<String> {
        let identity = identity?;
        let (_, name) = self.cell(row, &identity.column);
        is_there(name, &identity.missing).then(|| name.to_owned())
    }

    /// When a service began and ended. Where only its end is recorded it began as long before as it
    /// took.
    fn service(
        &self,
        row: &CsvRow,
        talk: Option<Micros>,
    ) -> Cell<(Option<DateTime>, Option<DateTime>)> {
        let Some(service) = &self.columns.service else {
            return Ok((None, None));
        };
        let time = |column: &Option<String>| match column {
            Some(column) => self.service_time(row, column, &service.missing),
            None => Ok(None),
        };
        let end = time(&service.end)?;
        let start = match (&service.start, end, talk) {
            (None, Some(end), Some(talk)) => {
                end.checked_sub(std::time::Duration::from_micros(talk)).ok()
            }
            (Some(_) | None, ..) => time(&service.start)?,
        };
        Ok((start, end))
    }

    /// The words of the class's labels, joined; and where the first stands.
    fn class(&self, row: &CsvRow) -> Cell<Option<(usize, String)>> {
        let mut first = None;
        let mut words = Vec::new();
        for label in &self.columns.class {
            let (column, word) = self.word(row, label)?;
            first = first.or(Some(column));
            words.extend((!word.is_empty()).then_some(word));
        }
        Ok(first.map(|column| (column, words.join("-"))))
    }

    fn word<'r>(&'r self, row: &'r CsvRow, label: &'r Label) -> Cell<(usize, &'r str)> {
        let (column, cell) = self.cell(row, &label.column);
        match label.of(cell) {
            Some(word) => Ok((column, word)),
            None => Err(WrongCell {
                column,
                message: format!(
                    "`{cell}` is not in the map of the columns file; `\"*\"` stands for all others"
                ),
            }),
        }
    }

    fn span(&self, row: &CsvRow, span: Option<&Span>) -> Cell<Option<Micros>> {
        let Some(span) = span else {
            return Ok(None);
        };
        if let Some(condition) = &span.when
            && !self.holds(condition, row)
        {
            return Ok(None);
        }
        let (column, cell) = self.cell(row, &span.column);
        read_span(cell, span.unit_micros).map_err(|message| WrongCell { column, message })
    }

    fn patience(&self, row: &CsvRow) -> Cell<Patience> {
        let Some(patience) = &self.columns.patience else {
            return Ok(Patience::Unknown);
        };
        let everywhere = Span {
            when: None,
            ..patience.wait.clone()
        };
        let hung_up = match &patience.wait.when {
            Some(condition) => self.holds(condition, row),
            None => true,
        };
        if !hung_up && patience.otherwise == Otherwise::Unknown {
            return Ok(Patience::Unknown);
        }
        Ok(match (self.span(row, Some(&everywhere))?, hung_up) {
            (Some(wait), true) => Patience::Known(wait),
            (Some(wait), false) => Patience::Censored(wait),
            (None, _) => Patience::Unknown,
        })
    }

    /// When a service began or ended: read as the time of arrival is.
    fn service_time(
        &self,
        row: &CsvRow,
        column: &str,
        missing: &[String],
    ) -> Cell<Option<DateTime>> {
        let (column, cell) = self.cell(row, column);
        if !is_there(cell, missing) {
            return Ok(None);
        }
        let read = match &self.columns.arrived_at {
            ArrivedAt::One {
                format, timezone, ..
            } => read_date_time(cell, format.as_deref(), timezone.as_ref()),
            ArrivedAt::Two {
                date,
                date_format,
                time_format,
                ..
            } => {
                let (date_column, date) = self.cell(row, date);
                let date =
                    read_date(date, date_format.as_deref()).map_err(|message| WrongCell {
                        column: date_column,
                        message,
                    })?;
                read_time(date, cell, time_format.as_deref())
            }
        };
        read.map(Some)
            .map_err(|message| WrongCell { column, message })
    }

    fn arrived(&self, row: &CsvRow) -> Cell<DateTime> {
        match &self.columns.arrived_at {
            ArrivedAt::One {
                column,
                format,
                timezone,
            } => {
                let (column, cell) = self.cell(row, column);
                read_date_time(cell, format.as_deref(), timezone.as_ref())
                    .map_err(|message| WrongCell { column, message })
            }
            ArrivedAt::Two {
                date,
                date_format,
                times,
                time_format,
                missing,
            } => {
                let (column, cell) = self.cell(row, date);
                let date = read_date(cell, date_format.as_deref())
                    .map_err(|message| WrongCell { column, message })?;
                let found = times
                    .iter()
                    .map(|column| self.cell(row, column))
                    .find(|(_, cell)| is_there(cell, missing));
                let Some((column, cell)) = found else {
                    return Err(WrongCell {
                        column: self.position(&times[0]),
                        message: "no time of arrival: every column of it is missing".to_owned(),
                    });
                };
                read_time(date, cell, time_format.as_deref())
                    .map_err(|message| WrongCell { column, message })
            }
        }
    }

    /// The error of a row, showing it.
    pub(super) fn error(&self, file: &str, row: &CsvRow, wrong: &WrongCell) -> FileError {
        let header = &self.headers[wrong.column];
        row.wrong_cell(file, wrong.column, header, &wrong.message)
    }
}

/// The id of a queue or class.
fn name<T>(column: usize, word: &str, intern: impl FnOnce(&str) -> Option<T>) -> Cell<T> {
    let wrong = |message: String| WrongCell { column, message };
    if !policy_file::field::is_name(word) {
        return Err(wrong(format!(
            "`{word}` is not a name; map it to one in the columns file"
        )));
    }
    intern(word).ok_or_else(|| wrong("too many different names".to_owned()))
}

/// Every column that a columns file names, each once.
fn named_columns(columns: &Columns) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    match &columns.arrived_at {
        ArrivedAt::One { column, .. } => names.push(column),
        ArrivedAt::Two { date, times, .. } => {
            names.push(date);
            names.extend(times);
        }
    }
    let labels = [&columns.queue, &columns.outcome].into_iter().flatten();
    names.extend(labels.chain(&columns.class).map(|label| &label.column));
    let spans = [columns.talk.as_ref(), columns.wait.as_ref()];
    let patience = columns.patience.as_ref().map(|patience| &patience.wait);
    let mut conditions: Vec<&Condition> = columns.keep.iter().collect();
    for span in spans.into_iter().chain([patience]).flatten() {
        names.push(&span.column);
        conditions.extend(&span.when);
    }
    let identities = columns.agent.iter().chain(&columns.caller);
    names.extend(identities.map(|identity| &identity.column));
    if let Some(service) = &columns.service {
        names.extend(service.start.iter().chain(&service.end));
    }
    if let Some(legs) = &columns.legs {
        names.extend([&legs.call, &legs.parent]);
        conditions.extend([&legs.answered, &legs.hung_up]);
    }
    names.extend(
        conditions
            .iter()
            .flat_map(|c| c.0.iter().map(|w| &w.column)),
    );
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}
