//! The one writer of a SQLite database: a thread that stores what waits in its queue by group commit, and hands out
//! updates and answers itself. Messages are appended on a connection of its own thread (`appender`), all other commands
//! on one of the driver; the two take turns, in the order of the queue.

use std::{
    collections::HashSet,
    mem,
    sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Executor, SqliteConnection};
use tokio::runtime::Handle;

use super::{
    appender::Appender,
    commands::{Answer, Command, Prelude, Work},
    failure::{Outcome, outcome_of, outcome_of_failure, stop_since_moved},
    file::moved_to,
    time_limit::Deadline,
};
use crate::server::{
    faults,
    store::{
        Result, StoreError,
        engine::batch_queue::{Batch, QueuedMessage},
        messages::new_message::AppendOutcome,
        sync::updates::{Publisher, Updates},
    },
};

/// Bounds of one commit of commands: their number, and the time for which it is filled, so that none waits long for its
/// answer.
const COMMIT_COMMANDS_MAX: usize = 256;
const COMMIT_FILL_TIMEOUT: Duration = Duration::from_millis(20);
/// How long one command may take. PostgreSQL has 30 s for each statement of one.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// Interval at which an idle writer checks whether the data has been moved to another database.
const MOVED_CHECK_INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    pub(super) appender: Appender,
    pub(super) connection: SqliteConnection,
    pub(super) deadline: Deadline,
    pub(super) queue: Receiver<Command>,
    pub(super) publisher: Publisher,
    /// Runs what is asynchronous in commands.
    pub(super) runtime: Handle,
}

impl Writer {
    /// Runs until the store is dropped.
    pub(super) fn run(mut self) {
        let mut next = None;
        loop {
            let command = match next.take() {
                Some(command) => command,
                None => match self.queue.recv_timeout(MOVED_CHECK_INTERVAL) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => {
                        self.stop_if_moved();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            next = match command {
                Command::Append(first) => self.append_together(*first),
                Command::Any(first) => self.commit_together(first),
                Command::LimitPages(pages, answer) => {
                    let _ = answer.send(self.limit_pages(pages));
                    None
                }
            };
        }
    }

    fn limit_pages(&mut self, pages: i64) -> Result<()> {
        let limit = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        self.runtime.block_on(sqlx::query(limit).execute(&mut self.connection))?;
        self.appender
            .limit_pages(pages)
            .map_err(|error| StoreError::Database(sqlx::Error::AnyDriverError(Box::new(error))))
    }

    fn stop_if_moved(&mut self) {
        self.deadline.begin(COMMAND_TIMEOUT);
        if let Ok(Some(_)) = self.runtime.block_on(moved_to(&mut self.connection)) {
            stop_since_moved();
        }
    }

    /// Stores the messages that wait, in one transaction. Returns the command that ended the batch.
    fn append_together(&self, first: QueuedMessage) -> Option<Command> {
        if faults::is("duplicate_before_commit") {
            self.runtime.block_on(faults::pause());
        }
        let (batch, next) = self.gather(first);
        self.append(batch.queued);
        next
    }

    /// Takes messages with different ids from the queue.
    fn gather(&self, first: QueuedMessage) -> (Batch, Option<Command>) {
        let mut batch = Batch::of(first);
        while !batch.is_full() {
            match self.queue.try_recv() {
                Ok(Command::Append(next)) => {
                    if let Some(again) = batch.push(*next) {
                        return (batch, Some(Command::Append(Box::new(again))));
                    }
                }
                Ok(other) => return (batch, Some(other)),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        (batch, None)
    }

    /// Stores a batch. If that fails, it stores each message alone, so that only the invalid one is refused.
    fn append(&self, mut batch: Vec<QueuedMessage>) {
        let (began, mut updates) = (Instant::now(), Updates::default());
        let appended = self.appender.append(&batch, &mut updates).and_then(|mut outcomes| {
            faults::die("die_in_transaction");
            if faults::is("ack_before_commit") || faults::is("duplicate_before_commit") {
                self.answer_too_early(&mut batch, &mut outcomes);
            }
            self.appender.commit().map(|()| outcomes)
        });
        match appended {
            Ok(outcomes) => {
                faults::die("die_after_commit");
                updates.mark_committed(outcomes.len(), began.elapsed());
                let answers = batch.into_iter().zip(outcomes).map(|(one, outcome)| (one.answer, Ok(outcome)));
                self.hand_out(&updates, || {
                    answers
                        .for_each(|(answer, outcome): (_, Result<AppendOutcome>)| drop(answer.send(outcome)));
                });
            }
            Err(error) => match error.failure.map(outcome_of_failure) {
                Some(Outcome::Full) => {
                    batch.into_iter().for_each(|one| drop(one.answer.send(Err(StoreError::Full))));
                }
                Some(_) => batch.into_iter().for_each(|one| drop(one.answer.send(Err(StoreError::Retry)))),
                None if error.is_unknown => {
                    tracing::error!(%error, "a transaction failed");
                    batch.into_iter().for_each(|one| drop(one.answer.send(Err(StoreError::Retry))));
                }
                None if batch.len() > 1 => {
                    tracing::warn!(%error, "messages are stored one by one");
                    batch.into_iter().for_each(|one| self.append(vec![one]));
                }
                None => {
                    let mut error = Some(StoreError::from(error));
                    for one in batch {
                        let _ = one.answer.send(Err(error.take().unwrap_or(StoreError::Retry)));
                    }
                }
            },
        }
    }

    /// Publishes the updates of a commit, then gives its answers: no answer overtakes the updates before it.
    fn hand_out(&self, updates: &Updates, answer: impl FnOnce()) {
        if faults::is("die_before_publish") {
            answer();
            self.runtime.block_on(faults::pause());
            return faults::die("die_before_publish");
        }
        self.publisher.publish(updates);
        answer();
    }

    /// A planted fault: answers all messages of the batch, or those that it holds twice, and dies before the commit that
    /// was answered.
    fn answer_too_early(&self, batch: &mut Vec<QueuedMessage>, outcomes: &mut Vec<AppendOutcome>) {
        let with_fault =
            if faults::is("ack_before_commit") { "ack_before_commit" } else { "duplicate_before_commit" };
        let (mut seen, mut answered) = (HashSet::new(), false);
        for (one, outcome) in mem::take(batch).into_iter().zip(mem::take(outcomes)) {
            if seen.insert(one.new.id) && with_fault != "ack_before_commit" {
                batch.push(one);
                outcomes.push(outcome);
            } else {
                let _ = one.answer.send(Ok(outcome));
                answered = true;
            }
        }
        if answered {
            self.runtime.block_on(faults::pause());
            faults::die(with_fault);
        }
    }

    /// Group commit: runs the commands that wait in one transaction. Returns the append that ended it.
    fn commit_together(&mut self, first: Work) -> Option<Command> {
        let (began, mut next) = (Instant::now(), None);
        let (mut updates, mut answers) = (Updates::default(), Vec::new());
        let runtime = self.runtime.clone();
        let outcome = runtime.block_on(self.run_together(first, &mut next, &mut updates, &mut answers));
        if outcome == Outcome::Committed {
            updates.mark_committed(answers.len(), began.elapsed());
        } else {
            updates.clear();
        }
        self.hand_out(&updates, || answers.into_iter().for_each(|answer| answer(outcome)));
        next
    }

    async fn run_together(
        &mut self,
        first: Work,
        next: &mut Option<Command>,
        updates: &mut Updates,
        answers: &mut Vec<Answer>,
    ) -> Outcome {
        let (began, mut prelude, mut work) = (Instant::now(), Prelude::Transaction, Some(first));
        while let Some(command) = work.take() {
            self.deadline.begin(COMMAND_TIMEOUT);
            let executed =
                match command(&mut self.connection, mem::replace(&mut prelude, Prelude::Savepoint)).await {
                    Ok(executed) => executed,
                    // The command did not run. Its answer is dropped, which its caller gets as `Retry`.
                    Err(error) => {
                        let _ = self.connection.execute("ROLLBACK").await;
                        return outcome_of(error);
                    }
                };
            faults::die("die_in_transaction");
            answers.push(executed.answer);
            updates.extend(executed.updates);
            if let Some(failure) = executed.failure {
                let _ = self.connection.execute("ROLLBACK").await;
                return outcome_of_failure(failure);
            }
            if answers.len() < COMMIT_COMMANDS_MAX && began.elapsed() < COMMIT_FILL_TIMEOUT {
                match self.queue.try_recv() {
                    Ok(Command::Any(other)) => work = Some(other),
                    Ok(append) => *next = Some(append),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
                }
            }
        }
        if faults::is("ack_before_commit") {
            answers.drain(..).for_each(|answer| answer(Outcome::Committed));
            faults::pause().await;
            faults::die("ack_before_commit");
        }
        faults::die("die_before_commit");
        match self.connection.execute("COMMIT").await {
            Ok(_) => {
                faults::die("die_after_commit");
                faults::die_before_task();
                Outcome::Committed
            }
            Err(error) => {
                let _ = self.connection.execute("ROLLBACK").await;
                outcome_of(StoreError::Database(error))
            }
        }
    }
}
