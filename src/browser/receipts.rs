//! What the viewer has read: shown at once everywhere, told to the server at most once a second.

use std::{collections::HashMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::{Live, page, tabs::Word};
use crate::{
    api::messages::mark_as_read,
    shared::{
        errors::ErrorCode,
        ids::ConversationId,
        messages::Seq,
        time::{SECOND, Timestamp},
    },
};

const RETRY: Duration = Duration::from_secs(5);

/// Receipts that are still to be sent.
#[derive(Default)]
pub struct Marks {
    waiting: HashMap<ConversationId, Seq>,
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
        let loaded = self
            .thread(id)
            .with_untracked(|slot| slot.thread().and_then(|thread| thread.last().map(|message| message.seq)));
        let (Some((last, count)), Some(loaded)) = (unread, loaded) else { return };
        if loaded < last {
            return;
        }
        self.inbox.update(|inbox| inbox.mark_read(id));
        self.tell_tabs(&Word::Read { conversation: id, upto: last, count });
        self.marks.update_value(|marks| {
            marks.waiting.insert(id, last);
        });
        self.send_marks_soon();
    }

    /// Another tab has shown this conversation. The server hears of it from there.
    pub(super) fn seen_elsewhere(self, id: ConversationId, upto: Seq, count: i64) {
        self.inbox.update(|inbox| inbox.mark_read_elsewhere(id, upto, count));
    }

    fn send_marks_soon(self) {
        let since_last = self.marks.with_value(|marks| marks.sent_at.map(|at| page::now().0 - at.0));
        let wait_micros = since_last.map_or(0, |since| (SECOND - since).clamp(0, SECOND));
        self.send_marks_in(Duration::from_micros(wait_micros.unsigned_abs()));
    }

    fn send_marks_in(self, wait: Duration) {
        let is_first = self.marks.try_update_value(|marks| !std::mem::replace(&mut marks.is_timed, true));
        if is_first == Some(true) {
            set_timeout(move || self.send_marks(), wait);
        }
    }

    fn send_marks(self) {
        let waiting = self.marks.try_update_value(|marks| {
            marks.is_timed = false;
            marks.sent_at = Some(page::now());
            std::mem::take(&mut marks.waiting)
        });
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let epoch = self.inbox.with_untracked(|inbox| inbox.epoch.clone());
        for (id, upto) in waiting.unwrap_or_default() {
            let epoch = epoch.clone();
            spawn_local(async move {
                match mark_as_read(id, upto, epoch).await {
                    // A tab that doesn't hold the row learns the new total from the server.
                    Ok(_) => self.tell_tabs(&Word::News),
                    Err(error) if error.code == ErrorCode::SignedOut => self.signed_out(),
                    Err(error) if error.code.may_pass() => {
                        self.marks.update_value(|marks| {
                            let held = marks.waiting.entry(id).or_insert(upto);
                            *held = upto.max(*held);
                        });
                        self.send_marks_in(RETRY);
                    }
                    // Refused for good (another epoch, no longer a participant): the next news
                    // say how it stands.
                    Err(_) => self.poll_now(),
                }
            });
        }
    }
}
