//! Signed identities: the JWTs by which a marketplace's server says who its visitor is (RFC 7519, 8725). The algorithm belongs
//! to the key, so a token can't choose another one; what a header may hold beside it is refused.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::shared::{
    ids::EmbedKeyId,
    operators::embed_keys::{EmbedAlgorithm, PUBLIC_KEY_MAX_BYTES},
    values::time::{MINUTE, SECOND, Timestamp},
};

/// Longer tokens are refused before anything of them is read.
pub const IDENTITY_MAX_BYTES: usize = 4_096;
/// How far ahead a token may end.
const LIFETIME_MAX_MICROS: i64 = 10 * MINUTE;
/// By how much the clocks of the two servers may differ.
const LEEWAY_MICROS: i64 = 30 * SECOND;
/// Bounds of `sub` and `jti`.
const ID_MAX_BYTES: usize = 128;
/// Public keys of RSA with fewer bytes (PKCS #1) can't hold 2,048 bits.
const RSA_MIN_BYTES: usize = 256;

/// Why a token is refused: for the log of whoever runs the server, never for who sent it.
pub type Refusal = &'static str;

/// What a token says, once it is known to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIdentity {
    /// The marketplace's own id of its visitor.
    pub subject: String,
    pub name: Option<String>,
    /// By this it is accepted once.
    pub token_id: String,
    /// When it could no longer be sent again.
    pub forget_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
    #[serde(default)]
    name: Option<String>,
}

/// One audience, since a token for several could be passed on by each of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List([String; 1]),
}

impl Audience {
    fn is(&self, expected: &str) -> bool {
        let (Self::One(audience) | Self::List([audience])) = self;
        audience == expected
    }
}

/// What a token claims of its signature. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub kid: String,
    pub algorithm: EmbedAlgorithm,
    /// The `iss`, if it can be read.
    pub issuer: Option<String>,
}

impl Claimed {
    /// The key of Stoa's that the `kid` names, if it is the id of one.
    pub fn key(&self) -> Option<EmbedKeyId> {
        let id = Uuid::try_parse(&self.kid).ok()?;
        (id.to_string() == self.kid).then_some(EmbedKeyId(id))
    }
}

/// What verifies signatures of one algorithm.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: EmbedAlgorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    /// A key that is stored: a shared secret, or a public key in PEM.
    pub fn stored(algorithm: EmbedAlgorithm, material: &str) -> Option<Self> {
        decoding_key(algorithm, material).map(|key| Self { algorithm, key })
    }

    /// One of a key set. `None` if it is no public key of a curve or a length that is taken, or not for signatures.
    pub fn of_jwk(jwk: &Jwk) -> Option<Self> {
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                EmbedAlgorithm::Es256
            }
            AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => {
                EmbedAlgorithm::EdDsa
            }
            AlgorithmParameters::RSA(key) => {
                let modulus = BASE64_URL_SAFE_NO_PAD.decode(&key.n).ok()?;
                let bytes = modulus.iter().skip_while(|byte| **byte == 0).count();
                (bytes >= RSA_MIN_BYTES).then_some(EmbedAlgorithm::Rs256)?
            }
            _ => return None,
        };
        let (says, is_for) = (&jwk.common.key_algorithm, &jwk.common.public_key_use);
        let is_same = says.is_none_or(|says| Algorithm::try_from(says) == Ok(library_algorithm(algorithm)));
        let is_to_sign = is_for.as_ref().is_none_or(|is_for| *is_for == PublicKeyUse::Signature);
        (is_same && is_to_sign).then(|| DecodingKey::from_jwk(jwk).ok())?.map(|key| Self { algorithm, key })
    }
}

/// What a token claims. Nothing of it is verified yet.
pub fn claimed(token: &str) -> Result<Claimed, Refusal> {
    if token.len() > IDENTITY_MAX_BYTES {
        return Err("it is longer than 4 KiB");
    }
    let mut parts = token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    let header = parts.next().flatten().ok_or("its header is no base64url")?;
    let header: Header =
        serde_json::from_slice(&header).map_err(|_| "its header is not one of alg, kid and typ alone")?;
    if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err("its type is not JWT");
    }
    let algorithm = EmbedAlgorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == header.alg);
    let algorithm = algorithm.ok_or("its algorithm is not taken")?;
    if !is_id(&header.kid) {
        return Err("its kid is no id: 1 to 128 characters of ASCII without spaces");
    }
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let issuer = parts.next().flatten().and_then(|claims| serde_json::from_slice::<Issuer>(&claims).ok());
    Ok(Claimed { kid: header.kid, algorithm, issuer: issuer.map(|issuer| issuer.iss) })
}

/// Verifies a token of a key, and that it is of this issuer, for this audience, and for now.
pub fn verify(
    token: &str,
    key: &VerifyingKey,
    (issuer, audience): (&str, &str),
    now: Timestamp,
) -> Result<SignedIdentity, Refusal> {
    if claimed(token)?.algorithm != key.algorithm {
        return Err("its algorithm is not its key’s");
    }
    let mut validation = Validation::new(library_algorithm(key.algorithm));
    // Times are compared below with this server's clock, the rest with what this key is for.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(token, &key.key, &validation)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => "its signature is not its key’s",
            _ => "its claims can’t be read, or one is missing or there twice",
        })?
        .claims;
    check(claims, issuer, audience, now)
}

fn check(claims: Claims, issuer: &str, audience: &str, now: Timestamp) -> Result<SignedIdentity, Refusal> {
    let time = |seconds: i64| seconds.checked_mul(SECOND).map(Timestamp);
    let is_ahead =
        |at: Option<i64>| at.is_some_and(|at| time(at).is_none_or(|at| at > now.plus(LEEWAY_MICROS)));
    if claims.iss != issuer {
        return Err("its iss is not its key’s issuer");
    }
    if !claims.aud.is(audience) {
        return Err("its aud is not the public URL of this server");
    }
    let expires_at = time(claims.exp).ok_or("its exp is no time")?;
    if expires_at.plus(LEEWAY_MICROS) <= now {
        return Err("it has expired");
    }
    if expires_at > now.plus(LIFETIME_MAX_MICROS + LEEWAY_MICROS) {
        return Err("its exp is more than 10 minutes ahead");
    }
    if is_ahead(claims.nbf) || is_ahead(claims.iat) {
        return Err("it is not valid yet");
    }
    if !is_id(&claims.sub) {
        return Err("its sub is no id: 1 to 128 characters of ASCII without spaces");
    }
    if !is_id(&claims.jti) {
        return Err("its jti is no id: 1 to 128 characters of ASCII without spaces");
    }
    Ok(SignedIdentity {
        subject: claims.sub,
        name: claims.name,
        token_id: claims.jti,
        forget_at: expires_at.plus(LEEWAY_MICROS),
    })
}

/// Whether this may be a marketplace's id of something: 1 to 128 characters of ASCII without spaces.
pub fn is_id(text: &str) -> bool {
    (1..=ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether this is a public key for an algorithm: PEM, of the right curve, or of 2,048 bits or more.
pub fn is_public_key(algorithm: EmbedAlgorithm, pem: &str) -> bool {
    let key = decoding_key(algorithm, pem).filter(|_| pem.len() <= PUBLIC_KEY_MAX_BYTES);
    let bytes = key.as_ref().and_then(|key| key.try_get_as_bytes().ok()).unwrap_or_default();
    !is_private_key(pem)
        && match algorithm {
            EmbedAlgorithm::Hs256 | EmbedAlgorithm::Jwks => false,
            // An uncompressed point of P-256.
            EmbedAlgorithm::Es256 => bytes.len() == 65 && bytes.starts_with(&[4]),
            EmbedAlgorithm::EdDsa => bytes.len() == 32,
            EmbedAlgorithm::Rs256 => bytes.len() >= RSA_MIN_BYTES,
        }
}

/// Whether somebody has taken the wrong one of two files.
pub fn is_private_key(pem: &str) -> bool {
    pem.contains("PRIVATE KEY")
}

fn decoding_key(algorithm: EmbedAlgorithm, material: &str) -> Option<DecodingKey> {
    let material = material.as_bytes();
    match algorithm {
        // One that is revoked has no secret: nothing must be verified by an empty one.
        EmbedAlgorithm::Hs256 if material.is_empty() => None,
        EmbedAlgorithm::Hs256 => Some(DecodingKey::from_secret(material)),
        EmbedAlgorithm::Es256 => DecodingKey::from_ec_pem(material).ok(),
        EmbedAlgorithm::EdDsa => DecodingKey::from_ed_pem(material).ok(),
        EmbedAlgorithm::Rs256 => DecodingKey::from_rsa_pem(material).ok(),
        EmbedAlgorithm::Jwks => None,
    }
}

/// A key set has no algorithm: its keys have. Nothing is verified by it.
fn library_algorithm(algorithm: EmbedAlgorithm) -> Algorithm {
    match algorithm {
        EmbedAlgorithm::Hs256 | EmbedAlgorithm::Jwks => Algorithm::HS256,
        EmbedAlgorithm::Es256 => Algorithm::ES256,
        EmbedAlgorithm::EdDsa => Algorithm::EdDSA,
        EmbedAlgorithm::Rs256 => Algorithm::RS256,
    }
}
