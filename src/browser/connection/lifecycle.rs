//! Lifecycle of the connection: start, network changes, sign-out, and a server with a newer protocol.

use leptos::{prelude::*, task::spawn_local};

use super::{
    backoff::{FAILURES_BEFORE_POLLING, SOCKET_RETRY_MS},
    tab_message::TabMessage,
};
use crate::browser::{ConnectionStatus, Live, environment, storage::offline};
use crate::shared::errors::ErrorCode;

impl Live {
    /// Starts the connection and its event listeners, which live as long as the page. Later calls do
    /// nothing.
    pub(crate) fn start_connection(self) {
        let is_first = self.link.try_update_value(|link| !std::mem::replace(&mut link.is_started, true));
        if is_first != Some(true) {
            return;
        }
        self.is_restored.set(true);
        environment::on_attention(move || self.attention_changed());
        window_event_listener_untyped("online", move |_| self.try_now());
        window_event_listener_untyped("offline", move |_| self.go_offline());
        // If another user signs in in another tab, this tab must not go on with their cookie.
        window_event_listener_untyped("storage", move |_| {
            if !self.is_still_viewer() {
                self.signed_out();
            } else if let Some(viewer) = self.viewer {
                // What is written in another tab.
                self.drafts.restore(viewer);
            }
        });
        self.start_leader_election();
    }

    /// Retries at once, on "Try now" and when the network is back.
    pub fn try_now(self) {
        if !self.is_leader() {
            self.send_to_tabs(&TabMessage::TryNow);
            return;
        }
        // While WebSockets seem to be blocked, one attempt is enough: the failure count stays.
        self.link.update_value(|link| {
            if !link.has_given_up() {
                link.failures = 0;
            }
        });
        self.check_connection();
        self.resume_sending();
    }

    /// The tab was shown or hidden, or its window gained or lost the focus.
    pub(super) fn attention_changed(self) {
        self.is_attended.set(environment::is_attended());
        self.report_open_threads();
        if environment::is_visible() {
            self.check_connection();
        } else if self.is_outdated.get_untracked() && !environment::is_filled_in() {
            environment::reload();
        }
    }

    /// Checks the connection at once instead of waiting for the next ping or attempt.
    pub(super) fn check_connection(self) {
        let is_live = self.is_live();
        if self.status.get_untracked().is_over() {
            self.poll_now();
        } else if !self.is_leader() {
            self.check_leader();
            if !is_live {
                self.send_to_tabs(&TabMessage::TryNow);
            }
        } else if is_live {
            self.ping();
        } else {
            self.connect();
            if self.has_given_up() {
                self.poll_now();
            }
        }
    }

    /// The device reports that it has no network. An open WebSocket would notice much later.
    pub(super) fn go_offline(self) {
        if !self.is_leader() {
            return;
        }
        self.end_connection();
        self.set_status(ConnectionStatus::Offline);
        self.hold_outbox();
        // The report may be wrong.
        self.retry_in(SOCKET_RETRY_MS);
    }

    /// The session is over. Drafts and unsent messages stay stored; everything else that this device keeps of the
    /// conversations is removed, because others may use it.
    pub fn signed_out(self) {
        self.end_session(ConnectionStatus::SignedOut);
    }

    /// The server has refused with an error that ends the session.
    pub(crate) fn session_refused(self, code: ErrorCode) {
        let is_suspended = code == ErrorCode::Suspended;
        self.end_session(if is_suspended {
            ConnectionStatus::Suspended
        } else {
            ConnectionStatus::SignedOut
        });
    }

    pub(super) fn end_session(self, status: ConnectionStatus) {
        self.end_connection();
        self.set_status(status);
        self.hold_outbox();
        self.clear_cache();
        // What is stored of the start offline may be another user's, who has signed in since.
        if self.is_still_viewer() {
            spawn_local(offline::forget());
        }
        // A tab with the new session must be able to get the lock.
        self.release_leadership();
    }

    /// The server speaks a newer protocol. The page reloads when it is hidden; until then it polls, since
    /// the HTTP API changes less often.
    pub(super) fn protocol_outdated(self) {
        self.is_outdated.set(true);
        self.drop_socket();
        self.link.update_value(|link| {
            link.is_protocol_outdated = true;
            link.failures = FAILURES_BEFORE_POLLING;
        });
        if self.is_leader() {
            self.set_status(ConnectionStatus::Polling);
            // Also sends again what was in flight on the WebSocket.
            self.resume_sending();
            self.poll_now();
        }
    }

    /// Sends everything that waited for a connection.
    pub(super) fn resume_sending(self) {
        if self.is_leader() {
            self.resend_read_receipts();
            self.resume_outbox();
        }
    }
}
