//! What the viewer sends. A message is on screen from the moment it is sent, under the id that it
//! keeps for ever, and is confirmed or refused later; how it gets there is in `sending`.

use leptos::prelude::*;

use super::{Live, Slot, page, page::Area};
pub use crate::shared::outbox::{Item, State};
use crate::shared::{
    ids::{ConversationId, MessageId},
    messages::{Message, Seq},
    outbox::{Items, Kept},
};

#[derive(Clone, Copy)]
pub struct Outbox {
    pub(super) items: RwSignal<Items>,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { items: RwSignal::new(Items::default()) }
    }

    /// What is on its way in one conversation, in the order of sending.
    pub fn of(self, conversation: ConversationId) -> Vec<Item> {
        self.items.with(|items| items.of(conversation).cloned().collect())
    }

    /// The last item of a conversation that waits or failed, for its row in the list: a failed
    /// one first.
    pub fn unsent(self, conversation: ConversationId) -> Option<Item> {
        let last = |is_wanted: fn(&State) -> bool| {
            self.items.with(|items| items.of(conversation).rev().find(|item| is_wanted(&item.state)).cloned())
        };
        last(|state| matches!(state, State::Failed { .. })).or_else(|| last(|state| *state == State::Waiting))
    }

    /// Messages that are not stored yet.
    pub(super) fn count_unsent(self) -> usize {
        self.items.with_untracked(Items::count_unsent)
    }

    pub(super) fn get(self, id: MessageId) -> Option<Item> {
        self.items.with_untracked(|items| items.get(id).cloned())
    }
}

impl Live {
    /// Sends a text that has passed `check_body`. The bubble is there at once.
    pub fn send(self, conversation: ConversationId, body: String) {
        self.enqueue(Item {
            id: MessageId::new(),
            conversation,
            body,
            at: page::now(),
            after_seq: self.last_loaded(conversation),
            order: None,
            state: State::Waiting,
        });
    }

    /// Sends a failed message again: the same message, now the last in line.
    pub fn send_again(self, id: MessageId) {
        if let Some(item) = self.outbox.get(id) {
            self.enqueue(Item { order: None, ..item });
        }
    }

    pub fn discard(self, id: MessageId) {
        self.outbox.items.update(|items| items.remove(id));
        self.keep_outbox();
    }

    fn enqueue(self, mut item: Item) {
        let conversation = item.conversation;
        self.outbox.items.update(|items| {
            item.order = items.all().iter().filter_map(|item| item.order).max().unwrap_or(0).checked_add(1);
            item.state = items.state_at_end(conversation);
            items.put(item);
        });
        self.keep_outbox();
        self.dispatch(conversation);
    }

    /// The server has it. The bubble becomes the stored message; where other messages came in
    /// between, it waits for them so that nothing changes its place later.
    pub(super) fn stored(self, message: Message) {
        let conversation = message.conversation;
        if self.outbox.get(message.id).is_some() {
            let state = State::Stored(Box::new(message.clone()));
            self.outbox.items.update(|items| items.set_state(message.id, state));
        }
        self.thread(conversation).update(|slot| {
            if let Slot::Ready(thread) = slot {
                thread.put_sent(message);
            }
        });
        self.forget_arrived(conversation);
        self.keep_outbox();
    }

    /// Refused for good.
    pub(super) fn park(self, item: &Item, reason: String) {
        let after_seq = self.last_loaded(item.conversation);
        self.outbox.items.update(|items| items.park(item.id, after_seq, reason));
        self.keep_outbox();
    }

    /// Drops items that the thread shows by now.
    pub(super) fn forget_arrived(self, conversation: ConversationId) {
        let thread = self.thread(conversation);
        let is_over = |item: &Item| {
            item.conversation == conversation
                && thread.with_untracked(|slot| match slot.thread() {
                    // Also where it was stored by an attempt whose answer was lost.
                    Some(thread) => thread.contains(item.id),
                    None => matches!(item.state, State::Stored(_)),
                })
        };
        if self.outbox.items.with_untracked(|items| items.all().iter().any(is_over)) {
            self.outbox.items.update(|items| items.retain(|item| !is_over(item)));
            self.keep_outbox();
        }
    }

    fn last_loaded(self, conversation: ConversationId) -> Seq {
        self.thread(conversation)
            .with_untracked(|slot| slot.thread().and_then(|thread| thread.last().map(|m| m.seq)))
            .unwrap_or(0)
    }

    /// Takes up what was unsent when the page was left. What was in flight then is sent again
    /// under its id, which changes nothing if it had arrived.
    pub(super) fn restore_outbox(self) {
        let Some(key) = self.outbox_key() else { return };
        let kept = Area::Tab.read(&key).and_then(|text| serde_json::from_str::<Vec<Kept>>(&text).ok());
        self.outbox.items.update(|items| {
            for kept in kept.unwrap_or_default() {
                items.put(kept.into());
            }
        });
    }

    /// Kept before the first attempt, so that a reload in between loses nothing.
    pub(super) fn keep_outbox(self) {
        let Some(key) = self.outbox_key() else { return };
        let kept = self.outbox.items.with_untracked(|items| {
            let is_unsent = |item: &&Item| !matches!(item.state, State::Stored(_));
            items.all().iter().filter(is_unsent).map(Kept::from).collect::<Vec<_>>()
        });
        match serde_json::to_string(&kept) {
            Ok(text) if !kept.is_empty() => {
                Area::Tab.write(&key, &text);
            }
            _ => Area::Tab.remove(&key),
        }
    }

    fn outbox_key(self) -> Option<String> {
        self.viewer.map(|viewer| format!("stoa-outbox-{viewer}"))
    }
}
