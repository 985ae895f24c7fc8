//! When this tab asks the server for news, and what it says when the server can't be reached.
//!
//! Polling is all there is for now: one question at a time, soon when somebody is looking, seldom
//! when nobody is. The socket will bring the same news through the same [`Live::apply`].

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{Live, page};
use crate::{
    api::messages::poll_messages,
    shared::{
        changes::{Applied, Poll},
        errors::{ApiError, ErrorCode},
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
const PATIENCE: Duration = Duration::from_secs(20);
/// C4: waiting times after failures in a row.
const BACKOFF_MS: [i32; 6] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// The page is new; nothing is known yet.
    #[default]
    Connecting,
    UpToDate,
    /// The device has no network.
    Offline,
    /// The server does not answer; the next try is in this many seconds.
    Reconnecting {
        seconds: i32,
    },
    /// The session has ended, or another person has signed in.
    SignedOut,
}

impl ConnectionStatus {
    pub fn word(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting…",
            Self::UpToDate => "Up to date",
            Self::Offline => "Offline",
            Self::Reconnecting { .. } => "Reconnecting…",
            Self::SignedOut => "Signed out",
        }
    }

    /// Whether messages go out and come in as far as anybody knows.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Connecting | Self::UpToDate)
    }
}

/// Where polling stands.
#[derive(Default)]
pub struct Pace {
    timer: Option<TimeoutHandle>,
    /// The question that waits for its answer; each has its own number.
    running: Option<u32>,
    asked: u32,
    /// Something happened meanwhile: ask again at once.
    is_again_wanted: bool,
    failures: usize,
}

/// The wait after so many failures in a row, up to a fifth shorter or longer, so that the
/// browsers of a server that was away don't come back all at once.
pub(super) fn backoff_ms(failures: usize) -> i32 {
    let base = BACKOFF_MS[failures.saturating_sub(1).min(BACKOFF_MS.len() - 1)];
    (f64::from(base) * (0.8 + 0.4 * page::random())) as i32
}

impl Live {
    pub fn status(self) -> Signal<ConnectionStatus> {
        self.status.into()
    }

    pub(super) fn start_polling(self) {
        page::on_attention(move || self.attend());
        window_event_listener_untyped("online", move |_| self.try_now());
        window_event_listener_untyped("offline", move |_| self.status.set(ConnectionStatus::Offline));
        self.poll_now();
    }

    /// Asks for news at once; if a question is under way, right after its answer.
    pub fn poll_now(self) {
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
            if let Some(timer) = pace.timer.take() {
                timer.clear();
            }
            pace.asked += 1;
            pace.is_again_wanted = false;
            pace.running = Some(pace.asked);
            pace.running
        });
        if let Some(number) = number.flatten() {
            self.ask(number);
        }
    }

    /// What "Try now" does, and what happens when the network is back: nothing waits any longer.
    pub fn try_now(self) {
        self.pace.update_value(|pace| pace.failures = 0);
        self.poll_now();
        self.wake_outbox();
    }

    /// The session is over. What is typed and unsent stays where it is.
    pub fn signed_out(self) {
        self.status.set(ConnectionStatus::SignedOut);
        self.pace.update_value(|pace| {
            if let Some(timer) = pace.timer.take() {
                timer.clear();
            }
        });
    }

    fn ask(self, number: u32) {
        let (epoch, since) = self.inbox.with_untracked(|inbox| (inbox.epoch.clone(), inbox.head));
        let open = self.open_thread();
        set_timeout(move || self.answered(number, Err(ApiError::unreachable())), PATIENCE);
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
        let was_fine = self.status.get_untracked() == ConnectionStatus::UpToDate;
        if !was_fine {
            self.status.set(ConnectionStatus::UpToDate);
            self.wake_outbox();
        }
        let is_again_wanted = self
            .pace
            .try_update_value(|pace| {
                pace.failures = 0;
                pace.is_again_wanted
            })
            .unwrap_or(false);
        if is_more || is_again_wanted {
            self.poll_now();
        } else {
            let wait_ms = self.interval_ms();
            self.poll_in(if is_news { wait_ms.min(RECEIPT_MS) } else { wait_ms });
        }
    }

    fn missed(self) {
        let failures = self
            .pace
            .try_update_value(|pace| {
                pace.failures += 1;
                pace.failures
            })
            .unwrap_or(1);
        self.count_down(backoff_ms(failures));
    }

    /// Waits for the next try and says so each second.
    fn count_down(self, rest_ms: i32) {
        if rest_ms <= 0 {
            self.poll_now();
            return;
        }
        self.status.set(if page::is_online() {
            ConnectionStatus::Reconnecting { seconds: (rest_ms + 999) / 1_000 }
        } else {
            ConnectionStatus::Offline
        });
        let step_ms = rest_ms.min(1_000);
        self.set_timer(step_ms, move || self.count_down(rest_ms - step_ms));
    }

    fn poll_in(self, wait_ms: i32) {
        self.set_timer(wait_ms, move || self.poll_now());
    }

    fn set_timer(self, wait_ms: i32, then: impl FnOnce() + 'static) {
        let wait = Duration::from_millis(wait_ms.max(0).unsigned_abs().into());
        let timer = set_timeout_with_handle(then, wait).ok();
        self.pace.update_value(|pace| {
            if let Some(before) = std::mem::replace(&mut pace.timer, timer) {
                before.clear();
            }
        });
    }

    fn interval_ms(self) -> i32 {
        if !page::is_visible() {
            HIDDEN_MS
        } else if self.has_screens() {
            OPEN_MS
        } else {
            IDLE_MS
        }
    }

    /// Somebody came back to this tab or left it.
    fn attend(self) {
        self.is_attended.set(page::is_attended());
        if page::is_visible() {
            self.poll_now();
        }
    }
}
