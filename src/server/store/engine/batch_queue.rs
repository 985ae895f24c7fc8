//! Batches of a group commit: the messages that are stored by one statement.

use tokio::sync::oneshot;

use crate::{
    server::{
        faults,
        store::{
            Result,
            messages::new_message::{AppendOutcome, NewMessage},
        },
    },
    shared::values::time::Timestamp,
};

/// Bounds of one batch: its messages, and the bytes of their text.
const BATCH_MESSAGES_MAX: usize = 128;
const BATCH_BYTES_MAX: usize = 512 * 1024;

/// A message in the queue, and the channel for its answer.
pub(crate) struct QueuedMessage {
    pub new: NewMessage,
    pub now: Timestamp,
    pub answer: oneshot::Sender<Result<AppendOutcome>>,
}

/// Messages with different ids, in the order of arrival.
pub(crate) struct Batch {
    pub queued: Vec<QueuedMessage>,
    bytes: usize,
}

impl Batch {
    pub fn of(first: QueuedMessage) -> Self {
        let bytes = first.new.body.len();
        Self { queued: vec![first], bytes }
    }

    pub fn is_full(&self) -> bool {
        self.queued.len() >= BATCH_MESSAGES_MAX || self.bytes >= BATCH_BYTES_MAX
    }

    /// Adds a message; returns it if the batch already holds its id.
    pub fn push(&mut self, next: QueuedMessage) -> Option<QueuedMessage> {
        if !faults::is("duplicate_before_commit")
            && self.queued.iter().any(|other| other.new.id == next.new.id)
        {
            return Some(next);
        }
        self.bytes += next.new.body.len();
        self.queued.push(next);
        None
    }

    pub fn messages(&self) -> Vec<(&NewMessage, Timestamp)> {
        self.queued.iter().map(|queued| (&queued.new, queued.now)).collect()
    }
}
