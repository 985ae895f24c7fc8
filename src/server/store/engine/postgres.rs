//! PostgreSQL: a connection pool, one transaction per command, and retries after serialization failures and
//! deadlocks.
//!
//! Everything runs in tasks of the store's own runtime: a command completes even if its caller is cancelled,
//! and no connection belongs to the short-lived runtime of a page.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres as Driver,
    pool::{PoolConnection, PoolConnectionMetadata},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{runtime::Handle, sync::Semaphore};
use tracing::Instrument;

use super::{
    epoch::{self, Standby},
    errors,
    partitioned_writers::PartitionedWriters,
    read_only::ReadOnlySince,
    schema,
};
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

const OLDEST_POSTGRES: i32 = 14;
pub const CONNECTIONS: u32 = 16;
/// Commands and reads that wait for a connection. Beyond this bound they get `Retry` (backpressure).
const WAITING_MAX: usize = 4_096;
/// Timeout for a connection. It lasts long enough for a database that is just restarting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was idle for longer may have been cut, so it is pinged before use.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);

/// Session settings of every connection, whatever the server's own: an answered commit is on disk, each
/// statement sees what was committed before it, and no session holds its locks for ever. Reads and single
/// statements have 5 s; a transaction that writes sets a longer limit for itself.
const SESSION_SETTINGS: &str = "SELECT set_config('default_transaction_isolation', 'read committed', false), \
     set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
         ELSE current_setting('synchronous_commit') END, false), \
     set_config('statement_timeout', '5s', false), \
     set_config('idle_in_transaction_session_timeout', '30s', false)";
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_LONG_SNAPSHOT: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '30s'";
const BEGIN_SEARCH: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '2s'";
const BEGIN_COMMAND: &str = "BEGIN; SET LOCAL statement_timeout = '30s'";
/// In a transaction in which a statement failed, COMMIT alone would roll back without an error. The SELECT
/// fails then, and COMMIT is not run.
const COMMIT: &str = "SELECT 1; COMMIT";

#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
    permits: Arc<Semaphore>,
    writers: PartitionedWriters,
    read_only_since: ReadOnlySince,
    publisher: Publisher,
    runtime: Handle,
    standby: Standby,
}

impl Postgres {
    /// Connects and migrates. The pool opens further connections on demand.
    pub async fn open(options: PgConnectOptions, standby: Standby) -> std::result::Result<Self, OpenError> {
        let options = options.application_name("stoa");
        let mut connection = prepare(&options).await?;
        let is_copying = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'copying')";
        if sqlx::query_scalar(is_copying).fetch_one(&mut connection).await? {
            return Err(OpenError::Copying);
        }
        let timeline: Option<Arc<str>> = match standby {
            Standby::MayLack => Some(epoch::timeline(&mut connection).await?.into()),
            Standby::Synchronous => None,
        };
        connection.close().await?;
        let read_only_since = ReadOnlySince::default();
        let of_pool = read_only_since.clone();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(move |connection, rest| {
                let is_stale = of_pool.is_stale(rest.age);
                Box::pin(async move { Ok(!is_stale && is_alive(connection, rest).await?) })
            })
            .after_connect(move |connection, _| Box::pin(set_up(connection, timeline.clone())))
            .connect_with(options)
            .await?;
        let publisher = Publisher::default();
        let (permits, writers) = (
            Arc::new(Semaphore::new(WAITING_MAX)),
            PartitionedWriters::open(&pool, &read_only_since, &publisher),
        );
        let runtime = Handle::current();
        Ok(Self { pool, permits, writers, read_only_since, publisher, runtime, standby })
    }

    pub(crate) fn standby(&self) -> Standby {
        self.standby
    }

    pub(crate) async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        let this = self.clone();
        self.run(errors::with_retries(move || {
            let (this, command) = (this.clone(), command.clone());
            async move { this.transaction(command).await }
        }))
        .await
    }

    pub(crate) async fn append(&self, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
        self.writers.append(new, now).await
    }

    pub(crate) async fn read<T, F>(&self, limit: TimeLimit, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let pool = self.pool.clone();
        self.run(async move {
            let begin = match limit {
                TimeLimit::Short => BEGIN_SNAPSHOT,
                TimeLimit::Long => BEGIN_LONG_SNAPSHOT,
                TimeLimit::Search => BEGIN_SEARCH,
            };
            let mut snapshot = pool.begin_with(begin).await?;
            // The caller does not wait for the rollback: it runs when the connection returns to the pool.
            query(Conn { database: Database::Postgres(&mut snapshot), updates: &mut Updates::default() })
                .await
        })
        .await
    }

    pub(crate) async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let pool = self.pool.clone();
        self.run(async move {
            let mut connection = pool.acquire().await?;
            query(Conn { database: Database::Postgres(&mut connection), updates: &mut Updates::default() })
                .await
        })
        .await
    }

    /// The database was found to take no writes.
    pub(crate) fn note_read_only(&self) {
        self.read_only_since.note();
    }

    pub(crate) fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permits.clone().try_acquire_owned().map_err(|_| StoreError::Retry)?;
        let work = async move {
            let _held = permit;
            work.await.map_err(errors::classify)
        };
        let task = self.runtime.spawn(work.in_current_span());
        task.await.unwrap_or(Err(StoreError::Retry))
    }

    async fn transaction<T, F>(&self, command: F) -> Result<T>
    where
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>>,
    {
        let connection = self.pool.acquire().await?;
        let began = Instant::now();
        let mut transaction = Transaction::begin(connection).await?;
        let mut updates = Updates::default();
        let database = Database::Postgres(&mut transaction.connection);
        faults::die("die_in_transaction");
        match command(Conn { database, updates: &mut updates }).await {
            Ok(answer) => {
                faults::die("die_before_commit");
                transaction.commit().await?;
                faults::die("die_after_commit");
                // Others commit at the same time, and notify nobody.
                if updates.notifications > 0 && updates.tasks == 0 {
                    faults::die_before_task();
                }
                updates.mark_committed(1, began.elapsed());
                self.publisher.publish(&updates);
                Ok(answer)
            }
            Err(error) => {
                if errors::is_read_only(&error) {
                    self.read_only_since.note();
                }
                transaction.roll_back().await;
                Err(error)
            }
        }
    }
}

/// A transaction of one command. If it is dropped unfinished, its connection is closed.
struct Transaction {
    connection: PoolConnection<Driver>,
    is_finished: bool,
}

impl Transaction {
    async fn begin(connection: PoolConnection<Driver>) -> Result<Self> {
        let mut transaction = Self { connection, is_finished: false };
        transaction.connection.execute(BEGIN_COMMAND).await?;
        Ok(transaction)
    }

    /// After an error of COMMIT the outcome is unknown.
    async fn commit(mut self) -> Result<()> {
        self.connection.execute(COMMIT).await.map_err(|error| {
            tracing::warn!(%error, "a commit did not go through");
            StoreError::Retry
        })?;
        self.is_finished = true;
        Ok(())
    }

    async fn roll_back(mut self) {
        self.is_finished = self.connection.execute("ROLLBACK").await.is_ok();
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.is_finished {
            self.connection.close_on_drop();
        }
    }
}

/// Connects and migrates.
pub(crate) async fn prepare(options: &PgConnectOptions) -> std::result::Result<PgConnection, OpenError> {
    let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options))
        .await
        .map_err(|_| OpenError::Silent)??;
    check(&mut connection).await?;
    schema::POSTGRES.run(&mut connection).await?;
    Ok(connection)
}

/// `timeline` is that of the start, if a standby that takes over may lack something.
async fn set_up(connection: &mut PgConnection, timeline: Option<Arc<str>>) -> sqlx::Result<()> {
    connection.execute(SESSION_SETTINGS).await?;
    if let Some(timeline) = timeline
        && *epoch::timeline(connection).await? != *timeline
    {
        tracing::error!(
            "another server has taken over the database, and may lack what was answered last; stopping, to begin a new epoch"
        );
        std::process::exit(75);
    }
    Ok(())
}

async fn is_alive(connection: &mut PgConnection, rest: PoolConnectionMetadata) -> sqlx::Result<bool> {
    Ok(rest.idle_for < PING_AFTER_IDLE || connection.ping().await.is_ok())
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("a copy into it has not come to its end; run the same `stoa copy` again")]
    Copying,
    #[error("it does not answer")]
    Silent,
    #[error("PostgreSQL {0} is too old; Stoa needs {OLDEST_POSTGRES} or newer")]
    TooOld(i32),
    #[error("its encoding is {0}; Stoa needs a database made with ENCODING 'UTF8'")]
    Encoding(String),
}

pub(crate) async fn check(connection: &mut PgConnection) -> std::result::Result<(), OpenError> {
    let (version, encoding): (i32, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')",
    )
    .fetch_one(connection)
    .await?;
    if version < OLDEST_POSTGRES {
        return Err(OpenError::TooOld(version));
    }
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    Ok(())
}
