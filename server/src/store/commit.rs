//! One transaction: inputs, commands and projections together, and only under the lease they were made under.

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use super::dialect::Dialect;
use super::row::{
    AgentRow, CallRow, CallbackRow, CommandRow, FlagRow, HeartbeatRow, JournalRow, LineRow,
    OfferRow, PolicyRow, SurveyRow, VoicemailRow,
};
use super::table::{self, Table};

/// What is written together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commit {
    /// Appended, in order.
    pub journal: Vec<JournalRow>,
    /// Commands that were made or whose state changed.
    pub commands: Vec<CommandRow>,
    /// Calls as they are now.
    pub calls: Vec<CallRow>,
    /// Waiting calls as they are now.
    pub line: Vec<LineRow>,
    /// Calls that no longer wait.
    pub left_line: Vec<i64>,
    /// Offers as they are now.
    pub offers: Vec<OfferRow>,
    /// Agents as they are now.
    pub agents: Vec<AgentRow>,
    /// Signs of life as they are now.
    pub heartbeats: Vec<HeartbeatRow>,
    /// Callbacks as they are now.
    pub callbacks: Vec<CallbackRow>,
    /// Messages.
    pub voicemails: Vec<VoicemailRow>,
    /// Answers.
    pub surveys: Vec<SurveyRow>,
    /// Shares as they are now.
    pub flags: Vec<FlagRow>,
    /// Policies that were put in force.
    pub policies: Vec<PolicyRow>,
}

/// Why nothing of a commit was written, as far as is known.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another server has the lease: whatever this one believes is out of date.
    #[error("another server has taken the lease (this one's epoch is {0})")]
    Fenced(i64),
    /// The database refused or did not answer; whether the commit is there is not known.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row cannot be written as JSON: a bug.
    #[error("a row: {0}")]
    Row(#[from] serde_json::Error),
}

impl Commit {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Commit::default()
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// See [`CommitError`]. After any of them the writer recovers from the journal.
    pub async fn write(
        &self,
        connection: &mut AnyConnection,
        dialect: Dialect,
        site: &str,
        epoch: i64,
    ) -> Result<(), CommitError> {
        let mut transaction = connection.begin_with(dialect.begin()).await?;
        if !self.journal.is_empty() {
            let rows = serde_json::to_string(&self.journal)?;
            let held = "EXISTS (SELECT 1 FROM leases WHERE leases.site = $2 AND leases.epoch = $3)";
            let sql = table::JOURNAL.insert(dialect, held);
            let done = sqlx::query(AssertSqlSafe(sql))
                .bind(rows)
                .bind(site)
                .bind(epoch)
                .execute(&mut *transaction)
                .await?;
            if done.rows_affected() != self.journal.len() as u64 {
                return Err(CommitError::Fenced(epoch));
            }
        }
        let mut writer = Writer {
            connection: &mut transaction,
            dialect,
            site,
        };
        writer.upsert(&table::CALLS, &self.calls).await?;
        writer.upsert(&table::LINE, &self.line).await?;
        writer.delete(&table::LINE, &self.left_line).await?;
        writer.upsert(&table::OFFERS, &self.offers).await?;
        writer.upsert(&table::COMMANDS, &self.commands).await?;
        writer.upsert(&table::AGENTS, &self.agents).await?;
        writer.upsert(&table::HEARTBEATS, &self.heartbeats).await?;
        writer.upsert(&table::CALLBACKS, &self.callbacks).await?;
        writer.upsert(&table::VOICEMAILS, &self.voicemails).await?;
        writer.upsert(&table::SURVEYS, &self.surveys).await?;
        writer.upsert(&table::FLAGS, &self.flags).await?;
        writer.upsert(&table::POLICIES, &self.policies).await?;
        transaction.commit().await?;
        Ok(())
    }
}

struct Writer<'a> {
    connection: &'a mut AnyConnection,
    dialect: Dialect,
    site: &'a str,
}

impl Writer<'_> {
    async fn upsert<T: Serialize>(&mut self, table: &Table, rows: &[T]) -> Result<(), CommitError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.run(table.upsert(self.dialect), serde_json::to_string(rows)?)
            .await
    }

    async fn delete(&mut self, table: &Table, keys: &[i64]) -> Result<(), CommitError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.run(table.delete(self.dialect), serde_json::to_string(keys)?)
            .await
    }

    async fn run(&mut self, sql: String, rows: String) -> Result<(), CommitError> {
        sqlx::query(AssertSqlSafe(sql))
            .bind(rows)
            .bind(self.site)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}
