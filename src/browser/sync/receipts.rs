//! Read and delivery receipts: applied optimistically in all tabs, and sent at most once a second.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};

use crate::browser::{Live, connection::tab_message::TabMessage, environment, timers::after};
use crate::shared::positions::Seq;
use crate::{
    api::messages::mark_as_read,
    shared::{
        ids::ConversationId,
        sync::{inbox::Inbox, wire::ToServer},
        values::time::{SECOND, Timestamp},
    },
};

/// Delay before a failed receipt is sent again over HTTP.
const RECEIPT_RETRY_MS: i32 = 5_000;

/// Receipts that are not sent yet.
#[derive(Default)]
pub struct PendingReceipts {
    waiting: HashMap<ConversationId, Seq>,
    is_delivery_wanted: bool,
    sent_at: Option<Timestamp>,
    is_scheduled: bool,
}

impl Live {
    /// The viewer sees the end of this conversation (A11): resets its badge in all tabs and sends a
    /// receipt. Does nothing if all messages are read, or if the end is not loaded yet.
    pub fn mark_seen(self, id: ConversationId) {
        let last = self.inbox.with_untracked(|inbox| inbox.get(id).map(|row| row.last_seq));
        if last.is_some_and(|last| self.last_loaded(id) >= last) {
            self.mark_read(id);
        }
    }

    /// The viewer says that they have read this conversation, whether its end is loaded or not.
    pub fn mark_read(self, id: ConversationId) {
        let unread = self.inbox.with_untracked(|inbox| {
            inbox.get(id).filter(|row| row.unread > 0).map(|row| (row.last_seq, row.unread))
        });
        let Some((last, count)) = unread else { return };
        self.inbox.update(|inbox| inbox.mark_read(id));
        self.send_to_tabs(&TabMessage::Read { conversation: id, upto: last, count });
        self.queue_read_receipt(id, last);
    }

    /// The viewer has seen this conversation up to a message before its end. Does nothing if they had before.
    pub fn mark_seen_upto(self, id: ConversationId, upto: Seq) {
        let row = self
            .inbox
            .with_untracked(|inbox| inbox.get(id).map(|row| (row.read_seq, row.last_seq, row.unread)));
        let Some((read_seq, last_seq, unread)) = row.filter(|(read_seq, ..)| upto > *read_seq) else {
            return;
        };
        if upto >= last_seq {
            self.mark_seen(id);
            return;
        }
        let after = |seq| {
            let thread = self.thread(id);
            thread.with_untracked(|slot| {
                slot.thread().map_or(0, |thread| thread.others_after(self.viewer, seq)) as i64
            })
        };
        let count = (after(read_seq) - after(upto)).min(unread);
        self.inbox.update(|inbox| inbox.mark_read_upto(id, upto, count));
        self.send_to_tabs(&TabMessage::Read { conversation: id, upto, count });
        self.queue_read_receipt(id, upto);
    }

    /// The viewer saw the conversation in another tab. The leader sends the receipt.
    pub(crate) fn mark_seen_in_other_tab(self, id: ConversationId, upto: Seq, count: i64) {
        self.inbox.update(|inbox| inbox.mark_read_in_other_tab(id, upto, count));
        self.queue_read_receipt(id, upto);
    }

    fn queue_read_receipt(self, id: ConversationId, upto: Seq) {
        if self.is_leader() {
            self.receipts.update_value(|receipts| receipts.add(id, upto));
            self.schedule_receipts();
        }
    }

    /// Reports everything that this tab has applied as delivered, at most once a second. A poll reports the
    /// same by its cursor.
    pub(crate) fn report_delivered(self) {
        if !self.is_leader() {
            return;
        }
        self.receipts.update_value(|receipts| receipts.is_delivery_wanted = true);
        self.schedule_receipts();
    }

    /// Sends again the reads that the server has not confirmed: they may have been lost with the
    /// connection. Receipts are idempotent.
    pub(crate) fn resend_read_receipts(self) {
        let unconfirmed = self.inbox.with_untracked(Inbox::unconfirmed_reads);
        if !unconfirmed.is_empty() {
            self.receipts.update_value(|receipts| receipts.waiting.extend(unconfirmed));
            self.schedule_receipts();
        }
    }

    fn schedule_receipts(self) {
        let since_last_micros =
            self.receipts.with_value(|receipts| receipts.sent_at.map(|at| environment::now().0 - at.0));
        let wait_micros = since_last_micros.map_or(0, |since| (SECOND - since).clamp(0, SECOND));
        self.send_receipts_in((wait_micros / 1_000) as i32);
    }

    fn send_receipts_in(self, wait_ms: i32) {
        let is_first =
            self.receipts.try_update_value(|receipts| !std::mem::replace(&mut receipts.is_scheduled, true));
        if is_first == Some(true) {
            after(wait_ms, move || self.send_receipts());
        }
    }

    fn send_receipts(self) {
        let (waiting, is_delivery_wanted) = self
            .receipts
            .try_update_value(|receipts| {
                receipts.is_scheduled = false;
                receipts.sent_at = Some(environment::now());
                (std::mem::take(&mut receipts.waiting), std::mem::take(&mut receipts.is_delivery_wanted))
            })
            .unwrap_or_default();
        if !self.is_still_viewer() {
            self.signed_out();
        } else if self.is_live() {
            if is_delivery_wanted {
                self.send_frame(&ToServer::Delivered { head: self.inbox.with_untracked(|inbox| inbox.head) });
            }
            for (conversation, upto_seq) in waiting {
                self.send_frame(&ToServer::MarkRead { conversation, upto_seq });
            }
        } else if self.is_http_reachable() {
            for (id, upto) in waiting {
                self.post_read_receipt(id, upto);
            }
        }
    }

    fn post_read_receipt(self, id: ConversationId, upto: Seq) {
        let epoch = self.inbox.with_untracked(|inbox| inbox.epoch.clone());
        spawn_local(async move {
            match mark_as_read(id, upto, epoch).await {
                // A tab that has not loaded the row gets the new total from the server.
                Ok(_) => self.send_to_tabs(&TabMessage::PollNow),
                Err(error) if error.code.ends_session() => self.session_refused(error.code),
                Err(error) if error.code.is_retryable() => {
                    self.receipts.update_value(|receipts| receipts.add(id, upto));
                    self.send_receipts_in(RECEIPT_RETRY_MS);
                }
                // Refused for good (another epoch, no longer a participant): the next updates bring the
                // server's state.
                Err(_) => self.refresh(),
            }
        });
    }
}

impl PendingReceipts {
    /// Read positions are monotonic.
    fn add(&mut self, id: ConversationId, upto: Seq) {
        let newest = self.waiting.entry(id).or_insert(upto);
        *newest = upto.max(*newest);
    }
}
