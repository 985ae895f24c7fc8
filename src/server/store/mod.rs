//! The store: SQL, one folder per noun. It writes the rows that a command asks for and checks, under a lock,
//! the conditions that must hold there. Permissions are decided in the domain.
//!
//! [`Store`] is an enum over databases. A statement is written once, in portable SQL, and [`on!`](on) runs it
//! on the database that the connection belongs to.

pub mod conversations;
pub mod engine;
pub mod listings;
pub mod low_priority;
pub mod mail;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
pub mod push;
pub mod rooms;
pub mod sync;
pub mod tasks;
pub mod text_upgrade;
pub mod users;

use std::path::Path;

use futures::future::BoxFuture;
use sqlx::{PgConnection, SqliteConnection, postgres::PgConnectOptions};

use super::config::database_url::{is_url, redacted};
use super::telemetry::metrics::metrics;
use crate::shared::values::time::Timestamp;
use engine::{epoch, postgres::Postgres, sqlite::Sqlite};
use messages::new_message::{AppendOutcome, NewMessage};
use sync::updates::{Publisher, Updates};

pub use engine::epoch::Standby;

/// The database of this server. Cheap to clone.
#[derive(Clone)]
pub enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// A connection inside a transaction, with the updates that the transaction makes.
pub struct Conn<'c> {
    pub database: Database<'c>,
    /// Published after COMMIT.
    pub(super) updates: &'c mut Updates,
}

impl Conn<'_> {
    /// Has PostgreSQL join in the order in which a statement names the tables, until the transaction ends. For pages that
    /// are planned anew for their values and name their tables in the right order: to try all orders of seven tables takes
    /// longer than to read a page.
    async fn join_as_written(&mut self) -> Result<()> {
        if let Database::Postgres(c) = &mut self.database {
            sqlx::query("SET LOCAL join_collapse_limit = 1").execute(&mut **c).await?;
        }
        Ok(())
    }

    /// Has PostgreSQL answer the commit of this transaction before it is on disk. Never for what a client is told of.
    async fn commit_before_flush(&mut self) -> Result<()> {
        if let Database::Postgres(c) = &mut self.database {
            sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut **c).await?;
        }
        Ok(())
    }
}

/// A connection to either database.
pub enum Database<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs one portable statement on the database that the connection belongs to.
macro_rules! on {
    ($conn:expr, $c:ident => $statement:expr) => {
        match &mut $conn.database {
            $crate::server::store::Database::Sqlite($c) => $statement,
            $crate::server::store::Database::Postgres($c) => $statement,
        }
    };
}
pub(crate) use on;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. Nothing was written; a retry may succeed later.
    #[error("the disk is full")]
    Full,
    /// The outcome is unknown, or the transaction was rolled back. The client may send the same command
    /// again.
    #[error("the transaction did not go through")]
    Retry,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// How long a read may take before it is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeLimit {
    /// 5 s.
    Short,
    /// 30 s: what an admin counts in the whole database.
    Long,
    /// 2 s: a search, which somebody waits for.
    Search,
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the database named by a PostgreSQL URL or by the path of a SQLite file, and migrates it. The
    /// error is one line that says what to do.
    pub async fn open(database: &str) -> std::result::Result<Self, String> {
        Self::open_with(database, Standby::default()).await
    }

    /// The same, and says what a standby has that takes over from the PostgreSQL server.
    pub async fn open_with(database: &str, standby: Standby) -> std::result::Result<Self, String> {
        if !is_url(database) {
            return Sqlite::open(Path::new(database)).await.map(Self::Sqlite).map_err(|error| {
                format!(
                    "can't open the database {database}: {error}; choose a file that can be written with --database"
                )
            });
        }
        let redacted = redacted(database);
        let options: PgConnectOptions = database.parse().map_err(|error| {
            format!("{redacted} is no address of a database: {error}; give one like postgres://user@host/name, or a file, with --database")
        })?;
        Postgres::open(options, standby).await.map(Self::Postgres).map_err(|error| {
            format!(
                "can't use the database {redacted}: {error}; check that it runs, and name it with --database"
            )
        })
    }

    /// The epoch of the database, created if there is none.
    pub async fn epoch(&self) -> Result<String> {
        let standby = match self {
            Self::Sqlite(_) => Standby::default(),
            Self::Postgres(postgres) => postgres.standby(),
        };
        self.write(move |mut conn| Box::pin(async move { epoch::get_or_create(&mut conn, standby).await }))
            .await
    }

    /// Begins another history: the cursors of all clients are void, and all sessions and API tokens end.
    pub async fn begin_history(&self) -> Result<epoch::Ended> {
        self.write(|mut conn| Box::pin(async move { epoch::begin_history(&mut conn).await })).await
    }

    /// Ends the store in good order, after everything else: what is committed is in the database file.
    pub async fn close(&self) {
        if let Self::Sqlite(sqlite) = self {
            sqlite.close().await;
        }
    }

    /// Runs a command in a transaction of its own, and returns when its commit is on disk. A command that
    /// fails leaves nothing behind. It runs to its end even if the caller is cancelled, and more than once
    /// after a serialization failure or a deadlock.
    pub async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        let _waiting = metrics().writes.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.write(command).await,
            Self::Postgres(postgres) => postgres.write(command).await,
        }
    }

    /// Stores a message like [`messages::append::append`], through group commit: it shares its transaction
    /// with the messages that wait beside it.
    pub async fn append(&self, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
        let _waiting = metrics().writes.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.append(new, now).await,
            Self::Postgres(postgres) => postgres.append(new, now).await,
        }
    }

    /// Has this called with the updates of each commit on this node. Updates are wake-ups, and the sync positions
    /// in the database are the truth.
    pub fn subscribe(&self, subscriber: impl Fn(&Updates) + Send + Sync + 'static) {
        let publisher: &Publisher = match self {
            Self::Sqlite(sqlite) => sqlite.publisher(),
            Self::Postgres(postgres) => postgres.publisher(),
        };
        publisher.subscribe(Box::new(subscriber));
    }

    /// Moves what is committed into a SQLite file and empties its write-ahead log, so that what was deleted is in neither.
    /// False while another program reads. Nothing on PostgreSQL, which does so by itself in time.
    pub async fn empty_log(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.empty_log().await,
            Self::Postgres(_) => true,
        }
    }

    /// Lets a SQLite file have this many pages from now on; with fewer than it has it is full, as on a full disk.
    /// Nothing on PostgreSQL.
    pub async fn limit_pages(&self, pages: i64) -> Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.limit_pages(pages).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// The database was found to take no writes: connections that were opened before are closed, since they
    /// may keep it that way. Nothing on SQLite.
    pub fn note_read_only(&self) {
        if let Self::Postgres(postgres) = self {
            postgres.note_read_only();
        }
    }

    /// Connections of the pool (for reads; on PostgreSQL for everything), and how many of them are idle.
    pub fn connections(&self) -> (u32, usize) {
        match self {
            Self::Sqlite(sqlite) => sqlite.connections(),
            Self::Postgres(postgres) => postgres.connections(),
        }
    }

    /// Runs a single read statement, which is a snapshot by itself, without a transaction.
    pub async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let _waiting = metrics().reads.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.read_one(query).await,
            Self::Postgres(postgres) => postgres.read_one(query).await,
        }
    }

    /// Runs reads on one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.read_within(TimeLimit::Short, query).await
    }

    /// Runs reads on one snapshot, with the time that they may take.
    pub async fn read_within<T, F>(&self, limit: TimeLimit, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let _waiting = metrics().reads.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.read(limit, query).await,
            Self::Postgres(postgres) => postgres.read(limit, query).await,
        }
    }
}
