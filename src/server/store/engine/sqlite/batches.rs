//! Append of the messages that wait in the writer's queue, as one batch within its transaction.

use sqlx::{Executor, SqliteConnection};
use tokio::sync::mpsc;

use super::{
    commands::{Command, Executed, answer},
    failure::Failure,
};
use crate::server::store::{
    Conn, Database, Result, StoreError,
    engine::batch_queue::{Batch, QueuedMessage},
    messages::append::{self, IsLast, prelude::Prelude},
    sync::updates::Updates,
};

async fn begin(connection: &mut SqliteConnection) -> Result<()> {
    let begun = connection.execute(Prelude::Transaction.statements()).await;
    if begun.is_err() {
        let _ = connection.execute("ROLLBACK").await;
    }
    Ok(begun.map(drop)?)
}

/// Takes messages with different ids from the queue. Returns the batch, and the command that ended it.
pub(super) fn gather_batch(
    first: QueuedMessage,
    queue: &mut mpsc::Receiver<Command>,
) -> (Batch, Option<Command>) {
    let mut batch = Batch::of(first);
    while !batch.is_full() {
        match queue.try_recv() {
            Ok(Command::Append(next)) => {
                if let Some(again) = batch.push(next) {
                    return (batch, Some(Command::Append(again)));
                }
            }
            Ok(other) => return (batch, Some(other)),
            Err(_) => break,
        }
    }
    (batch, None)
}

/// Stores a batch. If that fails, it stores each message alone, so that only the invalid one is refused. If
/// `is_last` says that nothing else waits, the last statement commits.
pub(super) async fn append_batch(
    connection: &mut SqliteConnection,
    batch: Batch,
    prelude: Prelude,
    is_last: IsLast<'_>,
) -> Executed {
    let mut updates = Updates::default();
    let conn = &mut Conn { database: Database::Sqlite(connection), updates: &mut updates };
    match append::append_batch(conn, &batch.messages(), prelude, is_last).await {
        Ok(appended) => {
            let results = batch.queued.into_iter().zip(appended.outcomes);
            let answers = results.map(|(one, result)| answer(one.answer, Ok(result)));
            Executed {
                answers: answers.collect(),
                updates,
                failure: None,
                is_committed: appended.is_committed,
            }
        }
        Err(error) => {
            let undone = undo(connection, prelude).await;
            let failure = Failure::of(&error).or(undone.err().as_ref().and_then(Failure::of));
            if failure.is_some() || batch.queued.len() == 1 {
                let mut error = Some(error);
                let mut failed = || Err(error.take().unwrap_or(StoreError::Retry));
                let answers = batch.queued.into_iter().map(|one| answer(one.answer, failed())).collect();
                return Executed { answers, failure, ..Executed::default() };
            }
            tracing::warn!(%error, "messages are stored one by one");
            let mut all = Executed::default();
            for one in batch.queued {
                let executed =
                    Box::pin(append_batch(connection, Batch::of(one), Prelude::Savepoint, &|| false)).await;
                all.answers.extend(executed.answers);
                all.updates.extend(executed.updates);
                all.failure = all.failure.or(executed.failure);
            }
            all
        }
    }
}

/// Rolls back the failed statements, in a transaction that goes on.
async fn undo(connection: &mut SqliteConnection, prelude: Prelude) -> Result<()> {
    if prelude == Prelude::Transaction {
        let _ = connection.execute("ROLLBACK").await;
        return begin(connection).await;
    }
    // A full disk may have rolled the transaction back already; then there is no savepoint.
    let _ = connection.execute("ROLLBACK TO command").await;
    Ok(())
}
