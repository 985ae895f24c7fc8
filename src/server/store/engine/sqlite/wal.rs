//! Bounds the write-ahead log. A reader that stays open, such as a tool of the operator's, keeps SQLite from starting
//! it over, and SQLite never makes it smaller by itself.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Weak, mpsc::SyncSender},
    time::Duration,
};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::sleep;

use super::commands::Command;

/// SQLite cuts a log that it starts over to this; a larger one is moved into the database file.
pub(super) const WAL_MAX_BYTES: u64 = 64 * 1024 * 1024;
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// A checkpoint waits this long for readers, and nothing is written meanwhile. If one stays, the next attempt is made
/// after the pause.
const READERS_TIMEOUT: Duration = Duration::from_millis(50);
const PAUSE_AFTER_BUSY: Duration = Duration::from_secs(5);
/// The same when the server stops.
const LAST_READERS_TIMEOUT: Duration = Duration::from_secs(1);

/// Watches the log for as long as the store is open.
pub(super) async fn keep_bounded(database: PathBuf, store: Weak<SyncSender<Command>>) {
    let mut wal = database.clone().into_os_string();
    wal.push("-wal");
    while store.strong_count() > 0 {
        let is_large = fs::metadata(&wal).is_ok_and(|file| file.len() > WAL_MAX_BYTES);
        if is_large && !truncate(&database, READERS_TIMEOUT).await {
            sleep(PAUSE_AFTER_BUSY).await;
        }
        sleep(CHECK_INTERVAL).await;
    }
}

/// Empties the log of a store that is about to end.
pub(super) async fn finish(database: &Path) {
    if !truncate(database, LAST_READERS_TIMEOUT).await {
        tracing::warn!("the write-ahead log was not emptied; another program reads the database");
    }
}

/// Empties the log of a store that goes on. False while a reader needs it.
pub(super) async fn empty(database: &Path) -> bool {
    truncate(database, READERS_TIMEOUT).await
}

/// Moves the log into the database file and empties it. False while a reader needs it.
async fn truncate(database: &Path, readers_timeout: Duration) -> bool {
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(readers_timeout);
    let truncated = async {
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let (is_busy, _, _): (bool, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(!is_busy)
    };
    truncated.await.unwrap_or_else(|error| {
        tracing::debug!(%error, "the write-ahead log was not checkpointed");
        false
    })
}
