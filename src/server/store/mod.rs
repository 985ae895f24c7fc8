//! SQL, one file per noun. It keeps what it is told and checks what must hold under the lock;
//! who may do what is decided in the domain.
//!
//! `Store` is an enum over databases. A statement is written once, in portable form, and
//! [`on!`](on) runs it on whichever database the connection belongs to.

pub mod conversations;
pub mod engine;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
pub mod rooms;
pub mod sync;
pub mod users;

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use sqlx::{PgConnection, SqliteConnection, postgres::PgConnectOptions};
use tokio::sync::broadcast;

use engine::postgres::Postgres;
use engine::sqlite::Sqlite;
use messages::{Appended, NewMessage};
use sync::updates::Updates;

use super::telemetry::metrics::metrics;
use crate::shared::values::time::Timestamp;

#[derive(Clone)]
pub enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// A connection inside a transaction, and the news that the transaction makes.
pub struct Conn<'c> {
    pub database: Database<'c>,
    /// Told once the transaction is committed.
    pub(super) news: &'c mut Updates,
}

pub enum Database<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs one portable statement on whichever database the connection belongs to.
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
    /// The disk is full: nothing was written, and it may work later.
    #[error("the disk is full")]
    Full,
    /// The outcome is unknown or the transaction was undone: the same command may be sent again.
    #[error("the transaction did not go through")]
    Retry,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the database that is named by a URL of PostgreSQL or by the path of a SQLite file, or
    /// says in one line why it can't be.
    pub async fn open(database: &str) -> std::result::Result<Self, String> {
        if !is_url(database) {
            return Sqlite::open(Path::new(database)).await.map(Self::Sqlite).map_err(|error| {
                format!(
                    "can't open the database {database}: {error}; choose a file that can be written with --database"
                )
            });
        }
        let shown = shown(database);
        let options: PgConnectOptions = database.parse().map_err(|error| {
            format!("{shown} is no address of a database: {error}; give one like postgres://user@host/name, or a file, with --database")
        })?;
        Postgres::open(options).await.map(Self::Postgres).map_err(|error| {
            format!(
                "can't use the database {shown}: {error}; check that it runs, and name it with --database"
            )
        })
    }

    /// Says that this is another history than clients have followed so far.
    pub async fn renew_epoch(&self) -> Result<()> {
        self.write(|mut conn| Box::pin(async move { engine::epoch::renew(&mut conn).await })).await
    }

    /// Runs a command in a transaction of its own, and answers when its commit is on disk. A
    /// command that fails leaves nothing behind. It runs to its end even if the caller goes away,
    /// and more than once if the database undid it for the sake of another.
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

    /// Stores a message, as [`messages::append`] in a transaction of its own; on SQLite together with
    /// those that wait beside it, on PostgreSQL without another statement around it.
    pub async fn append(&self, new: NewMessage, now: Timestamp) -> Result<Appended> {
        let _waiting = metrics().writes.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.append(new, now).await,
            Self::Postgres(postgres) => postgres.append(new, now).await,
        }
    }

    /// Tells what is new, after each commit. Who falls behind is told so and has to look for
    /// himself: these are hints, the heads in the database are the truth.
    pub fn news(&self) -> broadcast::Receiver<Arc<Updates>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.news(),
            Self::Postgres(postgres) => postgres.news(),
        }
    }

    /// Connections that are there for reads, on PostgreSQL for all, and how many of them rest.
    pub fn connections(&self) -> (u32, usize) {
        match self {
            Self::Sqlite(sqlite) => sqlite.connections(),
            Self::Postgres(postgres) => postgres.connections(),
        }
    }

    /// Runs a single statement that reads: a snapshot by itself, without a transaction around it.
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
        let _waiting = metrics().reads.begin();
        match self {
            Self::Sqlite(sqlite) => sqlite.read(query).await,
            Self::Postgres(postgres) => postgres.read(query).await,
        }
    }
}

/// The name of a database as it may be shown: without the password that a URL may hold.
pub fn shown(database: &str) -> String {
    let Some((scheme, rest)) = database.split_once("://") else { return database.to_owned() };
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (user.split(':').next().unwrap_or_default(), place),
        None => ("", rest),
    };
    let place = place.split('?').next().unwrap_or_default();
    if user.is_empty() { format!("{scheme}://{place}") } else { format!("{scheme}://{user}@{place}") }
}

/// Whether this names a database of PostgreSQL, and no file.
pub fn is_url(database: &str) -> bool {
    database.contains("://")
}
