//! Delivery of the outbox to the server: one message in flight per conversation, over the WebSocket or,
//! without one, over HTTP.
//!
//! Sending is idempotent: a retry carries the same message id, so the server stores the message exactly
//! once.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use super::outbox::OutboxItem;
use crate::browser::{
    ConnectionStatus, Live,
    connection::{backoff::backoff_ms, tab_message::TabMessage},
    storage::offline,
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

/// A message without an answer after this time is sent again.
const SOCKET_ACK_TIMEOUT_MS: i32 = 10_000;
const HTTP_ACK_TIMEOUT_MS: i32 = 20_000;
/// A message that was in flight on this many broken WebSockets is sent over HTTP.
const SOCKET_BREAKS_MAX: u32 = 2;
/// Upper bound for the delay that the server asks for (`retry_after`).
const RETRY_AFTER_MAX_S: i64 = 60;

/// The message as it is stored. None if it is stored, and a poll brings it.
type SendAnswer = Result<Option<Message>, ApiError>;

pub type DeliveryQueues = HashMap<ConversationId, DeliveryQueue>;

/// Delivery state of one conversation.
#[derive(Default)]
pub struct DeliveryQueue {
    in_flight: Option<Attempt>,
    attempts: u32,
    /// Failed attempts in a row.
    failures: usize,
    /// Number of WebSockets that broke while this message was in flight.
    socket_breaks: Option<(MessageId, u32)>,
}

/// An attempt that waits for its answer. Numbers are unique within a conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Attempt {
    number: u32,
    id: MessageId,
    transport: Transport,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Socket,
    Http,
}

impl Live {
    /// Retries all conversations at once.
    pub(crate) fn resume_outbox(self) {
        for conversation in self.outbox.items.with_untracked(|items| items.conversations()) {
            self.with_delivery_queue(conversation, |queue| queue.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// Marks all unsent messages as waiting, in every tab.
    pub(crate) fn hold_outbox(self) {
        self.hold(None);
    }

    fn hold(self, conversation: Option<ConversationId>) {
        self.hold_in_this_tab(conversation);
        if self.is_leader() {
            self.send_to_tabs(&TabMessage::Hold { conversation });
        }
        if self.outbox.count_unsent() > 0 {
            offline::sync_when_online();
        }
    }

    /// Messages behind a waiting one wait as well, to keep the order.
    pub(crate) fn hold_in_this_tab(self, conversation: Option<ConversationId>) {
        let is_held = |held| conversation.is_none_or(|conversation| held == conversation);
        self.outbox.items.update(|items| items.mark_waiting(is_held));
    }

    /// Sends the next message of a conversation, unless one is in flight. Only the leader sends.
    pub(crate) fn dispatch(self, conversation: ConversationId) {
        if !self.is_leader() {
            if !self.status.get_untracked().is_fine() {
                self.hold_in_this_tab(Some(conversation));
            }
            return;
        }
        let next = self.outbox.items.with_untracked(|items| items.next(conversation).cloned());
        let Some(item) = next else { return };
        let is_free = self.with_delivery_queue(conversation, |queue| queue.in_flight.is_none());
        if is_free != Some(true) {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let Some(transport) = self.choose_transport(&item) else { return };
        let attempt = self.with_delivery_queue(conversation, |queue| {
            queue.attempts += 1;
            let attempt = Attempt { number: queue.attempts, id: item.id, transport };
            queue.in_flight = Some(attempt);
            attempt
        });
        let Some(attempt) = attempt else { return };
        match transport {
            Transport::Socket => self.send_by_socket(item, attempt),
            Transport::Http => self.send_by_http(item, attempt),
        }
    }

    /// None if nothing can be sent now; the next connection resumes the outbox.
    fn choose_transport(self, item: &OutboxItem) -> Option<Transport> {
        let conversation = item.conversation;
        let needs_http = self.with_delivery_queue(conversation, |queue| {
            queue.socket_breaks.is_some_and(|(id, breaks)| id == item.id && breaks >= SOCKET_BREAKS_MAX)
        });
        match self.status.get_untracked() {
            ConnectionStatus::Live if needs_http == Some(false) => Some(Transport::Socket),
            ConnectionStatus::Live | ConnectionStatus::Polling => Some(Transport::Http),
            ConnectionStatus::Connecting => None,
            ConnectionStatus::Reconnecting { .. } if self.is_http_reachable() => Some(Transport::Http),
            _ => {
                self.hold(Some(conversation));
                None
            }
        }
    }

    fn send_by_socket(self, item: OutboxItem, attempt: Attempt) {
        let OutboxItem { id, conversation, body, attached, .. } = item;
        let is_in_flight = move || {
            self.with_delivery_queue(conversation, |queue| queue.in_flight == Some(attempt)) == Some(true)
        };
        after(SOCKET_ACK_TIMEOUT_MS, move || {
            if is_in_flight() {
                self.hang_up();
            }
        });
        self.send_frame(&ToServer::SendMessage { id, conversation, body, attached });
    }

    fn send_by_http(self, item: OutboxItem, attempt: Attempt) {
        let OutboxItem { id, conversation, body, attached, .. } = item;
        after(HTTP_ACK_TIMEOUT_MS, move || {
            self.handle_send_result(conversation, attempt, Err(ApiError::unreachable()));
        });
        spawn_local(async move {
            let attached = serde_json::to_string(&attached).ok().filter(|_| !attached.is_empty());
            let answer = send_message(id, conversation, body, attached).await;
            self.handle_send_result(conversation, attempt, answer.map(|sent| Some(sent.message)));
        });
    }

    /// The WebSocket has ended. Messages in flight may have arrived or not, and are sent again.
    pub(crate) fn requeue_in_flight(self) {
        self.delivery_queues.update_value(|delivery_queues| {
            for queue in delivery_queues.values_mut() {
                if let Some(Attempt { id, transport: Transport::Socket, .. }) = queue.in_flight {
                    let before = queue
                        .socket_breaks
                        .filter(|(socket_breaks, _)| *socket_breaks == id)
                        .map_or(0, |(_, n)| n);
                    queue.socket_breaks = Some((id, before + 1));
                    queue.in_flight = None;
                }
            }
        });
    }

    /// Handles the server's answer to a message on the WebSocket.
    pub(crate) fn handle_socket_answer(self, id: MessageId, answer: SendAnswer) {
        let attempt = self.delivery_queues.with_value(|delivery_queues| {
            delivery_queues.iter().find_map(|(conversation, queue)| {
                let attempt = queue.in_flight.filter(|attempt| attempt.id == id)?;
                Some((*conversation, attempt))
            })
        });
        match (attempt, answer) {
            (Some((conversation, attempt)), answer) => self.handle_send_result(conversation, attempt, answer),
            // A late answer, or the answer to an edit: the message is stored all the same.
            (None, Ok(Some(message))) => self.handle_stored(message),
            (None, _) => {}
        }
    }

    fn handle_send_result(self, conversation: ConversationId, attempt: Attempt, answer: SendAnswer) {
        let is_awaited = self.with_delivery_queue(conversation, |queue| {
            let is_awaited = queue.in_flight == Some(attempt);
            if is_awaited {
                queue.in_flight = None;
            }
            is_awaited
        });
        match answer {
            // It has arrived otherwise.
            Ok(None) => {}
            Ok(Some(message)) => {
                if attempt.transport == Transport::Http {
                    self.send_to_tabs(&TabMessage::Sent { id: message.id, conversation });
                }
                self.handle_confirmed(message);
            }
            Err(_) if is_awaited != Some(true) => return,
            Err(error) if error.code.ends_session() => {
                self.session_refused(error.code);
                return;
            }
            Err(error) if error.code.is_retryable() => {
                self.hold(Some(conversation));
                let failures = self.with_delivery_queue(conversation, |queue| {
                    queue.failures += 1;
                    queue.failures
                });
                let retry_after_ms = error.retry_after.unwrap_or(0).min(RETRY_AFTER_MAX_S) as i32 * 1_000;
                let wait_ms = backoff_ms(failures.unwrap_or(1)).max(retry_after_ms);
                after(wait_ms, move || self.dispatch(conversation));
                return;
            }
            Err(error) => {
                // The viewer wrote it in a conversation that they could see.
                let has_left = error.code == ErrorCode::NotFound;
                let error = if has_left { ApiError::no_longer_participant() } else { error };
                if let Some(item) = self.outbox.get(attempt.id) {
                    self.fail_item(&item, error.message);
                }
            }
        }
        if is_awaited == Some(true) {
            self.with_delivery_queue(conversation, |queue| queue.failures = 0);
            self.dispatch(conversation);
        }
    }

    /// The server has stored a message or an edit of this tab. Its update comes over the WebSocket; without
    /// one every tab polls.
    pub fn handle_confirmed(self, message: Message) {
        self.handle_stored(message);
        if !self.is_live() {
            self.send_to_tabs(&TabMessage::PollNow);
            self.refresh();
        }
    }

    fn with_delivery_queue<T>(
        self,
        conversation: ConversationId,
        f: impl FnOnce(&mut DeliveryQueue) -> T,
    ) -> Option<T> {
        self.delivery_queues
            .try_update_value(|delivery_queues| f(delivery_queues.entry(conversation).or_default()))
    }
}
