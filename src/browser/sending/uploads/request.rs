//! The requests of an upload (tus 1.0.0).

use js_sys::JSON;
use leptos::prelude::window;
use wasm_bindgen::JsValue;

use crate::{
    browser::environment::js::{call, call_async, get, object},
    shared::{
        ids::{ConversationId, FileId},
        messages::files::MessageFile,
    },
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

    async fn of(response: &JsValue) -> Option<Self> {
        let json = body(response).await?;
        Some(Self {
            received: get(&json, "received").as_f64()?,
            state: get(&json, "state").as_string()?,
            refusal: get(&json, "refusal").as_string(),
        })
    }
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
    let response = fetch("POST", PATH, &headers, None).await.ok_or(Failure::Passing)?;
    progress(&response).await
}

/// How far a file has come.
pub async fn describe(id: FileId) -> Result<Progress, Failure> {
    let response = fetch("GET", &format!("{PATH}/{id}"), &[], None).await.ok_or(Failure::Passing)?;
    progress(&response).await
}

/// Sends bytes from one position up to before another. Returns up to where the file has come.
pub async fn send(id: FileId, blob: &JsValue, from: f64, to: f64) -> Result<f64, SendFailure> {
    let passing = || SendFailure::Other(Failure::Passing);
    let bytes = call(blob, "slice", &[from.into(), to.into()]).ok_or_else(passing)?;
    let headers =
        [("content-type", "application/offset+octet-stream".to_owned()), ("upload-offset", from.to_string())];
    let response =
        fetch("PATCH", &format!("{PATH}/{id}"), &headers, Some(bytes)).await.ok_or_else(passing)?;
    if status(&response) == 409 {
        return Err(SendFailure::OtherPosition);
    }
    if !is_ok(&response) {
        return Err(SendFailure::Other(failure(&response).await));
    }
    let offset = call(&get(&response, "headers"), "get", &["upload-offset".into()]);
    offset.and_then(|offset| offset.as_string()?.parse().ok()).ok_or_else(passing)
}

/// Deletes a file that is not sent after all.
pub async fn cancel(id: FileId) {
    fetch("DELETE", &format!("{PATH}/{id}"), &[], None).await;
}

async fn progress(response: &JsValue) -> Result<Progress, Failure> {
    if !is_ok(response) {
        return Err(failure(response).await);
    }
    Progress::of(response).await.ok_or(Failure::Passing)
}

fn is_ok(response: &JsValue) -> bool {
    get(response, "ok").is_truthy()
}

fn status(response: &JsValue) -> u16 {
    get(response, "status").as_f64().unwrap_or_default() as u16
}

/// Whoever is signed out goes on once they are back.
async fn failure(response: &JsValue) -> Failure {
    let is_passing = matches!(status(response), 401 | 429 | 500..);
    let title = body(response).await.and_then(|json| get(&json, "title").as_string());
    match title {
        Some(title) if !is_passing => Failure::Final(title),
        _ => Failure::Passing,
    }
}

async fn body(response: &JsValue) -> Option<JsValue> {
    let text = call_async(response, "text", &[]).await?.as_string()?;
    JSON::parse(&text).ok()
}

async fn fetch(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: Option<JsValue>,
) -> Option<JsValue> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.into())).collect();
    let mut options = vec![("method", method.into()), ("headers", object(&headers))];
    options.extend(body.map(|body| ("body", body)));
    call_async(&window(), "fetch", &[url.into(), object(&options)]).await
}

/// Base64 of a text's UTF-8.
fn base64(text: &str) -> String {
    let bytes: String = text.bytes().map(char::from).collect();
    call(&window(), "btoa", &[bytes.into()]).and_then(|text| text.as_string()).unwrap_or_default()
}
