//! Partitioned writers: group commit of messages on PostgreSQL. Messages that wait together are stored by one
//! statement, which costs little more than a single message. All messages of a conversation go to the same
//! writer, which keeps their order; the writers commit in parallel.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{PgPool, Postgres as Driver, pool::PoolConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{
    batch_queue::{Batch, QueuedMessage},
    errors,
    read_only::ReadOnlySince,
};
use crate::{
    server::{
        faults,
        store::{
            Conn, Database, Result, StoreError,
            messages::{
                append,
                new_message::{AppendOutcome, NewMessage},
            },
            sync::updates::{Publisher, Updates},
        },
    },
    shared::values::time::Timestamp,
};

/// With two, one works while the other waits for the disk. More writers would only make the batches smaller.
const WRITERS: usize = 2;
/// Messages waiting for one writer. When the queue is full, senders get `Retry` (backpressure).
const WRITER_QUEUE_MAX: usize = 2_048;

#[derive(Clone)]
pub(crate) struct PartitionedWriters(Arc<[mpsc::Sender<QueuedMessage>]>);

impl PartitionedWriters {
    /// Starts the writers. They end when all senders are dropped.
    pub fn open(pool: &PgPool, read_only_since: &ReadOnlySince, publisher: &Publisher) -> Self {
        let open = |_| {
            let (sender, queue) = mpsc::channel(WRITER_QUEUE_MAX);
            let writer = Writer {
                pool: pool.clone(),
                connection: None,
                read_only_since: read_only_since.clone(),
                publisher: publisher.clone(),
            };
            let running = tokio::spawn(writer.run(queue));
            tokio::spawn(async move {
                if running.await.is_err_and(|error| error.is_panic()) {
                    tracing::error!("storing messages has failed; stopping");
                    std::process::exit(70);
                }
            });
            sender
        };
        Self((0..WRITERS).map(open).collect())
    }

    /// Queues a message for the writer of its conversation, and waits until it is on disk.
    pub async fn append(&self, new: NewMessage, now: Timestamp) -> Result<AppendOutcome> {
        let (answer, answered) = oneshot::channel();
        let writer = new.conversation.0.as_u128() % WRITERS as u128;
        let queued = QueuedMessage { new, now, answer };
        self.0[writer as usize].try_send(queued).map_err(|_| StoreError::Retry)?;
        answered.await.unwrap_or(Err(StoreError::Retry))
    }
}

/// A writer keeps its connection while it is used, since each connection plans the statements of an append anew. After
/// a rest the pool checks it.
const CONNECTION_REST_MAX: Duration = Duration::from_secs(1);

struct Writer {
    pool: PgPool,
    /// The connection of the last batch, and when it was done.
    connection: Option<(PoolConnection<Driver>, Instant)>,
    read_only_since: ReadOnlySince,
    publisher: Publisher,
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::Receiver<QueuedMessage>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(first) => first,
                None => match queue.recv().await {
                    Some(first) => first,
                    None => return,
                },
            };
            let mut batch = Batch::of(first);
            while !batch.is_full()
                && next.is_none()
                && let Ok(other) = queue.try_recv()
            {
                next = batch.push(other);
            }
            self.store(batch).await;
        }
    }

    /// If the statement fails, it stores each message alone, so that only the invalid one is refused.
    async fn store(&mut self, batch: Batch) {
        match self.append(&batch.messages()).await {
            Ok(appended) => {
                for (one, appended) in batch.queued.into_iter().zip(appended) {
                    let _ = one.answer.send(Ok(appended));
                }
            }
            Err(StoreError::Database(error)) if batch.queued.len() > 1 => {
                tracing::warn!(%error, "messages are stored one by one");
                for one in batch.queued {
                    let appended = self.append(&[(&one.new, one.now)]).await;
                    let alone =
                        appended.and_then(|appended| appended.into_iter().next().ok_or(StoreError::Retry));
                    let _ = one.answer.send(alone);
                }
            }
            Err(error) => {
                let is_full = matches!(error, StoreError::Full);
                let mut error = Some(error);
                for one in batch.queued {
                    let again = if is_full { StoreError::Full } else { StoreError::Retry };
                    let _ = one.answer.send(Err(error.take().unwrap_or(again)));
                }
            }
        }
    }

    async fn append(&mut self, messages: &[(&NewMessage, Timestamp)]) -> Result<Vec<AppendOutcome>> {
        let (kept, this) = (Mutex::new(self.connection.take()), &*self);
        let appended = errors::with_retries(|| this.append_once(messages, &kept)).await;
        self.connection = kept.into_inner();
        if appended.as_ref().is_err_and(errors::is_read_only) {
            self.read_only_since.note();
        }
        appended.map_err(errors::classify)
    }

    /// The statement is a transaction by itself: one round trip.
    async fn append_once(
        &self,
        messages: &[(&NewMessage, Timestamp)],
        kept: &Mutex<Option<(PoolConnection<Driver>, Instant)>>,
    ) -> Result<Vec<AppendOutcome>> {
        let mut kept = kept.lock().await;
        let mut connection = match kept.take().filter(|(_, used_at)| used_at.elapsed() < CONNECTION_REST_MAX)
        {
            Some((connection, _)) => connection,
            None => self.pool.acquire().await?,
        };
        let (began, mut updates) = (Instant::now(), Updates::default());
        let database = Database::Postgres(&mut connection);
        faults::die("die_before_commit");
        let mut conn = Conn { database, updates: &mut updates };
        let appended = append::append_batch(&mut conn, messages).await?;
        faults::die("die_after_commit");
        updates.mark_committed(messages.len(), began.elapsed());
        self.publisher.publish(&updates);
        *kept = Some((connection, Instant::now()));
        Ok(appended)
    }
}
