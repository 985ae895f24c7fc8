//! Session tokens and API tokens: bearer secrets. The database stores only their hashes, so a leaked database
//! grants no access.

use axum::http::Extensions;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    server::store::users::sessions::TokenHash,
    shared::{errors::ApiError, ids::SessionId},
};

/// The prefix of API tokens, by which users and secret scanners recognise them.
pub const API_TOKEN_PREFIX: &str = "stoa_";

/// Why the session of a request opens nothing: an extension of the request.
#[derive(Clone)]
pub struct RefusedSession(pub ApiError);

impl RefusedSession {
    /// The answer to a request without a viewer.
    pub fn error(extensions: &Extensions) -> ApiError {
        let refused = extensions.get::<Self>();
        refused.map_or_else(ApiError::signed_out, |refused| refused.0.clone())
    }
}

/// The prefix of tokens of frames. They work in more places than API tokens, and for minutes only.
pub const EMBED_TOKEN_PREFIX: &str = "stoa-embed-";

/// A token in clear text: 244 random bits in hexadecimal, with a prefix if it is an API token.
pub struct Token(String);

impl Token {
    /// A new session token.
    #[expect(clippy::new_without_default, reason = "each call returns a different token")]
    pub fn new() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// A new API token: [`API_TOKEN_PREFIX`] and 244 random bits.
    pub fn new_api_token() -> Self {
        Self(format!("{API_TOKEN_PREFIX}{}", Self::new().0))
    }

    /// A new token of a frame: [`EMBED_TOKEN_PREFIX`] and 244 random bits.
    pub fn new_embed_token() -> Self {
        Self(format!("{EMBED_TOKEN_PREFIX}{}", Self::new().0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The hash that the database stores (SHA-256). A random token needs no salt and no slow hash.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// The device token: a browser keeps it once it has signed in, and is then exempt from the account's rate
/// limit for unknown devices. It is derived from the password's hash, so a new password invalidates it. It
/// does not reveal that hash, whose salt is random.
pub fn device_token(password_hash: &str) -> String {
    let digest = Sha256::new().chain_update("device ").chain_update(password_hash).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id under which users see a session. Neither the token nor its hash can be derived from it.
pub fn session_id(hash: &TokenHash) -> SessionId {
    let digest: [u8; 32] = Sha256::digest(hash).into();
    SessionId(Uuid::from_slice(&digest[..16]).unwrap_or_default())
}
