//! Commands in the writer's queue, and their answers, which wait for the commit.

use futures::future::BoxFuture;
use sqlx::{Executor, SqliteConnection};
use tokio::sync::oneshot;

use super::failure::{Failure, Outcome};
use crate::server::store::{
    Conn, Database, Result, StoreError, engine::batch_queue::QueuedMessage, sync::updates::Updates,
};

/// Sends the result to the caller, once the outcome of the commit is known.
pub(super) type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// An error means that the savepoint could not be set: the command did not run.
pub(super) type Work =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection, Prelude) -> BoxFuture<'c, Result<Executed>> + Send>;

/// A command in the writer's queue.
pub(super) enum Command {
    Any(Work),
    Append(Box<QueuedMessage>),
    /// Lets the database file have this many pages from now on.
    LimitPages(i64, oneshot::Sender<Result<()>>),
}

/// Statements that run before a command, in the same round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prelude {
    Transaction,
    /// Keeps what ran before, and lets the command be rolled back alone.
    Savepoint,
}

impl Prelude {
    fn statements(self) -> &'static str {
        match self {
            Self::Transaction => "BEGIN IMMEDIATE; SAVEPOINT command; ",
            Self::Savepoint => "RELEASE command; SAVEPOINT command; ",
        }
    }
}

/// An executed command whose answer waits for the commit.
pub(super) struct Executed {
    pub(super) answer: Answer,
    pub(super) updates: Updates,
    pub(super) failure: Option<Failure>,
}

/// An [`Answer`] that gives the caller the result if the commit succeeded, and its failure otherwise.
pub(super) fn answer<T: Send + 'static>(sender: oneshot::Sender<Result<T>>, result: Result<T>) -> Answer {
    Box::new(move |outcome| {
        let _ = sender.send(match outcome {
            Outcome::Committed => result,
            Outcome::Full => Err(StoreError::Full),
            Outcome::Unknown => Err(StoreError::Retry),
        });
    })
}

/// Runs a command in a savepoint, so that its failure rolls back nothing else. Returns its result and its
/// updates. COMMIT includes the last savepoint.
pub(super) async fn run_in_savepoint<T, F>(
    connection: &mut SqliteConnection,
    prelude: Prelude,
    command: F,
) -> Result<(Result<T>, Updates)>
where
    F: for<'c> FnOnce(Conn<'c>) -> BoxFuture<'c, Result<T>>,
{
    connection.execute(prelude.statements()).await?;
    let mut updates = Updates::default();
    let result = command(Conn { database: Database::Sqlite(connection), updates: &mut updates }).await;
    if result.is_err() {
        updates.clear();
        // A full disk may have rolled the transaction back already; then there is no savepoint.
        let _ = connection.execute("ROLLBACK TO command").await;
    }
    Ok((result, updates))
}
