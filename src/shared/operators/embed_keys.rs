//! Embed keys: with one a marketplace's server signs who its visitor is (docs/embedding.md). Admins make and revoke them.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::EmbedKeyId,
    json::{read_by_serde, read_fields, read_unit_enums},
    values::time::Timestamp,
};

/// Keys that are not revoked.
pub const EMBED_KEYS_MAX: i64 = 20;
/// Keys that the list shows, the latest first.
pub const EMBED_KEYS_SHOWN_MAX: i64 = 100;
pub const ISSUER_MAX_CHARS: usize = 60;
/// Of a public key in PEM, or of the address of keys.
pub const PUBLIC_KEY_MAX_BYTES: usize = 4_096;
/// What every shared secret begins with, by which people, secret scanners and embed.js recognise it.
pub const SECRET_PREFIX: &str = "stoa_embed_secret_";

/// How a key signs. It belongs to the key: a token that names another algorithm is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmbedAlgorithm {
    /// A secret that both sides have. Stoa makes it.
    #[default]
    #[serde(rename = "HS256")]
    Hs256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
    /// By public keys at an address (RFC 7517), each of which has one of the three algorithms above.
    #[serde(rename = "JWKS")]
    Jwks,
}

impl EmbedAlgorithm {
    /// Those of tokens.
    pub const ALL: [Self; 4] = [Self::Hs256, Self::Es256, Self::EdDsa, Self::Rs256];
    /// What a key can be made of.
    pub const CHOICES: [Self; 5] = [Self::Hs256, Self::Es256, Self::EdDsa, Self::Rs256, Self::Jwks];

    /// The name as it stands in the header of a token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Jwks => "JWKS",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

/// A key as admins see it, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmbedKey {
    /// The `kid` of the tokens that it signs, unless its keys are at an address.
    pub id: EmbedKeyId,
    pub issuer: String,
    pub algorithm: EmbedAlgorithm,
    /// Where its public keys are, for [`EmbedAlgorithm::Jwks`].
    pub address: Option<String>,
    pub created_at: Timestamp,
    /// When a token of it was last accepted, to the minute.
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// The keys, the latest first, and what else an integrator needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EmbedKeyList {
    pub keys: Vec<EmbedKey>,
    /// The sites that may show frames (`--embed-site`).
    pub sites: Vec<String>,
    /// The `aud` of tokens.
    pub audience: String,
    /// A shared secret that was just made by a form without script. Shown once.
    pub made: Option<String>,
}

read_fields! {
    EmbedKey { id, issuer, algorithm, address, created_at, used_at, revoked_at }
    EmbedKeyList { keys, sites, audience, made }
}
read_by_serde! { EmbedKeyList }
read_unit_enums! { EmbedAlgorithm }
