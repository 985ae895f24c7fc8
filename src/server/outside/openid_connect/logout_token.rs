//! Logout tokens: a provider says, without the browser, that sessions have ended (OpenID Connect Back-Channel Logout 1.0).
//! The crate has no type for them, so the claims are read here; signatures are verified by its keys.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId, JsonWebKeyUse, JwsSigningAlgorithm,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ALGORITHMS, Metadata, Provider, ProviderError, SKEW_MICROS};
use crate::shared::values::time::{MINUTE, SECOND, Timestamp};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const TOKEN_MAX_BYTES: usize = 16 * 1_024;
const TEXT_MAX_BYTES: usize = 255;
/// A token is refused so long after it was issued, and its id is remembered until then.
const LIFETIME_MICROS: i64 = 10 * MINUTE;

/// What a provider has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// The token's own name: it counts once.
    pub id: String,
    /// When it is refused for its age.
    pub expires_at: Timestamp,
    /// At least one of both is there.
    pub subject: Option<String>,
    pub sid: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<JsonWebKeyId>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: f64,
    exp: f64,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn has(&self, client_id: &str) -> bool {
        match self {
            Self::One(audience) => audience == client_id,
            Self::Many(audiences) => audiences.iter().any(|audience| audience == client_id),
        }
    }
}

/// A token whose parts were decoded, and nothing more.
struct Unverified<'t> {
    header: Header,
    claims: Claims,
    signed: &'t [u8],
    signature: Vec<u8>,
}

impl Provider {
    /// Verifies a logout token. What is refused says why.
    pub async fn verify_logout(&self, token: &str, now: Timestamp) -> Result<LogoutToken, ProviderError> {
        let unverified = Unverified::read(token).ok_or(ProviderError::Refused("no logout token"))?;
        let Header { alg, kid, typ, crit } = &unverified.header;
        if !ALGORITHMS.contains(alg) || crit.is_some() {
            return Err(ProviderError::Refused("the logout token is not signed as it has to be"));
        }
        if typ.as_deref().is_some_and(|typ| !is_logout_type(typ)) {
            return Err(ProviderError::Refused("a token of another type"));
        }
        // Before its key is looked for, which may ask the provider.
        let logout = self.check_claims(&unverified.claims, now)?;
        let metadata = self.metadata(now).await?;
        let is_known = keys(&metadata, alg, kid.as_ref()).next().is_some();
        let metadata = if is_known { metadata } else { self.metadata_with_new_keys(now).await? };
        let is_signed = keys(&metadata, alg, kid.as_ref())
            .any(|key| key.verify_signature(alg, unverified.signed, &unverified.signature).is_ok());
        if is_signed {
            Ok(logout)
        } else {
            Err(ProviderError::Refused("the logout token has a wrong signature"))
        }
    }

    fn check_claims(&self, claims: &Claims, now: Timestamp) -> Result<LogoutToken, ProviderError> {
        let refused = |reason| Err(ProviderError::Refused(reason));
        if claims.iss != self.issuer() {
            return refused("the logout token is of another issuer");
        }
        if !claims.aud.has(&self.settings.client_id) {
            return refused("the logout token is for another client");
        }
        let micros = |seconds: f64| Timestamp((seconds * SECOND as f64) as i64);
        let (issued_at, ends_at) = (micros(claims.iat), micros(claims.exp));
        let expires_at = issued_at.plus(LIFETIME_MICROS);
        if issued_at > now.plus(SKEW_MICROS) || now >= expires_at || now >= ends_at.plus(SKEW_MICROS) {
            return refused("the logout token is of another time");
        }
        if !claims.events.get(EVENT).is_some_and(Value::is_object) || claims.nonce.is_some() {
            return refused("a token of another kind");
        }
        let is_text = |text: &String| !text.is_empty() && text.len() <= TEXT_MAX_BYTES;
        let names_who = claims.sub.is_some() || claims.sid.is_some();
        if !is_text(&claims.jti)
            || !names_who
            || ![&claims.sub, &claims.sid].into_iter().flatten().all(is_text)
        {
            return refused("the logout token does not say whose sessions end");
        }
        Ok(LogoutToken {
            id: claims.jti.clone(),
            expires_at,
            subject: claims.sub.clone(),
            sid: claims.sid.clone(),
        })
    }
}

impl<'t> Unverified<'t> {
    fn read(token: &'t str) -> Option<Self> {
        if token.len() > TOKEN_MAX_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        Some(Self {
            header: serde_json::from_slice(&decoded(header)?).ok()?,
            claims: serde_json::from_slice(&decoded(claims)?).ok()?,
            signed: signed.as_bytes(),
            signature: decoded(signature)?,
        })
    }
}

fn is_logout_type(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "logout+jwt")
}

/// The provider's keys that may have signed a token with this header.
fn keys<'m>(
    metadata: &'m Metadata,
    alg: &'m CoreJwsSigningAlgorithm,
    kid: Option<&'m JsonWebKeyId>,
) -> impl Iterator<Item = &'m CoreJsonWebKey> {
    metadata.jwks().keys().iter().filter(move |key| {
        let is_for_signing = key.key_use().is_none_or(JsonWebKeyUse::allows_signature);
        let is_for_algorithm = match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(own) => own == alg,
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        let is_named = kid.is_none() || kid == key.key_id();
        is_for_signing && is_for_algorithm && is_named && alg.key_type().as_ref() == Some(key.key_type())
    })
}
