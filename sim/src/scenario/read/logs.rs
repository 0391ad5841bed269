//! Foreign logs that a scenario names, for arrivals and for staffing. A log that cannot be read is
//! reported once.

use std::path::PathBuf;
use std::time::Duration;

use engine::id::OfferId;
use jiff::civil::DateTime;
use policy_file::{Field, Keys, Names, quantity};

use super::super::Staffing;
use super::Context;
use crate::columns::Columns;
use crate::fit::{LoggedCall, local, presence};
use crate::trace::TraceFile;

/// A log as its columns file reads it.
pub(super) struct Log {
    pub(super) file: PathBuf,
    pub(super) columns_path: PathBuf,
    pub(super) columns: Columns,
    pub(super) trace: TraceFile,
}

impl Context<'_> {
    /// The log under the keys `file` and `columns`.
    pub(super) fn log(
        &self,
        keys: &Keys<'_>,
        example: &str,
        start: DateTime,
        names: &mut Names,
    ) -> Option<Log> {
        let file_field = keys.required("file", example);
        let columns_field = keys.required("columns", example);
        let (file_field, columns_field) = (file_field?, columns_field?);
        let columns_path = self.file(&columns_field);
        let file = self.file(&file_field);
        let (columns_path, file) = (columns_path?, file?);
        let read = Columns::read(&columns_path)
            .map_err(|errors| (&columns_path, errors))
            .and_then(
                |columns| match TraceFile::read(&file, &columns, start, names) {
                    Ok(trace) => Ok((columns, trace)),
                    Err(errors) => Err((&file, errors)),
                },
            );
        match read {
            Ok((columns, trace)) => Some(Log {
                columns,
                trace,
                file,
                columns_path,
            }),
            Err((path, errors)) => {
                if self.refused.borrow_mut().insert(path.clone()) {
                    file_field.problems().extend(errors);
                }
                None
            }
        }
    }
}

/// `from_log: { file: calls.csv, columns: columns.yaml, gap: 3m, quiet_limit: 30m, slack: 10s, edge: 0s }`:
/// as many as the log's services show to have been there.
pub(super) fn staffing(
    field: &Field<'_>,
    context: &Context<'_>,
    start: DateTime,
) -> Option<Staffing> {
    let keys = field.keys(&["file", "columns", "gap", "quiet_limit", "slack", "edge"])?;
    let usual = presence::Rule::default();
    let span = |key: &str, usual: Duration| match keys.get(key) {
        Some(field) => field.quantity(quantity::span),
        None => Some(usual),
    };
    let (gap, quiet_limit) = (
        span("gap", usual.gap),
        span("quiet_limit", usual.quiet_limit),
    );
    let (slack, edge) = (span("slack", usual.slack), span("edge", usual.edge));
    let example = "from_log: { file: calls.csv, columns: columns.yaml }";
    // Its queues and classes concern only its arrivals.
    let log = context.log(&keys, example, start, &mut Names::default())?;
    if log.columns.agent.is_none() {
        field.wrong_with_help(
            "the columns file does not say who served a call, which is what presence is told from",
            "as in `agent: { column: server, missing: NOBODY }`",
        );
        return None;
    }
    let rule = presence::Rule {
        gap: gap?,
        quiet_limit: quiet_limit?,
        slack: slack?,
        edge: edge?,
    };
    let calls: Vec<LoggedCall> = log.trace.calls.iter().map(LoggedCall::of).collect();
    let counts = presence::head_count(&presence::stretches(&calls, rule));
    let steps: Vec<(DateTime, u32)> = counts.into_iter().map(|(at, n)| (local(at), n)).collect();
    let staffing = Staffing::Dated {
        file: log.file,
        steps,
    };
    match staffing.most() {
        0 => field.wrong("no call of the log has a service by a named agent"),
        n if n > OfferId::MAX_AGENTS => field.wrong(format!("{n} agents are too many")),
        _ => return Some(staffing),
    }
    None
}
