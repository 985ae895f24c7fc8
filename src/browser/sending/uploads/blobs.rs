//! The bytes of files that wait to be sent: in memory, and in an IndexedDB of their own, since they are no strings.

use std::{cell::RefCell, collections::HashMap};

use js_sys::{Function, Promise};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;

use crate::{
    browser::environment::js::{call, get, set},
    shared::ids::{FileId, UserId},
};

const STORE: &str = "files";

thread_local! {
    /// `Blob`s.
    static HELD: RefCell<HashMap<FileId, JsValue>> = RefCell::default();
    /// Each is made once, and lives as long as the page.
    static URLS: RefCell<HashMap<FileId, String>> = RefCell::default();
}

/// Holds the bytes of a file that the user has chosen.
pub fn hold(id: FileId, blob: JsValue) {
    HELD.with_borrow_mut(|held| drop(held.insert(id, blob)));
}

/// Lets go of a file that is not to be sent after all.
pub fn release(id: FileId) {
    HELD.with_borrow_mut(|held| drop(held.remove(&id)));
    if let Some(url) = URLS.with_borrow_mut(|urls| urls.remove(&id)) {
        call(&get(&window(), "URL"), "revokeObjectURL", &[url.into()]);
    }
}

/// Persists a file that is held until its message is sent. Where the browser refuses, it is held as long as this page lives.
pub fn persist(viewer: Option<UserId>, id: FileId) {
    let Some(blob) = HELD.with_borrow(|held| held.get(&id).cloned()) else { return };
    spawn_local(async move {
        let Some(database) = open(viewer).await else { return };
        write(&database, "put", &[blob, key(id)]).await;
        call(&database, "close", &[]);
    });
}

/// The bytes of a file that waits to be sent, also those of an earlier page.
pub async fn find(viewer: Option<UserId>, id: FileId) -> Option<JsValue> {
    if let Some(blob) = HELD.with_borrow(|held| held.get(&id).cloned()) {
        return Some(blob);
    }
    let database = open(viewer).await?;
    let blob = read(&database, id).await;
    call(&database, "close", &[]);
    let blob = blob.filter(|blob| !blob.is_undefined())?;
    hold(id, blob.clone());
    Some(blob)
}

/// Forgets the bytes of a file. Its URL stays until the page ends: the bubble may still show it.
pub fn forget(viewer: Option<UserId>, id: FileId) {
    HELD.with_borrow_mut(|held| drop(held.remove(&id)));
    spawn_local(async move {
        let Some(database) = open(viewer).await else { return };
        write(&database, "delete", &[key(id)]).await;
        call(&database, "close", &[]);
    });
}

/// A URL of this page for a file that waits to be sent, if its bytes are in memory.
pub fn file_url(id: FileId) -> Option<String> {
    if let Some(url) = URLS.with_borrow(|urls| urls.get(&id).cloned()) {
        return Some(url);
    }
    let blob = HELD.with_borrow(|held| held.get(&id).cloned())?;
    let url = call(&get(&window(), "URL"), "createObjectURL", &[blob])?.as_string()?;
    URLS.with_borrow_mut(|urls| drop(urls.insert(id, url.clone())));
    Some(url)
}

async fn open(viewer: Option<UserId>) -> Option<JsValue> {
    let factory = get(&window(), "indexedDB");
    let request = call(&factory, "open", &[super::database_name(viewer?).into(), 1.into()])?;
    let upgraded = request.clone();
    let upgrade = Closure::once_into_js(move || {
        call(&get(&upgraded, "result"), "createObjectStore", &[STORE.into()]);
    });
    set(&request, "onupgradeneeded", &upgrade);
    succeeded(&request).await
}

async fn read(database: &JsValue, id: FileId) -> Option<JsValue> {
    let transaction = call(database, "transaction", &[STORE.into()])?;
    let store = call(&transaction, "objectStore", &[STORE.into()])?;
    succeeded(&call(&store, "get", &[key(id)])?).await
}

async fn write(database: &JsValue, method: &str, arguments: &[JsValue]) -> Option<()> {
    let transaction = call(database, "transaction", &[STORE.into(), "readwrite".into()])?;
    let store = call(&transaction, "objectStore", &[STORE.into()])?;
    succeeded(&call(&store, method, arguments)?).await.map(drop)
}

fn key(id: FileId) -> JsValue {
    id.to_string().into()
}

async fn succeeded(request: &JsValue) -> Option<JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        set(request, "onsuccess", &resolve);
        set(request, "onerror", &reject);
    });
    JsFuture::from(promise).await.ok()?;
    Some(get(request, "result"))
}
