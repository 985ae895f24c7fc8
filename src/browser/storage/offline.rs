//! Offline start: the service worker keeps the site's files, and localStorage the page session that the app
//! starts from (docs/decisions/0012-offline.md). The end of the session removes both.

use js_sys::{Function, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

use super::database::{self, ObjectStore, Write};
use crate::browser::environment::{self, WebStorage};
use crate::shared::page::session::PageSession;

const SESSION: &str = "stoa-session";
/// localStorage key of the public key for which this browser has subscribed to pushes, as long as its user wants them.
pub(crate) const PUSH_KEY: &str = "stoa-push";
/// localStorage key of the endpoint of the subscription that the server has.
pub(crate) const PUSH_ENDPOINT: &str = "stoa-push-endpoint";
const WORKER: &str = "/service-worker.js";

/// The session of this browser's last page, with the current time; without a viewer if none is stored.
pub fn stored_session() -> PageSession {
    let stored = WebStorage::Local.read(SESSION).and_then(|text| serde_json::from_str(&text).ok());
    PageSession { now: environment::now(), ..stored.unwrap_or_default() }
}

/// Stores the session and registers the service worker. Without a viewer it removes both, and clears the cache of
/// the viewer whose session has ended since.
pub(crate) fn prepare(session: &PageSession) {
    if session.viewer.is_none() {
        let ended = stored_session().viewer;
        spawn_local(async move {
            forget().await;
            if let Some(viewer) = ended
                && database::open(viewer.id).await.is_ok()
            {
                database::write_later(ObjectStore::Cache, vec![Write::Clear]);
            }
        });
        return;
    }
    if let Ok(text) = serde_json::to_string(session) {
        // If storage is refused, the next start needs the server.
        WebStorage::Local.write(SESSION, &text);
    }
    // Files of a development build change too often to be cached.
    if let Some(workers) = workers().filter(|_| !cfg!(debug_assertions)) {
        let registered = workers.register(WORKER);
        // Private mode or no network: the next page tries again.
        spawn_local(async move { drop(JsFuture::from(registered).await) });
    }
}

/// Removes the session and the service worker: without a viewer the app can't start offline.
pub(crate) async fn forget() {
    for key in [SESSION, PUSH_KEY, PUSH_ENDPOINT] {
        WebStorage::Local.remove(key);
    }
    if let Some(Ok(gone)) = registration().await.map(|found| found.unregister()) {
        drop(JsFuture::from(gone).await);
    }
}

/// The service worker of this site. None if it is not registered.
pub(crate) async fn registration() -> Option<ServiceWorkerRegistration> {
    let found = JsFuture::from(workers()?.get_registration()).await.ok()?;
    (!found.is_undefined()).then(|| found.into())
}

/// Has the browser wake the service worker once there is a network, even if every tab is closed by then: it sends what waits
/// in the outbox. Where the browser has no background sync, the next page does.
pub(crate) fn sync_when_online() {
    spawn_local(async {
        let Some(registration) = registration().await else { return };
        // What is missing can't be asked or called, which is an error like any other.
        let register = || {
            let manager = Reflect::get(&registration, &"sync".into()).ok()?;
            let register = Reflect::get(&manager, &"register".into()).ok()?;
            register.unchecked_into::<Function>().call1(&manager, &"outbox".into()).ok()
        };
        if let Some(registered) = register() {
            // Refused in private windows, or by a setting.
            drop(JsFuture::from(registered.unchecked_into::<Promise>()).await);
        }
    });
}

/// None where the browser has no service workers: without HTTPS or in private mode.
pub(crate) fn workers() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let is_there = Reflect::has(&navigator, &JsValue::from_str("serviceWorker"));
    is_there.unwrap_or(false).then(|| navigator.service_worker())
}
