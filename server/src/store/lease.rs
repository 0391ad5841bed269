//! Who may write: a lease on the database's clock with an epoch that every journal append carries.
//!
//! A lock is not ownership: a stopped process wakes up and still believes. It is the append itself that
//! checks the epoch ([`super::Commit::write`]); the lease only keeps two servers from taking turns.

use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::dialect::Dialect;

/// A lease that is held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// Whose rows it is for.
    pub site: String,
    /// Higher than every one before.
    pub epoch: i64,
    /// Who has it.
    pub holder: String,
}

/// Why it is not held.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another has it.
    #[error("another server leads this site")]
    Taken,
    /// The database did not answer.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
}

/// How long a lease lasts without being renewed.
pub(crate) const LASTS: Duration = Duration::from_secs(2);
/// How often it is renewed.
pub const RENEWED: Duration = Duration::from_millis(500);
/// How often a standby looks whether it is free.
pub const LOOKED_AT: Duration = Duration::from_millis(200);

impl Lease {
    /// Takes the lease when it is free. A SQLite file has one server, whose lock is held: it is always free.
    ///
    /// # Errors
    /// Another has it, or as the database has them.
    pub async fn take(
        connection: &mut AnyConnection,
        dialect: Dialect,
        site: &str,
        holder: &str,
    ) -> Result<Lease, LeaseError> {
        let now = dialect.now();
        let is_free = match dialect {
            Dialect::Sqlite => "true".to_owned(),
            Dialect::Postgres => format!("leases.expires_at < {now}"),
        };
        let sql = format!(
            "INSERT INTO leases (site, epoch, holder, expires_at) VALUES ($1, 1, $2, {now} + $3) \
             ON CONFLICT (site) DO UPDATE SET epoch = leases.epoch + 1, holder = excluded.holder, \
             expires_at = excluded.expires_at WHERE {is_free} RETURNING epoch"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(site)
            .bind(holder)
            .bind(LASTS.as_micros() as i64)
            .fetch_optional(connection)
            .await?;
        let row = row.ok_or(LeaseError::Taken)?;
        Ok(Lease {
            site: site.to_owned(),
            epoch: row.try_get(0)?,
            holder: holder.to_owned(),
        })
    }

    /// Keeps it for another 2 s.
    ///
    /// # Errors
    /// Another has it, or as the database has them.
    pub async fn renew(
        &self,
        connection: &mut AnyConnection,
        dialect: Dialect,
    ) -> Result<(), LeaseError> {
        let sql = format!(
            "UPDATE leases SET expires_at = {} + $1 WHERE site = $2 AND epoch = $3",
            dialect.now()
        );
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(LASTS.as_micros() as i64)
            .bind(&self.site)
            .bind(self.epoch)
            .execute(connection)
            .await?;
        match done.rows_affected() {
            0 => Err(LeaseError::Taken),
            _ => Ok(()),
        }
    }

    /// Gives it back, so that the next server need not wait for its end.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn release(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE leases SET expires_at = 0 WHERE site = $1 AND epoch = $2")
            .bind(&self.site)
            .bind(self.epoch)
            .execute(connection)
            .await?;
        Ok(())
    }
}
