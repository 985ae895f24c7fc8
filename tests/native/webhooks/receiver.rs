//! A receiver of webhooks, as a marketplace would have one: it checks each signature by other code than the server's, and answers as it
//! is told to.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
};

/// How a call is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    With(u16, HeaderName, String),
    Body(u16, String),
    /// Not before [`Receiver::release`].
    Hold,
}

/// A call that came, whatever was answered.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    pub event: Value,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap_or_default()
    }

    pub fn text(&self) -> Option<&str> {
        self.event["data"]["message"]["text"].as_str()
    }

    pub fn seq(&self) -> i64 {
        self.event["data"]["message"]["seq"].as_i64().unwrap_or_default()
    }

    pub fn conversation(&self) -> &str {
        self.event["data"]["conversation"]["id"].as_str().unwrap_or_default()
    }

    /// Whether this secret has signed it.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
        let signed = format!("{}.{}.{}", self.id(), self.header("webhook-timestamp"), self.body);
        let expected = format!("v1,{}", BASE64_STANDARD.encode(hmac_sha256(&key, signed.as_bytes())));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

/// RFC 2104, written out.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let [inner, outer] = [0x36, 0x5c].map(|pad| block.map(|byte| byte ^ pad));
    let inner = Sha256::new().chain_update(inner).chain_update(text).finalize();
    Sha256::new().chain_update(outer).chain_update(inner).finalize().to_vec()
}

type Rule = Box<dyn FnMut(&Call) -> Reply + Send>;

struct Shared {
    rule: Mutex<Rule>,
    calls: UnboundedSender<Call>,
    released: watch::Sender<bool>,
}

pub struct Receiver {
    pub url: String,
    calls: UnboundedReceiver<Call>,
    shared: Arc<Shared>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
        let (sender, calls) = unbounded_channel();
        let taken: Rule = Box::new(|_| Reply::Status(204));
        let shared =
            Arc::new(Shared { rule: Mutex::new(taken), calls: sender, released: watch::Sender::new(false) });
        let router = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, calls, shared }
    }

    /// Answers by this rule from now on.
    pub fn answer(&self, rule: impl FnMut(&Call) -> Reply + Send + 'static) {
        *self.shared.rule.lock().expect("no panic") = Box::new(rule);
    }

    /// Answers those that are held.
    pub fn release(&self) {
        self.shared.released.send_replace(true);
    }

    pub async fn next(&mut self) -> Call {
        self.calls.recv().await.expect("a call")
    }

    /// The next so many.
    pub async fn take(&mut self, count: usize) -> Vec<Call> {
        let mut calls = Vec::new();
        while calls.len() < count {
            calls.push(self.next().await);
        }
        calls
    }

    /// What has come and was not looked at.
    pub fn taken(&mut self) -> Vec<Call> {
        std::iter::from_fn(|| self.calls.try_recv().ok()).collect()
    }
}

async fn take(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    let event = serde_json::from_str(&body).expect("JSON");
    let call = Call { path: uri.path().to_owned(), headers, body, event };
    let reply = (shared.rule.lock().expect("no panic"))(&call);
    // The test may have seen enough.
    let _ = shared.calls.send(call);
    let status = |status| StatusCode::from_u16(status).expect("a status");
    match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::With(code, name, value) => (status(code), [(name, value)]).into_response(),
        Reply::Body(code, text) => {
            (status(code), [(header::CONTENT_TYPE, "text/plain")], text).into_response()
        }
        Reply::Hold => {
            let mut released = shared.released.subscribe();
            let _ = released.wait_for(|released| *released).await;
            StatusCode::NO_CONTENT.into_response()
        }
    }
}
