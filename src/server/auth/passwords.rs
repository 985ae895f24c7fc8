//! Password hashing with Argon2id. A semaphore bounds how many hashes run and a second one how many wait, so
//! that sign-ins can't take the whole machine.

use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::password_policy::prepared;
use crate::shared::errors::{ApiError, Result};
use crate::shared::users::credentials::PASSWORD_MAX_CHARS;

/// Verified if there is no account, so that an unknown e-mail address takes as long as a known one (timing
/// attack).
static DUMMY_HASH: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());
/// Hashes that run at the same time. Each takes 19 MiB and one core.
const RUNNING_MAX: usize = 2;
/// Hashes that wait or run. Further requests are refused with `too_fast`.
const ADMITTED_MAX: usize = 64;

pub struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(RUNNING_MAX)),
            admitted: Arc::new(Semaphore::new(ADMITTED_MAX)),
        }
    }
}

impl Passwords {
    /// A new hash with a random salt, of the password's prepared form. Refuses with `too_fast` if too many hashes
    /// wait.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = prepared(password).unwrap_or_else(|| password.to_owned());
        self.run_bounded(move || hash_now(&password)).await?.ok_or_else(ApiError::internal)
    }

    /// Whether the password belongs to the hash. Without a hash it does the same work and returns false.
    /// Refuses with `too_fast` if too many hashes wait.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let typed: String = password.chars().take(PASSWORD_MAX_CHARS + 1).collect();
        // An old hash may be that of the password as it was typed.
        let forms = prepared(&typed).filter(|prepared| *prepared != typed).into_iter().chain([typed]);
        let forms: Vec<_> = forms.collect();
        self.run_bounded(move || {
            let expected = hash.as_deref().unwrap_or(&DUMMY_HASH);
            let is_right = PasswordHash::new(expected).is_ok_and(|expected| {
                let verifies = |form: &String| Argon2::default().verify_password(form.as_bytes(), &expected);
                forms.iter().any(|form| verifies(form).is_ok())
            });
            is_right && hash.is_some()
        })
        .await
    }

    async fn run_bounded<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| ApiError::too_fast(1))?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| ApiError::internal())?;
        // The closure holds the permits: if the client hangs up, they stay taken until the hash is done.
        let work = move || {
            let _permits = (admitted, running);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal())
    }
}

/// Argon2id with the library's default parameters (19 MiB, two passes), which OWASP recommends.
fn hash_now(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).ok()?;
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}
