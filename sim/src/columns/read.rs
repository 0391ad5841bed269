//! A columns document to [`Columns`].

use std::path::Path;

use jiff::tz::TimeZone;
use policy_file::policy::check_version;
use policy_file::{Document, Field, FileErrors, Keys, Kind, Problems, quantity};

use super::{
    ArrivedAt, BadRows, Columns, Condition, Identity, Label, Legs, Otherwise, PatienceColumn,
    ServiceColumns, Span, Wanted,
};

const KEYS: [&str; 16] = [
    "schema",
    "arrived_at",
    "queue",
    "class",
    "talk",
    "patience",
    "outcome",
    "wait",
    "agent",
    "caller",
    "service",
    "legs",
    "keep",
    "cap",
    "bad_rows",
    "multiline",
];

impl Columns {
    /// Reads a columns file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path) -> Result<Columns, FileErrors> {
        from_document(&Document::read(path)?)
    }

    /// Reads a columns file from a text that messages call `name`.
    ///
    /// # Errors
    /// As [`Columns::read`].
    pub fn parse(text: &str, name: &str) -> Result<Columns, FileErrors> {
        from_document(&Document::parse(text, name)?)
    }
}

fn from_document(document: &Document) -> Result<Columns, FileErrors> {
    let problems = Problems::new();
    let read = columns(&Field::root(&document.root, &problems));
    problems.into_result(())?;
    Ok(read.expect("invariant: what is missing was reported"))
}

fn columns(root: &Field<'_>) -> Option<Columns> {
    if !Kind::Columns.is_likely(root) {
        return None;
    }
    let keys = root.keys(&KEYS)?;
    // `schema` may be left out here: the contract's example has none.
    if keys.get("schema").is_some() {
        check_version(&keys);
    }
    let arrived_at = keys
        .required("arrived_at", "arrived_at: { column: start_time }")
        .and_then(|field| arrived_at(&field));
    let label = |key: &str, is_name| keys.get(key).and_then(|field| label(&field, is_name));
    let span = |key: &str| keys.get(key).and_then(|field| span(&field));
    let keep = keys.get("keep").map(|field| match field.is_list() {
        true => field.items("a list of conditions").unwrap_or_default(),
        false => vec![field],
    });
    let bad_rows = keys
        .get("bad_rows")
        .and_then(|field| field.choice(&[("refuse", BadRows::Refuse), ("skip", BadRows::Skip)]));
    Some(Columns {
        queue: label("queue", true),
        class: keys
            .get("class")
            .map(|field| class(&field))
            .unwrap_or_default(),
        outcome: label("outcome", false),
        talk: span("talk"),
        wait: span("wait"),
        patience: keys.get("patience").and_then(|field| patience(&field)),
        agent: keys.get("agent").and_then(|field| identity(&field)),
        caller: keys.get("caller").and_then(|field| identity(&field)),
        service: keys.get("service").and_then(|field| service(&field)),
        legs: keys.get("legs").and_then(|field| legs(&field)),
        keep: keep
            .into_iter()
            .flatten()
            .filter_map(|field| condition(&field))
            .collect(),
        cap: keys
            .get("cap")
            .and_then(|field| field.above_zero(quantity::span)),
        bad_rows: bad_rows.unwrap_or_default(),
        multiline: keys
            .get("multiline")
            .and_then(|field| field.boolean())
            .unwrap_or(false),
        arrived_at: arrived_at?,
    })
}

/// The name of a column.
fn column(field: &Field<'_>) -> Option<String> {
    let text = field.text("the name of a column")?;
    if text.is_empty() {
        field.wrong("expected the name of a column");
        return None;
    }
    Some(text.to_owned())
}

fn required_column(keys: &Keys<'_>, key: &str, example: &str) -> Option<String> {
    column(&keys.required(key, example)?)
}

fn arrived_at(field: &Field<'_>) -> Option<ArrivedAt> {
    if !field.is_map() {
        let column = column(field)?;
        return Some(ArrivedAt::One {
            column,
            format: None,
            timezone: None,
        });
    }
    let known = [
        "column",
        "format",
        "timezone",
        "date",
        "time",
        "time_format",
        "missing",
    ];
    let keys = field.keys(&known)?;
    let (key, _) = keys.one_of(&["column", "date"])?;
    let date_format = format(&keys, "format");
    if key == "column" {
        for other in ["time", "time_format", "missing"] {
            if let Some(field) = keys.get(other) {
                field.wrong("goes with `date`, when date and time are columns of their own");
            }
        }
        return Some(ArrivedAt::One {
            timezone: keys.get("timezone").and_then(|field| timezone(&field)),
            column: required_column(&keys, "column", "column: start_time")?,
            format: date_format,
        });
    }
    if let Some(field) = keys.get("timezone") {
        field.wrong("goes with `column`, when one column has date and time");
    }
    let date = required_column(&keys, "date", "date: date");
    let times = keys.required("time", "{ date: date, time: start_time }");
    let times: Vec<String> = times
        .iter()
        .flat_map(each)
        .filter_map(|f| column(&f))
        .collect();
    if times.is_empty() && keys.get("time").is_some() {
        field.wrong("needs at least one column with a time");
    }
    Some(ArrivedAt::Two {
        date: date?,
        date_format,
        times,
        time_format: format(&keys, "time_format"),
        missing: missing(&keys),
    })
}

/// The cells that stand for nothing.
fn missing(keys: &Keys<'_>) -> Vec<String> {
    let missing = keys.get("missing");
    let missing = missing.iter().flat_map(each);
    missing.filter_map(|field| cell(&field)).collect()
}

/// A zone of the tz database, such as `Europe/Berlin`.
fn timezone(field: &Field<'_>) -> Option<TimeZone> {
    let name = field.text("a time zone such as Europe/Berlin")?;
    match TimeZone::get(name) {
        Ok(zone) => Some(zone),
        Err(_) => {
            field.wrong(format!("`{name}` is not a time zone such as Europe/Berlin"));
            None
        }
    }
}

/// One label, or a list of labels whose words are joined; in a list a word may be empty.
fn class(field: &Field<'_>) -> Vec<Label> {
    if !field.is_list() {
        return label(field, true).into_iter().collect();
    }
    let items = field.items("a list of labels").unwrap_or_default();
    if items.is_empty() {
        field.wrong(
            "expected at least one label, as in `{ column: priority, map: { \"2\": vip } }`",
        );
    }
    items.iter().filter_map(|item| label(item, false)).collect()
}

/// `legs: { call: Sid, parent: ParentCallSid, answered: { Status: completed }, hung_up: { Status: canceled } }`.
fn legs(field: &Field<'_>) -> Option<Legs> {
    let keys = field.keys(&["call", "parent", "answered", "hung_up"])?;
    let example = "legs: { call: Sid, parent: ParentCallSid, answered: { Status: completed }, hung_up: { \
                   Status: canceled } }";
    let column = |key| required_column(&keys, key, example);
    let condition = |key| {
        keys.required(key, example)
            .and_then(|field| condition(&field))
    };
    let (call, parent) = (column("call"), column("parent"));
    let (answered, hung_up) = (condition("answered"), condition("hung_up"));
    Some(Legs {
        call: call?,
        parent: parent?,
        answered: answered?,
        hung_up: hung_up?,
    })
}

/// `agent: server` or `agent: { column: server, missing: NOBODY }`.
fn identity(field: &Field<'_>) -> Option<Identity> {
    if !field.is_map() {
        return Some(Identity {
            column: column(field)?,
            missing: Vec::new(),
        });
    }
    let keys = field.keys(&["column", "missing"])?;
    Some(Identity {
        missing: missing(&keys),
        column: required_column(&keys, "column", "{ column: server, missing: NOBODY }")?,
    })
}

/// `service: { start: answered_at }`.
fn service(field: &Field<'_>) -> Option<ServiceColumns> {
    let keys = field.keys(&["start", "end", "missing"])?;
    let end = keys.get("end").and_then(|field| column(&field));
    let start = match (keys.get("start"), &end) {
        (None, Some(_)) => None,
        (Some(_) | None, _) => Some(required_column(
            &keys,
            "start",
            "service: { start: answered_at }",
        )?),
    };
    Some(ServiceColumns {
        end,
        missing: missing(&keys),
        start,
    })
}

/// `strptime` directives; ones that no text could ever satisfy are found with the first row.
fn format(keys: &Keys<'_>, key: &str) -> Option<String> {
    let field = keys.get(key)?;
    let text = field.text("a format such as \"%Y-%m-%d %H:%M:%S\"")?;
    if !text.contains('%') {
        field.wrong("expected a format such as \"%Y-%m-%d %H:%M:%S\"");
    }
    Some(text.to_owned())
}

/// A word from a column; a queue's or class's must be a name.
fn label(field: &Field<'_>, is_name: bool) -> Option<Label> {
    if !field.is_map() {
        return Some(Label {
            column: column(field)?,
            map: Vec::new(),
            other: None,
        });
    }
    let keys = field.keys(&["column", "map"])?;
    let mut label = Label {
        column: required_column(&keys, "column", "{ column: priority, map: { \"2\": vip } }")?,
        map: Vec::new(),
        other: None,
    };
    let entries = keys.get("map").and_then(|f| f.entries("words by cell"));
    for entry in entries.into_iter().flatten() {
        let word = match is_name {
            true => entry.field.name("a name"),
            false => entry.field.text("a word"),
        };
        let Some(word) = word else { continue };
        if entry.name == "*" {
            label.other = Some(word.to_owned());
        } else {
            label.map.push((entry.name.to_owned(), word.to_owned()));
        }
    }
    Some(label)
}

fn span(field: &Field<'_>) -> Option<Span> {
    if !field.is_map() {
        return Some(Span {
            column: column(field)?,
            unit_micros: 1_000_000,
            when: None,
        });
    }
    span_of(&field.keys(&["column", "unit", "when"])?)
}

fn span_of(keys: &Keys<'_>) -> Option<Span> {
    let unit = keys.get("unit").and_then(|field| {
        field.choice(&[
            ("us", 1),
            ("ms", 1_000),
            ("s", 1_000_000),
            ("min", 60_000_000),
            ("m", 60_000_000),
            ("h", 3_600_000_000),
        ])
    });
    Some(Span {
        unit_micros: unit.unwrap_or(1_000_000),
        when: keys.get("when").and_then(|field| condition(&field)),
        column: required_column(keys, "column", "{ column: talk_seconds }")?,
    })
}

fn patience(field: &Field<'_>) -> Option<PatienceColumn> {
    let example = "{ column: wait, when: { outcome: HANG }, else: censored }";
    if !field.is_map() {
        field.wrong_with_help(
            "must say when the caller hung up",
            format!("as in `patience: {example}`"),
        );
        return None;
    }
    let keys = field.keys(&["column", "unit", "when", "else"])?;
    let _ = keys.required("when", example);
    let otherwise = keys.get("else").and_then(|field| {
        field.choice(&[
            ("censored", Otherwise::Censored),
            ("unknown", Otherwise::Unknown),
        ])
    });
    Some(PatienceColumn {
        wait: span_of(&keys)?,
        otherwise: otherwise.unwrap_or(Otherwise::Censored),
    })
}

/// `{ outcome: [AGENT, HANG], q_start: { not: "0:00:00" } }`: all must hold.
fn condition(field: &Field<'_>) -> Option<Condition> {
    let entries = field.entries("columns and their cells, as in `{ outcome: [AGENT, HANG] }`")?;
    if entries.is_empty() {
        field.wrong("expected at least one column");
    }
    let mut all = Vec::new();
    for entry in &entries {
        let negated = entry.field.is_map();
        let cells = match negated {
            true => entry
                .field
                .keys(&["not"])
                .and_then(|keys| keys.required("not", "{ not: HANG }")),
            false => Some(entry.field.clone()),
        };
        let Some(cells) = cells else { continue };
        let wanted: Vec<String> = each(&cells).iter().filter_map(cell).collect();
        if wanted.is_empty() && cells.is_list() {
            cells.wrong("expected at least one cell");
        }
        all.push(Wanted {
            column: entry.name.to_owned(),
            cells: wanted,
            is_one_of: !negated,
        });
    }
    Some(Condition(all))
}

/// A cell's text; nothing written stands for the empty cell.
fn cell(field: &Field<'_>) -> Option<String> {
    if field.node.value == policy_file::node::Value::Null {
        return Some(String::new());
    }
    field.text("a cell's text").map(str::to_owned)
}

/// The items of a list, or the one value itself.
fn each<'a>(field: &Field<'a>) -> Vec<Field<'a>> {
    match field.is_list() {
        true => field.items("a list").unwrap_or_default(),
        false => vec![field.clone()],
    }
}
