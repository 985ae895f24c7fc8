//! Heartbeat of the WebSocket: a ping every 30 s. A connection that stays silent after it is closed and
//! opened again.

use leptos::prelude::*;

use crate::browser::{Live, timers::after};
use crate::shared::{positions::SyncSeq, sync::wire::ToServer};

/// Interval between two pings (C2).
pub(super) const HEARTBEAT_MS: i32 = 30_000;
/// How long the server may take to answer a ping or to welcome a new connection.
pub(super) const ANSWER_TIMEOUT_MS: i32 = 10_000;
/// A pong can overtake the updates before it by this much.
const PONG_GRACE_MS: i32 = 1_000;

impl Live {
    /// Sends a ping and starts the timeout. The pong carries the user's sync position (C13).
    pub(super) fn ping(self) {
        self.link.update_value(|link| {
            link.has_received = false;
            link.heartbeat.set(HEARTBEAT_MS, move || self.ping());
            link.timeout.set(ANSWER_TIMEOUT_MS, move || {
                if !self.link.with_value(|link| link.has_received) {
                    self.hang_up();
                }
            });
        });
        self.send_frame(&ToServer::Ping);
    }

    /// Polls if this client is still behind `head` after the grace period: an update was lost.
    pub(super) fn poll_if_behind(self, head: SyncSeq) {
        let is_behind = move || self.inbox.with_untracked(|inbox| inbox.head < head);
        if is_behind() {
            after(PONG_GRACE_MS, move || {
                if is_behind() {
                    self.poll_now();
                }
            });
        }
    }
}
