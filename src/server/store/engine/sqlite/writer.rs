//! The one writer of a SQLite database: group commit of the commands in its queue.

use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{Executor, SqliteConnection};
use tokio::{
    sync::{broadcast, mpsc},
    time::timeout,
};

use super::{
    batches::{append_batch, gather_batch},
    commands::{Command, Executed},
    failure::{Outcome, outcome_of, outcome_of_failure, stop_since_moved},
    file::moved_to,
    time_limit::Deadline,
};
use crate::server::{
    faults,
    store::{StoreError, messages::append::prelude::Prelude, sync::updates::Updates},
};

/// Bounds of one commit: its commands, and the time for which it is filled, so that none waits long for its
/// answer.
const COMMIT_COMMANDS_MAX: usize = 256;
const COMMIT_FILL_TIMEOUT: Duration = Duration::from_millis(20);
/// How long one command may take. PostgreSQL has 30 s for each statement of one.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// Interval at which an idle writer checks whether the data has been moved to another database.
const MOVED_CHECK_INTERVAL: Duration = Duration::from_secs(1);

pub(super) async fn run_writer(
    mut connection: SqliteConnection,
    deadline: Deadline,
    mut queue: mpsc::Receiver<Command>,
    sender: broadcast::Sender<Arc<Updates>>,
) {
    loop {
        let Ok(first) = timeout(MOVED_CHECK_INTERVAL, queue.recv()).await else {
            deadline.begin(COMMAND_TIMEOUT);
            if let Ok(Some(_)) = moved_to(&mut connection).await {
                stop_since_moved();
            }
            continue;
        };
        let Some(first) = first else { return };
        let (began, mut executed) = (Instant::now(), Vec::new());
        let outcome = commit_together(&mut connection, &deadline, first, &mut queue, &mut executed).await;
        let took = began.elapsed();
        let (mut updates, mut answers) = (Updates::default(), Vec::new());
        for part in executed {
            updates.extend(part.updates);
            answers.extend(part.answers);
        }
        if outcome == Outcome::Committed {
            updates.mark_committed(answers.len(), took);
        }
        if faults::is("die_before_publish") {
            answers.drain(..).for_each(|answer| answer(outcome));
            faults::pause().await;
            faults::die("die_before_publish");
        }
        if outcome == Outcome::Committed && !updates.is_empty() {
            // An error only means that there is no receiver. Updates are published before the answers, so
            // that no answer overtakes the updates before it.
            let _ = sender.send(updates.into());
        }
        answers.into_iter().for_each(|answer| answer(outcome));
    }
}

/// Group commit: runs the queued commands in one transaction. Returns the outcome of the commit.
async fn commit_together(
    connection: &mut SqliteConnection,
    deadline: &Deadline,
    first: Command,
    queue: &mut mpsc::Receiver<Command>,
    executed: &mut Vec<Executed>,
) -> Outcome {
    let mut prelude = Prelude::Transaction;
    let began = Instant::now();
    let mut count = 0;
    let mut next = Some(first);
    while let Some(command) = next.take() {
        deadline.begin(COMMAND_TIMEOUT);
        let prelude = mem::replace(&mut prelude, Prelude::Savepoint);
        let mut done = match command {
            Command::Any(work) => match work(connection, prelude).await {
                Ok(executed) => executed,
                // The command did not run. Its answer is dropped, which its caller gets as `Retry`.
                Err(error) => {
                    let _ = connection.execute("ROLLBACK").await;
                    return outcome_of(error);
                }
            },
            Command::Append(first) => {
                let (batch, other) = gather_batch(first, queue);
                next = other;
                let is_last_gathered = next.is_none() && !faults::is_before_commit();
                let is_last = || is_last_gathered && queue.is_empty();
                append_batch(connection, batch, prelude, &is_last).await
            }
        };
        faults::die("die_in_transaction");
        if faults::is("duplicate_before_commit") && done.updates.is_empty() {
            done.answers.drain(..).for_each(|answer| answer(Outcome::Committed));
            faults::pause().await;
            faults::die("duplicate_before_commit");
        }
        count += done.answers.len();
        let (failure, is_committed) = (done.failure, done.is_committed);
        executed.push(done);
        if let Some(failure) = failure {
            let _ = connection.execute("ROLLBACK").await;
            return outcome_of_failure(failure);
        }
        if is_committed {
            faults::die("die_after_commit");
            return Outcome::Committed;
        }
        // A command that has left the queue runs in any case.
        if next.is_none() && count < COMMIT_COMMANDS_MAX && began.elapsed() < COMMIT_FILL_TIMEOUT {
            next = queue.try_recv().ok();
        }
    }
    if faults::is("ack_before_commit") {
        let answers = executed.drain(..).flat_map(|part| part.answers);
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
