//! Outcomes of sending: stored, failed or discarded.

use leptos::prelude::*;

use super::persistence::key;
use crate::browser::{
    Live,
    connection::tab_message::TabMessage,
    storage::database::{self, ObjectStore, Write},
};
use crate::shared::{
    ids::{ConversationId, MessageId},
    messages::{
        Message,
        outbox::{DeliveryState, OutboxItem, StoredItem},
    },
};

impl Live {
    /// The server has stored the message. Its bubble stays until the thread contains the message, so that
    /// messages in between don't change its position.
    pub(crate) fn handle_stored(self, message: Message) {
        let conversation = message.conversation;
        self.outbox.remember_sent(message.id);
        if let Some(item) = self.outbox.get(message.id) {
            let state = DeliveryState::Stored(Box::new(message.clone()));
            self.outbox.items.update(|items| items.set_state(message.id, state));
            self.delete_persisted(&item);
        }
        self.change_thread(conversation, |thread| thread.put_sent(message));
        self.remove_arrived(conversation);
    }

    /// The leader has sent the message over HTTP. Where the thread is loaded, its update brings the
    /// message.
    pub(crate) fn handle_sent_in_other_tab(self, id: MessageId, conversation: ConversationId) {
        self.outbox.remember_sent(id);
        if self.thread(conversation).with_untracked(|slot| slot.thread().is_none()) {
            self.outbox.remove(id);
        }
    }

    /// The files of a message are on the server: it is sent.
    pub(crate) fn release(self, id: MessageId) {
        let Some(item) = self.outbox.get(id) else { return };
        let item = OutboxItem { waits_for_files: false, ..item };
        let (conversation, order) = (item.conversation, item.order);
        if let (Some(order), Ok(text)) = (order, serde_json::to_string(&StoredItem::from(&item))) {
            // If this is not persisted, its files are found to be there after a reload.
            database::write_later(ObjectStore::Outbox, vec![Write::Put(key(order), text)]);
        }
        self.outbox.items.update(|items| items.put(item));
        self.share_item(id);
        self.dispatch(conversation);
    }

    /// The server has refused the message for good.
    pub(crate) fn fail_item(self, item: &OutboxItem, reason: String) {
        let after_seq = self.last_loaded(item.conversation);
        self.outbox.items.update(|items| items.mark_failed(item.id, after_seq, reason));
        self.share_item(item.id);
        self.alert_not_sent(item.conversation, &item.body);
        let Some(parked) = self.outbox.get(item.id) else { return };
        if let (Some(order), Ok(text)) = (parked.order, serde_json::to_string(&StoredItem::from(&parked))) {
            // If this is not persisted, the message is sent and refused once more after a reload.
            database::write_later(ObjectStore::Outbox, vec![Write::Put(key(order), text)]);
        }
    }

    /// Discards a message in all tabs.
    pub fn discard(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.outbox.remove(id);
            self.delete_persisted(&item);
            self.send_to_tabs(&TabMessage::Discarded { id });
        }
    }

    /// Removes items that the thread contains by now.
    pub(crate) fn remove_arrived(self, conversation: ConversationId) {
        let thread = self.thread(conversation);
        let is_over = |item: &&OutboxItem| {
            thread.with_untracked(|slot| match slot.thread() {
                // Also a message whose ack was lost.
                Some(thread) => thread.contains(item.id),
                None => matches!(item.state, DeliveryState::Stored(_)),
            })
        };
        let over: Vec<OutboxItem> = self
            .outbox
            .items
            .with_untracked(|items| items.of(conversation).filter(is_over).cloned().collect());
        if over.is_empty() {
            return;
        }
        self.outbox.items.update(|items| over.iter().for_each(|item| items.remove(item.id)));
        for item in over.iter().filter(|item| !matches!(item.state, DeliveryState::Stored(_))) {
            self.delete_persisted(item);
        }
    }
}
