//! What is worth nothing later: who is typing, who is online. Of each only the latest is held until
//! it can be sent, and under pressure it is what is dropped.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::shared::{
    ids::{ConversationId, UserId},
    sync::wire::ToClient,
    users::presence::Presence,
};

/// People whose typing or presence waits for one slow socket; of more it hears nothing.
const TYPING_MAX: usize = 32;
const PRESENCE_MAX: usize = 1_000;

#[derive(Default)]
pub struct EphemeralQueue {
    held: Mutex<Held>,
    /// There is something to take.
    pub wake: Notify,
}

#[derive(Default)]
struct Held {
    typing: HashMap<(ConversationId, UserId), bool>,
    presence: HashMap<UserId, Presence>,
    desk: bool,
}

impl EphemeralQueue {
    pub fn typing(&self, conversation: ConversationId, user: UserId, is_typing: bool) {
        keep(&mut self.held().typing, (conversation, user), is_typing, TYPING_MAX);
        self.wake.notify_one();
    }

    pub fn presence(&self, presence: Presence) {
        keep(&mut self.held().presence, presence.user, presence, PRESENCE_MAX);
        self.wake.notify_one();
    }

    /// There may be something new at the desk.
    pub fn desk(&self) {
        self.held().desk = true;
        self.wake.notify_one();
    }

    /// Everything that is held, as frames.
    pub fn take(&self) -> Vec<ToClient> {
        let Held { typing, presence, desk } = mem::take(&mut *self.held());
        let typing = typing.into_iter().map(|((conversation, user), is_typing)| ToClient::Typing {
            conversation,
            user,
            is_typing,
        });
        let presence = presence.into_values().map(ToClient::Presence);
        presence.chain(typing).chain(desk.then_some(ToClient::Desk)).collect()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<K: std::hash::Hash + Eq, V>(held: &mut HashMap<K, V>, key: K, value: V, max: usize) {
    if held.len() < max || held.contains_key(&key) {
        held.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c8_only_the_latest_is_held_and_no_more_than_fits() {
        let passing = EphemeralQueue::default();
        let (conversation, user) = (ConversationId::new(), UserId::new());
        passing.typing(conversation, user, true);
        passing.typing(conversation, user, false);
        assert_eq!(passing.take(), [ToClient::Typing { conversation, user, is_typing: false }]);
        for _ in 0..2 * PRESENCE_MAX {
            passing.presence(Presence { user: UserId::new(), is_online: true, last_seen: None });
        }
        assert_eq!(passing.take().len(), PRESENCE_MAX);
        assert!(passing.take().is_empty());
    }
}
