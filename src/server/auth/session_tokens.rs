//! Tokens, of sessions and of programs. Whoever holds one is let in; the database has only its hash.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{server::store::users::sessions::TokenHash, shared::ids::SessionId};

/// By this people, and programs that look for leaked secrets, know a program's token.
const FOR_PROGRAMS: &str = "stoa_";

/// 244 random bits in hexadecimal.
pub struct Token(String);

impl Token {
    #[expect(clippy::new_without_default, reason = "each one is different")]
    pub fn new() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// One for a program to bring.
    pub fn for_programs() -> Self {
        Self(format!("{FOR_PROGRAMS}{}", Self::new().0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A random token needs no salt and no slow hash.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// What a browser keeps that has signed in to an account with this password. Who has it can't tell the
/// hash of the password, whose salt is random; and it is of no use after the next password.
pub fn device(password_hash: &str) -> String {
    let device = Sha256::new().chain_update("device ").chain_update(password_hash).finalize();
    device.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a session is called where its owner sees it. It leads to neither the token nor its hash.
pub fn session_id(hash: &TokenHash) -> SessionId {
    let named: [u8; 32] = Sha256::digest(hash).into();
    SessionId(Uuid::from_slice(&named[..16]).unwrap_or_default())
}
