//! Session tokens. The browser holds the token, the database only its hash.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::server::store::sessions::TokenHash;

/// 244 random bits in hexadecimal.
pub struct Token(String);

impl Token {
    #[expect(clippy::new_without_default, reason = "each one is different")]
    pub fn new() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A random token needs no salt and no slow hash.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}
