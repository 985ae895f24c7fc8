//! Who may be away: those with a new message that they may read at any moment, in memory alone. A message costs no write
//! for it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::conversations::Unread;
use crate::server::store::sync::updates::{Delta, Updates};

/// Participants whom a node remembers. A sweep finds the others.
const WAITING_MAX: usize = 100_000;
/// Looked at in one transaction.
pub const BATCH: usize = 100;

/// Those who have a new message by these updates. Of large rooms nobody: they are told of mentions alone.
pub fn recipients(updates: &Updates) -> impl Iterator<Item = Unread> {
    let appends = updates.deltas.iter().chain(&updates.first_messages).filter_map(|delta| match &**delta {
        Delta::Append(append) if append.sender.is_none() => Some(append),
        _ => None,
    });
    appends.flat_map(|append| {
        let (conversation, sender) = (append.message.conversation, append.message.sender);
        let others = append.recipients.iter().filter(move |one| Some(one.user) != sender && !one.is_muted);
        others.map(move |other| Unread { conversation, user: other.user })
    })
}

/// Those with a new message, in the order in which they are to be looked at again.
#[derive(Default)]
pub struct Waiting(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    order: VecDeque<(Instant, Unread)>,
    /// Each stands there once, by its oldest message.
    known: HashSet<Unread>,
}

impl Waiting {
    /// Notes somebody to be looked at again.
    pub fn add(&self, unread: Unread, due_at: Instant) {
        self.lock().add(unread, due_at);
    }

    /// Takes those whose time has come, at most [`BATCH`].
    pub fn take_due(&self, now: Instant) -> Vec<Unread> {
        self.lock().take_due(now)
    }

    /// The number of those who wait.
    pub fn len(&self) -> usize {
        self.lock().order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn add(&mut self, unread: Unread, due_at: Instant) {
        if self.order.len() < WAITING_MAX && self.known.insert(unread) {
            self.order.push_back((due_at, unread));
        }
    }

    fn take_due(&mut self, now: Instant) -> Vec<Unread> {
        let mut due = Vec::new();
        while due.len() < BATCH
            && let Some((at, unread)) = self.order.front().copied()
            && at <= now
        {
            self.order.pop_front();
            self.known.remove(&unread);
            due.push(unread);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::shared::ids::{ConversationId, UserId};

    const TICK: Duration = Duration::from_millis(500);

    #[test]
    fn somebody_waits_once_by_the_oldest_message_and_within_a_bound() {
        let waiting = Waiting::default();
        let unread = |number: u128| Unread {
            conversation: ConversationId(uuid::Uuid::from_u128(number)),
            user: UserId(uuid::Uuid::nil()),
        };
        let start = Instant::now();
        waiting.add(unread(1), start + TICK);
        waiting.add(unread(1), start + 2 * TICK);
        waiting.add(unread(2), start + 2 * TICK);
        assert_eq!(waiting.take_due(start), []);
        assert_eq!(waiting.take_due(start + TICK), [unread(1)]);
        waiting.add(unread(1), start + 3 * TICK);
        assert_eq!(waiting.take_due(start + 3 * TICK), [unread(2), unread(1)]);
        (0..2 * WAITING_MAX as u128).for_each(|number| waiting.add(unread(number), start));
        assert_eq!(waiting.len(), WAITING_MAX);
        assert_eq!(waiting.take_due(start).len(), BATCH, "a transaction is bounded");
    }
}
