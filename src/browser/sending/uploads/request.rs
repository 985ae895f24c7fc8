//! The requests of an upload (tus 1.0.0).

use js_sys::{JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::shared::{
    ids::{ConversationId, FileId},
    messages::files::MessageFile,
};

const PATH: &str = "/api/files";

/// Why a file was not sent.
pub enum Failure {
    /// The same may succeed later.
    Passing,
    /// It never will, for this reason.
    Final(String),
}

pub enum SendFailure {
    /// The file has come up to elsewhere.
    OtherPosition,
    Other(Failure),
}

/// How far a file has come.
pub struct Progress {
    pub received: f64,
    state: String,
    /// Why the server does not take it.
    pub refusal: Option<String>,
}

impl Progress {
    pub fn is_receiving(&self) -> bool {
        self.state == "receiving"
    }

    pub fn is_checking(&self) -> bool {
        self.state == "checking"
    }

    async fn of(response: &Response) -> Option<Self> {
        let json = body(response).await?;
        Some(Self {
            received: get(&json, "received").as_f64()?,
            state: get(&json, "state").as_string()?,
            refusal: get(&json, "refusal").as_string(),
        })
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = btoa, catch)]
    fn btoa(text: &str) -> Result<String, JsValue>;
}

/// Announces a file; one that is known is described.
pub async fn announce(conversation: ConversationId, file: &MessageFile) -> Result<Progress, Failure> {
    let mut pairs = vec![
        ("id", file.id.to_string()),
        ("conversation", conversation.to_string()),
        ("filename", file.name.clone()),
        ("kind", file.kind.as_str().to_owned()),
    ];
    pairs.extend(file.alt.clone().map(|alt| ("alt", alt)));
    pairs.extend(file.duration.map(|duration| ("duration", duration.to_string())));
    pairs.extend(file.waveform.clone().map(|waveform| ("waveform", waveform)));
    let metadata: Vec<_> =
        pairs.into_iter().map(|(key, value)| format!("{key} {}", base64(&value))).collect();
    let headers = [("upload-length", file.size.to_string()), ("upload-metadata", metadata.join(","))];
    let response = fetch("POST", PATH, &headers, &JsValue::UNDEFINED).await.map_err(|()| Failure::Passing)?;
    progress(&response).await
}

/// How far a file has come.
pub async fn describe(id: FileId) -> Result<Progress, Failure> {
    let response = fetch("GET", &format!("{PATH}/{id}"), &[], &JsValue::UNDEFINED)
        .await
        .map_err(|()| Failure::Passing)?;
    progress(&response).await
}

/// Sends bytes from one position up to before another. Returns up to where the file has come.
pub async fn send(id: FileId, blob: &Blob, from: f64, to: f64) -> Result<f64, SendFailure> {
    let passing = || SendFailure::Other(Failure::Passing);
    let bytes = blob.slice_with_f64_and_f64(from, to).map_err(|_| passing())?;
    let headers =
        [("content-type", "application/offset+octet-stream".to_owned()), ("upload-offset", from.to_string())];
    let response = fetch("PATCH", &format!("{PATH}/{id}"), &headers, &bytes).await.map_err(|()| passing())?;
    if response.status() == 409 {
        return Err(SendFailure::OtherPosition);
    }
    if !response.ok() {
        return Err(SendFailure::Other(failure(&response).await));
    }
    let offset = response.headers().get("upload-offset").ok().flatten();
    offset.and_then(|offset| offset.parse().ok()).ok_or_else(passing)
}

/// Deletes a file that is not sent after all.
pub async fn cancel(id: FileId) {
    fetch("DELETE", &format!("{PATH}/{id}"), &[], &JsValue::UNDEFINED).await.ok();
}

async fn progress(response: &Response) -> Result<Progress, Failure> {
    if !response.ok() {
        return Err(failure(response).await);
    }
    Progress::of(response).await.ok_or(Failure::Passing)
}

/// Whoever is signed out goes on once they are back.
async fn failure(response: &Response) -> Failure {
    let is_passing = matches!(response.status(), 401 | 429 | 500..);
    let title = body(response).await.and_then(|json| get(&json, "title").as_string());
    match title {
        Some(title) if !is_passing => Failure::Final(title),
        _ => Failure::Passing,
    }
}

async fn body(response: &Response) -> Option<JsValue> {
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    JSON::parse(&text).ok()
}

async fn fetch(method: &str, url: &str, headers: &[(&str, String)], body: &JsValue) -> Result<Response, ()> {
    let (options, named) = (Object::new(), Object::new());
    let set = |object: &Object, name: &str, value: &JsValue| {
        Reflect::set(object, &name.into(), value).map_err(drop)
    };
    for (name, value) in headers {
        set(&named, name, &value.into())?;
    }
    set(&options, "method", &method.into())?;
    set(&options, "headers", &named)?;
    set(&options, "body", body)?;
    let fetch: js_sys::Function = get(&window(), "fetch").dyn_into().map_err(drop)?;
    let promise: Promise =
        fetch.call2(&window(), &url.into(), &options).map_err(drop)?.dyn_into().map_err(drop)?;
    JsFuture::from(promise).await.map_err(drop)?.dyn_into().map_err(drop)
}

/// Base64 of a text's UTF-8.
fn base64(text: &str) -> String {
    let bytes: String = text.bytes().map(char::from).collect();
    btoa(&bytes).unwrap_or_default()
}

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}
