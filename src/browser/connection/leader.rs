//! Which tab holds the connection (C3). A lock of the browser decides; it goes on by itself when
//! its tab is closed. A leader that does not answer for a second (frozen, or stuck) loses it to a
//! tab that somebody looks at, and closes its socket before it writes anything again.

use std::{cell::RefCell, collections::HashMap};

use js_sys::{Function, JsString, Object, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;

use super::tabs::TabMessage;
use crate::browser::{ConnectionStatus, Live, environment, timers::Timer};
use crate::shared::positions::SyncSeq;
use crate::shared::{
    ids::ConversationId,
    sync::changes::OpenThread,
    values::time::{SECOND, Timestamp},
};

/// How often followers that are on screen ask for the leader, and how long he may take.
const ASK_MS: i32 = 1_000;

/// A tab that comes to this so late was itself stopped meanwhile.
const LATE: i64 = 3 * SECOND / 2;

/// A tab's own number, so that others can tell it from the rest.
pub type Tab = i64;

/// Who leads, as far as this tab knows.
#[derive(Default)]
pub struct Leadership {
    /// This tab's number, made when it starts.
    tab: Tab,
    leads: bool,
    /// The browser will call when the lock is free.
    is_queued: bool,
    leader: Option<Tab>,
    /// When the leader was asked, and whether he has answered since.
    asked_at: Option<Timestamp>,
    has_answered: bool,
    /// The browser has stopped this tab, or is about to.
    is_frozen: bool,
    next: Timer,
    /// What is on the screens of the other tabs, and whether somebody looks at them.
    others: HashMap<Tab, Other>,
}

#[derive(Default)]
struct Other {
    screens: Vec<OpenThread>,
    is_attended: bool,
}

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has locks behind an unstable flag only. Fails where there are none: on plain http
    /// anywhere but on this machine.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, options: &JsValue, granted: &JsValue) -> Result<Promise, JsValue>;
}

thread_local! {
    /// Gives the lock back.
    static RELEASE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

impl Live {
    /// Whether this tab talks to the server for all tabs.
    pub(crate) fn leads(self) -> bool {
        self.lead.with_value(|lead| lead.leads)
    }

    pub(crate) fn start_leading(self) {
        self.lead.update_value(|lead| lead.tab = (environment::random() * f64::from(u32::MAX)) as Tab);
        window_event_listener_untyped("pagehide", move |_| {
            self.tell_tabs(&TabMessage::Closed { tab: self.lead.with_value(|lead| lead.tab) });
        });
        // The browser says so before it stops everything here.
        environment::on_document("freeze", move || {
            self.lead.update_value(|lead| lead.is_frozen = true);
            self.hand_over();
        });
        environment::on_document("resume", move || {
            self.lead.update_value(|lead| lead.is_frozen = false);
            self.queue_up();
        });
        self.queue_up();
    }

    /// Asks for the lock, and looks after its holder until it comes.
    pub(crate) fn queue_up(self) {
        let is_first =
            self.lead.try_update_value(|lead| !lead.leads && !std::mem::replace(&mut lead.is_queued, true));
        if is_first == Some(true) {
            self.ask_for_lock(false);
        }
        self.watch_leader();
    }

    fn ask_for_lock(self, steals: bool) {
        let Some(viewer) = self.viewer else { return };
        let granted = Closure::once_into_js(move |_lock: JsValue| self.granted(steals));
        let options = Object::new();
        let is_set = Reflect::set(&options, &JsString::from("steal"), &JsValue::from_bool(steals));
        debug_assert!(is_set.is_ok());
        match request_lock(&format!("stoa-leader-{viewer}"), &options, &granted) {
            Ok(held) => spawn_local(async move {
                // It ends well when it was given back, and badly when it was stolen.
                if JsFuture::from(held).await.is_err() {
                    self.deposed();
                }
            }),
            // No locks: each tab has a connection of its own.
            Err(_) => self.lead_on(),
        }
    }

    /// Holds the lock for as long as what this gives is not resolved.
    fn granted(self, steals: bool) -> Promise {
        let is_wanted = self.lead.try_update_value(|lead| {
            if !steals {
                lead.is_queued = false;
            }
            !lead.leads && !lead.is_frozen
        });
        if is_wanted != Some(true) || self.status.get_untracked() == ConnectionStatus::SignedOut {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        self.lead_on();
        Promise::new(&mut |resolve, _| RELEASE.set(Some(resolve)))
    }

    fn lead_on(self) {
        self.lead.update_value(|lead| {
            lead.leads = true;
            lead.leader = None;
            lead.next.clear();
            // Each tab answers to the announcement.
            lead.others.clear();
        });
        self.set_status(ConnectionStatus::Connecting);
        self.connect();
        spawn_local(async move {
            // Also what a tab wrote down that is gone.
            self.restore_outbox().await;
            self.wake_outbox();
        });
    }

    /// Another tab has taken the lock.
    fn deposed(self) {
        RELEASE.set(None);
        self.step_down();
        self.queue_up();
    }

    /// Lets another tab lead.
    pub(crate) fn hand_over(self) {
        self.step_down();
        if let Some(release) = RELEASE.take() {
            drop(release.call0(&JsValue::UNDEFINED));
        }
    }

    fn step_down(self) {
        self.lead.update_value(|lead| {
            lead.leads = false;
            lead.next.clear();
        });
        self.end_connection();
    }

    /// Says to the other tabs how the connection stands.
    pub(crate) fn announce(self) {
        if self.leads() {
            let tab = self.lead.with_value(|lead| lead.tab);
            let head = self.inbox.with_untracked(|inbox| inbox.head);
            self.tell_tabs(&TabMessage::Leader { tab, status: self.status.get_untracked(), head });
        }
    }

    pub(crate) fn hear_leader(self, tab: Tab, status: ConnectionStatus, head: SyncSeq) {
        if self.leads() || !self.is_still_viewer() {
            return;
        }
        let is_new = self.lead.try_update_value(|lead| {
            lead.has_answered = true;
            lead.leader.replace(tab) != Some(tab)
        });
        if is_new == Some(true) {
            self.tell_screens();
        }
        self.follow(status, head);
    }

    /// What the leader's connection means for this tab, which has a cursor of its own.
    fn follow(self, status: ConnectionStatus, head: SyncSeq) {
        let before = self.status.get_untracked();
        if status != before {
            if status == ConnectionStatus::Live {
                self.forget_presence();
                self.stop_polling();
            }
            self.status.set(status);
            if before == ConnectionStatus::SignedOut {
                self.queue_up();
            }
        }
        let is_behind = self.inbox.with_untracked(|inbox| inbox.head < head);
        let begins_to_poll = status == ConnectionStatus::Polling && status != before;
        if is_behind || begins_to_poll {
            self.poll_now();
        }
    }

    /// Asks for the leader each second while somebody may be looking, and takes his place if he
    /// does not answer.
    pub(crate) fn watch_leader(self) {
        if self.leads() || self.status.get_untracked() == ConnectionStatus::SignedOut {
            return;
        }
        let is_visible = environment::is_visible();
        let now = environment::now();
        let is_missing = self.lead.try_update_value(|lead| {
            // Where this tab itself has slept, the answer may still be on its way.
            let is_due = |Timestamp(at): Timestamp| now.0 - at < LATE;
            let is_missing = lead.asked_at.is_some_and(is_due) && !lead.has_answered;
            lead.asked_at = is_visible.then_some(now);
            lead.has_answered = false;
            lead.next.set(ASK_MS, move || self.watch_leader());
            is_missing
        });
        if is_visible {
            if is_missing == Some(true) {
                self.ask_for_lock(true);
            }
            self.tell_tabs(&TabMessage::Ping);
        }
    }

    /// Tells the leader what is on screen here.
    pub(crate) fn tell_screens(self) {
        if !self.leads() {
            let tab = self.lead.with_value(|lead| lead.tab);
            let screens = self.open_threads();
            self.tell_tabs(&TabMessage::Screens {
                tab,
                screens,
                is_attended: self.is_attended.get_untracked(),
            });
        }
    }

    /// Another tab shows these now. What it did not show before is joined, what nobody shows any
    /// more is left.
    pub(crate) fn take_screens(self, tab: Tab, screens: Vec<OpenThread>, is_attended: bool) {
        if !self.leads() {
            return;
        }
        let other = Other { screens: screens.clone(), is_attended };
        let before =
            self.lead.try_update_value(|lead| lead.others.insert(tab, other)).flatten().unwrap_or_default();
        for open in &screens {
            if !before.screens.contains(open) {
                self.join_at(*open);
            }
        }
        for gone in before.screens {
            self.part(gone.conversation);
        }
    }

    pub(crate) fn is_attended_anywhere(self) -> bool {
        self.is_attended.get_untracked()
            || self.lead.with_value(|lead| lead.others.values().any(|other| other.is_attended))
    }

    pub(crate) fn shown_elsewhere(self) -> Vec<OpenThread> {
        self.lead.with_value(|lead| lead.others.values().flat_map(|other| other.screens.clone()).collect())
    }

    pub(crate) fn is_shown_elsewhere(self, id: ConversationId) -> bool {
        self.shown_elsewhere().iter().any(|open| open.conversation == id)
    }
}
