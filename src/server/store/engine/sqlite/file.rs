//! The database file: its SQLite version, whether it belongs to Stoa, and whether its data has been moved.

use std::{path::Path, time::Duration};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::server::store::engine::schema;

/// Older versions can corrupt a write-ahead log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Error message of the triggers that close a source (see `copy_to_postgres`).
pub(crate) const MOVED: &str = "moved";

/// Opens a source for a copy, and migrates it unless a copy has begun.
pub(crate) async fn open_source(path: &Path) -> std::result::Result<SqliteConnection, OpenError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(5));
    let mut source = SqliteConnection::connect_with(&options).await?;
    check_version(&mut source).await?;
    if moved_to(&mut source).await?.is_none() {
        schema::SQLITE.run(&mut source).await?;
    }
    Ok(source)
}

/// Whether this is a database of Stoa.
pub(crate) async fn is_ours(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    let has_meta = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta')";
    sqlx::query_scalar(has_meta).fetch_one(connection).await
}

/// The redacted URL to which the data of this file has been moved, if it has.
pub(crate) async fn moved_to(connection: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    if !is_ours(connection).await? {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT value FROM meta WHERE key = 'moved_to'").fetch_optional(connection).await
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("its data has been moved to {0}; name that with --database")]
    Moved(String),
    #[error(transparent)]
    Appender(#[from] rusqlite::Error),
    #[error("the writer's thread can't be started: {0}")]
    Thread(#[from] std::io::Error),
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("SQLite {0} is too old; Stoa needs {major}.{minor}.{patch} or newer", major = OLDEST_SQLITE.0, minor = OLDEST_SQLITE.1, patch = OLDEST_SQLITE.2)]
    TooOld(String),
}

pub(crate) async fn check_version(connection: &mut SqliteConnection) -> std::result::Result<(), OpenError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE { Err(OpenError::TooOld(version)) } else { Ok(()) }
}
