//! Messages that wait to be stored, and which of them go together.

use tokio::sync::oneshot;

use crate::server::store::{
    Result,
    messages::{Appended, NewMessage},
};
use crate::shared::values::time::Timestamp;

/// Messages that are stored in one step at most, and bytes of their text.
const MESSAGES_MAX: usize = 128;
const BYTES_MAX: usize = 512 * 1024;

/// A message, and who waits for what becomes of it.
pub(crate) struct Appending {
    pub new: NewMessage,
    pub now: Timestamp,
    pub answer: oneshot::Sender<Result<Appended>>,
}

/// Messages with different ids, in the order in which they came.
pub(crate) struct Batch {
    pub waiting: Vec<Appending>,
    bytes: usize,
}

impl Batch {
    pub fn of(first: Appending) -> Self {
        let bytes = first.new.body.len();
        Self { waiting: vec![first], bytes }
    }

    pub fn is_full(&self) -> bool {
        self.waiting.len() >= MESSAGES_MAX || self.bytes >= BYTES_MAX
    }

    /// Takes one more; gives it back if the same is in here already.
    pub fn take(&mut self, next: Appending) -> Option<Appending> {
        if self.waiting.iter().any(|other| other.new.id == next.new.id) {
            return Some(next);
        }
        self.bytes += next.new.body.len();
        self.waiting.push(next);
        None
    }

    pub fn messages(&self) -> Vec<(&NewMessage, Timestamp)> {
        self.waiting.iter().map(|one| (&one.new, one.now)).collect()
    }
}
