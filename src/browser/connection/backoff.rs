//! Retry with exponential backoff and jitter, so that clients do not come back as a thundering herd.

use leptos::prelude::*;

use crate::browser::{ConnectionStatus, Live, environment};

/// Delay after 1, 2, 3 … failed attempts in a row (C4).
const BACKOFF_MS: [i32; 6] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/// After this many failed attempts in a row the tab polls over HTTP.
pub(super) const FAILURES_BEFORE_POLLING: usize = 5;
/// Delay between attempts while WebSockets seem to be blocked.
pub(super) const SOCKET_RETRY_MS: i32 = 30_000;
/// Upper bound of the random delay after the server has announced a restart.
pub(super) const RESTART_JITTER_MS: f64 = 1_000.0;

/// The delay after this many failed attempts in a row, with a jitter of ±20 %.
pub(crate) fn backoff_ms(failures: usize) -> i32 {
    let base = BACKOFF_MS[failures.saturating_sub(1).min(BACKOFF_MS.len() - 1)];
    (f64::from(base) * (0.8 + 0.4 * environment::random())) as i32
}

impl Live {
    /// Counts a failed attempt, schedules the next one and falls back to HTTP.
    pub(super) fn socket_failed(self) {
        let failures = self
            .link
            .try_update_value(|link| {
                link.failures += 1;
                link.failures
            })
            .unwrap_or(1);
        if !environment::is_online() {
            self.go_offline();
            return;
        }
        // Polling continues as it is.
        if self.status.get_untracked() == ConnectionStatus::Polling {
            self.retry_in(SOCKET_RETRY_MS);
            return;
        }
        if failures < FAILURES_BEFORE_POLLING {
            self.count_down(backoff_ms(failures));
        } else {
            self.retry_in(SOCKET_RETRY_MS);
        }
        self.hold_outbox();
        self.mark_http_unknown();
        // HTTP may get through, and its answer also says whether the session is still valid.
        self.poll_now();
    }

    /// Waits for the next attempt and shows the remaining seconds.
    pub(super) fn count_down(self, rest_ms: i32) {
        if rest_ms <= 0 {
            self.set_status(ConnectionStatus::Reconnecting { seconds: 0 });
            self.retry();
            return;
        }
        self.set_status(ConnectionStatus::Reconnecting { seconds: (rest_ms + 999) / 1_000 });
        let step_ms = rest_ms.min(1_000);
        self.link.update_value(|link| link.retry.set(step_ms, move || self.count_down(rest_ms - step_ms)));
    }

    pub(crate) fn retry_in(self, wait_ms: i32) {
        self.link.update_value(|link| link.retry.set(wait_ms, move || self.retry()));
    }

    /// Makes the next attempt. Where no WebSocket may be opened, a poll finds out whether the server is
    /// back.
    pub(super) fn retry(self) {
        self.connect();
        if self.link.with_value(|link| link.is_protocol_outdated) {
            self.poll_now();
        }
    }
}
