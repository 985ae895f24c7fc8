//! Leader election between the tabs of one browser (C3): the tab that holds a Web Lock holds the
//! connection.
//!
//! The browser passes the lock on when its tab is closed. A leader that does not answer for a second
//! (frozen or stuck) loses the lock to a visible tab, and closes its WebSocket before it writes anything
//! again.

use std::cell::RefCell;

use js_sys::{Function, JsString, Object, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;

use super::tab_message::{TabId, TabMessage};
use crate::browser::{ConnectionStatus, Live, environment};

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has the Web Locks API behind an unstable flag only. Fails where the API is missing: on
    /// plain HTTP, except on localhost.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, options: &JsValue, on_granted: &JsValue) -> Result<Promise, JsValue>;
}

thread_local! {
    /// Releases the lock.
    static RELEASE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

impl Live {
    /// Whether this tab holds the connection for all tabs.
    pub(crate) fn is_leader(self) -> bool {
        self.leadership.with_value(|leadership| leadership.is_leader)
    }

    /// Picks this tab's id, and takes part in the election until the page is left.
    pub(crate) fn start_leader_election(self) {
        self.leadership.update_value(|leadership| {
            leadership.tab = (environment::random() * f64::from(u32::MAX)) as TabId
        });
        window_event_listener_untyped("pagehide", move |_| {
            self.send_to_tabs(&TabMessage::Closed {
                tab: self.leadership.with_value(|leadership| leadership.tab),
            });
        });
        // Fired before the browser stops all scripts of this tab.
        environment::on_document("freeze", move || {
            self.leadership.update_value(|leadership| leadership.is_frozen = true);
            self.release_leadership();
        });
        environment::on_document("resume", move || {
            self.leadership.update_value(|leadership| leadership.is_frozen = false);
            self.request_leadership();
        });
        self.request_leadership();
    }

    /// Requests the lock once, and checks on its holder until it is granted.
    pub(crate) fn request_leadership(self) {
        let is_first = self.leadership.try_update_value(|leadership| {
            !leadership.is_leader && !std::mem::replace(&mut leadership.is_queued, true)
        });
        if is_first == Some(true) {
            self.request_leader_lock(false);
        }
        self.check_leader();
    }

    /// Requests the lock; `is_stealing` takes it from its holder at once.
    pub(super) fn request_leader_lock(self, is_stealing: bool) {
        let Some(viewer) = self.viewer else { return };
        let on_granted = Closure::once_into_js(move |_lock: JsValue| self.lock_granted(is_stealing));
        let options = Object::new();
        let is_set = Reflect::set(&options, &JsString::from("steal"), &JsValue::from_bool(is_stealing));
        debug_assert!(is_set.is_ok());
        match request_lock(&format!("stoa-leader-{viewer}"), &options, &on_granted) {
            Ok(held) => spawn_local(async move {
                // The promise resolves when the lock was released, and is rejected when it was stolen.
                if JsFuture::from(held).await.is_err() {
                    self.leadership_stolen();
                }
            }),
            // No Web Locks: each tab has a connection of its own.
            Err(_) => self.become_leader(),
        }
    }

    /// Takes the lead. The lock is held until the returned promise resolves.
    fn lock_granted(self, is_stealing: bool) -> Promise {
        let is_wanted = self.leadership.try_update_value(|leadership| {
            if !is_stealing {
                leadership.is_queued = false;
            }
            !leadership.is_leader && !leadership.is_frozen
        });
        if is_wanted != Some(true) || self.status.get_untracked().is_over() {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        self.become_leader();
        Promise::new(&mut |resolve, _| RELEASE.set(Some(resolve)))
    }

    fn become_leader(self) {
        self.leadership.update_value(|leadership| {
            leadership.is_leader = true;
            leadership.leader = None;
            leadership.next_check.clear();
            // Every tab reports its threads again after the announcement.
            leadership.other_tabs.clear();
        });
        self.set_status(ConnectionStatus::Connecting);
        self.connect();
        spawn_local(async move {
            // Also takes up messages that a closed tab had stored.
            self.restore_outbox().await;
            self.resume_outbox();
        });
    }

    /// Another tab has stolen the lock.
    fn leadership_stolen(self) {
        RELEASE.set(None);
        self.stop_leading();
        self.request_leadership();
    }

    /// Stops leading and releases the lock for another tab.
    pub(crate) fn release_leadership(self) {
        self.stop_leading();
        if let Some(release) = RELEASE.take() {
            drop(release.call0(&JsValue::UNDEFINED));
        }
    }

    fn stop_leading(self) {
        self.leadership.update_value(|leadership| {
            leadership.is_leader = false;
            leadership.next_check.clear();
        });
        self.end_connection();
    }
}
