//! PostgreSQL: a pool, a transaction for each command, and the retries that locks make necessary.
//!
//! Everything runs in tasks of the store's own runtime: a command goes on when its caller has gone
//! away, and no connection belongs to the short-lived runtime of a page.

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
use tokio::{
    runtime::Handle,
    sync::{Semaphore, broadcast},
};
use tracing::Instrument;

use super::{
    epoch, errors,
    partitioned_writers::{self, PartitionedWriters},
    schema,
    sqlite::NEWS,
};
use crate::server::store::{
    Conn, Database, Result, StoreError,
    messages::{Appended, NewMessage},
    sync::updates::Updates,
};
use crate::{server::faults, shared::values::time::Timestamp};

const OLDEST_POSTGRES: i32 = 14;
pub const CONNECTIONS: u32 = 16;
/// Commands and reads that wait for a connection; more are told to come again.
const QUEUE: usize = 4_096;
/// How long one waits for a connection, and so for a database that is just starting again.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);
/// A connection that has rested for this long may have been cut; one in use need not be asked.
const RESTED: Duration = Duration::from_secs(1);

/// What every connection is told, whatever the server's own settings: an answer is on disk, each
/// statement sees what was committed before it, and nothing holds its locks for ever.
const SETTINGS: &str = "SELECT set_config('default_transaction_isolation', 'read committed', false), \
     set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
         ELSE current_setting('synchronous_commit') END, false), \
     set_config('statement_timeout', '30s', false), \
     set_config('idle_in_transaction_session_timeout', '30s', false)";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// COMMIT of a transaction in which a statement failed would undo it without an error; the SELECT
/// fails then, and the COMMIT after it is not run.
const COMMIT: &str = "SELECT 1; COMMIT";

#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
    turns: Arc<Semaphore>,
    lanes: PartitionedWriters,
    news: broadcast::Sender<Arc<Updates>>,
    runtime: Handle,
}

impl Postgres {
    /// Connects, brings the tables up to date, and fills the pool as it is needed.
    pub async fn open(options: PgConnectOptions) -> std::result::Result<Self, OpenError> {
        let options = options.application_name("stoa");
        let mut connection = prepare(&options).await?;
        let is_copying = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'copying')";
        if sqlx::query_scalar(is_copying).fetch_one(&mut connection).await? {
            return Err(OpenError::Copying);
        }
        let timeline: Arc<str> = epoch::timeline(&mut connection).await?.into();
        connection.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECTS_WITHIN)
            .test_before_acquire(false)
            .before_acquire(|connection, rest| Box::pin(still_there(connection, rest)))
            .after_connect(move |connection, _| Box::pin(set_up(connection, timeline.clone())))
            .connect_with(options)
            .await?;
        let (news, _) = broadcast::channel(NEWS);
        let (turns, lanes) = (Arc::new(Semaphore::new(QUEUE)), PartitionedWriters::open(&pool, &news));
        Ok(Self { pool, turns, lanes, news, runtime: Handle::current() })
    }

    pub(crate) async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        let this = self.clone();
        self.run(errors::retried(move || {
            let (this, command) = (this.clone(), command.clone());
            async move { this.transaction(command).await }
        }))
        .await
    }

    pub(crate) async fn append(&self, new: NewMessage, now: Timestamp) -> Result<Appended> {
        self.lanes.append(new, now).await
    }

    pub(crate) async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let pool = self.pool.clone();
        self.run(async move {
            let mut snapshot = pool.begin_with(SNAPSHOT).await?;
            // It ends on the connection's way back into the pool, for which nobody waits.
            query(Conn { database: Database::Postgres(&mut snapshot), news: &mut Updates::default() }).await
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
            query(Conn { database: Database::Postgres(&mut connection), news: &mut Updates::default() }).await
        })
        .await
    }

    pub(crate) fn connections(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    pub(crate) fn news(&self) -> broadcast::Receiver<Arc<Updates>> {
        self.news.subscribe()
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turns.clone().try_acquire_owned().map_err(|_| StoreError::Retry)?;
        let work = async move {
            let _held = turn;
            work.await.map_err(errors::settled)
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
        let mut open = Open::begin(connection).await?;
        let mut news = Updates::default();
        let database = Database::Postgres(&mut open.connection);
        faults::die("die_in_transaction");
        match command(Conn { database, news: &mut news }).await {
            Ok(answer) => {
                faults::die("die_before_commit");
                open.commit().await?;
                faults::die("die_after_commit");
                partitioned_writers::tell(&self.news, news, 1, began.elapsed());
                Ok(answer)
            }
            Err(error) => {
                open.roll_back().await;
                Err(error)
            }
        }
    }
}

/// A transaction in which a command runs. Left half-way, it takes its connection along.
struct Open {
    connection: PoolConnection<Driver>,
    is_settled: bool,
}

impl Open {
    async fn begin(connection: PoolConnection<Driver>) -> Result<Self> {
        let mut open = Self { connection, is_settled: false };
        open.connection.execute("BEGIN").await?;
        Ok(open)
    }

    /// Whatever goes wrong here, the outcome is unknown.
    async fn commit(mut self) -> Result<()> {
        self.connection.execute(COMMIT).await.map_err(|error| {
            tracing::warn!(%error, "a commit did not go through");
            StoreError::Retry
        })?;
        self.is_settled = true;
        Ok(())
    }

    async fn roll_back(mut self) {
        self.is_settled = self.connection.execute("ROLLBACK").await.is_ok();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_settled {
            self.connection.close_on_drop();
        }
    }
}

/// Connects, and brings the tables up to date.
pub(crate) async fn prepare(options: &PgConnectOptions) -> std::result::Result<PgConnection, OpenError> {
    let mut connection = tokio::time::timeout(CONNECTS_WITHIN, PgConnection::connect_with(options))
        .await
        .map_err(|_| OpenError::Silent)??;
    check(&mut connection).await?;
    schema::POSTGRES.run(&mut connection).await?;
    Ok(connection)
}

async fn set_up(connection: &mut PgConnection, timeline: Arc<str>) -> sqlx::Result<()> {
    connection.execute(SETTINGS).await?;
    if *epoch::timeline(connection).await? != *timeline {
        tracing::error!(
            "another server has taken over the database, and may lack what was answered last; stopping, to begin a new epoch"
        );
        std::process::exit(75);
    }
    Ok(())
}

async fn still_there(connection: &mut PgConnection, rest: PoolConnectionMetadata) -> sqlx::Result<bool> {
    Ok(rest.idle_for < RESTED || connection.ping().await.is_ok())
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
