//! SQLite: one writer that commits what has queued up together, and a pool of readers.
//!
//! A commit costs one fsync whatever it holds, so the busier the server, the more messages share
//! one. Nothing is answered before that fsync has returned.

use std::{
    fs::OpenOptions,
    mem,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use sqlx::{
    Connection, Executor, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc, oneshot},
    time::timeout,
};

use super::{
    batch_queue::{Appending, Batch},
    schema,
};
use crate::server::store::{
    Conn, Database, Result, StoreError,
    messages::{
        Appended, NewMessage,
        append::{self, Before, IsLast},
    },
    sync::updates::Updates,
};
use crate::{server::faults, shared::values::time::Timestamp};

/// Older versions can corrupt a write-ahead log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Commands that wait for the writer; more are told to come again.
const QUEUE: usize = 4_096;
/// Commands that share one commit at most, and for how long it is filled, so that none waits long
/// for its answer.
const COMMIT_MAX: usize = 256;
const COMMIT_AFTER: Duration = Duration::from_millis(20);
const READERS: u32 = 4;
/// Pages of the database that the writer keeps in memory, in KiB. SQLite's own 2,000 are too few for a large
/// database, where what is written together lies far apart.
const WRITER_CACHE_KIB: u32 = 64 * 1024;
/// Commits whose hints wait for a slow listener; more are dropped and the listener is told.
pub(crate) const NEWS: usize = 1_024;
/// A writer that has nothing to do looks so often whether the data has been moved elsewhere.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// What the triggers of a file say whose data has been moved (`copying`).
pub(crate) const MOVED: &str = "moved";
const SQLITE_CONSTRAINT_TRIGGER: i32 = 1811;
const SQLITE_FULL: i32 = 13;
const SQLITE_IOERR: i32 = 10;

/// What became of the commit that a command was part of.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Committed,
    Full,
    Unknown,
}

/// Tells the caller, once the commit's outcome is known.
type Answer = Box<dyn FnOnce(Outcome) + Send>;
/// An error is one of beginning: nothing has run.
type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection, Before) -> BoxFuture<'c, Result<Ran>> + Send>;

/// What waits for the writer.
enum Command {
    Any(Work),
    Append(Appending),
}

/// What has run and waits for the commit.
#[derive(Default)]
struct Ran {
    answers: Vec<Answer>,
    news: Updates,
    failure: Option<Failure>,
    /// The commit was part of it.
    is_committed: bool,
}

#[derive(Clone)]
pub struct Sqlite {
    commands: mpsc::Sender<Command>,
    readers: SqlitePool,
    news: broadcast::Sender<Arc<Updates>>,
    /// Where the database was opened; it lasts as long as the server.
    runtime: Handle,
}

impl Sqlite {
    /// Opens or creates the database, brings its tables up to date, and starts the writer.
    pub async fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        // Made readable for its owner only; SQLite gives its other files the same mode. If it can't
        // be made, opening it says why.
        let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        // A negative size is in KiB.
        let with_cache = options.clone().pragma("cache_size", format!("-{WRITER_CACHE_KIB}"));
        let mut writer = SqliteConnection::connect_with(&with_cache).await?;
        check_version(&mut writer).await?;
        if let Some(place) = moved_to(&mut writer).await? {
            return Err(OpenError::Moved(place));
        }
        if faults::is("die_in_migration") {
            // With all that a step has written, and before it counts.
            writer.lock_handle().await?.set_commit_hook(|| {
                faults::die("die_in_migration");
                true
            });
        }
        schema::SQLITE.run(&mut writer).await?;
        if faults::is("die_in_migration") {
            writer.lock_handle().await?.remove_commit_hook();
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // A file does not go away as a server may, so a reader is not asked whether it is there.
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let (commands, queue) = mpsc::channel(QUEUE);
        let (news, _) = broadcast::channel(NEWS);
        let writer = tokio::spawn(run_writer(writer, queue, news.clone()));
        tokio::spawn(async move {
            // Without a writer nothing could ever be stored: better to be started anew.
            if writer.await.is_err() {
                tracing::error!("the writer has failed; stopping");
                std::process::exit(70);
            }
        });
        Ok(Self { commands, readers, news, runtime: Handle::current() })
    }

    pub(crate) async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let (sender, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection, before| {
            Box::pin(async move {
                let (result, news) = alone(connection, before, command).await?;
                let failure = result.as_ref().err().and_then(Failure::of);
                Ok(Ran { answers: vec![answer(sender, result)], news, failure, is_committed: false })
            })
        });
        self.queue(Command::Any(work), answered).await
    }

    pub(crate) async fn append(&self, new: NewMessage, now: Timestamp) -> Result<Appended> {
        let (answer, answered) = oneshot::channel();
        self.queue(Command::Append(Appending { new, now, answer }), answered).await
    }

    async fn queue<T>(&self, command: Command, answered: oneshot::Receiver<Result<T>>) -> Result<T> {
        self.commands.try_send(command).map_err(|_| StoreError::Retry)?;
        answered.await.unwrap_or(Err(StoreError::Retry))
    }

    pub(crate) async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        let mut reader = self.readers.acquire().await?;
        let mut snapshot = reader.begin().await?;
        let database = Database::Sqlite(&mut snapshot);
        let result = query(Conn { database, news: &mut Updates::default() }).await;
        snapshot.rollback().await?;
        self.give_back(reader);
        result
    }

    pub(crate) async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        let mut reader = self.readers.acquire().await?;
        let database = Database::Sqlite(&mut reader);
        let result = query(Conn { database, news: &mut Updates::default() }).await;
        self.give_back(reader);
        result
    }

    /// The way back into the pool is a task, which must not end with the runtime of one page.
    fn give_back(&self, reader: PoolConnection<sqlx::Sqlite>) {
        let _runtime = self.runtime.enter();
        drop(reader);
    }

    pub(crate) fn connections(&self) -> (u32, usize) {
        (self.readers.size(), self.readers.num_idle())
    }

    pub(crate) fn news(&self) -> broadcast::Receiver<Arc<Updates>> {
        self.news.subscribe()
    }
}

/// A file to copy from, brought up to date unless that has begun.
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

/// Where the data of this file has been moved, if it has.
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

/// A failure after which the whole transaction can't go on.
#[derive(Clone, Copy, PartialEq)]
enum Failure {
    Full,
    Io,
    Moved,
}

impl Failure {
    fn of(error: &StoreError) -> Option<Self> {
        let StoreError::Database(error) = error else { return None };
        let error = error.as_database_error()?;
        let code: i32 = error.code()?.parse().ok()?;
        if code == SQLITE_CONSTRAINT_TRIGGER && error.message() == MOVED {
            return Some(Self::Moved);
        }
        match code & 0xff {
            SQLITE_FULL => Some(Self::Full),
            SQLITE_IOERR => Some(Self::Io),
            _ => None,
        }
    }
}

async fn run_writer(
    mut connection: SqliteConnection,
    mut queue: mpsc::Receiver<Command>,
    sender: broadcast::Sender<Arc<Updates>>,
) {
    loop {
        let Ok(first) = timeout(LOOKS_EVERY, queue.recv()).await else {
            if let Ok(Some(_)) = moved_to(&mut connection).await {
                stop_since_moved();
            }
            continue;
        };
        let Some(first) = first else { return };
        let (began, mut ran) = (Instant::now(), Vec::new());
        let outcome = commit_together(&mut connection, first, &mut queue, &mut ran).await;
        let took = began.elapsed();
        let (mut news, mut answers) = (Updates::default(), Vec::new());
        for part in ran {
            news.extend(part.news);
            answers.extend(part.answers);
        }
        if outcome == Outcome::Committed {
            news.is_committed(answers.len(), took);
        }
        if faults::is("die_before_publish") {
            answers.drain(..).for_each(|answer| answer(outcome));
            faults::pause().await;
            faults::die("die_before_publish");
        }
        if outcome == Outcome::Committed && !news.is_empty() {
            // Nobody may be listening. Before the answers, which wait for what stands before them.
            let _ = sender.send(news.into());
        }
        answers.into_iter().for_each(|answer| answer(outcome));
    }
}

/// Runs what is queued in one transaction and says what became of it.
async fn commit_together(
    connection: &mut SqliteConnection,
    first: Command,
    queue: &mut mpsc::Receiver<Command>,
    ran: &mut Vec<Ran>,
) -> Outcome {
    let mut before = Before::Transaction;
    let began = Instant::now();
    let mut count = 0;
    let mut next = Some(first);
    while let Some(command) = next.take() {
        let before = mem::replace(&mut before, Before::Savepoint);
        let mut done = match command {
            Command::Any(work) => match work(connection, before).await {
                Ok(ran) => ran,
                // It did not run: its answer is dropped, which its caller takes as `Retry`.
                Err(error) => {
                    let _ = connection.execute("ROLLBACK").await;
                    return outcome_of(error);
                }
            },
            Command::Append(first) => {
                let (batch, other) = gather(first, queue);
                next = other;
                let is_last_gathered = next.is_none() && !faults::is_before_commit();
                let is_last = || is_last_gathered && queue.is_empty();
                append(connection, batch, before, &is_last).await
            }
        };
        faults::die("die_in_transaction");
        if faults::is("duplicate_before_commit") && done.news.is_empty() {
            done.answers.drain(..).for_each(|answer| answer(Outcome::Committed));
            faults::pause().await;
            faults::die("duplicate_before_commit");
        }
        count += done.answers.len();
        let (failure, is_committed) = (done.failure, done.is_committed);
        ran.push(done);
        if let Some(failure) = failure {
            let _ = connection.execute("ROLLBACK").await;
            return outcome_of_failure(failure);
        }
        if is_committed {
            faults::die("die_after_commit");
            return Outcome::Committed;
        }
        // What has been taken from the queue runs in any case.
        if next.is_none() && count < COMMIT_MAX && began.elapsed() < COMMIT_AFTER {
            next = queue.try_recv().ok();
        }
    }
    if faults::is("ack_before_commit") {
        let answers = ran.drain(..).flat_map(|part| part.answers);
        answers.for_each(|answer| answer(Outcome::Committed));
        faults::pause().await;
        faults::die("ack_before_commit");
    }
    faults::die("die_before_commit");
    match connection.execute("COMMIT").await {
        Ok(_) => {
            faults::die("die_after_commit");
            Outcome::Committed
        }
        Err(error) => {
            let _ = connection.execute("ROLLBACK").await;
            outcome_of(StoreError::Database(error))
        }
    }
}

async fn begin(connection: &mut SqliteConnection) -> Result<()> {
    let begun = connection.execute(Before::Transaction.statements()).await;
    if begun.is_err() {
        let _ = connection.execute("ROLLBACK").await;
    }
    Ok(begun.map(drop)?)
}

/// The messages that wait one after the other, with different ids, and what waits behind them.
fn gather(first: Appending, queue: &mut mpsc::Receiver<Command>) -> (Batch, Option<Command>) {
    let mut batch = Batch::of(first);
    while !batch.is_full() {
        match queue.try_recv() {
            Ok(Command::Append(next)) => {
                if let Some(again) = batch.take(next) {
                    return (batch, Some(Command::Append(again)));
                }
            }
            Ok(other) => return (batch, Some(other)),
            Err(_) => break,
        }
    }
    (batch, None)
}

/// Stores messages together. Should that fail, each is tried alone, so that only the one that can't be
/// stored is refused. Where they are the last of their transaction they end it.
async fn append(connection: &mut SqliteConnection, batch: Batch, before: Before, is_last: IsLast<'_>) -> Ran {
    let mut news = Updates::default();
    let conn = &mut Conn { database: Database::Sqlite(connection), news: &mut news };
    match append::append(conn, &batch.messages(), before, is_last).await {
        Ok(appended) => {
            let results = batch.waiting.into_iter().zip(appended.all);
            let answers = results.map(|(one, result)| answer(one.answer, Ok(result)));
            Ran { answers: answers.collect(), news, failure: None, is_committed: appended.is_committed }
        }
        Err(error) => {
            let undone = undo(connection, before).await;
            let failure = Failure::of(&error).or(undone.err().as_ref().and_then(Failure::of));
            if failure.is_some() || batch.waiting.len() == 1 {
                let mut error = Some(error);
                let mut failed = || Err(error.take().unwrap_or(StoreError::Retry));
                let answers = batch.waiting.into_iter().map(|one| answer(one.answer, failed())).collect();
                return Ran { answers, failure, ..Ran::default() };
            }
            tracing::warn!(%error, "messages are stored one by one");
            let mut all = Ran::default();
            for one in batch.waiting {
                let ran = Box::pin(append(connection, Batch::of(one), Before::Savepoint, &|| false)).await;
                all.answers.extend(ran.answers);
                all.news.extend(ran.news);
                all.failure = all.failure.or(ran.failure);
            }
            all
        }
    }
}

/// Takes back what was done since; in a transaction that goes on.
async fn undo(connection: &mut SqliteConnection, before: Before) -> Result<()> {
    if before == Before::Transaction {
        let _ = connection.execute("ROLLBACK").await;
        return begin(connection).await;
    }
    // A full disk may have ended the transaction already; then there is nothing to undo.
    let _ = connection.execute("ROLLBACK TO command").await;
    Ok(())
}

/// Gives a command's result to its caller, if it is committed.
fn answer<T: Send + 'static>(sender: oneshot::Sender<Result<T>>, result: Result<T>) -> Answer {
    Box::new(move |outcome| {
        let _ = sender.send(match outcome {
            Outcome::Committed => result,
            Outcome::Full => Err(StoreError::Full),
            Outcome::Unknown => Err(StoreError::Retry),
        });
    })
}

fn outcome_of(error: StoreError) -> Outcome {
    tracing::error!(%error, "a transaction failed");
    Failure::of(&error).map_or(Outcome::Unknown, outcome_of_failure)
}

fn outcome_of_failure(failure: Failure) -> Outcome {
    match failure {
        Failure::Full => Outcome::Full,
        Failure::Moved => stop_since_moved(),
        Failure::Io => {
            // After a failed fsync the kernel may have dropped the pages: trying again would
            // report success for data that is not on disk.
            tracing::error!(
                "the database could not be written; stopping, because a failed fsync can't be retried"
            );
            std::process::exit(74);
        }
    }
}

fn stop_since_moved() -> ! {
    tracing::error!("the data has been moved to another database; stopping");
    std::process::exit(75);
}

/// Runs a command so that its failure undoes nothing but itself; it gives its news along. What the last one
/// has done is kept by the commit.
async fn alone<T, F>(
    connection: &mut SqliteConnection,
    before: Before,
    command: F,
) -> Result<(Result<T>, Updates)>
where
    F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>>,
{
    connection.execute(before.statements()).await?;
    let mut news = Updates::default();
    let result = command(Conn { database: Database::Sqlite(connection), news: &mut news }).await;
    if result.is_err() {
        news.clear();
        // A full disk may have ended the transaction already; then there is nothing to undo.
        let _ = connection.execute("ROLLBACK TO command").await;
    }
    Ok((result, news))
}
