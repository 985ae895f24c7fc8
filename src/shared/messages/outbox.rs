//! Outbox: the client's queue of messages that are not yet stored by the server, as pure state.
//!
//! The rules (docs/protocol.md): one message of a conversation is in flight at a time, which keeps their
//! order. A retryable error holds back the messages behind it. A final error marks that message as failed
//! with its reason, and the others go on. A retry by the user sends the same message, now as the last in the
//! queue.

use serde::Serialize;

use super::{Message, attached::NewAttached, files::MessageFile};
use crate::shared::{
    ids::{ConversationId, MessageId},
    json::{Unread, read_by_serde, read_fields},
    positions::Seq,
    values::time::Timestamp,
};

/// The delivery state of a message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// In flight, or next in the queue.
    Sending { is_slow: bool },
    /// The server can't be reached or asked to wait. The outbox retries it.
    Waiting,
    /// Refused with a final error. It stays until the user retries or discards it.
    Failed { reason: String },
    /// The server stored it, but the thread can't show it yet: it lacks an earlier message.
    Stored(Box<Message>),
}

/// An unsent message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
    pub attached: Unread<NewAttached>,
    /// Its files, as this browser knows them.
    pub files: Unread<Vec<MessageFile>>,
    /// Its files are not on the server yet.
    pub waits_for_files: bool,
    pub at: Timestamp,
    /// The last message before it in the thread. A failed message is shown after this one.
    pub after_seq: Seq,
    /// Its position in the queue, assigned when the item is persisted. An item is not sent before that.
    pub order: Option<i64>,
    pub state: DeliveryState,
}

/// An item as it is persisted, and as one tab sends it to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredItem {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
    #[serde(skip_serializing_if = "Unread::is_empty")]
    pub attached: Unread<NewAttached>,
    #[serde(skip_serializing_if = "Unread::is_empty")]
    pub files: Unread<Vec<MessageFile>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_files: bool,
    pub at: Timestamp,
    pub after_seq: Seq,
    pub order: Option<i64>,
    pub failed: Option<String>,
}

read_fields! { StoredItem { id, conversation, body, attached, files, at, after_seq, order, failed; waits_for_files } }
read_by_serde! { StoredItem }

/// The items, in the order of sending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxItems(Vec<OutboxItem>);

impl OutboxItems {
    pub fn all(&self) -> &[OutboxItem] {
        &self.0
    }

    pub fn of(&self, conversation: ConversationId) -> impl DoubleEndedIterator<Item = &OutboxItem> {
        self.0.iter().filter(move |item| item.conversation == conversation)
    }

    pub fn get(&self, id: MessageId) -> Option<&OutboxItem> {
        self.0.iter().find(|item| item.id == id)
    }

    /// Inserts an item at its position, or moves it there. Items without a position are last.
    pub fn put(&mut self, item: OutboxItem) {
        self.remove(item.id);
        let order = |item: &OutboxItem| item.order.unwrap_or(i64::MAX);
        let index = self.0.partition_point(|held| order(held) <= order(&item));
        self.0.insert(index, item);
    }

    /// Inserts a persisted item, unless one with its id is held already.
    pub fn put_if_absent(&mut self, item: OutboxItem) {
        if self.get(item.id).is_none() {
            self.put(item);
        }
    }

    pub fn last_order(&self) -> i64 {
        self.0.iter().filter_map(|item| item.order).max().unwrap_or(0)
    }

    pub fn remove(&mut self, id: MessageId) {
        self.0.retain(|item| item.id != id);
    }

    pub fn set_state(&mut self, id: MessageId, state: DeliveryState) {
        if let Some(item) = self.0.iter_mut().find(|item| item.id == id) {
            item.state = state;
        }
    }

    /// The item to send next. No item may overtake the first in the queue, not even if that one is not
    /// persisted yet, or waits for its files.
    pub fn next(&self, conversation: ConversationId) -> Option<&OutboxItem> {
        let is_free = |item: &&OutboxItem| item.order.is_some() && !item.waits_for_files;
        self.of(conversation).find(|item| item.is_pending()).filter(is_free)
    }

    /// Marks all pending items of these conversations as waiting.
    pub fn mark_waiting(&mut self, is_affected: impl Fn(ConversationId) -> bool) {
        for item in self.0.iter_mut().filter(|item| is_affected(item.conversation)) {
            if matches!(item.state, DeliveryState::Sending { .. }) {
                item.state = DeliveryState::Waiting;
            }
        }
    }

    /// The state of a message that is appended to its conversation's queue: waiting, if another one waits
    /// before it.
    pub fn initial_state(&self, conversation: ConversationId) -> DeliveryState {
        let has_waiting = self.of(conversation).any(|item| item.state == DeliveryState::Waiting);
        if has_waiting { DeliveryState::Waiting } else { DeliveryState::Sending { is_slow: false } }
    }

    /// Marks an item as failed with a final error. It is shown after the message `after_seq`, and no longer
    /// holds back the others.
    pub fn mark_failed(&mut self, id: MessageId, after_seq: Seq, reason: String) {
        if let Some(item) = self.0.iter_mut().find(|item| item.id == id) {
            item.after_seq = after_seq;
            item.state = DeliveryState::Failed { reason };
        }
    }

    /// The number of messages that the server has not stored yet.
    pub fn count_unsent(&self) -> usize {
        self.0.iter().filter(|item| !matches!(item.state, DeliveryState::Stored(_))).count()
    }

    /// Conversations with pending items, each once.
    pub fn conversations(&self) -> Vec<ConversationId> {
        let mut found: Vec<_> =
            self.0.iter().filter(|item| item.is_pending()).map(|item| item.conversation).collect();
        found.sort();
        found.dedup();
        found
    }
}

impl OutboxItem {
    /// Whether the item is still to be sent.
    fn is_pending(&self) -> bool {
        matches!(self.state, DeliveryState::Sending { .. } | DeliveryState::Waiting)
    }
}

impl From<StoredItem> for OutboxItem {
    fn from(stored: StoredItem) -> Self {
        let state = stored.failed.map_or(DeliveryState::Waiting, |reason| DeliveryState::Failed { reason });
        let StoredItem {
            id, conversation, body, attached, files, waits_for_files, at, after_seq, order, ..
        } = stored;
        Self { id, conversation, body, attached, files, waits_for_files, at, after_seq, order, state }
    }
}

impl From<&OutboxItem> for StoredItem {
    fn from(item: &OutboxItem) -> Self {
        let failed = match &item.state {
            DeliveryState::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let OutboxItem {
            id, conversation, body, attached, files, waits_for_files, at, after_seq, order, ..
        } = item.clone();
        Self { id, conversation, body, attached, files, waits_for_files, at, after_seq, order, failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ConversationId = ConversationId(uuid::Uuid::nil());
    const THERE: ConversationId = ConversationId(uuid::Uuid::max());

    fn item(number: u128, conversation: ConversationId, order: Option<i64>) -> OutboxItem {
        OutboxItem {
            id: MessageId(uuid::Uuid::from_u128(number)),
            conversation,
            body: format!("m{number}"),
            attached: Unread::default(),
            files: Unread::default(),
            waits_for_files: false,
            at: Timestamp(0),
            after_seq: 0,
            order,
            state: DeliveryState::Sending { is_slow: false },
        }
    }

    fn next(items: &OutboxItems, conversation: ConversationId) -> Option<&str> {
        items.next(conversation).map(|item| item.body.as_str())
    }

    #[test]
    fn c7_nothing_goes_out_before_it_is_written_down_nor_passes_what_is_not() {
        let mut items = OutboxItems::default();
        items.put(item(1, HERE, None));
        items.put(item(2, HERE, None));
        assert_eq!(next(&items, HERE), None);
        // Another tab persists the second item first, so it takes the first position in the queue.
        items.put(item(2, HERE, Some(7)));
        assert_eq!(next(&items, HERE), Some("m2"));
        items.put(item(1, HERE, Some(8)));
        assert_eq!(items.of(HERE).map(|item| item.body.as_str()).collect::<Vec<_>>(), ["m2", "m1"]);
        items.put(item(3, THERE, None));
        assert_eq!((next(&items, HERE), next(&items, THERE)), (Some("m2"), None));
    }

    #[test]
    fn d7_a_refused_message_lets_the_others_pass_and_tried_again_is_the_last() {
        let mut items = OutboxItems::default();
        for number in 1..=3 {
            items.put(item(number, HERE, Some(number as i64)));
        }
        let first = items.all()[0].clone();
        items.mark_failed(first.id, 4, "Too long".into());
        assert_eq!(next(&items, HERE), Some("m2"));
        assert_eq!(items.initial_state(HERE), DeliveryState::Sending { is_slow: false });
        items.put(OutboxItem { order: Some(4), state: items.initial_state(HERE), ..first });
        assert_eq!(
            items.all().iter().map(|item| item.order).collect::<Vec<_>>(),
            [Some(2), Some(3), Some(4)]
        );
        assert_eq!(next(&items, HERE), Some("m2"));
    }

    #[test]
    fn d7_what_waits_holds_back_what_comes_after_it() {
        let mut items = OutboxItems::default();
        items.put(item(1, HERE, Some(1)));
        items.put(item(2, THERE, Some(2)));
        items.mark_waiting(|conversation| conversation == HERE);
        assert_eq!(items.initial_state(HERE), DeliveryState::Waiting);
        assert_eq!(items.initial_state(THERE), DeliveryState::Sending { is_slow: false });
        items.put(OutboxItem { state: items.initial_state(HERE), ..item(3, HERE, Some(3)) });
        assert_eq!(next(&items, HERE), Some("m1"));
        assert_eq!(items.conversations(), [HERE, THERE]);
    }

    #[test]
    fn c7_an_item_comes_back_as_it_was_written_down() {
        let mut items = OutboxItems::default();
        items.put(item(1, HERE, Some(1)));
        items.mark_failed(items.all()[0].id, 9, "Gone".into());
        let text = serde_json::to_string(&StoredItem::from(&items.all()[0])).unwrap();
        assert_eq!(OutboxItem::from(serde_json::from_str::<StoredItem>(&text).unwrap()), items.all()[0]);
    }
}
