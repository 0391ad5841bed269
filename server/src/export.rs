//! The journal as a file: what `linefinder replay` reads and an auditor keeps.

use engine::Policy;
use journal::{Header, Names, Sealed, Writer};
use policy_file::PolicyFile;

use crate::store::row::{AgentRow, PolicyRow};
use crate::store::{Journaled, Store, unhash};

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database did not answer.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
    /// As the store has them.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// A row is not as it was written.
    #[error("the journal, {0}")]
    Journal(journal::Refused),
    /// A row's columns say otherwise than its body.
    #[error("the journal, row {0}: its columns and its body differ")]
    Columns(u64),
    /// The first policy cannot be read.
    #[error("the first policy: {0}")]
    Policy(String),
}

/// The whole journal of the store's site, from its first row.
///
/// # Errors
/// See [`ExportError`]; a row that is not as it was written is named.
pub async fn journal(store: &Store) -> Result<Vec<u8>, ExportError> {
    let mut connection = store.writer().await?;
    let policies: Vec<PolicyRow> =
        sqlx::query_as("SELECT * FROM policies WHERE site = $1 ORDER BY id")
            .bind(store.site())
            .fetch_all(&mut connection)
            .await?;
    let agents: Vec<AgentRow> = sqlx::query_as("SELECT * FROM agents WHERE site = $1 ORDER BY id")
        .bind(store.site())
        .fetch_all(&mut connection)
        .await?;
    let first = policies
        .first()
        .ok_or_else(|| ExportError::Policy("there is none".to_owned()))?;
    let last = policies.last().unwrap_or(first);
    let started = jiff::Timestamp::from_microsecond(first.at).unwrap_or_default();
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    let names = Names {
        queues: list(&last.queues),
        classes: list(&last.classes),
        agents: agents.into_iter().map(|agent| agent.name).collect(),
    };
    let header = Header::new(
        store.site().to_owned(),
        started.to_string(),
        policy(first)?,
        names,
    );
    let mut writer = Writer::new(Vec::new(), &header).map_err(ExportError::Journal)?;
    let mut journaled = Journaled::new(&mut connection, store.site(), 0);
    loop {
        let rows = journaled.next().await?;
        if rows.is_empty() {
            return writer.finish().map_err(ExportError::Journal);
        }
        for row in rows {
            let sealed = Sealed {
                crc: u32::try_from(row.crc).unwrap_or_default(),
                // What is no hash is no row's.
                hash: unhash(&row.hash).unwrap_or_default(),
                body: row.body,
            };
            let read = writer.sealed(&sealed).map_err(ExportError::Journal)?;
            let columns = (row.seq as u64, row.at as u64, row.epoch as u64);
            if (read.seq, read.at.0, read.epoch) != columns {
                return Err(ExportError::Columns(read.seq));
            }
        }
    }
}

/// The policy that the engine began with.
fn policy(row: &PolicyRow) -> Result<Policy, ExportError> {
    let wrong = |why: String| ExportError::Policy(why);
    let file =
        PolicyFile::parse(&row.text, "policy").map_err(|errors| wrong(errors.to_string()))?;
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text);
    let names = policy_file::Names {
        queues: list(&row.queues).map_err(|error| wrong(error.to_string()))?,
        classes: list(&row.classes).map_err(|error| wrong(error.to_string()))?,
    };
    let bound = file
        .bind(&names)
        .map_err(|missing| wrong(format!("{missing:?}")))?;
    Ok(bound.policy)
}
