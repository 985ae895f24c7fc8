//! VAPID (RFC 8292): the key pair by which push services know this marketplace, kept in its database. Each push carries
//! a token that it has signed (ES256, by ring), good for one push service and half a day.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::json;

use crate::shared::values::time::{HOUR, SECOND, Timestamp};

/// Push services take at most a day.
const TOKEN_LIFETIME: i64 = 12 * HOUR;
const TOKEN_HEADER: &str = r#"{"typ":"JWT","alg":"ES256"}"#;

/// The key pair of a database.
pub struct VapidKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    /// The public key as base64url, uncompressed.
    public: String,
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VapidKey")
    }
}

impl VapidKey {
    /// A new key pair as text, PKCS #8 in base64url. `None` if the system has no random numbers.
    pub fn generate() -> Option<String> {
        let pair =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode(pair))
    }

    /// The key pair that [`generate`](Self::generate) has written.
    pub fn read(text: &str) -> Option<Self> {
        let random = SystemRandom::new();
        let document = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, &random).ok()?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        Some(Self { pair, random, public })
    }

    pub fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a push to a service of this origin. `subject` is whom it may turn to.
    pub fn authorization(&self, origin: &str, subject: &str, now: Timestamp) -> String {
        let expires_at = now.plus(TOKEN_LIFETIME).0.div_euclid(SECOND);
        let claims = json!({ "aud": origin, "exp": expires_at, "sub": subject }).to_string();
        let [header, claims] = [TOKEN_HEADER, &claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{claims}");
        // It fails only without random numbers, and the push service then refuses the push.
        let signature = self.pair.sign(&self.random, signed.as_bytes());
        let signature =
            signature.map(|signature| BASE64_URL_SAFE_NO_PAD.encode(signature)).unwrap_or_default();
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_token_is_signed_by_the_key_that_stands_beside_it() {
        let text = VapidKey::generate().expect("a key pair");
        let key = VapidKey::read(&text).expect("the same");
        assert_eq!(VapidKey::read(&text).map(|same| same.public), Some(key.public().to_owned()));
        let now = Timestamp(1_795_957_500 * SECOND);
        let header = key.authorization("https://push.example", "https://chat.example", now);
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(public));
        verifier.verify(signed.as_bytes(), &decode(signature)).expect("a signature");
        let claims: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        let expected = json!({
            "aud": "https://push.example", "exp": 1_795_957_500 + 12 * 3_600, "sub": "https://chat.example",
        });
        assert_eq!(claims, expected);
        assert!(VapidKey::read("nonsense").is_none() && VapidKey::read("").is_none());
    }
}
