//! SQL, one file per noun. It keeps what it is told and checks what must hold under the lock;
//! who may do what is decided in the domain.
//!
//! `Store` is an enum over databases. A statement is written once, in portable form, and
//! [`on!`](on) runs it on whichever database the connection belongs to.

pub mod changes;
pub mod conversations;
pub mod edits;
pub mod epoch;
pub mod heads;
pub mod listings;
pub mod messages;
pub mod receipts;
pub mod sessions;
pub mod sqlite;
pub mod users;

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use sqlx::SqliteConnection;

use sqlite::Sqlite;
use tokio::sync::broadcast;

use crate::shared::ids::UserId;

#[derive(Clone)]
pub enum Store {
    Sqlite(Sqlite),
}

/// A connection inside a transaction, and whom the transaction has news for.
pub struct Conn<'c> {
    pub database: Database<'c>,
    /// Users whose head was raised; they are hinted once the transaction is committed.
    pub(super) raised: &'c mut Vec<UserId>,
}

pub enum Database<'c> {
    Sqlite(&'c mut SqliteConnection),
}

/// Runs one portable statement on whichever database the connection belongs to.
macro_rules! on {
    ($conn:expr, $c:ident => $statement:expr) => {
        match &mut $conn.database {
            $crate::server::store::Database::Sqlite($c) => $statement,
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

/// Users whose heads one commit raised, each once.
pub type News = Arc<[UserId]>;

pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the database, or says in one line why it can't be.
    pub async fn open(path: &Path) -> std::result::Result<Self, String> {
        Sqlite::open(path).await.map(Self::Sqlite).map_err(|error| {
            let path = path.display();
            format!(
                "can't open the database {path}: {error}; choose a file that can be written with --database"
            )
        })
    }

    /// Runs a command in a transaction of its own among others that share the commit, and answers
    /// when that commit is on disk. A command that fails leaves nothing behind. It runs to its
    /// end even if the caller goes away.
    pub async fn write<T, F>(&self, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(command).await,
        }
    }

    /// Tells who has news, after each commit. Who falls behind is told so and has to look for
    /// himself: these are hints, the heads in the database are the truth.
    pub fn news(&self) -> broadcast::Receiver<News> {
        match self {
            Self::Sqlite(sqlite) => sqlite.news(),
        }
    }

    /// Runs a single statement that reads: a snapshot by itself, without a transaction around it.
    pub async fn read_one<T, F>(&self, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_one(query).await,
        }
    }

    /// Runs reads on one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>> + Send,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(query).await,
        }
    }
}
