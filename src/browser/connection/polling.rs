//! Polling over HTTP, where no WebSocket can be opened and wherever an update was missed. It uses the same
//! cursor, updates and [`Live::apply`] as the WebSocket.

use leptos::{prelude::*, task::spawn_local};

use super::backoff::backoff_ms;
use crate::browser::{
    ConnectionStatus, Live, environment,
    timers::{Timer, after},
};
use crate::{
    api::messages::poll_messages,
    shared::{
        errors::ApiError,
        sync::changes::{ApplyOutcome, Poll},
    },
};

/// Intervals (A12): with an open thread, without one, and in a hidden tab.
const POLL_OPEN_MS: i32 = 3_000;
const POLL_IDLE_MS: i32 = 10_000;
const POLL_HIDDEN_MS: i32 = 30_000;
/// Interval after a poll that brought updates: the cursor of the next poll tells the senders that their
/// messages were delivered.
const POLL_AFTER_UPDATE_MS: i32 = 1_000;
/// A poll counts as failed after this time. Its updates are still applied if they come later.
const POLL_TIMEOUT_MS: i32 = 20_000;

/// State of polling.
#[derive(Default)]
pub struct PollingState {
    timer: Timer,
    /// Number of the poll that waits for its answer.
    pending: Option<u32>,
    polls_sent: u32,
    /// A poll was requested while one was pending: poll again right after its answer.
    is_repoll_wanted: bool,
    /// Failed polls in a row.
    failures: usize,
    /// The last request succeeded, and no WebSocket has broken since.
    is_http_reachable: bool,
}

impl Live {
    /// Fetches updates, unless the WebSocket brings them anyway.
    pub fn refresh(self) {
        if !self.is_live() {
            self.poll_now();
        }
    }

    /// Polls at once, or right after the pending poll. Does nothing without a viewer.
    pub(crate) fn poll_now(self) {
        if self.viewer.is_none() || !self.is_hydrated.get_untracked() {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let number = self.polling.try_update_value(|polling| {
            if polling.pending.is_some() {
                polling.is_repoll_wanted = true;
                return None;
            }
            polling.timer.clear();
            polling.polls_sent += 1;
            polling.is_repoll_wanted = false;
            polling.pending = Some(polling.polls_sent);
            polling.pending
        });
        if let Some(number) = number.flatten() {
            self.send_poll(number);
        }
    }

    pub(crate) fn stop_polling(self) {
        self.polling.update_value(|polling| {
            polling.timer.clear();
            polling.failures = 0;
        });
    }

    /// Whether HTTP gets through, as far as this tab knows.
    pub(crate) fn is_http_reachable(self) -> bool {
        self.polling.with_value(|polling| polling.is_http_reachable)
    }

    /// The connection broke: the next poll must show whether HTTP gets through.
    pub(crate) fn mark_http_unknown(self) {
        self.polling.update_value(|polling| polling.is_http_reachable = false);
    }

    fn send_poll(self, number: u32) {
        let (epoch, since) = self.inbox.with_untracked(|inbox| (inbox.epoch.clone(), inbox.head));
        let open = self.front_thread();
        after(POLL_TIMEOUT_MS, move || self.handle_poll_answer(number, Err(ApiError::unreachable())));
        spawn_local(async move {
            let answer = poll_messages(epoch, since, open).await;
            self.handle_poll_answer(number, answer);
        });
    }

    fn handle_poll_answer(self, number: u32, answer: Result<Poll, ApiError>) {
        let (mut has_more, mut has_updates) = (false, false);
        match &answer {
            Ok(Poll::News { epoch, change, more }) => {
                let is_ours = self.inbox.with_untracked(|inbox| inbox.epoch == *epoch);
                let applied = if is_ours { self.apply(change) } else { ApplyOutcome::Duplicate };
                has_more = *more;
                // `Behind` also counts: an update was missed, and the next poll brings it.
                has_updates = applied != ApplyOutcome::Duplicate;
                // Without a socket the cursor of the next poll says it.
                if applied == ApplyOutcome::Applied && self.is_live() {
                    self.report_delivered();
                }
            }
            Ok(Poll::Reset { .. }) => self.reset(),
            Err(_) => {}
        }
        let is_awaited = self.polling.with_value(|polling| polling.pending == Some(number));
        if !is_awaited {
            return;
        }
        self.polling.update_value(|polling| polling.pending = None);
        match answer {
            Ok(_) => self.poll_succeeded(has_more, has_updates),
            Err(error) if error.code.ends_session() => self.session_refused(error.code),
            Err(_) => self.poll_failed(),
        }
    }

    fn poll_succeeded(self, has_more: bool, has_updates: bool) {
        let (had_failed, is_repoll_wanted) = self
            .polling
            .try_update_value(|polling| {
                polling.is_http_reachable = true;
                (std::mem::take(&mut polling.failures) > 0, polling.is_repoll_wanted)
            })
            .unwrap_or_default();
        let before = self.status.get_untracked();
        if self.is_leader() && self.has_given_up() && before != ConnectionStatus::Polling {
            self.set_status(ConnectionStatus::Polling);
        }
        if !matches!(before, ConnectionStatus::Live | ConnectionStatus::Polling) {
            self.resume_sending();
        }
        if before.is_over() {
            self.set_status(ConnectionStatus::Connecting);
            self.request_leadership();
        }
        // The server is back: its WebSocket may be, too.
        if had_failed {
            self.connect();
        }
        if has_more || is_repoll_wanted {
            self.poll_now();
        } else if self.status.get_untracked() == ConnectionStatus::Polling {
            let wait_ms = self.interval_ms();
            self.poll_in(if has_updates { wait_ms.min(POLL_AFTER_UPDATE_MS) } else { wait_ms });
        }
    }

    fn poll_failed(self) {
        let failures = self
            .polling
            .try_update_value(|polling| {
                polling.is_http_reachable = false;
                polling.failures += 1;
                polling.failures
            })
            .unwrap_or(1);
        // Otherwise the next WebSocket attempt is already scheduled.
        if self.is_leader() && self.has_given_up() {
            self.count_down(backoff_ms(failures));
        } else if matches!(self.status.get_untracked(), ConnectionStatus::Live | ConnectionStatus::Polling) {
            self.poll_in(backoff_ms(failures));
        }
    }

    fn poll_in(self, wait_ms: i32) {
        self.polling.update_value(|polling| polling.timer.set(wait_ms, move || self.poll_now()));
    }

    fn interval_ms(self) -> i32 {
        if !environment::is_visible() {
            POLL_HIDDEN_MS
        } else if self.has_open_threads() {
            POLL_OPEN_MS
        } else {
            POLL_IDLE_MS
        }
    }
}
