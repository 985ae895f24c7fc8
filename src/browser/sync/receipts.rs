//! What the viewer has read and received: shown at once everywhere, told to the server at most
//! once a second.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{Live, connection::tabs::TabMessage, environment, timers::after};
use crate::shared::positions::Seq;
use crate::{
    api::messages::mark_as_read,
    shared::{
        errors::ErrorCode,
        ids::ConversationId,
        sync::{inbox::Inbox, wire::ToServer},
        values::time::{SECOND, Timestamp},
    },
};

const RETRY_MS: i32 = 5_000;

/// Receipts that are still to be sent.
#[derive(Default)]
pub struct Marks {
    waiting: HashMap<ConversationId, Seq>,
    is_delivery_wanted: bool,
    sent_at: Option<Timestamp>,
    is_timed: bool,
}

impl Live {
    /// The viewer has this conversation's end before his eyes (A11): its badge drops here and in
    /// every tab, and the server hears of it. Does nothing if everything was read already, or if
    /// the end is not loaded yet.
    pub fn mark_seen(self, id: ConversationId) {
        let unread = self.inbox.with_untracked(|inbox| {
            inbox.get(id).filter(|row| row.unread > 0).map(|row| (row.last_seq, row.unread))
        });
        let Some((last, count)) = unread else { return };
        if self.last_loaded(id) < last {
            return;
        }
        self.inbox.update(|inbox| inbox.mark_read(id));
        self.tell_tabs(&TabMessage::Read { conversation: id, upto: last, count });
        self.send_mark(id, last);
    }

    /// Another tab has shown this conversation. The server hears of it from the leader.
    pub(crate) fn seen_elsewhere(self, id: ConversationId, upto: Seq, count: i64) {
        self.inbox.update(|inbox| inbox.mark_read_elsewhere(id, upto, count));
        self.send_mark(id, upto);
    }

    fn send_mark(self, id: ConversationId, upto: Seq) {
        if self.leads() {
            self.marks.update_value(|marks| marks.want(id, upto));
            self.send_marks_soon();
        }
    }

    /// Everything that this tab has applied counts as delivered. The server hears of it at most
    /// once a second; a poll says the same by its cursor.
    pub(crate) fn report_delivered(self) {
        if !self.leads() {
            return;
        }
        self.marks.update_value(|marks| marks.is_delivery_wanted = true);
        self.send_marks_soon();
    }

    /// What was read and is not yet in the server's news goes out again: it may have been lost
    /// with the connection, and saying it twice changes nothing.
    pub(crate) fn resend_marks(self) {
        let unconfirmed = self.inbox.with_untracked(Inbox::unconfirmed);
        if !unconfirmed.is_empty() {
            self.marks.update_value(|marks| marks.waiting.extend(unconfirmed));
            self.send_marks_soon();
        }
    }

    fn send_marks_soon(self) {
        let since_last = self.marks.with_value(|marks| marks.sent_at.map(|at| environment::now().0 - at.0));
        let wait_micros = since_last.map_or(0, |since| (SECOND - since).clamp(0, SECOND));
        self.send_marks_in((wait_micros / 1_000) as i32);
    }

    fn send_marks_in(self, wait_ms: i32) {
        let is_first = self.marks.try_update_value(|marks| !std::mem::replace(&mut marks.is_timed, true));
        if is_first == Some(true) {
            after(wait_ms, move || self.send_marks());
        }
    }

    fn send_marks(self) {
        let (waiting, is_delivery_wanted) = self
            .marks
            .try_update_value(|marks| {
                marks.is_timed = false;
                marks.sent_at = Some(environment::now());
                (std::mem::take(&mut marks.waiting), std::mem::take(&mut marks.is_delivery_wanted))
            })
            .unwrap_or_default();
        if !self.is_still_viewer() {
            self.signed_out();
        } else if self.is_live() {
            if is_delivery_wanted {
                self.say(&ToServer::Delivered { head: self.inbox.with_untracked(|inbox| inbox.head) });
            }
            for (conversation, upto_seq) in waiting {
                self.say(&ToServer::MarkRead { conversation, upto_seq });
            }
        } else if self.is_answered() {
            for (id, upto) in waiting {
                self.post_mark(id, upto);
            }
        }
    }

    fn post_mark(self, id: ConversationId, upto: Seq) {
        let epoch = self.inbox.with_untracked(|inbox| inbox.epoch.clone());
        spawn_local(async move {
            match mark_as_read(id, upto, epoch).await {
                // A tab that doesn't hold the row learns the new total from the server.
                Ok(_) => self.tell_tabs(&TabMessage::News),
                Err(error) if error.code == ErrorCode::SignedOut => self.signed_out(),
                Err(error) if error.code.may_pass() => {
                    self.marks.update_value(|marks| marks.want(id, upto));
                    self.send_marks_in(RETRY_MS);
                }
                // Refused for good (another epoch, no longer a participant): the next news
                // say how it stands.
                Err(_) => self.refresh(),
            }
        });
    }
}

impl Marks {
    /// Reading never goes back.
    fn want(&mut self, id: ConversationId, upto: Seq) {
        let held = self.waiting.entry(id).or_insert(upto);
        *held = upto.max(*held);
    }
}
