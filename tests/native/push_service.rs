//! A push service of the tests' own: it takes what is pushed, or refuses it as it is told to, and reads it as the browser
//! would, by an implementation of RFC 8291 and RFC 8292 on other primitives than the server's.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::IntoResponse,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    aead, hmac,
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use web_push_native::p256::{
    PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint,
};

/// How it answers a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer(pub u16, pub Option<u64>);

pub struct PushService {
    pub origin: String,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pushes: UnboundedReceiver<Push>,
}

/// A push that came, whatever was answered.
pub struct Push {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

type Shared = (Arc<Mutex<VecDeque<Answer>>>, UnboundedSender<Push>);

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, pushes) = unbounded_channel();
        let answers = Arc::<Mutex<VecDeque<Answer>>>::default();
        let router = Router::new().fallback(take).with_state((answers.clone(), sender));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, answers, pushes }
    }

    /// The next pushes are answered so, one after the other; all others are taken.
    pub fn answer(&self, answers: &[Answer]) {
        self.answers.lock().expect("no panic").extend(answers);
    }

    pub async fn next(&mut self) -> Push {
        self.pushes.recv().await.expect("a push")
    }

    /// Whether nothing has come that was not looked at.
    pub fn is_empty(&self) -> bool {
        self.pushes.is_empty()
    }
}

async fn take(
    State((answers, pushes)): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let _ = pushes.send(Push { path: uri.path().to_owned(), headers, body: body.to_vec() });
    let answer = answers.lock().expect("no panic").pop_front();
    let Answer(status, after) = answer.unwrap_or(Answer(201, None));
    let after = after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
    (StatusCode::from_u16(status).expect("a status"), after, "<b>words of the service</b>")
}

/// The keys of a browser.
pub struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
    pub endpoint: String,
}

pub fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

impl Browser {
    /// One whose push service has given it this URL. The number makes its keys.
    pub fn new(endpoint: String, number: u8) -> Self {
        Self { secret: SecretKey::from_slice(&[number; 32]).expect("a key"), auth: [number; 16], endpoint }
    }

    pub fn p256dh(&self) -> String {
        encoded(&point(&self.secret.public_key()))
    }

    pub fn auth(&self) -> String {
        encoded(&self.auth)
    }

    /// What a push says, as this browser reads it: RFC 8188 with one record, by the keys of RFC 8291.
    pub fn read(&self, push: &Push) -> Value {
        serde_json::from_slice(&self.decrypt(&push.body).expect("a push for this browser")).expect("JSON")
    }

    pub fn decrypt(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at(16);
        let (record_size, rest) = rest.split_at(4);
        let (length, rest) = rest.split_at(1);
        let (sender, record) = rest.split_at(length[0].into());
        assert!(record.len() <= u32::from_be_bytes(record_size.try_into().unwrap()) as usize, "one record");
        let sender_key = PublicKey::from_sec1_bytes(sender).ok()?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), sender_key.as_affine());
        let mut info = b"WebPush: info\0".to_vec();
        info.extend(point(&self.secret.public_key()));
        info.extend(sender);
        let key = expand(&self.auth, shared.raw_secret_bytes().as_slice(), &info, 32);
        let content_key = expand(salt, &key, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = expand(salt, &key, b"Content-Encoding: nonce\0", 12);
        let content_key = aead::UnboundKey::new(&aead::AES_128_GCM, &content_key).ok()?;
        let nonce = aead::Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let mut record = record.to_vec();
        let text =
            aead::LessSafeKey::new(content_key).open_in_place(nonce, aead::Aad::empty(), &mut record).ok()?;
        let end = text.iter().rposition(|byte| *byte != 0)?;
        assert_eq!(text[end], 2, "the last record");
        Some(text[..end].to_vec())
    }
}

fn point(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

/// HKDF-SHA256 of one block, written out: the length is at most 32.
fn expand(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), key);
    let first = [info, &[1]].concat();
    let mut block =
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, extracted.as_ref()), &first).as_ref().to_vec();
    block.truncate(length);
    block
}

impl Push {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().expect("text")
    }

    /// The claims of the token, whose signature is that of the key beside it (RFC 8292).
    pub fn claims(&self) -> (Value, String) {
        let token = self.header("authorization").strip_prefix("vapid t=").expect("VAPID");
        let (token, key) = token.split_once(", k=").expect("a key");
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(key));
        verifier.verify(signed.as_bytes(), &decoded(signature)).expect("a signature");
        let (head, claims) = signed.split_once('.').expect("claims");
        let head: Value = serde_json::from_slice(&decoded(head)).expect("JSON");
        assert_eq!((&head["alg"], &head["typ"]), (&"ES256".into(), &"JWT".into()));
        (serde_json::from_slice(&decoded(claims)).expect("JSON"), key.to_owned())
    }
}
