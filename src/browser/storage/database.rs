//! IndexedDB of one user: strings under keys in two object stores. These few functions weigh less in wasm
//! than a library (docs/decisions/0009-browser-storage.md).

use std::cell::RefCell;

use js_sys::{Array, Function, JsString, Object, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbObjectStoreParameters, IdbRequest, IdbTransaction};

use crate::shared::ids::UserId;

const VERSION: u32 = 1;

/// The object stores. Their names are part of the stored data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectStore {
    /// Unsent messages, under auto-incremented keys.
    Outbox,
    /// Data that could be fetched again.
    Cache,
}

/// One operation of a transaction; all of them happen or none.
pub enum Write {
    /// Adds under the next auto-incremented key.
    Add(String),
    Put(JsValue, String),
    Delete(JsValue),
    Clear,
}

/// The browser refuses storage: private mode, no space, or cleared site data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageRefused;

type StorageResult<T> = Result<T, StorageRefused>;

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has the options of a transaction behind an unstable flag only.
    type Database;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Database,
        store: &str,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

thread_local! {
    /// Browser objects can't be part of `Live`, which the server moves between threads.
    static DATABASE: RefCell<Option<IdbDatabase>> = const { RefCell::new(None) };
}

/// Opens the database of this user; each user has their own. Creates the object stores if needed.
pub async fn open(viewer: UserId) -> StorageResult<()> {
    let request =
        window().indexed_db()?.ok_or(StorageRefused)?.open_with_u32(&format!("stoa-{viewer}"), VERSION)?;
    let (opened, upgraded) = (request.clone(), request.clone());
    let upgrade = Closure::once_into_js(move || {
        if let Ok(database) = upgraded.result() {
            create_object_stores(database.unchecked_ref());
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    await_callbacks(&|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await?;
    let database: IdbDatabase = opened.result()?.unchecked_into();
    let forget = Closure::once_into_js(|| {
        // A newer page wants to upgrade the database, or the site's data were cleared.
        if let Some(database) = DATABASE.take() {
            database.close();
        }
    });
    database.set_onversionchange(Some(forget.unchecked_ref()));
    database.set_onclose(Some(forget.unchecked_ref()));
    DATABASE.set(Some(database));
    Ok(())
}

/// Runs the operations in one transaction, which is committed on return. Returns the key of the last added
/// value.
pub async fn write(kind: ObjectStore, writes: Vec<Write>) -> StorageResult<Option<i64>> {
    let (transaction, store) = begin(kind, true)?;
    let mut added = None;
    for write in writes {
        match write {
            Write::Add(text) => added = Some(store.add(&text.into())?),
            Write::Put(key, text) => drop(store.put_with_key(&text.into(), &key)?),
            Write::Delete(key) => drop(store.delete(&key)?),
            Write::Clear => drop(store.clear()?),
        }
    }
    transaction_completed(&transaction).await?;
    let key = added.and_then(|request: IdbRequest| request.result().ok()?.as_f64());
    Ok(key.map(|key| key as i64))
}

/// Starts a transaction without waiting for it; errors are ignored.
pub fn write_later(kind: ObjectStore, writes: Vec<Write>) {
    spawn_local(async move {
        write(kind, writes).await.ok();
    });
}

/// The value under a key.
pub async fn get(kind: ObjectStore, key: &JsValue) -> StorageResult<Option<String>> {
    let (transaction, store) = begin(kind, false)?;
    let request = store.get(key)?;
    transaction_completed(&transaction).await?;
    Ok(request.result()?.as_string())
}

/// All keys of an object store.
pub async fn keys(kind: ObjectStore) -> StorageResult<Vec<JsValue>> {
    let (transaction, store) = begin(kind, false)?;
    let request = store.get_all_keys()?;
    transaction_completed(&transaction).await?;
    Ok(request.result()?.unchecked_into::<Array>().to_vec())
}

/// All entries of an object store, by key.
pub async fn all(kind: ObjectStore) -> StorageResult<Vec<(JsValue, String)>> {
    let (transaction, store) = begin(kind, false)?;
    let (keys, texts) = (store.get_all_keys()?, store.get_all()?);
    transaction_completed(&transaction).await?;
    let (keys, texts): (Array, Array) = (keys.result()?.unchecked_into(), texts.result()?.unchecked_into());
    Ok(keys.iter().zip(texts.iter()).filter_map(|(key, text)| Some((key, text.as_string()?))).collect())
}

fn begin(kind: ObjectStore, is_writing: bool) -> StorageResult<(IdbTransaction, IdbObjectStore)> {
    let database = DATABASE.with_borrow(Clone::clone).ok_or(StorageRefused)?;
    let options = Object::new();
    // `strict`: flushed to disk before the transaction completes, since a sent message must survive a crash
    // of the device.
    let durability = if kind == ObjectStore::Outbox { "strict" } else { "relaxed" };
    Reflect::set(&options, &JsString::from("durability"), &JsString::from(durability))?;
    let mode = if is_writing { "readwrite" } else { "readonly" };
    let transaction =
        database.unchecked_ref::<Database>().transaction(kind.name(), mode, options.unchecked_ref())?;
    let store = transaction.object_store(kind.name())?;
    Ok((transaction, store))
}

/// Waits for the end of a transaction, which commits by itself once no request is pending.
async fn transaction_completed(transaction: &IdbTransaction) -> StorageResult<()> {
    await_callbacks(&|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    })
    .await
}

async fn await_callbacks(listen: &dyn Fn(&Function, &Function)) -> StorageResult<()> {
    let promise = Promise::new(&mut |resolve, reject| listen(&resolve, &reject));
    JsFuture::from(promise).await?;
    Ok(())
}

fn create_object_stores(database: &IdbDatabase) {
    let counted = IdbObjectStoreParameters::new();
    counted.set_auto_increment(true);
    let made = database
        .create_object_store_with_optional_parameters(ObjectStore::Outbox.name(), &counted)
        .and_then(|_| database.create_object_store(ObjectStore::Cache.name()));
    debug_assert!(made.is_ok());
}

impl ObjectStore {
    fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Cache => "cache",
        }
    }
}

impl From<JsValue> for StorageRefused {
    fn from(_: JsValue) -> Self {
        Self
    }
}
