//! Where SQLite and PostgreSQL differ: how a connection is set up and how a JSON array becomes rows.

use std::path::PathBuf;

/// Which database it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Embedded, one server.
    Sqlite,
    /// Shared, several servers.
    Postgres,
}

/// A column's type, as far as the two agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// 64 bits, signed.
    Int,
    /// UTF-8.
    Text,
}

impl Dialect {
    /// By the URL's beginning.
    #[must_use]
    pub fn of(url: &str) -> Option<Dialect> {
        let is = |scheme: &str| url.starts_with(scheme);
        if is("sqlite:") {
            Some(Dialect::Sqlite)
        } else if is("postgres:") || is("postgresql:") {
            Some(Dialect::Postgres)
        } else {
            None
        }
    }

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
        }
    }

    /// The URL with which it is opened: a SQLite file is made when it is not there.
    pub(super) fn url(self, url: &str) -> String {
        match self {
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            Dialect::Sqlite | Dialect::Postgres => url.to_owned(),
        }
    }

    /// What every connection is told first.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            // A commit is on the disk when it returns: `synchronous` of less would lose acknowledged calls.
            Dialect::Sqlite => &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA busy_timeout = 5000",
                "PRAGMA foreign_keys = ON",
            ],
            Dialect::Postgres => &[
                "SET synchronous_commit = on",
                "SET idle_in_transaction_session_timeout = '10s'",
                "SET application_name = 'linefinder'",
            ],
        }
    }

    /// A `FROM` of the rows of the JSON array `$1`, and how each column of them is named.
    pub(super) fn rows(self, columns: &[(&str, Kind)]) -> (String, Vec<String>) {
        match self {
            Dialect::Sqlite => (
                "json_each($1)".to_owned(),
                columns
                    .iter()
                    .map(|(name, _)| format!("value ->> '{name}'"))
                    .collect(),
            ),
            Dialect::Postgres => {
                let typed: Vec<String> = columns
                    .iter()
                    .map(|(name, kind)| {
                        let kind = match kind {
                            Kind::Int => "bigint",
                            Kind::Text => "text",
                        };
                        format!("\"{name}\" {kind}")
                    })
                    .collect();
                (
                    format!("json_to_recordset($1::json) AS t({})", typed.join(", ")),
                    columns
                        .iter()
                        .map(|(name, _)| format!("t.\"{name}\""))
                        .collect(),
                )
            }
        }
    }

    /// How a writing transaction begins: SQLite's would else find out at its first write that another writes.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// The database's own clock, in microseconds since 1970.
    pub(super) fn now(self) -> &'static str {
        match self {
            Dialect::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            Dialect::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }
}

/// The file of a SQLite URL; `None` = in memory.
pub(super) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}
