//! Enqueueing messages: each one is shown at once, persisted, and dispatched as soon as it has its order.

use leptos::{prelude::*, task::spawn_local};

use super::persistence::key;
use crate::browser::{
    ConnectionStatus, Live,
    connection::tab_message::TabMessage,
    environment,
    storage::database::{self, ObjectStore, StorageRefused, Write},
    timers::after,
};
use crate::shared::{
    errors::{ApiError, ErrorCode},
    ids::{ConversationId, MessageId},
    json::Unread,
    messages::{
        attached::NewAttached,
        files::MessageFile,
        outbox::{DeliveryState, OutboxItem, OutboxItems, StoredItem},
    },
    words,
};

/// After this time a bubble shows that its message is being sent. Most are stored long before.
const SLOW_AFTER_MS: i32 = 400;
/// A browser that takes longer to persist a message is treated as if it refused.
const PERSIST_TIMEOUT_MS: i32 = 3_000;
/// Upper bound of unsent messages.
const UNSENT_MAX: usize = 1_000;

impl Live {
    /// Sends a text that has passed `check_body`, and shows its bubble at once. Fails with `TooFast` if too
    /// many messages are unsent.
    pub fn send(
        self,
        conversation: ConversationId,
        body: String,
        attached: Unread<NewAttached>,
    ) -> Result<(), ApiError> {
        self.put_in_line(conversation, body, attached, Unread::default())
    }

    /// The same for a message whose files are not on the server yet, if it has any.
    pub(crate) fn put_in_line(
        self,
        conversation: ConversationId,
        body: String,
        attached: Unread<NewAttached>,
        files: Unread<Vec<MessageFile>>,
    ) -> Result<(), ApiError> {
        // Whoever was only signed out may write on: it waits for a later session.
        if self.status.get_untracked() == ConnectionStatus::Suspended {
            return Err(ApiError::suspended());
        }
        if self.outbox.count_unsent() >= UNSENT_MAX {
            return Err(ApiError::new(ErrorCode::TooFast, words::connection_outbox_full()));
        }
        self.enqueue(OutboxItem {
            id: MessageId::new(),
            conversation,
            body,
            attached,
            waits_for_files: !files.is_empty(),
            files,
            at: environment::now(),
            after_seq: self.last_loaded(conversation),
            order: None,
            state: DeliveryState::Waiting,
        });
        Ok(())
    }

    /// Sends a failed message again: with the same id, as the last in line.
    pub fn send_again(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.enqueue(item);
        }
    }

    /// Shows the message as the last in line, and dispatches it once it is persisted.
    fn enqueue(self, mut item: OutboxItem) {
        let (id, before) = (item.id, item.order.take());
        let text = serde_json::to_string(&StoredItem::from(&OutboxItem {
            state: DeliveryState::Waiting,
            ..item.clone()
        }));
        self.outbox.items.update(|items| {
            item.state = items.initial_state(item.conversation);
            items.put(item);
        });
        after(SLOW_AFTER_MS, move || self.mark_slow(id));
        after(PERSIST_TIMEOUT_MS, move || self.handle_persisted(id, Err(StorageRefused)));
        spawn_local(async move {
            let mut writes: Vec<_> = before.map(|order| Write::Delete(key(order))).into_iter().collect();
            writes.extend(text.ok().map(Write::Add));
            let written = if self.outbox.is_persistent.get_untracked() {
                database::write(ObjectStore::Outbox, writes).await
            } else {
                Err(StorageRefused)
            };
            self.handle_persisted(id, written.and_then(|order| order.ok_or(StorageRefused)));
        });
    }

    /// Shows that the message is still being sent.
    fn mark_slow(self, id: MessageId) {
        if self.outbox.get(id).is_some_and(|item| item.state == DeliveryState::Sending { is_slow: false }) {
            self.outbox.items.update(|items| items.set_state(id, DeliveryState::Sending { is_slow: true }));
        }
    }

    /// Sets the order of a message: the key from the database or, where nothing can be persisted, the next
    /// number.
    fn handle_persisted(self, id: MessageId, written: Result<i64, StorageRefused>) {
        let item = self.outbox.get(id);
        let is_sent = item.as_ref().is_none_or(|item| matches!(item.state, DeliveryState::Stored(_)));
        match (item, written) {
            // Discarded, or sent without waiting for a slow browser.
            (_, Ok(order)) if is_sent => self.delete_persisted_order(order),
            (Some(item), Ok(order)) => self.set_order(item, order),
            (Some(item), Err(StorageRefused)) if item.order.is_none() => {
                self.disable_persistence();
                let last = self.outbox.items.with_untracked(OutboxItems::last_order);
                self.set_order(item, last + 1);
            }
            _ => {}
        }
    }

    fn set_order(self, item: OutboxItem, order: i64) {
        let (id, conversation) = (item.id, item.conversation);
        self.outbox.items.update(|items| items.put(OutboxItem { order: Some(order), ..item }));
        self.share_item(id);
        self.dispatch(conversation);
    }

    /// Sends the item to the other tabs.
    pub(super) fn share_item(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.send_to_tabs(&TabMessage::Item { item: StoredItem::from(&item) });
        }
    }

    /// Takes up a message of another tab. Only the leader sends it.
    pub(crate) fn receive_item(self, stored: StoredItem) {
        let (id, conversation) = (stored.id, stored.conversation);
        if self.outbox.sent_ids.with_value(|sent| sent.contains(&id)) {
            return;
        }
        let is_failed = stored.failed.is_some();
        if is_failed {
            self.alert_not_sent(conversation, &stored.body);
        }
        self.outbox.items.update(|items| {
            items.remove(id);
            let state = items.initial_state(conversation);
            let item = OutboxItem::from(stored);
            items.put(if is_failed { item } else { OutboxItem { state, ..item } });
        });
        self.remove_arrived(conversation);
        self.dispatch(conversation);
    }
}
