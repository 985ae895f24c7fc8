//! Frames of the WebSocket: the hello that this client sends, and the dispatch of every frame that the
//! server sends.

use leptos::prelude::*;

use super::{heartbeat::HEARTBEAT_MS, link::Stage, tab_channel::post_to_tabs};
use crate::browser::{ConnectionStatus, Live, environment};
use crate::shared::{
    ids::UserId,
    messages::Message,
    sync::{
        changes::{ApplyOutcome, Change},
        deltas::{MessageDelta, StoredDelta},
        wire::{PROTOCOL, ToClient, ToServer},
    },
};

impl Live {
    /// Sends the first frame: protocol version, epoch and cursor.
    pub(super) fn send_hello(self) {
        let hello = self.inbox.with_untracked(|inbox| ToServer::Hello {
            epoch: inbox.epoch.clone(),
            head: inbox.head,
            protocol: PROTOCOL,
        });
        self.send_frame(&hello);
    }

    /// Receives a frame in the leader and relays it to the other tabs where it concerns them. `text` is the
    /// frame as it came.
    pub(super) fn receive_frame(self, frame: ToClient, text: &str) {
        self.link.update_value(|link| link.has_received = true);
        match frame {
            ToClient::Welcome { user, site, now, .. } => {
                post_to_tabs(text);
                now.into_iter().for_each(|now| self.set_server_time(now));
                self.compare_site(&site);
                self.handle_welcome(user);
            }
            ToClient::Pong { head } => self.poll_if_behind(head),
            ToClient::Refused { id, error, .. } => {
                if let Some(id) = id.and_then(|id| id.parse().ok()) {
                    self.handle_socket_answer(id, Err(error));
                }
            }
            ToClient::Unknown => {}
            frame => {
                // Relayed before it is applied here: a later leader announcement then finds the other tabs
                // at the same position.
                post_to_tabs(text);
                match frame {
                    ToClient::Ack { id, message } => self.handle_socket_answer(id, Ok(Some(message))),
                    ToClient::Stored(stored) => {
                        let id = stored.id;
                        let message = self.handle_stored_delta(stored);
                        self.handle_socket_answer(id, Ok(message));
                    }
                    frame => self.handle_frame(frame),
                }
            }
        }
    }

    /// Handles a frame in any tab.
    pub(super) fn handle_frame(self, frame: ToClient) {
        match frame {
            ToClient::Change(change) => self.handle_change(Some(&change)),
            ToClient::Message(delta) => self.handle_message_delta(*delta),
            ToClient::Stored(stored) => {
                self.handle_stored_delta(stored).into_iter().for_each(|message| self.handle_stored(message));
            }
            ToClient::Receipt(delta) => {
                let change = self.viewer.and_then(|viewer| {
                    self.inbox.with_untracked(|inbox| inbox.change_by_receipt(&delta, viewer))
                });
                self.handle_change(change.as_ref());
            }
            ToClient::Ack { message, .. } => self.handle_stored(message),
            ToClient::Typing { conversation, user, is_typing } => {
                self.receive_typing(conversation, user, is_typing);
            }
            ToClient::Presence(presence) => self.receive_presence(presence),
            ToClient::Reset { .. } => self.reset(),
            ToClient::Welcome { site, now, .. } => {
                now.into_iter().for_each(|now| self.set_server_time(now));
                self.compare_site(&site);
            }
            ToClient::Reload => self.protocol_outdated(),
            ToClient::Desk { unread } => {
                self.operator_wake_ups.update(|count| *count += 1);
                unread.into_iter().for_each(|unread| self.unread_orders.set(unread));
            }
            _ => {}
        }
    }

    /// Compares the site's build with that of this page. They differ after an upgrade, and during a rolling
    /// one.
    pub(super) fn compare_site(self, site: &str) {
        self.is_outdated.set(environment::site().is_some_and(|own| own != site));
    }

    fn handle_welcome(self, user: UserId) {
        if self.viewer != Some(user) {
            self.signed_out();
            return;
        }
        self.link.update_value(|link| {
            link.stage = Stage::Live;
            link.failures = 0;
            link.timeout.clear();
            link.heartbeat.set(HEARTBEAT_MS, move || self.ping());
        });
        self.stop_polling();
        self.clear_presence();
        self.set_status(ConnectionStatus::Live);
        self.join_open_threads();
        // Also reports updates that came with the page: rendering a page does not count as delivery.
        self.report_delivered();
        self.resume_sending();
    }

    fn handle_message_delta(self, delta: MessageDelta) {
        let thread = self.thread(delta.message.conversation);
        let held = thread.with_untracked(|slot| slot.thread().map(|thread| thread.version));
        let change = self.viewer.and_then(|viewer| {
            self.inbox.with_untracked(|inbox| inbox.change_by_message(delta, viewer, held))
        });
        self.handle_change(change.as_ref());
    }

    /// The viewer's own message is stored, with the text of the outbox. Returns it. None if the outbox no longer has
    /// it: then a poll brings it.
    fn handle_stored_delta(self, stored: StoredDelta) -> Option<Message> {
        let item = self.outbox.get(stored.id);
        let delta = item
            .zip(self.viewer)
            .map(|(item, viewer)| stored.with_body(item.conversation, viewer, item.body));
        let message = delta.as_ref().map(|delta| delta.message.clone());
        match delta {
            Some(delta) => self.handle_message_delta(delta),
            None => self.handle_change(None),
        }
        message
    }

    /// Applies a change, or polls if there is none.
    fn handle_change(self, change: Option<&Change>) {
        match change.map_or(ApplyOutcome::Behind, |change| self.apply(change)) {
            ApplyOutcome::Applied => self.report_delivered(),
            ApplyOutcome::Duplicate => {}
            ApplyOutcome::Behind => self.poll_now(),
        }
    }
}
