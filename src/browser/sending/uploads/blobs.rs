//! The bytes of files that wait to be sent: in memory, and in an IndexedDB of their own, since they are no strings.

use std::{cell::RefCell, collections::HashMap};

use js_sys::{Function, Promise};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, IdbDatabase, IdbRequest, IdbTransactionMode, Url};

use crate::shared::ids::{FileId, UserId};

const STORE: &str = "files";

thread_local! {
    static HELD: RefCell<HashMap<FileId, Blob>> = RefCell::default();
    /// Each is made once, and lives as long as the page.
    static URLS: RefCell<HashMap<FileId, String>> = RefCell::default();
}

/// Holds the bytes of a file that the user has chosen.
pub fn hold(id: FileId, blob: Blob) {
    HELD.with_borrow_mut(|held| drop(held.insert(id, blob)));
}

/// Lets go of a file that is not to be sent after all.
pub fn release(id: FileId) {
    HELD.with_borrow_mut(|held| drop(held.remove(&id)));
    if let Some(url) = URLS.with_borrow_mut(|urls| urls.remove(&id)) {
        Url::revoke_object_url(&url).ok();
    }
}

/// Persists a file that is held until its message is sent. Where the browser refuses, it is held as long as this page lives.
pub fn persist(viewer: Option<UserId>, id: FileId) {
    let Some(blob) = HELD.with_borrow(|held| held.get(&id).cloned()) else { return };
    spawn_local(async move {
        let Some(database) = open(viewer).await else { return };
        write(&database, id, Some(&blob)).await;
        database.close();
    });
}

/// The bytes of a file that waits to be sent, also those of an earlier page.
pub async fn get(viewer: Option<UserId>, id: FileId) -> Option<Blob> {
    if let Some(blob) = HELD.with_borrow(|held| held.get(&id).cloned()) {
        return Some(blob);
    }
    let database = open(viewer).await?;
    let blob = read(&database, id).await;
    database.close();
    let blob = blob?;
    HELD.with_borrow_mut(|held| drop(held.insert(id, blob.clone())));
    Some(blob)
}

/// Forgets the bytes of a file. Its URL stays until the page ends: the bubble may still show it.
pub fn forget(viewer: Option<UserId>, id: FileId) {
    HELD.with_borrow_mut(|held| drop(held.remove(&id)));
    spawn_local(async move {
        let Some(database) = open(viewer).await else { return };
        write(&database, id, None).await;
        database.close();
    });
}

/// Deletes all files that are stored for a user.
pub fn forget_all(viewer: UserId) {
    if let Ok(Some(factory)) = window().indexed_db() {
        factory.delete_database(&name(viewer)).ok();
    }
}

/// A URL of this page for a file that waits to be sent, if its bytes are in memory.
pub fn file_url(id: FileId) -> Option<String> {
    if let Some(url) = URLS.with_borrow(|urls| urls.get(&id).cloned()) {
        return Some(url);
    }
    let blob = HELD.with_borrow(|held| held.get(&id).cloned())?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    URLS.with_borrow_mut(|urls| drop(urls.insert(id, url.clone())));
    Some(url)
}

fn name(viewer: UserId) -> String {
    format!("stoa-files-{viewer}")
}

async fn open(viewer: Option<UserId>) -> Option<IdbDatabase> {
    let request = window().indexed_db().ok()??.open_with_u32(&name(viewer?), 1).ok()?;
    let upgraded = request.clone();
    let upgrade = Closure::once_into_js(move || {
        if let Ok(database) = upgraded.result() {
            database.unchecked_ref::<IdbDatabase>().create_object_store(STORE).ok();
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    succeeded(&request).await?.dyn_into().ok()
}

async fn read(database: &IdbDatabase, id: FileId) -> Option<Blob> {
    let store = database.transaction_with_str(STORE).ok()?.object_store(STORE).ok()?;
    succeeded(&store.get(&key(id)).ok()?).await?.dyn_into().ok()
}

async fn write(database: &IdbDatabase, id: FileId, blob: Option<&Blob>) -> Option<()> {
    let transaction = database.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite).ok()?;
    let store = transaction.object_store(STORE).ok()?;
    let request = match blob {
        Some(blob) => store.put_with_key(blob, &key(id)),
        None => store.delete(&key(id)),
    };
    succeeded(&request.ok()?).await.map(drop)
}

fn key(id: FileId) -> JsValue {
    id.to_string().into()
}

async fn succeeded(request: &IdbRequest) -> Option<JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await.ok()?;
    request.result().ok()
}
