//! State of the WebSocket, and the transitions between closed, opening and live.

use leptos::prelude::*;

use super::{
    backoff::{FAILURES_BEFORE_POLLING, RESTART_JITTER_MS},
    heartbeat::ANSWER_TIMEOUT_MS,
    socket,
};
use crate::browser::{ConnectionStatus, Live, environment, timers::Timer};
use crate::shared::sync::wire::close;

/// State of the WebSocket in this tab.
#[derive(Default)]
pub struct Link {
    pub(super) is_started: bool,
    pub(super) stage: Stage,
    /// Failed attempts in a row.
    pub(super) failures: usize,
    /// A frame has come in since the last ping.
    pub(super) has_received: bool,
    /// The server speaks a newer protocol: no WebSocket is opened until the page reloads.
    pub(super) is_protocol_outdated: bool,
    /// The next attempt, the next ping, and the timeout of the pending ping or welcome.
    pub(super) retry: Timer,
    pub(super) heartbeat: Timer,
    pub(super) timeout: Timer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Closed,
    /// Until the server's welcome.
    Opening,
    Live,
}

impl Live {
    /// Opens the WebSocket, unless one exists, this tab is not the leader, or the page is too old.
    pub(crate) fn connect(self) {
        if !self.is_leader() {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let is_wanted = self.link.try_update_value(|link| {
            link.retry.clear();
            let is_wanted = link.stage == Stage::Closed && !link.is_protocol_outdated;
            if is_wanted {
                link.stage = Stage::Opening;
                link.timeout.set(ANSWER_TIMEOUT_MS, move || self.hang_up());
            }
            is_wanted
        });
        if is_wanted == Some(true) && !self.open_socket() {
            self.hang_up();
        }
    }

    /// Closes a connection that no longer works, and schedules the next attempt.
    pub(crate) fn hang_up(self) {
        socket::close_socket();
        self.socket_ended(0);
    }

    /// Handles the end of the WebSocket with this close code.
    pub(super) fn socket_ended(self, code: u16) {
        let was_live = self.link.with_value(|link| link.stage == Stage::Live);
        self.drop_socket();
        match code {
            close::SIGNED_OUT => self.signed_out(),
            close::SUSPENDED => self.end_session(ConnectionStatus::Suspended),
            close::GOING_AWAY if was_live => {
                self.set_status(ConnectionStatus::Reconnecting { seconds: 0 });
                self.retry_in((environment::random() * RESTART_JITTER_MS) as i32);
            }
            _ => self.socket_failed(),
        }
    }

    /// Closes the WebSocket without scheduling another attempt. Messages in flight return to their queues.
    pub(crate) fn drop_socket(self) {
        socket::close_socket();
        self.link.update_value(|link| {
            link.stage = Stage::Closed;
            link.heartbeat.clear();
            link.timeout.clear();
        });
        self.requeue_in_flight();
    }

    /// Stops the WebSocket, its retries and polling.
    pub(super) fn end_connection(self) {
        self.drop_socket();
        self.link.update_value(|link| link.retry.clear());
        self.stop_polling();
    }

    /// Whether WebSockets seem to be blocked, so that this tab polls.
    pub(super) fn has_given_up(self) -> bool {
        self.link.with_value(Link::has_given_up)
    }
}

impl Link {
    pub(super) fn has_given_up(&self) -> bool {
        self.failures >= FAILURES_BEFORE_POLLING
    }
}
