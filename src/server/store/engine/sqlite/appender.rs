//! The append of messages by the writer's thread: a connection of its own, whose prepared statements run directly.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::{WRITER_CACHE_KIB, failure::Failure, wal};
use crate::server::{
    faults,
    store::{
        StoreError,
        engine::batch_queue::QueuedMessage,
        messages::{append::batch_on_sqlite, new_message::AppendOutcome},
        sync::updates::Updates,
    },
};

/// Statements that stay prepared.
const STATEMENTS_MAX: usize = 32;
/// Time for another program that writes to the file. Stoa's own connections write in turns.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Appender(Connection);

impl Appender {
    /// Opens the connection to a database that is migrated.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        // A negative size is in KiB.
        connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
        connection.pragma_update(None, "journal_size_limit", wal::WAL_MAX_BYTES as i64)?;
        Ok(Self(connection))
    }

    /// Begins the transaction of a batch and runs its statements. After an error it is rolled back.
    pub(super) fn append(
        &self,
        batch: &[QueuedMessage],
        updates: &mut Updates,
    ) -> std::result::Result<Vec<AppendOutcome>, AppendError> {
        let mut run = || {
            self.execute("BEGIN IMMEDIATE")?;
            batch_on_sqlite::append(&self.0, batch, updates)
        };
        run().map_err(|error| {
            updates.clear();
            self.roll_back(error)
        })
    }

    /// Returns when the transaction is on disk. After an error its outcome is unknown.
    pub(super) fn commit(&self) -> std::result::Result<(), AppendError> {
        faults::die("die_before_commit");
        self.execute("COMMIT").map_err(|error| AppendError { is_unknown: true, ..self.roll_back(error) })
    }

    pub(super) fn limit_pages(&self, pages: i64) -> rusqlite::Result<()> {
        self.0.pragma_update(None, "max_page_count", pages)
    }

    fn execute(&self, statement: &str) -> rusqlite::Result<()> {
        self.0.prepare_cached(statement)?.execute([])?;
        Ok(())
    }

    fn roll_back(&self, error: rusqlite::Error) -> AppendError {
        // A full disk may have rolled it back already.
        let undone = if self.0.is_autocommit() { Ok(()) } else { self.execute("ROLLBACK") };
        let failure = Failure::of_append(&error).or(undone.err().as_ref().and_then(Failure::of_append));
        AppendError { error, failure, is_unknown: false }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(super) struct AppendError {
    error: rusqlite::Error,
    /// Why no other message can be stored now either.
    pub(super) failure: Option<Failure>,
    /// The commit itself failed.
    pub(super) is_unknown: bool,
}

impl From<AppendError> for StoreError {
    fn from(error: AppendError) -> Self {
        Self::Database(sqlx::Error::AnyDriverError(Box::new(error.error)))
    }
}
