//! What is on its way out: the pure list, its order, and what each answer does to it.
//!
//! The rules (docs/protocol.md): one message of a conversation is in flight at a time, so order
//! holds; a refusal that may pass holds back those behind it; a final one parks that message with
//! its reason and lets the others pass; tried again it is the same message, now the last in line.

use serde::Serialize;

use super::Message;
use crate::shared::positions::Seq;
use crate::shared::{
    ids::{ConversationId, MessageId},
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// In flight, or next in line.
    Sending { is_slow: bool },
    /// The server can't be reached or asked to wait; it goes out by itself.
    Waiting,
    /// Refused for good. It stays until it is tried again or discarded.
    Failed { reason: String },
    /// Stored, but the thread does not show it yet since something before it is still to come.
    Stored(Box<Message>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
    pub at: Timestamp,
    /// The last message before it in the thread, where a failed one keeps its place.
    pub after_seq: Seq,
    /// Its place in line, given when it has been written down. Nothing goes out before.
    pub order: Option<i64>,
    pub state: DeliveryState,
}

/// An item as it is written down, and as one tab tells another of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredItem {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
    pub at: Timestamp,
    pub after_seq: Seq,
    pub order: Option<i64>,
    pub failed: Option<String>,
}

read_fields! { StoredItem { id, conversation, body, at, after_seq, order, failed } }
read_by_serde! { StoredItem }

/// In the order of sending.
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

    /// Adds an item at its place, or moves it there. What has no place yet comes last.
    pub fn put(&mut self, item: OutboxItem) {
        self.remove(item.id);
        let place = |item: &OutboxItem| item.order.unwrap_or(i64::MAX);
        let index = self.0.partition_point(|held| place(held) <= place(&item));
        self.0.insert(index, item);
    }

    /// Adds an item that was written down, unless it is held already.
    pub fn put_new(&mut self, item: OutboxItem) {
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

    /// What goes out next. Nothing may pass the first in line, written down or not.
    pub fn next(&self, conversation: ConversationId) -> Option<&OutboxItem> {
        self.of(conversation).find(|item| item.is_to_go()).filter(|item| item.order.is_some())
    }

    /// Nothing of these conversations goes out for now, and every bubble says so.
    pub fn hold(&mut self, is_held: impl Fn(ConversationId) -> bool) {
        for item in self.0.iter_mut().filter(|item| is_held(item.conversation)) {
            if matches!(item.state, DeliveryState::Sending { .. }) {
                item.state = DeliveryState::Waiting;
            }
        }
    }

    /// How a message begins that is put behind all others of its conversation.
    pub fn state_at_end(&self, conversation: ConversationId) -> DeliveryState {
        let is_held = self.of(conversation).any(|item| item.state == DeliveryState::Waiting);
        if is_held { DeliveryState::Waiting } else { DeliveryState::Sending { is_slow: false } }
    }

    /// Refused for good: it stays after what was there then, and lets the others pass.
    pub fn park(&mut self, id: MessageId, after_seq: Seq, reason: String) {
        if let Some(item) = self.0.iter_mut().find(|item| item.id == id) {
            item.after_seq = after_seq;
            item.state = DeliveryState::Failed { reason };
        }
    }

    /// Messages that are not stored yet.
    pub fn count_unsent(&self) -> usize {
        self.0.iter().filter(|item| !matches!(item.state, DeliveryState::Stored(_))).count()
    }

    /// Conversations with something to go out, each once.
    pub fn conversations(&self) -> Vec<ConversationId> {
        let mut found: Vec<_> =
            self.0.iter().filter(|item| item.is_to_go()).map(|item| item.conversation).collect();
        found.sort();
        found.dedup();
        found
    }
}

impl OutboxItem {
    fn is_to_go(&self) -> bool {
        matches!(self.state, DeliveryState::Sending { .. } | DeliveryState::Waiting)
    }
}

impl From<StoredItem> for OutboxItem {
    fn from(kept: StoredItem) -> Self {
        let state = kept.failed.map_or(DeliveryState::Waiting, |reason| DeliveryState::Failed { reason });
        let StoredItem { id, conversation, body, at, after_seq, order, .. } = kept;
        Self { id, conversation, body, at, after_seq, order, state }
    }
}

impl From<&OutboxItem> for StoredItem {
    fn from(item: &OutboxItem) -> Self {
        let failed = match &item.state {
            DeliveryState::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let OutboxItem { id, conversation, body, at, after_seq, order, .. } = item.clone();
        Self { id, conversation, body, at, after_seq, order, failed }
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
        // The second is written down first by another tab: it takes its place in line.
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
        items.park(first.id, 4, "Too long".into());
        assert_eq!(next(&items, HERE), Some("m2"));
        assert_eq!(items.state_at_end(HERE), DeliveryState::Sending { is_slow: false });
        items.put(OutboxItem { order: Some(4), state: items.state_at_end(HERE), ..first });
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
        items.hold(|conversation| conversation == HERE);
        assert_eq!(items.state_at_end(HERE), DeliveryState::Waiting);
        assert_eq!(items.state_at_end(THERE), DeliveryState::Sending { is_slow: false });
        items.put(OutboxItem { state: items.state_at_end(HERE), ..item(3, HERE, Some(3)) });
        assert_eq!(next(&items, HERE), Some("m1"));
        assert_eq!(items.conversations(), [HERE, THERE]);
    }

    #[test]
    fn c7_an_item_comes_back_as_it_was_written_down() {
        let mut items = OutboxItems::default();
        items.put(item(1, HERE, Some(1)));
        items.park(items.all()[0].id, 9, "Gone".into());
        let text = serde_json::to_string(&StoredItem::from(&items.all()[0])).unwrap();
        assert_eq!(OutboxItem::from(serde_json::from_str::<StoredItem>(&text).unwrap()), items.all()[0]);
    }
}
