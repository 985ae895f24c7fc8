//! Messages on PostgreSQL: those that wait together are stored by one statement, which costs little more
//! than one message does. A conversation keeps to one lane, where its messages stay in their order; the
//! lanes commit side by side.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::{
    batch_queue::{Appending, Batch},
    errors,
};
use crate::server::store::{
    Conn, Database, Result, StoreError,
    messages::{
        Appended, NewMessage,
        append::{self, Before},
    },
    sync::updates::Updates,
};
use crate::{server::faults, shared::values::time::Timestamp};

/// While one waits for the disk another is at work. More would only make them smaller.
const LANES: usize = 2;
/// Messages that wait in one of them; more are told to come again.
const QUEUE: usize = 2_048;

#[derive(Clone)]
pub(crate) struct PartitionedWriters(Arc<[mpsc::Sender<Appending>]>);

impl PartitionedWriters {
    /// They end when nobody can send any more.
    pub fn open(pool: &PgPool, news: &broadcast::Sender<Arc<Updates>>) -> Self {
        let open = |_| {
            let (sender, queue) = mpsc::channel(QUEUE);
            let lane = Lane { pool: pool.clone(), news: news.clone() };
            let running = tokio::spawn(lane.run(queue));
            tokio::spawn(async move {
                if running.await.is_err_and(|error| error.is_panic()) {
                    tracing::error!("storing messages has failed; stopping");
                    std::process::exit(70);
                }
            });
            sender
        };
        Self((0..LANES).map(open).collect())
    }

    pub async fn append(&self, new: NewMessage, now: Timestamp) -> Result<Appended> {
        let (answer, answered) = oneshot::channel();
        let lane = new.conversation.0.as_u128() % LANES as u128;
        let waiting = Appending { new, now, answer };
        self.0[lane as usize].try_send(waiting).map_err(|_| StoreError::Retry)?;
        answered.await.unwrap_or(Err(StoreError::Retry))
    }
}

struct Lane {
    pool: PgPool,
    news: broadcast::Sender<Arc<Updates>>,
}

impl Lane {
    async fn run(self, mut queue: mpsc::Receiver<Appending>) {
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
                next = batch.take(other);
            }
            self.store(batch).await;
        }
    }

    /// Should the statement fail because of one message, each is tried alone, so that only that one is refused.
    async fn store(&self, batch: Batch) {
        match self.append(&batch.messages()).await {
            Ok(appended) => {
                for (one, appended) in batch.waiting.into_iter().zip(appended) {
                    let _ = one.answer.send(Ok(appended));
                }
            }
            Err(StoreError::Database(error)) if batch.waiting.len() > 1 => {
                tracing::warn!(%error, "messages are stored one by one");
                for one in batch.waiting {
                    let appended = self.append(&[(&one.new, one.now)]).await;
                    let alone =
                        appended.and_then(|appended| appended.into_iter().next().ok_or(StoreError::Retry));
                    let _ = one.answer.send(alone);
                }
            }
            Err(error) => {
                let is_full = matches!(error, StoreError::Full);
                let mut error = Some(error);
                for one in batch.waiting {
                    let again = if is_full { StoreError::Full } else { StoreError::Retry };
                    let _ = one.answer.send(Err(error.take().unwrap_or(again)));
                }
            }
        }
    }

    async fn append(&self, messages: &[(&NewMessage, Timestamp)]) -> Result<Vec<Appended>> {
        errors::retried(|| self.append_once(messages)).await.map_err(errors::settled)
    }

    /// The statement is a transaction by itself: one way to the server and back.
    async fn append_once(&self, messages: &[(&NewMessage, Timestamp)]) -> Result<Vec<Appended>> {
        let mut connection = self.pool.acquire().await?;
        let (began, mut news) = (Instant::now(), Updates::default());
        let database = Database::Postgres(&mut connection);
        faults::die("die_before_commit");
        let mut conn = Conn { database, news: &mut news };
        let appended = append::append(&mut conn, messages, Before::Nothing, &|| false).await?.all;
        faults::die("die_after_commit");
        tell(&self.news, news, messages.len(), began.elapsed());
        Ok(appended)
    }
}

/// Only ever called when the commit has returned.
pub(crate) fn tell(to: &broadcast::Sender<Arc<Updates>>, news: Updates, commands: usize, took: Duration) {
    news.is_committed(commands, took);
    if !news.is_empty() {
        // Nobody may be listening.
        let _ = to.send(news.into());
    }
}
