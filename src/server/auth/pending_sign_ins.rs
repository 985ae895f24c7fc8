//! Pending sign-ins by an identity provider: what a browser keeps, in a cookie, from the moment that it is sent to the provider
//! until it comes back. The cookie is signed by the key that signs links. State, nonce and PKCE verifier are derived from its id
//! by the same key, so a browser learns the verifier never, and whoever reads the state in a URL learns nothing else.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::link_tokens::LinkKey;
use crate::{
    server::store::users::{identities::ProviderSubject, sessions::TokenHash},
    shared::{
        ids::UserId,
        values::time::{MINUTE, SECOND, Timestamp},
    },
};

/// How long somebody may take at the provider.
const LIFETIME_MICROS: i64 = 10 * MINUTE;
pub const LIFETIME_SECONDS: i64 = LIFETIME_MICROS / SECOND;
/// Longer cookies are not looked at.
const COOKIE_MAX_BYTES: usize = 2 * 1_024;

/// A sign-in, or the linking of an identity, that was started in a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignIn {
    id: Uuid,
    /// The id of the provider.
    pub provider: String,
    /// The path to continue at.
    pub next: String,
    /// The user who links an identity to their account.
    pub link_to: Option<UserId>,
    pub expires_at: Timestamp,
}

/// What binds the provider's answer to the browser in which the sign-in was started.
pub struct FlowSecrets {
    pub state: String,
    pub nonce: String,
    pub pkce_verifier: String,
}

impl PendingSignIn {
    pub fn new(provider: &str, next: String, link_to: Option<UserId>, now: Timestamp) -> Self {
        let expires_at = now.plus(LIFETIME_MICROS);
        Self { id: Uuid::new_v4(), provider: provider.to_owned(), next, link_to, expires_at }
    }

    pub fn to_cookie(&self, key: &LinkKey) -> String {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let tag = BASE64_URL_SAFE_NO_PAD.encode(key.tag(&signed(&claims)));
        format!("{claims}.{tag}")
    }

    /// The sign-in of a cookie that this key has signed, until it expires.
    pub fn read(cookie: &str, key: &LinkKey, now: Timestamp) -> Option<Self> {
        if cookie.len() > COOKIE_MAX_BYTES {
            return None;
        }
        let (claims, tag) = cookie.split_once('.')?;
        key.verify_tag(&signed(claims), &BASE64_URL_SAFE_NO_PAD.decode(tag).ok()?)?;
        let read: Self = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (read.expires_at > now).then_some(read)
    }

    pub fn secrets(&self, key: &LinkKey) -> FlowSecrets {
        FlowSecrets {
            state: self.secret(key, "state"),
            nonce: self.secret(key, "nonce"),
            pkce_verifier: self.secret(key, "verifier"),
        }
    }

    /// By this it is accepted once.
    pub fn hash(&self) -> TokenHash {
        once_hash("pending sign-in", &[self.id.as_bytes()])
    }

    fn secret(&self, key: &LinkKey, name: &str) -> String {
        let tag = key.tag(&[b"sign-in by provider: ", name.as_bytes(), b" ", self.id.as_bytes()].concat());
        BASE64_URL_SAFE_NO_PAD.encode(tag)
    }
}

fn signed(claims: &str) -> Vec<u8> {
    [b"pending sign-in ", claims.as_bytes()].concat()
}

/// Recognises a browser that has signed in by this identity before. It grants no access.
pub fn identity_device_token(key: &LinkKey, identity: &ProviderSubject) -> String {
    let named = format!("device of {} {}", identity.issuer, identity.subject);
    BASE64_URL_SAFE_NO_PAD.encode(key.tag(named.as_bytes()))
}

/// The hash by which something is accepted once. Parts of different lengths give different hashes.
pub fn once_hash(kind: &str, parts: &[&[u8]]) -> TokenHash {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [kind.as_bytes()].iter().chain(parts) {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finish().as_ref().try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_a_pending_sign_in_is_read_as_it_was_signed_until_it_expires() {
        let (key, now) = (LinkKey::new("secret"), Timestamp(1_000 * SECOND));
        let pending = PendingSignIn::new("acme", "/messages".to_owned(), Some(UserId::new()), now);
        let cookie = pending.to_cookie(&key);
        assert_eq!(PendingSignIn::read(&cookie, &key, now), Some(pending.clone()));
        assert_eq!(PendingSignIn::read(&cookie, &key, pending.expires_at), None, "expired");
        assert_eq!(PendingSignIn::read(&cookie, &LinkKey::new("other"), now), None, "another key");
        for at in 0..cookie.len() {
            let mut changed = cookie.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(PendingSignIn::read(&changed, &key, now), None, "{at}");
        }
        for wrong in ["", ".", "a.b", &"A".repeat(3_000)] {
            assert_eq!(PendingSignIn::read(wrong, &key, now), None);
        }
    }

    #[test]
    fn r5_secrets_are_of_one_sign_in_and_differ_from_each_other() {
        let (key, now) = (LinkKey::new("secret"), Timestamp(0));
        let one = PendingSignIn::new("acme", "/".to_owned(), None, now);
        let other = PendingSignIn::new("acme", "/".to_owned(), None, now);
        let all = |pending: &PendingSignIn| {
            let FlowSecrets { state, nonce, pkce_verifier } = pending.secrets(&key);
            [state, nonce, pkce_verifier]
        };
        assert_eq!(all(&one), all(&one.clone()));
        let mut secrets = [all(&one), all(&other)].concat();
        secrets.sort();
        secrets.dedup();
        assert_eq!(secrets.len(), 6);
        assert!(secrets.iter().all(|secret| secret.len() == 43), "as PKCE wants it");
        assert_ne!(one.hash(), other.hash());
    }
}
