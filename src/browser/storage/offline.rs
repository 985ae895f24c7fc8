//! Starting without the server: a worker beside the pages keeps the site's files, and this keeps
//! who is signed in, from which the app then starts (docs/decisions/0012-offline.md). Only while
//! somebody is: signing out takes both away.

use js_sys::Reflect;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

use crate::browser::environment::{self, Area};
use crate::shared::page::session::PageSession;

const SESSION: &str = "stoa-session";
const WORKER: &str = "/service-worker.js";

/// What the last page of this browser started from; nobody where that is not known.
pub fn kept_session() -> PageSession {
    let kept = Area::Browser.read(SESSION).and_then(|text| serde_json::from_str(&text).ok());
    PageSession { now: environment::now(), ..kept.unwrap_or_default() }
}

/// Prepares for the next start, once the page has come.
pub(crate) fn prepare(session: &PageSession) {
    if session.viewer.is_none() {
        spawn_local(forget());
        return;
    }
    if let Ok(text) = serde_json::to_string(session) {
        // Where it is refused the next start needs the server.
        Area::Browser.write(SESSION, &text);
    }
    // A page in development changes too often to be kept.
    if let Some(workers) = workers().filter(|_| !cfg!(debug_assertions)) {
        let registered = workers.register(WORKER);
        // Private mode, or no network just now: the next page tries again.
        spawn_local(async move { drop(JsFuture::from(registered).await) });
    }
}

/// Without anybody signed in, nothing starts without the server.
pub(crate) async fn forget() {
    Area::Browser.remove(SESSION);
    let Some(workers) = workers() else { return };
    let Ok(found) = JsFuture::from(workers.get_registration()).await else { return };
    if found.is_undefined() {
        return;
    }
    if let Ok(gone) = ServiceWorkerRegistration::from(found).unregister() {
        drop(JsFuture::from(gone).await);
    }
}

/// Nothing where the browser has none to offer: without https, or in private mode.
fn workers() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let is_there = Reflect::has(&navigator, &JsValue::from_str("serviceWorker"));
    is_there.unwrap_or(false).then(|| navigator.service_worker())
}
