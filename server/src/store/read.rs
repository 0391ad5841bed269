//! What is read back: everything a server needs to go on, and the journal in pieces.

use sqlx::{AnyConnection, FromRow, Row as _};

use super::row::{
    AgentRow, CallRow, CallbackRow, CommandRow, FlagRow, HeartbeatRow, JournalRow, LineRow,
    OfferRow, PolicyRow,
};

/// Rows of the journal that are read at once.
const PIECE: i64 = 10_000;

/// What a server finds when it starts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// The epoch of the engine's time, microseconds since 1970; `None` = the store is new.
    pub started_at: Option<i64>,
    /// Keys callers' hashes.
    pub caller_key: Option<String>,
    /// The last snapshot: seq, hash of its row, body.
    pub snapshot: Option<(i64, String, String)>,
    /// Calls that are not over, and those that ended within five hours before the last end.
    pub calls: Vec<CallRow>,
    /// Who waits.
    pub line: Vec<LineRow>,
    /// Offers that are not over.
    pub offers: Vec<OfferRow>,
    /// All agents.
    pub agents: Vec<AgentRow>,
    /// Their signs of life.
    pub heartbeats: Vec<HeartbeatRow>,
    /// Callbacks that are not over.
    pub callbacks: Vec<CallbackRow>,
    /// Commands that are not done.
    pub commands: Vec<CommandRow>,
    /// Shares set at runtime.
    pub flags: Vec<FlagRow>,
    /// The policy in force.
    pub policy: Option<PolicyRow>,
    /// Class by number.
    pub callers: Vec<(String, String)>,
}

impl Kept {
    /// Reads it.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn read(connection: &mut AnyConnection, site: &str) -> Result<Kept, sqlx::Error> {
        let row = sqlx::query("SELECT started_at, caller_key FROM sites WHERE site = $1")
            .bind(site)
            .fetch_optional(&mut *connection)
            .await?;
        let (started_at, caller_key) = match row {
            Some(row) => (Some(row.try_get(0)?), Some(row.try_get(1)?)),
            None => (None, None),
        };
        let snapshot = sqlx::query(
            "SELECT seq, hash, body FROM snapshots WHERE site = $1 ORDER BY seq DESC LIMIT 1",
        )
        .bind(site)
        .fetch_optional(&mut *connection)
        .await?;
        let snapshot = match snapshot {
            Some(row) => Some((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)),
            None => None,
        };
        let callers = sqlx::query("SELECT number, class FROM callers WHERE site = $1")
            .bind(site)
            .fetch_all(&mut *connection)
            .await?;
        let callers: Result<Vec<(String, String)>, sqlx::Error> = callers
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect();
        let policies: Vec<PolicyRow> = all(
            connection,
            "SELECT * FROM policies WHERE site = $1 ORDER BY id DESC LIMIT 1",
            site,
        )
        .await?;
        Ok(Kept {
            started_at,
            caller_key,
            snapshot,
            calls: all(connection, "SELECT * FROM calls WHERE site = $1 AND (ended_at IS NULL OR ended_at > (SELECT MAX(c.ended_at) FROM calls c WHERE c.site = $1) - 18000000000) ORDER BY id", site).await?,
            line: all(connection, "SELECT * FROM inbound_call_queue WHERE site = $1 ORDER BY call_id", site).await?,
            offers: all(connection, "SELECT o.* FROM offers o JOIN calls c ON c.site = o.site AND c.id = o.call_id WHERE o.site = $1 AND (c.ended_at IS NULL OR c.ended_at > (SELECT MAX(e.ended_at) FROM calls e WHERE e.site = $1) - 18000000000) ORDER BY o.id", site).await?,
            agents: all(connection, "SELECT * FROM agents WHERE site = $1 ORDER BY id", site).await?,
            heartbeats: all(connection, "SELECT * FROM agent_heartbeats WHERE site = $1 ORDER BY agent_id", site).await?,
            callbacks: all(connection, "SELECT * FROM callback_requests WHERE site = $1 AND ended_at IS NULL ORDER BY call_id", site).await?,
            commands: all(connection, "SELECT * FROM commands WHERE site = $1 AND state = 'open' ORDER BY id", site).await?,
            flags: all(connection, "SELECT * FROM feature_flags WHERE site = $1 ORDER BY feature", site).await?,
            policy: policies.into_iter().next(),
            callers: callers?,
        })
    }
}

async fn all<T>(
    connection: &mut AnyConnection,
    sql: &'static str,
    site: &str,
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    sqlx::query_as(sql).bind(site).fetch_all(connection).await
}

/// The journal after a row, piece by piece.
#[derive(Debug)]
pub struct Journaled<'a> {
    connection: &'a mut AnyConnection,
    site: &'a str,
    after: i64,
}

impl<'a> Journaled<'a> {
    /// Everything after row `after`.
    pub fn new(connection: &'a mut AnyConnection, site: &'a str, after: i64) -> Self {
        Journaled {
            connection,
            site,
            after,
        }
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn next(&mut self) -> Result<Vec<JournalRow>, sqlx::Error> {
        let rows: Vec<JournalRow> = sqlx::query_as(
            "SELECT seq, at, epoch, body, crc, hash FROM journal WHERE site = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(self.site)
        .bind(self.after)
        .bind(PIECE)
        .fetch_all(&mut *self.connection)
        .await?;
        if let Some(last) = rows.last() {
            self.after = last.seq;
        }
        Ok(rows)
    }
}
