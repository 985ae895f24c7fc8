//! Failure detector for the leader: followers ping it, copy the status of its connection, and take over if
//! it does not answer.

use leptos::prelude::*;

use super::tab_message::{TabId, TabMessage};
use crate::browser::{ConnectionStatus, Live, environment};
use crate::shared::{
    positions::SyncSeq,
    values::time::{SECOND, Timestamp},
};

/// Interval between two pings of a visible follower; the leader must answer within it.
const LEADER_PING_MS: i32 = 1_000;
/// If more time than this has passed since the ping, this tab itself was paused and can't tell whether the
/// leader answered.
const TAB_PAUSED_MICROS: i64 = 3 * SECOND / 2;

impl Live {
    /// Sends the status of the connection and this tab's cursor to the other tabs. Does nothing in a
    /// follower.
    pub(crate) fn announce_leader(self) {
        if self.is_leader() {
            let tab = self.leadership.with_value(|leadership| leadership.tab);
            let head = self.inbox.with_untracked(|inbox| inbox.head);
            self.send_to_tabs(&TabMessage::Leader { tab, status: self.status.get_untracked(), head });
        }
    }

    /// Handles the leader's announcement.
    pub(crate) fn handle_leader_status(self, tab: TabId, status: ConnectionStatus, head: SyncSeq) {
        if self.is_leader() || !self.is_still_viewer() {
            return;
        }
        let is_new = self.leadership.try_update_value(|leadership| {
            leadership.has_answered = true;
            leadership.leader.replace(tab) != Some(tab)
        });
        if is_new == Some(true) {
            self.report_open_threads();
        }
        self.adopt_leader_status(status, head);
    }

    /// Copies the leader's status. Each tab has a cursor of its own, so one that is behind polls.
    fn adopt_leader_status(self, status: ConnectionStatus, head: SyncSeq) {
        let before = self.status.get_untracked();
        if status != before {
            if status == ConnectionStatus::Live {
                self.clear_presence();
                self.stop_polling();
            }
            self.status.set(status);
            if before.is_over() {
                self.request_leadership();
            }
        }
        let is_behind = self.inbox.with_untracked(|inbox| inbox.head < head);
        let begins_to_poll = status == ConnectionStatus::Polling && status != before;
        if is_behind || begins_to_poll {
            self.poll_now();
        }
    }

    /// Pings the leader every second while this tab is visible, and steals the lock if the last ping was
    /// not answered.
    pub(crate) fn check_leader(self) {
        if self.is_leader() || self.status.get_untracked().is_over() {
            return;
        }
        let is_visible = environment::is_visible();
        let now = environment::now();
        let is_missing = self.leadership.try_update_value(|leadership| {
            // If this tab was paused, the answer may still be on its way.
            let is_recent = |Timestamp(at): Timestamp| now.0 - at < TAB_PAUSED_MICROS;
            let is_missing = leadership.pinged_at.is_some_and(is_recent) && !leadership.has_answered;
            leadership.pinged_at = is_visible.then_some(now);
            leadership.has_answered = false;
            leadership.next_check.set(LEADER_PING_MS, move || self.check_leader());
            is_missing
        });
        if is_visible {
            if is_missing == Some(true) {
                self.request_leader_lock(true);
            }
            self.send_to_tabs(&TabMessage::Ping);
        }
    }
}
