//! The connection to the server: its socket, and when it is opened again.
//!
//! A socket that breaks is tried again after 1, 2, 4, 8, 16 seconds. After five failures in a row
//! the tab asks for news by HTTP from time to time (`polling`) and tries a socket each 30 s.

pub mod leader;
pub mod open_threads;
pub mod polling;
pub mod socket;
pub mod status;
pub mod tabs;

use leptos::prelude::*;

use super::{ConnectionStatus, Live, environment, timers::Timer};
use crate::shared::positions::SyncSeq;
use crate::shared::{
    ids::UserId,
    sync::{
        changes::{Applied, Change},
        wire::{PROTOCOL, ToClient, ToServer, close},
    },
};
use tabs::{TabMessage, relay};

/// C4: waiting times after failures in a row.
const BACKOFF_MS: [i32; 6] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/// After so many failures in a row news are asked for by HTTP.
const FAILURES: usize = 5;
/// Between two tries where sockets don't seem to get through.
const RETRY_MS: i32 = 30_000;
/// C2: how often the server is asked whether it is still there, and how long it may take.
const HEARTBEAT_MS: i32 = 30_000;
const ANSWER_MS: i32 = 10_000;
/// So that the browsers of a server that restarts don't come back all at once.
const SCATTER_MS: f64 = 1_000.0;
/// A pong can overtake the news that it tells of by this much.
const OVERTAKEN_MS: i32 = 1_000;

/// Where the socket stands.
#[derive(Default)]
pub struct Link {
    is_started: bool,
    stage: Stage,
    /// In a row.
    failures: usize,
    /// Something has come in since the last ping.
    has_heard: bool,
    /// The server speaks a newer protocol: no socket any more until the page is loaded anew.
    is_too_old: bool,
    /// The next try, the next ping, and the end of patience.
    retry: Timer,
    beat: Timer,
    watch: Timer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Closed,
    /// Until the server has said welcome.
    Opening,
    Live,
}

/// The wait after so many failures in a row, up to a fifth shorter or longer.
pub(super) fn backoff_ms(failures: usize) -> i32 {
    let base = BACKOFF_MS[failures.saturating_sub(1).min(BACKOFF_MS.len() - 1)];
    (f64::from(base) * (0.8 + 0.4 * environment::random())) as i32
}

impl Live {
    /// Looks after the connection for as long as the page lives.
    pub(super) fn start_connection(self) {
        let is_first = self.link.try_update_value(|link| !std::mem::replace(&mut link.is_started, true));
        if is_first != Some(true) {
            return;
        }
        self.is_restored.set(true);
        environment::on_attention(move || self.attend());
        window_event_listener_untyped("online", move |_| self.try_now());
        window_event_listener_untyped("offline", move |_| self.go_offline());
        // Another person signs in in another tab: this one must not go on in his name.
        window_event_listener_untyped("storage", move |_| {
            if !self.is_still_viewer() {
                self.signed_out();
            }
        });
        self.start_leading();
    }

    /// What "Try now" does, and what happens when the network is back: nothing waits any longer.
    pub fn try_now(self) {
        if !self.leads() {
            self.tell_tabs(&TabMessage::TryNow);
            return;
        }
        // Where sockets don't get through at all, one more try is enough.
        self.link.update_value(|link| {
            if !link.has_given_up() {
                link.failures = 0;
            }
        });
        self.hurry();
        self.wake();
    }

    /// Somebody came back to this tab or left it.
    fn attend(self) {
        self.is_attended.set(environment::is_attended());
        self.tell_screens();
        if environment::is_visible() {
            self.hurry();
        } else if self.is_outdated.get_untracked() && !environment::is_filled_in() {
            environment::reload();
        }
    }

    /// Finds out at once how things stand.
    fn hurry(self) {
        let is_live = self.is_live();
        if self.status.get_untracked() == ConnectionStatus::SignedOut {
            self.poll_now();
        } else if !self.leads() {
            self.watch_leader();
            if !is_live {
                self.tell_tabs(&TabMessage::TryNow);
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

    /// Opens a socket, unless there is one, another tab has it, or the server has outgrown this page.
    pub(super) fn connect(self) {
        if !self.leads() {
            return;
        }
        if !self.is_still_viewer() {
            self.signed_out();
            return;
        }
        let is_wanted = self.link.try_update_value(|link| {
            link.retry.clear();
            let is_wanted = link.stage == Stage::Closed && !link.is_too_old;
            if is_wanted {
                link.stage = Stage::Opening;
                link.watch.set(ANSWER_MS, move || self.hang_up());
            }
            is_wanted
        });
        if is_wanted == Some(true) && !self.open_socket() {
            self.hang_up();
        }
    }

    /// The socket is open: says from where news is wanted.
    pub(super) fn greet(self) {
        let hello = self.inbox.with_untracked(|inbox| ToServer::Hello {
            epoch: inbox.epoch.clone(),
            head: inbox.head,
            protocol: PROTOCOL,
        });
        self.say(&hello);
    }

    /// What the server says, to the tab that holds the connection.
    pub(super) fn hear(self, frame: ToClient, text: &str) {
        self.link.update_value(|link| link.has_heard = true);
        match frame {
            ToClient::Welcome { user, site, .. } => {
                relay(text);
                self.compare(&site);
                self.welcomed(user);
            }
            ToClient::Pong { head } => self.expect_head(head),
            ToClient::Refused { id: Some(id), error } => self.answered_by_socket(id, Err(error)),
            ToClient::Refused { id: None, .. } | ToClient::Unknown => {}
            frame => {
                // First to the others: what is announced later then finds them as far.
                relay(text);
                match frame {
                    ToClient::Ack { id, message } => self.answered_by_socket(id, Ok(message)),
                    frame => self.take_in(frame),
                }
            }
        }
    }

    /// What the server says, to every tab.
    pub(super) fn take_in(self, frame: ToClient) {
        match frame {
            ToClient::Change(change) => self.take_change(&change),
            ToClient::Ack { message, .. } => self.stored(message),
            ToClient::Typing { conversation, user, is_typing } => {
                self.hear_typing(conversation, user, is_typing);
            }
            ToClient::Presence(presence) => self.hear_presence(presence),
            ToClient::Reset { .. } => self.reset(),
            ToClient::Welcome { site, .. } => self.compare(&site),
            ToClient::Reload => self.outgrown(),
            ToClient::Desk => self.desk.update(|told| *told += 1),
            _ => {}
        }
    }

    /// The server may have been upgraded, or be one of several that are.
    fn compare(self, site: &str) {
        self.is_outdated.set(environment::site().is_some_and(|own| own != site));
    }

    fn welcomed(self, user: UserId) {
        if self.viewer != Some(user) {
            self.signed_out();
            return;
        }
        self.link.update_value(|link| {
            link.stage = Stage::Live;
            link.failures = 0;
            link.watch.clear();
            link.beat.set(HEARTBEAT_MS, move || self.ping());
        });
        self.stop_polling();
        self.forget_presence();
        self.set_status(ConnectionStatus::Live);
        self.join_screens();
        // Also what was known before: rendering a page does not count as delivered.
        self.report_delivered();
        self.wake();
    }

    /// Whatever waited for the connection goes out.
    pub(super) fn wake(self) {
        if self.leads() {
            self.resend_marks();
            self.wake_outbox();
        }
    }

    fn take_change(self, change: &Change) {
        match self.apply(change) {
            Applied::Yes => self.report_delivered(),
            Applied::Known => {}
            Applied::Behind => self.poll_now(),
        }
    }

    /// Asks whether the server is still there. Its answer says where the news stand, too (C13).
    fn ping(self) {
        self.link.update_value(|link| {
            link.has_heard = false;
            link.beat.set(HEARTBEAT_MS, move || self.ping());
            link.watch.set(ANSWER_MS, move || {
                if !self.link.with_value(|link| link.has_heard) {
                    self.hang_up();
                }
            });
        });
        self.say(&ToServer::Ping);
    }

    fn expect_head(self, head: SyncSeq) {
        let is_behind = move || self.inbox.with_untracked(|inbox| inbox.head < head);
        if is_behind() {
            crate::browser::timers::after(OVERTAKEN_MS, move || {
                if is_behind() {
                    self.poll_now();
                }
            });
        }
    }

    /// The socket is of no use any more.
    pub(super) fn hang_up(self) {
        socket::close_socket();
        self.lost(0);
    }

    /// The socket has ended, with this code.
    pub(super) fn lost(self, code: u16) {
        let was_live = self.link.with_value(|link| link.stage == Stage::Live);
        self.leave_socket();
        match code {
            close::SIGNED_OUT => self.signed_out(),
            close::GOING_AWAY if was_live => {
                self.set_status(ConnectionStatus::Reconnecting { seconds: 0 });
                self.retry_in((environment::random() * SCATTER_MS) as i32);
            }
            _ => self.missed_socket(),
        }
    }

    fn missed_socket(self) {
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
        // Polling goes on as it is.
        if self.status.get_untracked() == ConnectionStatus::Polling {
            self.retry_in(RETRY_MS);
            return;
        }
        if failures < FAILURES {
            self.count_down(backoff_ms(failures));
        } else {
            self.retry_in(RETRY_MS);
        }
        self.hold_outbox();
        self.doubt();
        // HTTP may get through, and knows whether the session holds.
        self.poll_now();
    }

    /// Waits for the next try and says so each second.
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

    pub(super) fn retry_in(self, wait_ms: i32) {
        self.link.update_value(|link| link.retry.set(wait_ms, move || self.retry()));
    }

    /// The wait is over. Where there is no socket to be had, HTTP says whether the server is there again.
    fn retry(self) {
        self.connect();
        if self.link.with_value(|link| link.is_too_old) {
            self.poll_now();
        }
    }

    /// The device says that it has no network. Open sockets would only find out much later.
    fn go_offline(self) {
        if !self.leads() {
            return;
        }
        self.end_connection();
        self.set_status(ConnectionStatus::Offline);
        self.hold_outbox();
        // It may be wrong.
        self.retry_in(RETRY_MS);
    }

    /// The session is over. What is typed and unsent stays where it is.
    pub fn signed_out(self) {
        self.end_connection();
        self.set_status(ConnectionStatus::SignedOut);
        self.hold_outbox();
        // Whoever signs in next finds nobody in the way.
        self.hand_over();
    }

    /// Nothing more is tried by this tab.
    pub(super) fn end_connection(self) {
        self.leave_socket();
        self.link.update_value(|link| link.retry.clear());
        self.stop_polling();
    }

    /// The server speaks a newer protocol. The page is loaded anew when nobody is looking; until
    /// then it polls, which changes more seldom.
    fn outgrown(self) {
        self.is_outdated.set(true);
        self.leave_socket();
        self.link.update_value(|link| {
            link.is_too_old = true;
            link.failures = FAILURES;
        });
        if self.leads() {
            self.set_status(ConnectionStatus::Polling);
            // Also what was on the socket.
            self.wake();
            self.poll_now();
        }
    }

    /// Ends the socket on this side, without a word about what comes next.
    pub(super) fn leave_socket(self) {
        socket::close_socket();
        self.link.update_value(|link| {
            link.stage = Stage::Closed;
            link.beat.clear();
            link.watch.clear();
        });
        self.lose_flights();
    }

    /// Whether sockets don't seem to get through, so that polling has to do.
    pub(super) fn has_given_up(self) -> bool {
        self.link.with_value(Link::has_given_up)
    }
}

impl Link {
    fn has_given_up(&self) -> bool {
        self.failures >= FAILURES
    }
}
