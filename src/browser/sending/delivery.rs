//! Brings messages to the server: one in flight per conversation, over the socket where there is
//! one, else by HTTP. A repeated send has the same id, so the server stores it once however often
//! it arrives.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use super::outbox::OutboxItem;
use crate::browser::{
    ConnectionStatus, Live,
    connection::{backoff_ms, tabs::TabMessage},
    timers::after,
};
use crate::{
    api::messages::send_message,
    shared::{
        errors::{ApiError, ErrorCode},
        ids::{ConversationId, MessageId},
        messages::Message,
        sync::wire::ToServer,
    },
};

/// An answer that takes longer counts as none, and the message is sent again.
const SOCKET_PATIENCE_MS: i32 = 10_000;
const HTTP_PATIENCE_MS: i32 = 20_000;
/// A message that was in flight each time when so many sockets broke goes by HTTP.
const STRIKES: u32 = 2;
/// Who sent too fast waits as long as he is told, but never longer.
const RETRY_MAX_S: i64 = 60;

pub type Flights = HashMap<ConversationId, Flight>;

/// How the sending of one conversation goes.
#[derive(Default)]
pub struct Flight {
    running: Option<Attempt>,
    attempts: u32,
    /// In a row.
    failures: usize,
    /// How many sockets broke while this message was on them.
    struck: Option<(MessageId, u32)>,
}

/// What waits for its answer; each has its own number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Attempt {
    number: u32,
    id: MessageId,
    way: Way,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Socket,
    Http,
}

impl Live {
    /// Whatever waits is tried again now.
    pub(crate) fn wake_outbox(self) {
        for conversation in self.outbox.items.with_untracked(|items| items.conversations()) {
            self.flight(conversation, |flight| flight.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// Nothing goes out for now.
    pub(crate) fn hold_outbox(self) {
        self.hold(None);
    }

    fn hold(self, conversation: Option<ConversationId>) {
        self.hold_here(conversation);
        if self.leads() {
            self.tell_tabs(&TabMessage::Hold { conversation });
        }
    }

    /// What stands behind a message that waits, waits as well.
    pub(crate) fn hold_here(self, conversation: Option<ConversationId>) {
        let is_held = |held| conversation.is_none_or(|conversation| held == conversation);
        self.outbox.items.update(|items| items.hold(is_held));
    }

    /// Sends the next message of a conversation, unless one is in flight. The leader sends for all.
    pub(crate) fn dispatch(self, conversation: ConversationId) {
        if !self.leads() {
            if !self.status.get_untracked().is_fine() {
                self.hold_here(Some(conversation));
            }
            return;
        }
        let next = self.outbox.items.with_untracked(|items| items.next(conversation).cloned());
        let Some(item) = next else { return };
        let is_free = self.flight(conversation, |flight| flight.running.is_none());
        if is_free != Some(true) {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let Some(way) = self.way_of(&item) else { return };
        let attempt = self.flight(conversation, |flight| {
            flight.attempts += 1;
            let attempt = Attempt { number: flight.attempts, id: item.id, way };
            flight.running = Some(attempt);
            attempt
        });
        let Some(attempt) = attempt else { return };
        match way {
            Way::Socket => self.send_by_socket(item, attempt),
            Way::Http => self.send_by_http(item, attempt),
        }
    }

    /// None: there is no way now, and what waits is woken when there is one.
    fn way_of(self, item: &OutboxItem) -> Option<Way> {
        let conversation = item.conversation;
        let is_struck = self.flight(conversation, |flight| {
            flight.struck.is_some_and(|(id, strikes)| id == item.id && strikes >= STRIKES)
        });
        match self.status.get_untracked() {
            ConnectionStatus::Live if is_struck == Some(false) => Some(Way::Socket),
            ConnectionStatus::Live | ConnectionStatus::Polling => Some(Way::Http),
            ConnectionStatus::Connecting => None,
            ConnectionStatus::Reconnecting { .. } if self.is_answered() => Some(Way::Http),
            _ => {
                self.hold(Some(conversation));
                None
            }
        }
    }

    fn send_by_socket(self, item: OutboxItem, attempt: Attempt) {
        let OutboxItem { id, conversation, body, .. } = item;
        let is_still_running =
            move || self.flight(conversation, |flight| flight.running == Some(attempt)) == Some(true);
        after(SOCKET_PATIENCE_MS, move || {
            if is_still_running() {
                self.hang_up();
            }
        });
        self.say(&ToServer::SendMessage { id, conversation, body });
    }

    fn send_by_http(self, item: OutboxItem, attempt: Attempt) {
        let OutboxItem { id, conversation, body, .. } = item;
        after(HTTP_PATIENCE_MS, move || {
            self.settle(conversation, attempt, Err(ApiError::unreachable()));
        });
        spawn_local(async move {
            let answer = send_message(id, conversation, body).await;
            self.settle(conversation, attempt, answer.map(|sent| sent.message));
        });
    }

    /// The socket has ended. What was on it may have arrived or not, and is sent again.
    pub(crate) fn lose_flights(self) {
        self.flights.update_value(|flights| {
            for flight in flights.values_mut() {
                if let Some(Attempt { id, way: Way::Socket, .. }) = flight.running {
                    let before = flight.struck.filter(|(struck, _)| *struck == id).map_or(0, |(_, n)| n);
                    flight.struck = Some((id, before + 1));
                    flight.running = None;
                }
            }
        });
    }

    /// The server's answer to a frame about a message.
    pub(crate) fn answered_by_socket(self, id: MessageId, answer: Result<Message, ApiError>) {
        let attempt = self.flights.with_value(|flights| {
            flights.iter().find_map(|(conversation, flight)| {
                let attempt = flight.running.filter(|attempt| attempt.id == id)?;
                Some((*conversation, attempt))
            })
        });
        match (attempt, answer) {
            (Some((conversation, attempt)), answer) => self.settle(conversation, attempt, answer),
            // Late, or the answer to an edit: what is stored is stored.
            (None, Ok(message)) => self.stored(message),
            (None, Err(_)) => {}
        }
    }

    fn settle(self, conversation: ConversationId, attempt: Attempt, answer: Result<Message, ApiError>) {
        let is_awaited = self.flight(conversation, |flight| {
            let is_awaited = flight.running == Some(attempt);
            if is_awaited {
                flight.running = None;
            }
            is_awaited
        });
        match answer {
            Ok(message) => {
                if attempt.way == Way::Http {
                    self.tell_tabs(&TabMessage::Sent { id: message.id, conversation });
                }
                self.confirmed(message);
            }
            Err(_) if is_awaited != Some(true) => return,
            Err(error) if error.code == ErrorCode::SignedOut => {
                self.signed_out();
                return;
            }
            Err(error) if error.code.may_pass() => {
                self.hold(Some(conversation));
                let failures = self.flight(conversation, |flight| {
                    flight.failures += 1;
                    flight.failures
                });
                let asked_ms = error.retry_after.unwrap_or(0).min(RETRY_MAX_S) as i32 * 1_000;
                let wait = backoff_ms(failures.unwrap_or(1)).max(asked_ms);
                after(wait, move || self.dispatch(conversation));
                return;
            }
            Err(error) => {
                if let Some(item) = self.outbox.get(attempt.id) {
                    self.park(&item, error.message);
                }
            }
        }
        if is_awaited == Some(true) {
            self.flight(conversation, |flight| flight.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// The server has what this tab has sent or changed. The news of it come by the socket; where
    /// there is none, every tab asks for them.
    pub(crate) fn confirmed(self, message: Message) {
        self.stored(message);
        if !self.is_live() {
            self.tell_tabs(&TabMessage::News);
            self.refresh();
        }
    }

    fn flight<T>(self, conversation: ConversationId, f: impl FnOnce(&mut Flight) -> T) -> Option<T> {
        self.flights.try_update_value(|flights| f(flights.entry(conversation).or_default()))
    }
}
