//! Messages on their way out. A message is on screen from the moment it is sent, under the id
//! that it keeps for ever, and is confirmed or refused later.
//!
//! The rules (docs/protocol.md): one send in flight per conversation, so order holds; a refusal
//! that may pass is tried again and holds back those behind it; a final one parks that message
//! with its reason and lets the others pass. A repeated send has the same id, so the server
//! stores it once however often it arrives.

use std::{collections::HashMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::{ConnectionStatus, Live, Slot, connection::backoff_ms, page, page::Area, tabs::Word};
use crate::{
    api::messages::send_message,
    shared::{
        errors::{ApiError, ErrorCode},
        ids::{ConversationId, MessageId},
        messages::{Message, Sent, Seq},
        time::Timestamp,
    },
};

/// From then on a bubble says that it is being sent; most are stored long before.
const SLOW: Duration = Duration::from_millis(400);
/// An answer that takes longer counts as none, and the message is sent again.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
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
pub struct Item {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub body: String,
    pub at: Timestamp,
    /// The last message before it in the thread, where a failed one keeps its place.
    pub after_seq: Seq,
    pub state: State,
}

/// How an item is kept over a reload.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: MessageId,
    conversation: ConversationId,
    body: String,
    at: Timestamp,
    after_seq: Seq,
    failed: Option<String>,
}

#[derive(Clone, Copy)]
pub struct Outbox {
    /// In the order of sending.
    items: RwSignal<Vec<Item>>,
    flights: StoredValue<HashMap<ConversationId, Flight>>,
}

/// How the sending of one conversation goes.
#[derive(Default)]
struct Flight {
    /// The attempt that waits for its answer; each has its own number.
    running: Option<u32>,
    attempts: u32,
    failures: usize,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { items: RwSignal::new(Vec::new()), flights: StoredValue::new(HashMap::new()) }
    }

    /// What is on its way in one conversation, in the order of sending.
    pub fn of(self, conversation: ConversationId) -> Vec<Item> {
        self.items
            .with(|items| items.iter().filter(|item| item.conversation == conversation).cloned().collect())
    }

    /// The last item of a conversation that waits or failed, for its row in the list: a failed
    /// one first.
    pub fn unsent(self, conversation: ConversationId) -> Option<Item> {
        let last = |is_wanted: fn(&State) -> bool| {
            self.items.with(|items| {
                items
                    .iter()
                    .rev()
                    .find(|item| item.conversation == conversation && is_wanted(&item.state))
                    .cloned()
            })
        };
        last(|state| matches!(state, State::Failed { .. })).or_else(|| last(|state| *state == State::Waiting))
    }

    /// Messages that are not stored yet.
    pub(super) fn count_unsent(self) -> usize {
        self.items.with_untracked(|items| {
            items.iter().filter(|item| !matches!(item.state, State::Stored(_))).count()
        })
    }

    pub(super) fn clear(self) {
        self.items.set(Vec::new());
    }

    fn flight<T>(self, conversation: ConversationId, f: impl FnOnce(&mut Flight) -> T) -> Option<T> {
        self.flights.try_update_value(|flights| f(flights.entry(conversation).or_default()))
    }

    fn set_state(self, id: MessageId, state: State) {
        self.items.update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                item.state = state;
            }
        });
    }

    /// What stands behind a message that waits, waits as well.
    fn hold(self, conversation: ConversationId) {
        self.items.update(|items| {
            for item in items.iter_mut().filter(|item| item.conversation == conversation) {
                if matches!(item.state, State::Sending { .. }) {
                    item.state = State::Waiting;
                }
            }
        });
    }

    /// How a message begins that is put behind all others of its conversation.
    fn state_at_end(self, conversation: ConversationId) -> State {
        let is_held = self.items.with_untracked(|items| {
            items.iter().any(|item| item.conversation == conversation && item.state == State::Waiting)
        });
        if is_held { State::Waiting } else { State::Sending { is_slow: false } }
    }

    fn remove(self, id: MessageId) {
        self.items.update(|items| items.retain(|item| item.id != id));
    }

    fn next(self, conversation: ConversationId) -> Option<Item> {
        self.items.with_untracked(|items| {
            let is_next = |item: &&Item| {
                item.conversation == conversation
                    && matches!(item.state, State::Sending { .. } | State::Waiting)
            };
            items.iter().find(is_next).cloned()
        })
    }
}

impl Live {
    /// Sends a text that has passed `check_body`. The bubble is there at once.
    pub fn send(self, conversation: ConversationId, body: String) {
        let item = Item {
            id: MessageId::new(),
            conversation,
            body,
            at: page::now(),
            after_seq: self.last_loaded(conversation),
            state: self.outbox.state_at_end(conversation),
        };
        self.outbox.items.update(|items| items.push(item));
        self.keep_outbox();
        self.dispatch(conversation);
    }

    /// Sends a failed message again: the same message, now the last in line.
    pub fn send_again(self, id: MessageId) {
        let failed =
            self.outbox.items.with_untracked(|items| items.iter().find(|item| item.id == id).cloned());
        let Some(mut item) = failed else { return };
        let conversation = item.conversation;
        item.state = self.outbox.state_at_end(conversation);
        self.outbox.items.update(|items| {
            items.retain(|item| item.id != id);
            items.push(item);
        });
        self.keep_outbox();
        self.dispatch(conversation);
    }

    pub fn discard(self, id: MessageId) {
        self.outbox.remove(id);
        self.keep_outbox();
    }

    /// Whatever waits is tried again now.
    pub(super) fn wake_outbox(self) {
        let mut conversations: Vec<_> =
            self.outbox.items.with_untracked(|items| items.iter().map(|item| item.conversation).collect());
        conversations.dedup();
        for conversation in conversations {
            self.outbox.flight(conversation, |flight| flight.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// Drops items that the thread shows by now.
    pub(super) fn forget_arrived(self, conversation: ConversationId) {
        let thread = self.thread(conversation);
        let is_shown =
            |id| thread.with_untracked(|slot| slot.thread().is_none_or(|thread| thread.contains(id)));
        let is_over = |item: &Item| {
            item.conversation == conversation
                && (matches!(item.state, State::Stored(_)) && is_shown(item.id)
                    // Stored by an attempt whose answer was lost.
                    || thread.with_untracked(|slot| slot.thread().is_some_and(|thread| thread.contains(item.id))))
        };
        if self.outbox.items.with_untracked(|items| items.iter().any(is_over)) {
            self.outbox.items.update(|items| items.retain(|item| !is_over(item)));
            self.keep_outbox();
        }
    }

    /// Sends the next message of a conversation, unless one is in flight.
    fn dispatch(self, conversation: ConversationId) {
        let Some(item) = self.outbox.next(conversation) else { return };
        if self.outbox.flight(conversation, |flight| flight.running.is_some()) != Some(false) {
            return;
        }
        if !self.is_still_viewer() || self.status.get_untracked() == ConnectionStatus::SignedOut {
            self.outbox.hold(conversation);
            self.signed_out();
            return;
        }
        let number = self.outbox.flight(conversation, |flight| {
            flight.attempts += 1;
            flight.running = Some(flight.attempts);
            flight.attempts
        });
        let Some(number) = number else { return };
        // A message that waited keeps saying so until it is through.
        if item.state != State::Waiting {
            let id = item.id;
            set_timeout(move || self.is_slow_now(id), SLOW);
        }
        let (id, body) = (item.id, item.body);
        set_timeout(move || self.settle(conversation, number, id, Err(ApiError::unreachable())), PATIENCE);
        spawn_local(async move {
            let answer = send_message(id, conversation, body).await;
            self.settle(conversation, number, id, answer);
        });
    }

    fn settle(
        self,
        conversation: ConversationId,
        number: u32,
        id: MessageId,
        answer: Result<Sent, ApiError>,
    ) {
        let is_awaited = self
            .outbox
            .flight(conversation, |flight| {
                let is_awaited = flight.running == Some(number);
                if is_awaited {
                    flight.running = None;
                }
                is_awaited
            })
            .unwrap_or(false);
        match answer {
            // Also when it comes late: stored is stored.
            Ok(sent) => self.stored(sent.message),
            Err(_) if !is_awaited => return,
            Err(error) if error.code == ErrorCode::SignedOut => {
                self.outbox.hold(conversation);
                self.signed_out();
                return;
            }
            Err(error) if error.code.may_pass() => {
                self.outbox.hold(conversation);
                let failures = self.outbox.flight(conversation, |flight| {
                    flight.failures += 1;
                    flight.failures
                });
                let wait_ms = backoff_ms(failures.unwrap_or(1)).unsigned_abs().into();
                set_timeout(move || self.dispatch(conversation), Duration::from_millis(wait_ms));
                return;
            }
            Err(error) => {
                let after_seq = self.last_loaded(conversation);
                self.outbox.items.update(|items| {
                    if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                        item.after_seq = after_seq;
                        item.state = State::Failed { reason: error.message };
                    }
                });
                self.keep_outbox();
            }
        }
        if is_awaited {
            self.outbox.flight(conversation, |flight| flight.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// The server has it. The bubble becomes the stored message; where other messages came in
    /// between, it waits for them so that nothing changes its place later.
    fn stored(self, message: Message) {
        let conversation = message.conversation;
        self.outbox.set_state(message.id, State::Stored(Box::new(message.clone())));
        self.thread(conversation).update(|slot| {
            if let Slot::Ready(thread) = slot {
                thread.put_sent(message);
            }
        });
        self.forget_arrived(conversation);
        self.keep_outbox();
        self.tell_tabs(&Word::News);
        self.poll_now();
    }

    fn is_slow_now(self, id: MessageId) {
        let is_sending = self.outbox.items.with_untracked(|items| {
            items.iter().any(|item| item.id == id && item.state == State::Sending { is_slow: false })
        });
        if is_sending {
            self.outbox.set_state(id, State::Sending { is_slow: true });
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
        let items = kept.unwrap_or_default().into_iter().map(Item::from).collect::<Vec<_>>();
        if !items.is_empty() {
            self.outbox.items.set(items);
            self.wake_outbox();
        }
    }

    /// Kept before the first attempt, so that a reload in between loses nothing.
    pub(super) fn keep_outbox(self) {
        let Some(key) = self.outbox_key() else { return };
        let kept = self.outbox.items.with_untracked(|items| {
            items
                .iter()
                .filter(|item| !matches!(item.state, State::Stored(_)))
                .map(Kept::from)
                .collect::<Vec<_>>()
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

impl From<Kept> for Item {
    fn from(kept: Kept) -> Self {
        let state = kept.failed.map_or(State::Waiting, |reason| State::Failed { reason });
        let Kept { id, conversation, body, at, after_seq, .. } = kept;
        Self { id, conversation, body, at, after_seq, state }
    }
}

impl From<&Item> for Kept {
    fn from(item: &Item) -> Self {
        let failed = match &item.state {
            State::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let Item { id, conversation, body, at, after_seq, .. } = item.clone();
        Self { id, conversation, body, at, after_seq, failed }
    }
}
