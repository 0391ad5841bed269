//! A table that is written row by row of JSON: one statement per commit, however many rows, which is more
//! than twice as fast as a statement per row.

use super::dialect::{Dialect, Kind};

/// A table and its columns; `site` is in each and not listed.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The primary key beside `site`.
    pub(super) key: &'static str,
    /// All columns, the key among them.
    pub(super) columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// `INSERT ... ON CONFLICT DO UPDATE` of the rows in `$1`; the site is `$2`.
    pub(super) fn upsert(&self, dialect: Dialect) -> String {
        let updates: Vec<String> = self
            .columns
            .iter()
            .filter(|(name, _)| *name != self.key)
            .map(|(name, _)| format!("\"{name}\" = excluded.\"{name}\""))
            .collect();
        format!(
            "{} ON CONFLICT (site, \"{}\") DO UPDATE SET {}",
            self.insert(dialect, "true"),
            self.key,
            updates.join(", ")
        )
    }

    /// `INSERT` of the rows in `$1` when `condition` holds; the site is `$2`.
    pub(super) fn insert(&self, dialect: Dialect, condition: &str) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        let (from, values) = dialect.rows(self.columns);
        // SQLite reads an ON after a FROM as a join's unless a WHERE stands between.
        format!(
            "INSERT INTO {} (site, {}) SELECT $2, {} FROM {from} WHERE {condition}",
            self.name,
            names.join(", "),
            values.join(", ")
        )
    }

    /// `DELETE` of the keys in the JSON array `$1`; the site is `$2`.
    pub(super) fn delete(&self, dialect: Dialect) -> String {
        let keys = match dialect {
            Dialect::Sqlite => "SELECT value FROM json_each($1)",
            Dialect::Postgres => {
                "SELECT CAST(value AS BIGINT) FROM json_array_elements_text($1::json) AS t(value)"
            }
        };
        format!(
            "DELETE FROM {} WHERE site = $2 AND \"{}\" IN ({keys})",
            self.name, self.key
        )
    }
}

macro_rules! columns {
    ($($name:literal $kind:ident),* $(,)?) => { &[$(($name, Kind::$kind)),*] };
}

pub(super) const JOURNAL: Table = Table {
    name: "journal",
    key: "seq",
    columns: columns!["seq" Int, "at" Int, "epoch" Int, "body" Text, "crc" Int, "hash" Text],
};

pub(super) const COMMANDS: Table = Table {
    name: "commands",
    key: "id",
    columns: columns![
        "id" Int, "kind" Text, "call_id" Int, "offer_id" Int, "state" Text, "attempts" Int, "made_at" Int,
        "ended_at" Int, "error" Text,
    ],
};

pub(super) const CALLS: Table = Table {
    name: "calls",
    key: "id",
    columns: columns![
        "id" Int, "sid" Text, "caller_number" Text, "called_number" Text, "queue" Text, "class" Text, "stage" Text,
        "outcome" Text, "arrived_at" Int, "connected_at" Int, "ended_at" Int, "agent" Text, "attempts" Int,
        "waited_us" Int, "talked_us" Int,
    ],
};

pub(super) const LINE: Table = Table {
    name: "inbound_call_queue",
    key: "call_id",
    columns: columns![
        "call_id" Int, "queue" Text, "class" Text, "arrived_at" Int, "status" Text, "position" Int, "estimate_us" Int,
    ],
};

pub(super) const OFFERS: Table = Table {
    name: "offers",
    key: "id",
    columns: columns![
        "id" Int, "call_id" Int, "agent" Text, "state" Text, "leg_sid" Text, "attempt" Int, "made_at" Int,
        "rang_at" Int, "answered_at" Int, "ended_at" Int,
    ],
};

pub(super) const AGENTS: Table = Table {
    name: "agents",
    key: "id",
    columns: columns![
        "id" Int, "name" Text, "contact" Text, "queues" Text, "status" Text, "activity" Text, "call_id" Int,
        "since" Int, "token_hash" Text,
    ],
};

pub(super) const HEARTBEATS: Table = Table {
    name: "agent_heartbeats",
    key: "agent_id",
    columns: columns!["agent_id" Int, "at" Int, "alive" Int, "reachable" Int],
};

pub(super) const CALLBACKS: Table = Table {
    name: "callback_requests",
    key: "call_id",
    columns: columns![
        "call_id" Int, "state" Text, "asked_at" Int, "due_at" Int, "attempts" Int, "ended_at" Int,
    ],
};

pub(super) const VOICEMAILS: Table = Table {
    name: "voicemails",
    key: "call_id",
    columns: columns!["call_id" Int, "recording" Text, "seconds" Int, "at" Int],
};

pub(super) const SURVEYS: Table = Table {
    name: "surveys",
    key: "call_id",
    columns: columns!["call_id" Int, "answer" Int, "at" Int],
};

pub(super) const FLAGS: Table = Table {
    name: "feature_flags",
    key: "feature",
    columns: columns!["feature" Text, "share" Int, "at" Int],
};

pub(super) const POLICIES: Table = Table {
    name: "policies",
    key: "id",
    columns: columns!["id" Int, "digest" Text, "text" Text, "at" Int, "author" Text, "queues" Text, "classes" Text],
};
