//! What this browser keeps of one person, in IndexedDB: texts under a key, on two shelves. A few
//! functions over the browser's own interface, which weigh less than a library for it
//! (docs/decisions/0009-browser-storage.md).

use std::cell::RefCell;

use js_sys::{Array, Function, JsString, Object, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbObjectStoreParameters, IdbRequest, IdbTransaction};

use crate::shared::ids::UserId;

const VERSION: u32 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectStore {
    /// What is not sent yet, under numbers that the database counts up itself.
    Outbox,
    /// What could be fetched again.
    Cache,
}

/// One step of a change; all steps of a change happen, or none.
pub enum Write {
    /// Under the next number.
    Add(String),
    Put(JsValue, String),
    Delete(JsValue),
    Clear,
}

/// The browser refuses: private mode, no room, or the site's data were cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

type Kept<T> = Result<T, Refused>;

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has the options of a transaction behind an unstable flag only.
    type Database;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Database,
        shelf: &str,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

thread_local! {
    /// There is one per tab, and nothing of the browser may be part of `Live`.
    static DATABASE: RefCell<Option<IdbDatabase>> = const { RefCell::new(None) };
}

/// Opens what is kept of this person, who has a database of his own.
pub async fn open(viewer: UserId) -> Kept<()> {
    let request = window().indexed_db()?.ok_or(Refused)?.open_with_u32(&format!("stoa-{viewer}"), VERSION)?;
    let (opened, upgraded) = (request.clone(), request.clone());
    let upgrade = Closure::once_into_js(move || {
        if let Ok(database) = upgraded.result() {
            make_shelves(database.unchecked_ref());
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    settled(&|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    })
    .await?;
    let database: IdbDatabase = opened.result()?.unchecked_into();
    let forget = Closure::once_into_js(|| {
        // A newer page wants to change it, or the site's data are gone.
        if let Some(database) = DATABASE.take() {
            database.close();
        }
    });
    database.set_onversionchange(Some(forget.unchecked_ref()));
    database.set_onclose(Some(forget.unchecked_ref()));
    DATABASE.set(Some(database));
    Ok(())
}

/// Makes a change; it is on disk when this returns. Gives the number of what was added last.
pub async fn write(shelf: ObjectStore, writes: Vec<Write>) -> Kept<Option<i64>> {
    let (transaction, store) = begin(shelf, true)?;
    let mut added = None;
    for write in writes {
        match write {
            Write::Add(text) => added = Some(store.add(&text.into())?),
            Write::Put(key, text) => drop(store.put_with_key(&text.into(), &key)?),
            Write::Delete(key) => drop(store.delete(&key)?),
            Write::Clear => drop(store.clear()?),
        }
    }
    finished(&transaction).await?;
    let key = added.and_then(|request: IdbRequest| request.result().ok()?.as_f64());
    Ok(key.map(|key| key as i64))
}

/// Makes a change for which nothing waits, and which may fail.
pub fn write_later(shelf: ObjectStore, writes: Vec<Write>) {
    spawn_local(async move {
        write(shelf, writes).await.ok();
    });
}

/// What is kept under one key.
pub async fn get(shelf: ObjectStore, key: &JsValue) -> Kept<Option<String>> {
    let (transaction, store) = begin(shelf, false)?;
    let request = store.get(key)?;
    finished(&transaction).await?;
    Ok(request.result()?.as_string())
}

/// All keys of a shelf.
pub async fn keys(shelf: ObjectStore) -> Kept<Vec<JsValue>> {
    let (transaction, store) = begin(shelf, false)?;
    let request = store.get_all_keys()?;
    finished(&transaction).await?;
    Ok(request.result()?.unchecked_into::<Array>().to_vec())
}

/// Everything on a shelf, by key.
pub async fn all(shelf: ObjectStore) -> Kept<Vec<(JsValue, String)>> {
    let (transaction, store) = begin(shelf, false)?;
    let (keys, texts) = (store.get_all_keys()?, store.get_all()?);
    finished(&transaction).await?;
    let (keys, texts): (Array, Array) = (keys.result()?.unchecked_into(), texts.result()?.unchecked_into());
    Ok(keys.iter().zip(texts.iter()).filter_map(|(key, text)| Some((key, text.as_string()?))).collect())
}

fn begin(shelf: ObjectStore, is_writing: bool) -> Kept<(IdbTransaction, IdbObjectStore)> {
    let database = DATABASE.with_borrow(Clone::clone).ok_or(Refused)?;
    let options = Object::new();
    // On disk before anything else happens: what was sent must survive a crash of the device.
    let durability = if shelf == ObjectStore::Outbox { "strict" } else { "relaxed" };
    Reflect::set(&options, &JsString::from("durability"), &JsString::from(durability))?;
    let mode = if is_writing { "readwrite" } else { "readonly" };
    let transaction =
        database.unchecked_ref::<Database>().transaction(shelf.name(), mode, options.unchecked_ref())?;
    let store = transaction.object_store(shelf.name())?;
    Ok((transaction, store))
}

/// A transaction ends by itself when nothing more is asked of it.
async fn finished(transaction: &IdbTransaction) -> Kept<()> {
    settled(&|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    })
    .await
}

async fn settled(listen: &dyn Fn(&Function, &Function)) -> Kept<()> {
    let promise = Promise::new(&mut |resolve, reject| listen(&resolve, &reject));
    JsFuture::from(promise).await?;
    Ok(())
}

fn make_shelves(database: &IdbDatabase) {
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

impl From<JsValue> for Refused {
    fn from(_: JsValue) -> Self {
        Self
    }
}
