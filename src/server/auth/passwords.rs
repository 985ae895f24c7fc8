//! Password hashing with Argon2id, a few at a time so that sign-ins can't take the whole machine.

use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::shared::errors::{ApiError, Result};
use crate::shared::users::credentials::PASSWORD_MAX_CHARS;

/// Verified when there is no account, so that an unknown address takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());
const AT_ONCE: usize = 2;
/// Sign-ins that wait for their turn; more are told to come again.
const WAITING_MAX: usize = 64;

pub struct Passwords {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), places: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl Passwords {
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.in_turn(move || hash_now(&password)).await?.ok_or_else(ApiError::internal)
    }

    /// Whether the password belongs to the hash; false, after the same work, if there is none.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password: String = password.chars().take(PASSWORD_MAX_CHARS + 1).collect();
        self.in_turn(move || {
            let expected = hash.as_deref().unwrap_or(&NOBODY);
            let is_right = PasswordHash::new(expected).is_ok_and(|expected| {
                Argon2::default().verify_password(password.as_bytes(), &expected).is_ok()
            });
            is_right && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| ApiError::too_fast(1))?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| ApiError::internal())?;
        // The turn ends with the work, not with a client that hangs up.
        let work = move || {
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal())
    }
}

/// Argon2id with the library's parameters (19 MiB, two passes), which are OWASP's.
fn hash_now(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).ok()?;
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}
