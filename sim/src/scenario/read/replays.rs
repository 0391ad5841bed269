//! Arrivals that replay a log, and what the log must say for the entry's queue and classes to fit.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::id::QueueId;
use engine::time::micros;
use policy_file::{Field, Keys};

use super::super::{Arrivals, CallerClass, TraceSource};
use super::calls::Stream;
use super::files;
use crate::trace::TraceCall;

impl Stream<'_> {
    pub(super) fn trace(&self, field: &Field<'_>) -> Option<Arrivals> {
        let keys = field.keys(&["file", "columns", "notes"])?;
        let example = "trace: { file: calls.csv, columns: columns.yaml }";
        let notes = keys
            .get("notes")
            .and_then(|field| field.items("a list of sentences"));
        let notes = notes.into_iter().flatten();
        let notes: Vec<String> = notes
            .filter_map(|note| note.text("a sentence").map(str::to_owned))
            .collect();
        let mut names = self.context.names.borrow().clone();
        let log = self.context.log(&keys, example, self.start, &mut names)?;
        let (file_field, columns_field) = (keys.get("file")?, keys.get("columns")?);
        for name in &names.queues {
            let _ = self
                .context
                .queue_called(name, &file_field.node.place, &file_field);
        }
        for name in &names.classes {
            let _ = self.context.class_called(name);
        }
        let end = self.horizon.map_or(u64::MAX, micros);
        let n_rows = log.trace.calls.len();
        let mut calls = log.trace.calls;
        calls.retain(|call| call.arrived_local >= self.start && call.arrived_at.as_micros() < end);
        calls.sort_by_key(|call| call.arrived_at);
        if calls.is_empty() && self.horizon.is_some() {
            file_field.wrong(format!(
                "none of its {n_rows} calls arrives within the experiment's time"
            ));
        }
        let sha256 = files::digest(&log.file, &file_field)?;
        let columns_sha256 = files::digest(&log.columns_path, &columns_field)?;
        Some(Arrivals::Trace(TraceSource {
            outside: (n_rows - calls.len()) as u64,
            calls: Arc::from(calls),
            file: log.file,
            columns: log.columns_path,
            sha256,
            columns_sha256,
            skipped: log.trace.skipped,
            notes,
        }))
    }

    /// The queue of calls that do not say theirs. A log that sends its calls elsewhere than the
    /// entry says is refused: one of the two would be passed over in silence.
    pub(super) fn queue_of_trace(
        &self,
        trace: &TraceSource,
        queue: Option<QueueId>,
        field: Option<Field<'_>>,
        keys: &Keys<'_>,
    ) -> Option<QueueId> {
        let Some(field) = field else {
            if trace.calls.is_empty() {
                // That there are none is an error already.
                return None;
            }
            let first = trace.calls.first().and_then(|call| call.queue);
            return first.or_else(|| keys.required("queue", "queue: sales").and(None));
        };
        let elsewhere = |call: &&TraceCall| call.queue.is_some() && call.queue != queue;
        let n = trace.calls.iter().filter(elsewhere).count();
        if let (Some(queue), Some(other)) = (queue, trace.calls.iter().find(elsewhere)) {
            let names = self.context.names.borrow();
            let other = other.queue.map_or("", |id| &names.queues[id.index()]);
            field.wrong_with_help(
                format!(
                    "the log's own column sends {n} of its calls to other queues than `{}`, the first to \
                     `{other}`",
                    names.queues[queue.index()]
                ),
                "leave `queue` out here, or `queue` out of the columns file",
            );
        }
        queue
    }

    pub(super) fn check_trace_classes(
        &self,
        trace: &TraceSource,
        classes: &[CallerClass],
        field: &Field<'_>,
    ) {
        let names = self.context.names.borrow();
        let mut missing: BTreeMap<usize, u64> = BTreeMap::new();
        for class in trace.calls.iter().filter_map(|call| call.class) {
            if !classes.iter().any(|known| known.class == class) {
                *missing.entry(class.index()).or_default() += 1;
            }
        }
        for (class, n_calls) in missing {
            let name = &names.classes[class];
            field.wrong(format!(
                "the log has callers of class `{name}` ({n_calls}); it must be listed here"
            ));
        }
        let entries = field.entries("classes by name").unwrap_or_default();
        for class in classes.iter().filter(|class| class.talk.is_none()) {
            let name = &names.classes[class.class.index()];
            let Some(entry) = entries.iter().find(|entry| entry.name == name.as_str()) else {
                continue;
            };
            let is_without = |call: &&TraceCall| {
                call.talk.is_none() && call.class.is_none_or(|other| other == class.class)
            };
            let help = "as in `talk: { lognormal: { mean: 180s, sd: 278s } }`";
            if let Some(first) = trace.calls.iter().find(is_without) {
                let n = trace.calls.iter().filter(is_without).count();
                let message = format!(
                    "needs `talk`: the log does not say how long {n} of these callers talked, the first at \
                     {}",
                    first.arrived_local
                );
                entry.field.wrong_with_help(message, help);
            } else if class.redial.is_some() {
                let message = "needs `talk`: the log does not say how long who calls again talks";
                entry.field.wrong_with_help(message, help);
            }
        }
    }
}
