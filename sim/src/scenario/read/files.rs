//! Files that a scenario refers to: samples, survival curves and staffing, all small CSV tables.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::DateTime;
use policy_file::{Field, policy, quantity};
use sha2::{Digest, Sha256};

use super::super::DistSpec;
use super::Context;
use super::dist::Unit;
use crate::table::Table;

/// The longest referenced table, in bytes.
const MAX_TABLE: u64 = 64 << 20;

/// The hex SHA-256 of a file that a field names.
pub(super) fn digest(path: &Path, field: &Field<'_>) -> Option<String> {
    match hash_file(path) {
        Ok(hash) => Some(hash),
        Err(error) => {
            field.wrong(format!("{} cannot be read: {error}", path.display()));
            None
        }
    }
}

fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut chunk)?;
        if n == 0 {
            return Ok(policy::hex(&hash.finalize()));
        }
        hash.update(&chunk[..n]);
    }
}

fn table(field: &Field<'_>, context: &Context<'_>) -> Option<Table> {
    let path = context.file(field)?;
    let table = match context.beside.get(&path) {
        Some(text) => Table::parse(text, path.display().to_string()),
        None => Table::read(&path, MAX_TABLE),
    };
    match table {
        Ok(table) => Some(table),
        Err(errors) => {
            field.problems().extend(errors);
            None
        }
    }
}

/// A sample (one column) or a survival curve (columns `seconds` or `value`, and `survival`).
pub(super) fn empirical(field: &Field<'_>, context: &Context<'_>, unit: Unit) -> Option<DistSpec> {
    let table = table(field, context)?;
    let number = |text: &str| -> Result<f64, String> {
        // A table's numbers are bare: the column's name is their unit.
        let value = quantity::number(text);
        match unit {
            Unit::Span => value.or_else(|message| unit.read(text).map_err(|_| message)),
            Unit::Factor => value,
        }
    };
    let problems = field.problems();
    let before = problems.count();
    if let Some(survival) = table.column("survival") {
        let Some(value) = table.column("seconds").or(table.column("value")) else {
            problems.push(
                table.wrong_header("a survival curve needs the columns `seconds` and `survival`"),
            );
            return None;
        };
        let mut curve: Vec<(f64, f64)> = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let at = table.cell(row, value, number, problems);
            let share = table.cell(row, survival, quantity::number, problems);
            let (Some(at), Some(share)) = (at, share) else {
                continue;
            };
            let (last_at, last_share) = curve.last().copied().unwrap_or((-1.0, 1.0));
            if at <= last_at {
                problems.push(table.wrong_cell(row, value, "must rise from row to row"));
            }
            if share > last_share {
                problems.push(table.wrong_cell(row, survival, "must be at most 1 and never rise"));
            }
            curve.push((at, share));
        }
        return (problems.count() == before).then(|| DistSpec::Survival(Arc::from(curve)));
    }
    if table.headers.len() != 1 {
        problems.push(table.wrong_header(
            "expected one column (a sample), or the columns `seconds` and `survival`",
        ));
        return None;
    }
    let mut sample: Vec<f64> = table
        .rows
        .iter()
        .filter_map(|row| table.cell(row, 0, number, problems))
        .collect();
    // A file without a heading: its first value was taken for one.
    sample.extend(number(&table.headers[0]).ok());
    if sample.is_empty() && problems.count() == before {
        problems.push(table.wrong_header("has no values"));
    }
    sample.sort_by(f64::total_cmp);
    (problems.count() == before).then(|| DistSpec::Sample(Arc::from(sample)))
}

/// Staffing by date: columns `at` and `count`, each row from its moment on.
pub(super) fn staffing(field: &Field<'_>, context: &Context<'_>) -> Option<Vec<(DateTime, u32)>> {
    let table = table(field, context)?;
    let problems = field.problems();
    let before = problems.count();
    let (Some(at), Some(count)) = (table.column("at"), table.column("count")) else {
        problems.push(table.wrong_header("expected the columns `at` and `count`"));
        return None;
    };
    let read_count = |text: &str| {
        quantity::count(text).and_then(|n| {
            u32::try_from(n)
                .ok()
                .filter(|n| *n < engine::id::OfferId::MAX_AGENTS)
                .ok_or_else(|| format!("`{text}` is too many"))
        })
    };
    let mut steps: Vec<(DateTime, u32)> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let moment = table.cell(row, at, quantity::date_time, problems);
        let agents = table.cell(row, count, read_count, problems);
        let (Some(moment), Some(agents)) = (moment, agents) else {
            continue;
        };
        if steps.last().is_some_and(|(last, _)| moment <= *last) {
            problems.push(table.wrong_cell(row, at, "must rise from row to row"));
        }
        steps.push((moment, agents));
    }
    if table.rows.is_empty() {
        problems.push(table.wrong_header("has no rows"));
    } else if problems.count() == before && steps.iter().all(|(_, agents)| *agents == 0) {
        field.wrong("nobody ever works: every count is 0");
    }
    (problems.count() == before).then_some(steps)
}
