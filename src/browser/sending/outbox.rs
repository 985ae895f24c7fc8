//! What the viewer sends. A message is on screen from the moment it is sent, under the id that it
//! keeps for ever; it is written down before it goes anywhere, and crossed out when the server has
//! it. How it gets there is in `sending`.

use std::collections::VecDeque;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use crate::browser::{
    Live,
    connection::tabs::TabMessage,
    environment,
    storage::database::{self, ObjectStore, Refused, Write},
    timers::after,
};
pub use crate::shared::messages::outbox::{DeliveryState, OutboxItem};
use crate::shared::{
    errors::{ApiError, ErrorCode},
    ids::{ConversationId, MessageId},
    messages::{
        Message,
        outbox::{OutboxItems, StoredItem},
    },
};

/// From then on a bubble says that it is being sent; most are stored long before.
const SLOW_MS: i32 = 400;
/// A browser that takes longer to write something down is taken to refuse.
const WRITE_MS: i32 = 3_000;
const SENT_MAX: usize = 200;
/// Messages that wait here at once.
const UNSENT_MAX: usize = 1_000;

#[derive(Clone, Copy)]
pub struct Outbox {
    pub(crate) items: RwSignal<OutboxItems>,
    is_kept: RwSignal<bool>,
    /// The last ones that the server has: another tab may tell of them later than the leader.
    sent: StoredValue<VecDeque<MessageId>>,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self {
            items: RwSignal::new(OutboxItems::default()),
            is_kept: RwSignal::new(true),
            sent: StoredValue::new(VecDeque::new()),
        }
    }

    /// Whether what is unsent outlives this page. False where the browser refuses to keep it.
    pub fn is_kept(self) -> bool {
        self.is_kept.get()
    }

    /// What is on its way in one conversation, in the order of sending.
    pub fn of(self, conversation: ConversationId) -> Vec<OutboxItem> {
        self.items.with(|items| items.of(conversation).cloned().collect())
    }

    /// The last item of a conversation that waits or failed, for its row in the list: a failed
    /// one first.
    pub fn unsent(self, conversation: ConversationId) -> Option<OutboxItem> {
        let last = |is_wanted: fn(&DeliveryState) -> bool| {
            self.items.with(|items| items.of(conversation).rev().find(|item| is_wanted(&item.state)).cloned())
        };
        last(|state| matches!(state, DeliveryState::Failed { .. }))
            .or_else(|| last(|state| *state == DeliveryState::Waiting))
    }

    /// Messages that are not stored yet.
    pub(crate) fn count_unsent(self) -> usize {
        self.items.with_untracked(OutboxItems::count_unsent)
    }

    pub(crate) fn get(self, id: MessageId) -> Option<OutboxItem> {
        self.items.with_untracked(|items| items.get(id).cloned())
    }

    pub(crate) fn remove(self, id: MessageId) {
        self.items.update(|items| items.remove(id));
    }

    fn remember_sent(self, id: MessageId) {
        self.sent.update_value(|sent| {
            sent.truncate(SENT_MAX - 1);
            sent.push_front(id);
        });
    }
}

impl Live {
    /// Sends a text that has passed `check_body`. The bubble is there at once. Fails if too much
    /// waits already.
    pub fn send(self, conversation: ConversationId, body: String) -> Result<(), ApiError> {
        if self.outbox.count_unsent() >= UNSENT_MAX {
            let words = "Too many messages wait already. Send more when you are back online.";
            return Err(ApiError::new(ErrorCode::TooFast, words));
        }
        self.enqueue(OutboxItem {
            id: MessageId::new(),
            conversation,
            body,
            at: environment::now(),
            after_seq: self.last_loaded(conversation),
            order: None,
            state: DeliveryState::Waiting,
        });
        Ok(())
    }

    /// Sends a failed message again: the same message, now the last in line.
    pub fn send_again(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.enqueue(item);
        }
    }

    pub fn discard(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.outbox.remove(id);
            self.cross_out(&item);
            self.tell_tabs(&TabMessage::Discarded { id });
        }
    }

    /// Shows it last in line at once, and sends it when it is written down.
    fn enqueue(self, mut item: OutboxItem) {
        let (id, before) = (item.id, item.order.take());
        let text = serde_json::to_string(&StoredItem::from(&OutboxItem {
            state: DeliveryState::Waiting,
            ..item.clone()
        }));
        self.outbox.items.update(|items| {
            item.state = items.state_at_end(item.conversation);
            items.put(item);
        });
        after(SLOW_MS, move || self.is_slow_now(id));
        after(WRITE_MS, move || self.placed(id, Err(Refused)));
        spawn_local(async move {
            let mut writes: Vec<_> = before.map(|order| Write::Delete(key(order))).into_iter().collect();
            writes.extend(text.ok().map(Write::Add));
            let written = if self.outbox.is_kept.get_untracked() {
                database::write(ObjectStore::Outbox, writes).await
            } else {
                Err(Refused)
            };
            self.placed(id, written.and_then(|order| order.ok_or(Refused)));
        });
    }

    /// A message that waits keeps saying so until it is through.
    fn is_slow_now(self, id: MessageId) {
        if self.outbox.get(id).is_some_and(|item| item.state == DeliveryState::Sending { is_slow: false }) {
            self.outbox.items.update(|items| items.set_state(id, DeliveryState::Sending { is_slow: true }));
        }
    }

    /// It has its place in line now: the one that the database gave it, or, where nothing can be
    /// kept, the last.
    fn placed(self, id: MessageId, written: Result<i64, Refused>) {
        let item = self.outbox.get(id);
        let is_sent = item.as_ref().is_none_or(|item| matches!(item.state, DeliveryState::Stored(_)));
        match (item, written) {
            // Discarded, or sent without waiting for a browser that took too long.
            (_, Ok(order)) if is_sent => self.cross_out_order(order),
            (Some(item), Ok(order)) => self.line_up(item, order),
            (Some(item), Err(Refused)) if item.order.is_none() => {
                self.lose_storage();
                let last = self.outbox.items.with_untracked(OutboxItems::last_order);
                self.line_up(item, last + 1);
            }
            _ => {}
        }
    }

    fn line_up(self, item: OutboxItem, order: i64) {
        let (id, conversation) = (item.id, item.conversation);
        self.outbox.items.update(|items| items.put(OutboxItem { order: Some(order), ..item }));
        self.tell_item(id);
        self.dispatch(conversation);
    }

    fn tell_item(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.tell_tabs(&TabMessage::Item { item: StoredItem::from(&item) });
        }
    }

    /// Another tab tells of a message. The leader sends it.
    pub(crate) fn take_item(self, kept: StoredItem) {
        let (id, conversation) = (kept.id, kept.conversation);
        if self.outbox.sent.with_value(|sent| sent.contains(&id)) {
            return;
        }
        let is_failed = kept.failed.is_some();
        self.outbox.items.update(|items| {
            items.remove(id);
            let state = items.state_at_end(conversation);
            let item = OutboxItem::from(kept);
            items.put(if is_failed { item } else { OutboxItem { state, ..item } });
        });
        self.forget_arrived(conversation);
        self.dispatch(conversation);
    }

    /// The leader has sent it by HTTP: where the thread is held, the news of it bring the message.
    pub(crate) fn sent_elsewhere(self, id: MessageId, conversation: ConversationId) {
        self.outbox.remember_sent(id);
        if self.thread(conversation).with_untracked(|slot| slot.thread().is_none()) {
            self.outbox.remove(id);
        }
    }

    /// The server has it. The bubble becomes the stored message; where other messages came in
    /// between, it waits for them so that nothing changes its place later.
    pub(crate) fn stored(self, message: Message) {
        let conversation = message.conversation;
        self.outbox.remember_sent(message.id);
        if let Some(item) = self.outbox.get(message.id) {
            let state = DeliveryState::Stored(Box::new(message.clone()));
            self.outbox.items.update(|items| items.set_state(message.id, state));
            self.cross_out(&item);
        }
        self.change_thread(conversation, |thread| thread.put_sent(message));
        self.forget_arrived(conversation);
    }

    /// Refused for good.
    pub(crate) fn park(self, item: &OutboxItem, reason: String) {
        let after_seq = self.last_loaded(item.conversation);
        self.outbox.items.update(|items| items.park(item.id, after_seq, reason));
        self.tell_item(item.id);
        let Some(parked) = self.outbox.get(item.id) else { return };
        if let (Some(order), Ok(text)) = (parked.order, serde_json::to_string(&StoredItem::from(&parked))) {
            // If it can't be kept it is only refused once more after a reload.
            database::write_later(ObjectStore::Outbox, vec![Write::Put(key(order), text)]);
        }
    }

    /// Drops what waits for a conversation that the viewer is no longer part of.
    pub(crate) fn discard_all(self, conversation: ConversationId) {
        let waiting: Vec<_> =
            self.outbox.items.with_untracked(|items| items.of(conversation).map(|item| item.id).collect());
        waiting.into_iter().for_each(|id| self.discard(id));
    }

    /// Drops items that the thread shows by now.
    pub(crate) fn forget_arrived(self, conversation: ConversationId) {
        let thread = self.thread(conversation);
        let is_over = |item: &&OutboxItem| {
            thread.with_untracked(|slot| match slot.thread() {
                // Also where it was stored by an attempt whose answer was lost.
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
            self.cross_out(item);
        }
    }

    fn cross_out(self, item: &OutboxItem) {
        if let Some(order) = item.order {
            self.cross_out_order(order);
        }
    }

    fn cross_out_order(self, order: i64) {
        // What stays is sent once more after a reload, which changes nothing.
        database::write_later(ObjectStore::Outbox, vec![Write::Delete(key(order))]);
    }

    /// Takes up what was unsent when the browser was closed. What was in flight then is sent again
    /// under its id, which changes nothing if it had arrived.
    pub(crate) async fn restore_outbox(self) {
        let Ok(kept) = database::all(ObjectStore::Outbox).await else {
            self.lose_storage();
            return;
        };
        self.outbox.items.update(|items| {
            for (key, text) in kept {
                let kept = serde_json::from_str::<StoredItem>(&text).ok();
                if let (Some(kept), Some(order)) = (kept, key.as_f64()) {
                    items.put_new(OutboxItem { order: Some(order as i64), ..kept.into() });
                }
            }
        });
    }

    /// The browser keeps nothing: what is unsent lives as long as this page, which says so when it
    /// is left.
    pub(crate) fn lose_storage(self) {
        if self.outbox.is_kept.get_untracked() {
            self.outbox.is_kept.set(false);
            window_event_listener_untyped("beforeunload", move |event| {
                if self.outbox.count_unsent() > 0 {
                    event.prevent_default();
                }
            });
        }
    }
}

fn key(order: i64) -> JsValue {
    JsValue::from_f64(order as f64)
}
