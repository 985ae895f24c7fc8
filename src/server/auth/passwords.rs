//! Password hashing with Argon2id, which is slow on purpose. Few hashes run at once and few wait, so that
//! sign-ins can't take the whole machine; and strangers have a queue of their own, so that they can't keep
//! out those who were here before.

use std::sync::{Arc, LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::{
    client_ip::ClientIp,
    concurrency::{ConcurrencyLimit, Held},
    password_policy::prepared,
};
use crate::shared::errors::{ApiError, Result};
use crate::shared::users::credentials::PASSWORD_MAX_CHARS;

/// Verified if there is no account, so that an unknown e-mail address takes as long as a known one (timing
/// attack).
static DUMMY_HASH: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());
/// Hashes of one queue that run at the same time. Each takes 19 MiB and one core.
const RUNNING_MAX: usize = 1;
/// Places of one queue: hashes that wait or run. Whoever gets none is refused with `too_fast`.
const PLACES_MAX: usize = 32;
/// Places that one client IP may hold among strangers.
const PLACES_OF_IP_MAX: usize = 16;
/// Places that it may hold once half of them are taken.
const PLACES_OF_IP_IN_SHORTAGE: usize = 2;

/// Two queues for hashing.
pub struct Passwords {
    /// Of signed-in users, and of browsers that have signed in to the account before.
    known: Queue,
    /// Of everybody else.
    strangers: Queue,
    places_of_ips: ConcurrencyLimit<ClientIp>,
}

impl Default for Passwords {
    fn default() -> Self {
        let places_of_ips = ConcurrencyLimit::new(PLACES_OF_IP_MAX);
        Self { known: Queue::default(), strangers: Queue::default(), places_of_ips }
    }
}

struct Queue {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Default for Queue {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES_MAX)), running: Arc::new(Semaphore::new(RUNNING_MAX)) }
    }
}

/// A place in a queue. It is taken before a rate limit is charged, so that nobody pays for a hash that was
/// never made, and is given back when it is dropped.
pub struct Place(Arc<PlaceInner>);

struct PlaceInner {
    running: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
    _of_ip: Option<Held<ClientIp>>,
}

impl Passwords {
    /// A place for a signed-in user, or for a browser that has signed in to the account before. Refuses with
    /// `too_fast` if there is none.
    pub fn place_for_known(&self) -> Result<Place> {
        self.known.place(None)
    }

    /// A place for somebody who is unknown. Refuses with `too_fast` if there is none, or if this client IP
    /// holds its share.
    pub fn place_for_stranger(&self, client_ip: &ClientIp) -> Result<Place> {
        let of_ip =
            self.places_of_ips.take_fairly(client_ip.clone(), PLACES_MAX / 2, PLACES_OF_IP_IN_SHORTAGE);
        let of_ip = of_ip.ok_or_else(|| ApiError::too_fast(1))?;
        self.strangers.place(Some(of_ip))
    }
}

impl Queue {
    fn place(&self, of_ip: Option<Held<ClientIp>>) -> Result<Place> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| ApiError::too_fast(1))?;
        Ok(Place(Arc::new(PlaceInner { running: self.running.clone(), _place: place, _of_ip: of_ip })))
    }
}

impl Place {
    /// A new hash with a random salt, of the password's prepared form.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = prepared(password).unwrap_or_else(|| password.to_owned());
        self.run(move || hash_now(&password)).await?.ok_or_else(ApiError::internal)
    }

    /// Whether the password belongs to the hash. Without a hash it does the same work and returns false.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let typed: String = password.chars().take(PASSWORD_MAX_CHARS + 1).collect();
        // An old hash may be that of the password as it was typed.
        let forms = prepared(&typed).filter(|prepared| *prepared != typed).into_iter().chain([typed]);
        let forms: Vec<_> = forms.collect();
        self.run(move || {
            let expected = hash.as_deref().unwrap_or(&DUMMY_HASH);
            let is_right = PasswordHash::new(expected).is_ok_and(|expected| {
                let verifies = |form: &String| Argon2::default().verify_password(form.as_bytes(), &expected);
                forms.iter().any(|form| verifies(form).is_ok())
            });
            is_right && hash.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.0.clone();
        let running = place.running.clone().acquire_owned().await.map_err(|_| ApiError::internal())?;
        // The closure holds both: if the client hangs up, they stay taken until the hash is done.
        let work = move || {
            let _held = (place, running);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::internal())
    }
}

/// A new hash, for a command that makes one or a few and then ends.
pub async fn hash(password: &str) -> Result<String> {
    Passwords::default().place_for_known()?.hash(password).await
}

/// Argon2id with the library's default parameters (19 MiB, two passes), which OWASP recommends.
fn hash_now(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).ok()?;
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(number: usize) -> ClientIp {
        ClientIp::from(number.to_string())
    }

    #[tokio::test]
    async fn e7_strangers_can_neither_take_the_places_of_the_known_nor_one_ip_all_of_theirs() {
        let passwords = Passwords::default();
        let of_one: Vec<_> =
            (0..PLACES_MAX).map_while(|_| passwords.place_for_stranger(&ip(0)).ok()).collect();
        assert_eq!(of_one.len(), PLACES_OF_IP_MAX);
        let second: Vec<_> =
            (0..PLACES_MAX).map_while(|_| passwords.place_for_stranger(&ip(200)).ok()).collect();
        assert_eq!(second.len(), PLACES_OF_IP_IN_SHORTAGE, "two of them leave places to others");
        drop(second);
        let others: Vec<_> = (1..100).map_while(|n| passwords.place_for_stranger(&ip(n)).ok()).collect();
        assert_eq!(of_one.len() + others.len(), PLACES_MAX);
        assert!(passwords.place_for_stranger(&ip(100)).is_err_and(|error| error.retry_after == Some(1)));
        let place = passwords.place_for_known().expect("a queue of their own");
        let hash = place.hash("correct horse battery").await.unwrap();
        assert!(place.verify("correct horse battery", Some(hash)).await.unwrap());
        assert!(!place.verify("nobody has this password", None).await.unwrap());
        drop(of_one);
        assert!(passwords.place_for_stranger(&ip(0)).is_ok(), "places come back");
    }
}
