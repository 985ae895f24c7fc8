//! Ephemeral events of a socket: typing, presence, and wake-ups for the order board. They are never stored.
//! Only the latest of each is kept until it can be sent, and they are the first to be dropped under
//! backpressure.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::shared::{
    ids::{ConversationId, UserId},
    sync::wire::ToClient,
    users::presence::Presence,
};

/// Users whose typing waits for one slow socket. Further events are dropped.
const PENDING_TYPING_MAX: usize = 32;
/// Users whose presence waits for one slow socket. Further events are dropped.
const PENDING_PRESENCE_MAX: usize = 1_000;

#[derive(Default)]
pub struct EphemeralQueue {
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    typing: HashMap<(ConversationId, UserId), bool>,
    presence: HashMap<UserId, Presence>,
    /// The order board may have changed: its number of unread orders.
    board: Option<i64>,
}

impl EphemeralQueue {
    pub fn push_typing(&self, conversation: ConversationId, user: UserId, is_typing: bool) {
        insert_bounded(&mut self.pending().typing, (conversation, user), is_typing, PENDING_TYPING_MAX);
    }

    pub fn push_presence(&self, presence: Presence) {
        insert_bounded(&mut self.pending().presence, presence.user, presence, PENDING_PRESENCE_MAX);
    }

    /// Tells an operator's client that the order board may have changed.
    pub fn push_board_wake_up(&self, unread: i64) {
        self.pending().board = Some(unread);
    }

    /// Takes everything that is pending, as frames.
    pub fn take(&self) -> Vec<ToClient> {
        let Pending { typing, presence, board } = mem::take(&mut *self.pending());
        let typing = typing.into_iter().map(|((conversation, user), is_typing)| ToClient::Typing {
            conversation,
            user,
            is_typing,
        });
        let presence = presence.into_values().map(ToClient::Presence);
        presence.chain(typing).chain(board.map(|unread| ToClient::Desk { unread: Some(unread) })).collect()
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Inserts the entry unless the map is full. Replaces the entry of the same key in any case.
fn insert_bounded<K: Hash + Eq, V>(map: &mut HashMap<K, V>, key: K, value: V, max: usize) {
    if map.len() < max || map.contains_key(&key) {
        map.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c8_only_the_latest_is_held_and_no_more_than_fits() {
        let queue = EphemeralQueue::default();
        let (conversation, user) = (ConversationId::new(), UserId::new());
        queue.push_typing(conversation, user, true);
        queue.push_typing(conversation, user, false);
        assert_eq!(queue.take(), [ToClient::Typing { conversation, user, is_typing: false }]);
        for _ in 0..2 * PENDING_PRESENCE_MAX {
            queue.push_presence(Presence { user: UserId::new(), is_online: true, last_seen: None });
        }
        assert_eq!(queue.take().len(), PENDING_PRESENCE_MAX);
        assert!(queue.take().is_empty());
    }
}
