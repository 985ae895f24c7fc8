//! Key sets (JWKS, RFC 7517): public keys that a marketplace has at an address, so that it changes them without telling anybody.
//! Fetched when they are needed, and kept for a while.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    http::{Request, StatusCode, Uri, header},
};
use http_body_util::Full;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::http::{HttpClient, Reach};
use crate::{
    server::auth::signed_identity::{Refusal, VerifyingKey},
    shared::values::time::{HOUR, MINUTE, SECOND, Timestamp},
};

/// The longest answer that is read.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// Keys of one set that are looked at.
const KEYS_MAX: usize = 100;
/// Sets that are remembered. Before one more all are forgotten.
const SETS_MAX: usize = 100;
const URL_MAX_BYTES: usize = 2_048;
/// Then it is fetched again: until then a key that was taken out counts.
const KEPT_MICROS: i64 = 10 * MINUTE;
/// While it can't be fetched again, what is there counts for so long.
const STALE_MAX_MICROS: i64 = HOUR;
/// It is asked for no more often, whatever keys tokens name.
const INTERVAL_MICROS: i64 = 30 * SECOND;

type Keys = HashMap<String, VerifyingKey>;

#[derive(Default)]
struct Held {
    keys: Keys,
    fetched_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

pub struct KeySets {
    http: HttpClient,
    sets: Mutex<HashMap<String, Arc<Mutex<Held>>>>,
}

impl KeySets {
    pub fn new(reach: Reach) -> Self {
        Self { http: HttpClient::with_answers(reach, ANSWER_MAX_BYTES), sets: Mutex::default() }
    }

    /// The key of this `kid` at this address. One that is not known has the set fetched again, at most every 30 seconds.
    pub async fn key(&self, url: &str, kid: &str, now: Timestamp) -> Result<VerifyingKey, Refusal> {
        let set = self.set(url).await;
        let mut held = set.lock().await;
        // Clocks are put back, too.
        let is_past = |at: Option<Timestamp>, period: i64| at.is_none_or(|at| (now.0 - at.0).abs() >= period);
        let is_wanted = is_past(held.fetched_at, KEPT_MICROS) || !held.keys.contains_key(kid);
        if is_wanted && is_past(held.asked_at, INTERVAL_MICROS) {
            held.asked_at = Some(now);
            match self.fetch(url).await {
                Ok(keys) => (held.keys, held.fetched_at) = (keys, Some(now)),
                Err(reason) => {
                    tracing::warn!(reason, "the public keys of a marketplace could not be fetched")
                }
            }
        }
        if is_past(held.fetched_at, STALE_MAX_MICROS) {
            return Err("the keys of its issuer can’t be fetched");
        }
        held.keys.get(kid).cloned().ok_or("its kid is none of its issuer’s keys")
    }

    /// Whether there are keys at an address, by which a token could be verified; why not, for whoever names it.
    pub async fn look(&self, url: &str) -> Result<(), String> {
        match self.fetch(url).await {
            Ok(keys) if keys.is_empty() => {
                Err("it has no key of ES256, EdDSA or RS256 with a kid".to_owned())
            }
            found => found.map(|_| ()),
        }
    }

    async fn set(&self, url: &str) -> Arc<Mutex<Held>> {
        let mut sets = self.sets.lock().await;
        if sets.len() >= SETS_MAX && !sets.contains_key(url) {
            sets.clear();
        }
        sets.entry(url.to_owned()).or_default().clone()
    }

    async fn fetch(&self, url: &str) -> Result<Keys, String> {
        if !is_address(url) {
            return Err("it is no URL".to_owned());
        }
        let request = Request::get(url).header(header::ACCEPT, "application/jwk-set+json, application/json");
        let request = request.body(Full::from(Bytes::new())).map_err(|error| error.to_string())?;
        let answer = self.http.send(request).await?;
        if answer.status != StatusCode::OK {
            return Err(format!("it answered {}", answer.status));
        }
        read(&answer.body)
    }
}

/// Whether this may be the address of a set. Whether it may be asked is judged when it is.
pub fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && text.len() <= URL_MAX_BYTES && text.parse::<Uri>().is_ok()
}

/// The keys of a set that can verify, by their ids. Others are left out.
fn read(body: &[u8]) -> Result<Keys, String> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(body)
        .map_err(|_| "it answered no key set: JSON with a list of keys, of up to 64 KiB".to_owned())?;
    let keys = set.keys.into_iter().take(KEYS_MAX).filter_map(|key| {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty())?;
        Some((kid, VerifyingKey::of_jwk(&jwk)?))
    });
    Ok(keys.collect())
}
