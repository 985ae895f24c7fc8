//! The outbox: messages of the viewer that are not stored yet.
//!
//! A message is on screen from the moment it is sent, with the id that it keeps. It is persisted before it
//! is sent, and removed from storage on ack. `delivery` sends it.

mod enqueue;
mod outcome;
mod persistence;

use std::collections::VecDeque;

use leptos::prelude::*;

pub use crate::shared::messages::outbox::{DeliveryState, OutboxItem};
use crate::shared::{
    ids::{ConversationId, MessageId},
    messages::outbox::OutboxItems,
};

/// Number of sent ids that are remembered.
const SENT_IDS_MAX: usize = 200;

#[derive(Clone, Copy)]
pub struct Outbox {
    pub(crate) items: RwSignal<OutboxItems>,
    pub(crate) is_persistent: RwSignal<bool>,
    /// Ids that the server has stored last, newest first: another tab may share such a message late.
    pub(crate) sent_ids: StoredValue<VecDeque<MessageId>>,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self {
            items: RwSignal::new(OutboxItems::default()),
            is_persistent: RwSignal::new(true),
            sent_ids: StoredValue::new(VecDeque::new()),
        }
    }

    /// Whether unsent messages survive this page. False where the browser refuses storage.
    pub fn is_persistent(self) -> bool {
        self.is_persistent.get()
    }

    /// The items of one conversation, in sending order.
    pub fn of(self, conversation: ConversationId) -> Vec<OutboxItem> {
        self.items.with(|items| items.of(conversation).cloned().collect())
    }

    /// The item to show in the conversation's inbox row: the last failed one, else the last waiting one.
    pub fn unsent(self, conversation: ConversationId) -> Option<OutboxItem> {
        let last = |is_wanted: fn(&DeliveryState) -> bool| {
            self.items.with(|items| items.of(conversation).rev().find(|item| is_wanted(&item.state)).cloned())
        };
        last(|state| matches!(state, DeliveryState::Failed { .. }))
            .or_else(|| last(|state| *state == DeliveryState::Waiting))
    }

    /// Conversations with a message that was refused for good, each with the last of them.
    pub fn failed(self) -> Vec<OutboxItem> {
        let mut failed = Vec::<OutboxItem>::new();
        self.items.with(|items| {
            for item in items.all().iter().rev() {
                let is_known = failed.iter().any(|other| other.conversation == item.conversation);
                if matches!(item.state, DeliveryState::Failed { .. }) && !is_known {
                    failed.push(item.clone());
                }
            }
        });
        failed
    }

    /// Number of messages that are not stored yet.
    pub(crate) fn count_unsent(self) -> usize {
        self.items.with_untracked(OutboxItems::count_unsent)
    }

    pub(crate) fn get(self, id: MessageId) -> Option<OutboxItem> {
        self.items.with_untracked(|items| items.get(id).cloned())
    }

    pub(crate) fn remove(self, id: MessageId) {
        self.items.update(|items| items.remove(id));
    }

    pub(crate) fn remember_sent(self, id: MessageId) {
        self.sent_ids.update_value(|sent_ids| {
            sent_ids.truncate(SENT_IDS_MAX - 1);
            sent_ids.push_front(id);
        });
    }
}
