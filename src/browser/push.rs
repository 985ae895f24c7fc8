//! Web push in this browser: whether it can, and its subscription. Only a chunk calls this. The browser is asked by names,
//! so that the script of the first load does not grow with it.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Object, Promise, Reflect};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{
    environment::WebStorage,
    notifications::{Permission, permission, request_permission},
    storage::offline::{self, PUSH_ENDPOINT, PUSH_KEY},
    timers::after,
};
use crate::{api::users::push::subscribe_to_push, shared::errors::ApiError};

/// Some browsers never answer.
const SUBSCRIBE_TIMEOUT_MS: i32 = 20_000;

/// Whether this browser can be pushed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It can't: too old, a private window, or on an iPhone not opened from the Home Screen.
    Missing,
    /// The viewer has refused notifications.
    Blocked,
    Possible,
}

pub fn support() -> Support {
    let has_push = Reflect::has(&window(), &"PushManager".into()).unwrap_or(false);
    match permission() {
        _ if !has_push || offline::workers().is_none() => Support::Missing,
        Permission::Refused => Support::Blocked,
        Permission::Granted | Permission::NotAsked => Support::Possible,
    }
}

/// What the push service has given to this browser. Keys are base64url.
#[derive(Clone, Debug)]
struct BrowserSubscription {
    endpoint: String,
    p256dh: String,
    auth: String,
}

impl BrowserSubscription {
    fn read(subscription: &JsValue) -> Option<Self> {
        let json = call(subscription, "toJSON", &JsValue::UNDEFINED)?;
        let keys = Reflect::get(&json, &"keys".into()).ok()?;
        Some(Self {
            endpoint: text(&json, "endpoint")?,
            p256dh: text(&keys, "p256dh")?,
            auth: text(&keys, "auth")?,
        })
    }

    /// Tells the server, and remembers that it knows.
    async fn save(self, shows_text: Option<bool>) -> Result<(), ApiError> {
        subscribe_to_push(self.endpoint.clone(), self.p256dh, self.auth, shows_text).await?;
        WebStorage::Local.write(PUSH_ENDPOINT, &self.endpoint);
        Ok(())
    }
}

/// Subscribes for pushes of the server with this public key. Calls back with nothing if the browser refuses or does not
/// answer.
fn subscribe(public_key: String, answered: impl FnOnce(Option<BrowserSubscription>) + 'static) {
    let answered = Rc::new(Cell::new(Some(answered)));
    let late = answered.clone();
    after(SUBSCRIBE_TIMEOUT_MS, move || {
        if let Some(answered) = late.take() {
            answered(None);
        }
    });
    spawn_local(async move {
        let made = new_subscription(&public_key).await;
        if let Some(answered) = answered.take() {
            answered(made);
        }
    });
}

/// What came of wanting pushes on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    On,
    /// The viewer or the browser does not allow notifications.
    Refused,
    /// The browser could not be subscribed.
    Failed,
    /// The server did not take the subscription.
    NotSaved(ApiError),
}

/// Asks for permission, which browsers allow in an event handler only, and has this device pushed to.
pub fn turn_on(public_key: String, shows_text: bool, answered: impl FnOnce(Outcome) + 'static) {
    request_permission(move |is_granted| {
        if !is_granted {
            return answered(Outcome::Refused);
        }
        subscribe(public_key, move |made| {
            let Some(made) = made else { return answered(Outcome::Failed) };
            spawn_local(async move {
                answered(made.save(Some(shows_text)).await.map_or_else(Outcome::NotSaved, |()| Outcome::On));
            });
        });
    });
}

/// Whether this browser has a subscription for the server with this public key.
pub async fn is_subscribed(public_key: &str) -> bool {
    let Some(manager) = manager().await else { return false };
    existing(&manager).await.is_some() && is_for(public_key)
}

/// Sees to it that the server has this browser's subscription, if the viewer wants one here: browsers drop theirs after a
/// while, and a page may have been left before the server heard of the new one. What fails is tried by the next page.
pub async fn renew() {
    let Some(public_key) = WebStorage::Local.read(PUSH_KEY) else { return };
    let Some(manager) = manager().await.filter(|_| permission() == Permission::Granted) else { return };
    let current = match existing(&manager).await {
        Some(subscription) => BrowserSubscription::read(&subscription),
        None => new_subscription(&public_key).await,
    };
    let saved = WebStorage::Local.read(PUSH_ENDPOINT);
    if let Some(current) = current.filter(|current| saved.as_ref() != Some(&current.endpoint)) {
        current.save(None).await.ok();
    }
}

/// Ends the subscription, if there is one.
pub async fn unsubscribe() {
    WebStorage::Local.remove(PUSH_KEY);
    WebStorage::Local.remove(PUSH_ENDPOINT);
    if let Some(manager) = manager().await
        && let Some(subscription) = existing(&manager).await
    {
        call_async(&subscription, "unsubscribe", &JsValue::UNDEFINED).await;
    }
}

async fn new_subscription(public_key: &str) -> Option<BrowserSubscription> {
    let manager = manager().await?;
    // One for another key is of no use, and stands in the way.
    if !is_for(public_key) {
        unsubscribe().await;
    }
    let options = Object::new();
    Reflect::set(&options, &"userVisibleOnly".into(), &true.into()).ok()?;
    Reflect::set(&options, &"applicationServerKey".into(), &public_key.into()).ok()?;
    let subscription = call_async(&manager, "subscribe", &options).await?;
    WebStorage::Local.write(PUSH_KEY, public_key);
    // The server has not heard of this one.
    WebStorage::Local.remove(PUSH_ENDPOINT);
    BrowserSubscription::read(&subscription)
}

fn is_for(public_key: &str) -> bool {
    WebStorage::Local.read(PUSH_KEY).is_some_and(|key| key == public_key)
}

/// The push manager of our service worker.
async fn manager() -> Option<JsValue> {
    let registration = offline::registration().await?;
    let manager = Reflect::get(&registration, &"pushManager".into()).ok()?;
    (!manager.is_undefined()).then_some(manager)
}

async fn existing(manager: &JsValue) -> Option<JsValue> {
    call_async(manager, "getSubscription", &JsValue::UNDEFINED).await.filter(|found| !found.is_null())
}

async fn call_async(on: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    JsFuture::from(call(on, method, argument)?.unchecked_into::<Promise>()).await.ok()
}

fn call(on: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    let method = Reflect::get(on, &method.into()).ok()?;
    method.unchecked_into::<Function>().call1(on, argument).ok()
}

fn text(object: &JsValue, field: &str) -> Option<String> {
    Reflect::get(object, &field.into()).ok()?.as_string()
}
