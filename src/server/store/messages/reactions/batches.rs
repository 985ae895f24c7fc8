//! Reactions in large rooms, where each new version of a message is work for every participant: those to one message share
//! a transaction, of which there is one a second at most. Whoever reacts waits for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::sleep};

use super::{ReactionChange, ReactionOutcome, change};
use crate::{
    server::store::{Result, Store, StoreError},
    shared::ids::MessageId,
};

/// Between two transactions for the same message.
const PAUSE: Duration = Duration::from_secs(1);
/// Reactions of one transaction.
const BATCH_MAX: usize = 100;
/// Reactions to one message that wait. Further ones are to come again.
const WAITING_MAX: usize = 1_000;

/// The messages that are written to, with the reactions that wait.
#[derive(Clone, Default)]
pub struct ReactionBatches(Arc<Mutex<HashMap<MessageId, Vec<Waiting>>>>);

struct Waiting {
    change: ReactionChange,
    answer: oneshot::Sender<Result<ReactionOutcome>>,
}

impl ReactionBatches {
    /// Stores a reaction with those that wait beside it. It is stored even if the caller is cancelled.
    pub async fn store(
        &self,
        store: &Store,
        message: MessageId,
        change: ReactionChange,
    ) -> Result<ReactionOutcome> {
        let (answer, answered) = oneshot::channel();
        let is_idle = self.push(message, Waiting { change, answer })?;
        if is_idle {
            tokio::spawn(self.clone().write_all(store.clone(), message));
        }
        answered.await.unwrap_or(Err(StoreError::Retry))
    }

    /// Returns whether nothing writes to the message yet.
    fn push(&self, message: MessageId, new: Waiting) -> Result<bool> {
        let mut messages = self.messages();
        let is_idle = !messages.contains_key(&message);
        let waiting = messages.entry(message).or_default();
        if waiting.len() >= WAITING_MAX {
            return Err(StoreError::Retry);
        }
        waiting.push(new);
        Ok(is_idle)
    }

    /// Writes what waits for one message, until nothing has come in a pause.
    async fn write_all(self, store: Store, message: MessageId) {
        loop {
            let batch = self.take(message);
            if batch.is_empty() {
                return;
            }
            let (changes, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.change, waiting.answer)).unzip();
            let written = store
                .write(move |mut conn| Box::pin(async move { change(&mut conn, message, &changes).await }))
                .await;
            match written {
                Ok(outcomes) => answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| {
                    drop(answer.send(Ok(outcome)));
                }),
                Err(error) => {
                    let mut error = Some(error);
                    for answer in answers {
                        drop(answer.send(Err(error.take().unwrap_or(StoreError::Retry))));
                    }
                }
            }
            sleep(PAUSE).await;
        }
    }

    /// Takes the next batch. The message is idle once none is left.
    fn take(&self, message: MessageId) -> Vec<Waiting> {
        let mut messages = self.messages();
        let Some(waiting) = messages.get_mut(&message) else { return Vec::new() };
        if waiting.is_empty() {
            messages.remove(&message);
            return Vec::new();
        }
        waiting.drain(..waiting.len().min(BATCH_MAX)).collect()
    }

    fn messages(&self) -> MutexGuard<'_, HashMap<MessageId, Vec<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
