//! Asks for news by HTTP: where no socket can be had, and wherever something was missed. The same
//! cursor, the same news, the same [`Live::apply`].

use leptos::{prelude::*, task::spawn_local};

use super::backoff_ms;
use crate::browser::{
    ConnectionStatus, Live, environment,
    timers::{Timer, after},
};
use crate::{
    api::messages::poll_messages,
    shared::{
        errors::{ApiError, ErrorCode},
        sync::changes::{Applied, Poll},
    },
};

/// A12: with a conversation on screen, without one, and in a hidden tab.
const OPEN_MS: i32 = 3_000;
const IDLE_MS: i32 = 10_000;
const HIDDEN_MS: i32 = 30_000;
/// After news the next question comes soon: its cursor is how the other side learns that its
/// messages have arrived.
const RECEIPT_MS: i32 = 1_000;
/// An answer that takes longer counts as none; if it comes after all, its news are still taken.
const PATIENCE_MS: i32 = 20_000;

/// Where polling stands.
#[derive(Default)]
pub struct Pace {
    timer: Timer,
    /// The question that waits for its answer; each has its own number.
    running: Option<u32>,
    asked: u32,
    /// Something happened meanwhile: ask again at once.
    is_again_wanted: bool,
    /// In a row.
    failures: usize,
    /// HTTP got through when it was last tried, and no socket broke since.
    is_answered: bool,
}

impl Live {
    /// There may be news: asks, unless they come by themselves.
    pub fn refresh(self) {
        if !self.is_live() {
            self.poll_now();
        }
    }

    /// Asks for news at once; if a question is under way, right after its answer.
    pub(crate) fn poll_now(self) {
        if self.viewer.is_none() || !self.is_awake.get_untracked() {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let number = self.pace.try_update_value(|pace| {
            if pace.running.is_some() {
                pace.is_again_wanted = true;
                return None;
            }
            pace.timer.clear();
            pace.asked += 1;
            pace.is_again_wanted = false;
            pace.running = Some(pace.asked);
            pace.running
        });
        if let Some(number) = number.flatten() {
            self.ask(number);
        }
    }

    pub(crate) fn stop_polling(self) {
        self.pace.update_value(|pace| {
            pace.timer.clear();
            pace.failures = 0;
        });
    }

    /// Whether HTTP gets through, as far as anybody knows.
    pub(crate) fn is_answered(self) -> bool {
        self.pace.with_value(|pace| pace.is_answered)
    }

    /// Something broke: HTTP has to show anew that it gets through.
    pub(crate) fn doubt(self) {
        self.pace.update_value(|pace| pace.is_answered = false);
    }

    fn ask(self, number: u32) {
        let (epoch, since) = self.inbox.with_untracked(|inbox| (inbox.epoch.clone(), inbox.head));
        let open = self.open_thread();
        after(PATIENCE_MS, move || self.answered(number, Err(ApiError::unreachable())));
        spawn_local(async move {
            let answer = poll_messages(epoch, since, open).await;
            self.answered(number, answer);
        });
    }

    fn answered(self, number: u32, answer: Result<Poll, ApiError>) {
        let (mut is_more, mut is_news) = (false, false);
        match &answer {
            Ok(Poll::News { epoch, change, more }) => {
                let is_ours = self.inbox.with_untracked(|inbox| inbox.epoch == *epoch);
                let applied = if is_ours { self.apply(change) } else { Applied::Known };
                is_more = *more;
                // Behind: something was missed, and the next question brings it.
                is_news = applied != Applied::Known;
            }
            Ok(Poll::Reset { .. }) => self.reset(),
            Err(_) => {}
        }
        let is_awaited = self.pace.with_value(|pace| pace.running == Some(number));
        if !is_awaited {
            return;
        }
        self.pace.update_value(|pace| pace.running = None);
        match answer {
            Ok(_) => self.reached(is_more, is_news),
            Err(error) if error.code == ErrorCode::SignedOut => self.signed_out(),
            Err(_) => self.missed(),
        }
    }

    fn reached(self, is_more: bool, is_news: bool) {
        let (had_failed, is_again_wanted) = self
            .pace
            .try_update_value(|pace| {
                pace.is_answered = true;
                (std::mem::take(&mut pace.failures) > 0, pace.is_again_wanted)
            })
            .unwrap_or_default();
        let before = self.status.get_untracked();
        if self.leads() && self.has_given_up() && before != ConnectionStatus::Polling {
            self.set_status(ConnectionStatus::Polling);
        }
        if !matches!(before, ConnectionStatus::Live | ConnectionStatus::Polling) {
            self.wake();
        }
        if before == ConnectionStatus::SignedOut {
            self.set_status(ConnectionStatus::Connecting);
            self.queue_up();
        }
        // The server is there again: perhaps its socket too.
        if had_failed {
            self.connect();
        }
        if is_more || is_again_wanted {
            self.poll_now();
        } else if self.status.get_untracked() == ConnectionStatus::Polling {
            let wait_ms = self.interval_ms();
            self.poll_in(if is_news { wait_ms.min(RECEIPT_MS) } else { wait_ms });
        }
    }

    fn missed(self) {
        let failures = self
            .pace
            .try_update_value(|pace| {
                pace.is_answered = false;
                pace.failures += 1;
                pace.failures
            })
            .unwrap_or(1);
        // Otherwise the next try of a socket is timed already.
        if self.leads() && self.has_given_up() {
            self.count_down(backoff_ms(failures));
        } else if matches!(self.status.get_untracked(), ConnectionStatus::Live | ConnectionStatus::Polling) {
            self.poll_in(backoff_ms(failures));
        }
    }

    fn poll_in(self, wait_ms: i32) {
        self.pace.update_value(|pace| pace.timer.set(wait_ms, move || self.poll_now()));
    }

    fn interval_ms(self) -> i32 {
        if !environment::is_visible() {
            HIDDEN_MS
        } else if self.has_screens() {
            OPEN_MS
        } else {
            IDLE_MS
        }
    }
}
