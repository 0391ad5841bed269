//! What outlives the process: SQLite (a file beside the server) or PostgreSQL, behind one code path.
//!
//! Owns connections, migrations and statements. Knows rows and never what they mean: what is written in
//! one [`Commit`] is there together or not at all, and only for the holder of the site's lease. Decides
//! nothing about calls and reads no clock but the database's own (for the lease).
//!
//! In reading order: `dialect` (where the two differ), `table` (a projection as rows of JSON), `row` (the
//! rows), `commit` (one transaction), `read` (recovery and the API), `lease` (who may write).

mod commit;
mod dialect;
mod lease;
mod read;
pub mod row;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

pub use commit::{Commit, CommitError};
pub use dialect::Dialect;
pub use lease::{LOOKED_AT, Lease, LeaseError, RENEWED};
pub use read::{Journaled, Kept};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no store.
    #[error(
        "`{0}` is no database: sqlite:PATH (a file beside the server) or postgres://USER@HOST/NAME"
    )]
    Url(String),
    /// Another process has the data folder.
    #[error(
        "{0} is in use by another server: one server per SQLite file; several servers need PostgreSQL"
    )]
    Locked(PathBuf),
    /// The data folder cannot be used.
    #[error("{0}: {1}")]
    Folder(PathBuf, std::io::Error),
    /// The tables are not what this version expects.
    #[error("the database's schema: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
}

/// The store of one site.
pub struct Store {
    site: String,
    dialect: Dialect,
    /// For readers; the writer has a connection of its own.
    pool: AnyPool,
    /// Held while the process lives, so that no second one opens the file.
    _lock: Option<std::fs::File>,
    url: String,
}

impl std::fmt::Debug for Store {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("site", &self.site)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store and brings its tables up to date.
    ///
    /// # Errors
    /// It is not there, is in use, or is of a later version.
    pub async fn open(url: &str, site: &str) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url).ok_or_else(|| StoreError::Url(shown(url)))?;
        let lock = match dialect {
            Dialect::Sqlite => lock(url)?,
            Dialect::Postgres => None,
        };
        let url = dialect.url(url);
        let readers = AnyPoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(move |connection, _| {
                Box::pin(async move { prepare(dialect, connection).await })
            });
        let pool = readers.connect(&url).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Store {
            site: site.to_owned(),
            dialect,
            pool,
            _lock: lock,
            url,
        })
    }

    /// The site whose rows these are.
    #[must_use]
    pub fn site(&self) -> &str {
        &self.site
    }

    /// Which of the two it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// For readers.
    #[must_use]
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A connection of the writer's own.
    ///
    /// # Errors
    /// As the database has them.
    pub async fn writer(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        prepare(self.dialect, &mut connection).await?;
        Ok(connection)
    }
}

async fn prepare(dialect: Dialect, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for statement in dialect.settings() {
        connection.execute(*statement).await?;
    }
    Ok(())
}

/// A URL without its password.
fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}...{}", &url[..start + 3], &url[end..])
        }
        (Some(_) | None, Some(_) | None) => url.to_owned(),
    }
}

/// Locks the file beside a SQLite database; nothing for one in memory.
fn lock(url: &str) -> Result<Option<std::fs::File>, StoreError> {
    let Some(path) = dialect::sqlite_file(url) else {
        return Ok(None);
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Folder(folder.to_owned(), error))?;
    }
    let mut name = path.clone().into_os_string();
    name.push(".lock");
    let file = std::fs::File::create(&name)
        .map_err(|error| StoreError::Folder(PathBuf::from(&name), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked(path)),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(StoreError::Folder(PathBuf::from(name), error))
        }
    }
}

/// Enters a new site.
pub(crate) async fn write_site(
    connection: &mut AnyConnection,
    site: &str,
    started_at: i64,
    caller_key: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sites (site, started_at, caller_key) VALUES ($1, $2, $3) ON CONFLICT (site) DO NOTHING",
    )
    .bind(site)
    .bind(started_at)
    .bind(caller_key)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a snapshot of the state after row `seq`, and keeps the two before it.
pub(crate) async fn write_snapshot(
    connection: &mut AnyConnection,
    site: &str,
    (seq, at): (u64, engine::Timestamp),
    (hash, body): (&str, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO snapshots (site, seq, at, hash, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site, seq) DO NOTHING",
    )
    .bind(site)
    .bind(seq as i64)
    .bind(at.0 as i64)
    .bind(hash)
    .bind(body)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM snapshots WHERE site = $1 AND seq > 0 AND seq NOT IN \
         (SELECT seq FROM snapshots WHERE site = $1 ORDER BY seq DESC LIMIT 3)",
    )
    .bind(site)
    .execute(connection)
    .await?;
    Ok(())
}

/// Bytes of hexadecimal digits in the one spelling that is written, the small letters: another one is a flipped bit.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// A hash of hexadecimal digits.
pub(crate) fn unhash(text: &str) -> Option<journal::Hash> {
    unhex(text)?.try_into().ok()
}
