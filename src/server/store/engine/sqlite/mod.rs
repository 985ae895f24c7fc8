//! SQLite: one writer, a thread with group commit, and a pool of readers.
//!
//! A commit costs one fsync, however much it holds, so the busier the server, the more messages share one. No
//! command is answered before that fsync has returned.

mod appender;
mod commands;
mod failure;
pub mod file;
mod readers;
mod time_limit;
mod wal;
mod writer;

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use futures::future::BoxFuture;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::{runtime::Handle, sync::oneshot, time::timeout};
use tracing::dispatcher;

use super::{batch_queue::QueuedMessage, schema};
use crate::{
    server::{
        faults,
        store::{
            Conn, Database, Result, StoreError, TimeLimit,
            messages::new_message::{AppendOutcome, NewMessage},
            sync::updates::{Publisher, Updates},
        },
    },
    shared::values::time::Timestamp,
};
use appender::Appender;
use commands::{Command, Executed, Work, answer, run_in_savepoint};
use failure::Failure;
use file::{OpenError, check_version, moved_to};
use readers::Readers;
use time_limit::Deadline;
use writer::Writer;

/// Commands waiting for the writer. When the queue is full, callers get `Retry` (backpressure).
const COMMAND_QUEUE_MAX: usize = 4_096;
/// Size of the writer's page cache. SQLite's default of 2,000 KiB is too small for a large database, where
/// rows that are written together lie far apart.
const WRITER_CACHE_KIB: u32 = 64 * 1024;
/// The longest wait for running reads when the store is closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Sqlite {
    commands: Arc<SyncSender<Command>>,
    readers: Readers,
    publisher: Publisher,
    path: Arc<Path>,
}

impl Sqlite {
    /// Opens or creates the database, migrates it, and starts the writer.
    pub async fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        // Only the owner may read the file; SQLite gives its other files the same mode. An error shows when
        // SQLite opens the file.
        let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        // A negative size is in KiB.
        let with_cache = options
            .clone()
            .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
            .pragma("secure_delete", "ON")
            .pragma("journal_size_limit", wal::WAL_MAX_BYTES.to_string());
        let mut connection = SqliteConnection::connect_with(&with_cache).await?;
        check_version(&mut connection).await?;
        if let Some(url) = moved_to(&mut connection).await? {
            return Err(OpenError::Moved(url));
        }
        if faults::is("die_in_migration") {
            // With everything that a migration has written, and before its commit.
            connection.lock_handle().await?.set_commit_hook(|| {
                faults::die("die_in_migration");
                true
            });
        }
        schema::SQLITE.run(&mut connection).await?;
        if faults::is("die_in_migration") {
            connection.lock_handle().await?.remove_commit_hook();
        }
        let deadline = Deadline::none();
        deadline.install(&mut connection).await?;
        let readers = Readers::open(options.read_only(true).create_if_missing(false)).await?;
        let (commands, queue) = sync_channel(COMMAND_QUEUE_MAX);
        let (commands, publisher) = (Arc::new(commands), Publisher::default());
        let (appender, runtime) = (Appender::open(path)?, Handle::current());
        let writer = Writer { appender, connection, deadline, queue, publisher: publisher.clone(), runtime };
        // What it logs goes where the lines of its opener go.
        let dispatch = dispatcher::get_default(Clone::clone);
        thread::Builder::new().name("store-writer".into()).spawn(move || {
            let run = || dispatcher::with_default(&dispatch, || writer.run());
            // Without its writer the store is useless: exit, so that the supervisor restarts the server.
            if catch_unwind(AssertUnwindSafe(run)).is_err() {
                tracing::error!("the writer has failed; stopping");
                std::process::exit(70);
            }
        })?;
        tokio::spawn(wal::keep_bounded(path.to_owned(), Arc::downgrade(&commands)));
        Ok(Self { commands, readers, publisher, path: path.into() })
    }

    /// Ends reading, and leaves everything in the database file. What still writes meanwhile is not lost.
    pub(crate) async fn close(&self) {
        let _ = timeout(CLOSE_TIMEOUT, self.readers.close()).await;
        wal::finish(&self.path).await;
    }

    pub(crate) async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let (sender, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection, prelude| {
            Box::pin(async move {
                let (result, updates) = run_in_savepoint(connection, prelude, command).await?;
                let failure = result.as_ref().err().and_then(Failure::of);
                Ok(Executed { answer: answer(sender, result), updates, failure })
            })
        });
        self.enqueue(Command::Any(work), answered).await
    }

    pub(crate) async fn append(&self, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Command::Append(Box::new(QueuedMessage { new, now, answer })), answered).await
    }

    /// Moves the write-ahead log into the database file and empties it. False while another program reads.
    pub(crate) async fn empty_log(&self) -> bool {
        wal::empty(&self.path).await
    }

    /// Lets the database file have this many pages from now on; with fewer than it has it is full, as on a full disk.
    pub(crate) async fn limit_pages(&self, pages: i64) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Command::LimitPages(pages, answer), answered).await
    }

    async fn enqueue<T>(&self, command: Command, answered: oneshot::Receiver<Result<T>>) -> Result<T> {
        self.commands.try_send(command).map_err(|_| StoreError::Retry)?;
        answered.await.unwrap_or(Err(StoreError::Retry))
    }

    pub(crate) async fn read<T, F>(&self, limit: TimeLimit, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        let mut reader = self.readers.acquire(limit).await?;
        let mut snapshot = reader.connection()?.begin().await?;
        let database = Database::Sqlite(&mut snapshot);
        let result = query(Conn { database, updates: &mut Updates::default() }).await;
        snapshot.rollback().await?;
        result.map_err(failure::classify)
    }

    pub(crate) async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        let mut reader = self.readers.acquire(TimeLimit::Short).await?;
        let database = Database::Sqlite(reader.connection()?);
        let result = query(Conn { database, updates: &mut Updates::default() }).await;
        result.map_err(failure::classify)
    }

    pub(crate) fn connections(&self) -> (u32, usize) {
        self.readers.connections()
    }

    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }
}
