//! The sessions and tokens that this node has found valid lately, and whose they are. It decides only whose
//! rate limit pays for a request before the database is asked; it grants no access.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;

use crate::{server::store::users::sessions::TokenHash, shared::ids::UserId};

/// Those used least lately are forgotten beyond this number. Each takes about 100 bytes.
const KNOWN_MAX: NonZeroUsize = NonZeroUsize::new(20_000).expect("more than 0");

pub struct KnownCredentials(Mutex<LruCache<TokenHash, UserId>>);

impl Default for KnownCredentials {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KNOWN_MAX)))
    }
}

impl KnownCredentials {
    /// The user whose session or token this was when it was last looked up.
    pub fn user(&self, hash: &TokenHash) -> Option<UserId> {
        self.known().get(hash).copied()
    }

    /// Notes what a lookup has found; None if the session or token is not valid.
    pub fn note(&self, hash: TokenHash, found: Option<UserId>) {
        match found {
            Some(user) => drop(self.known().put(hash, user)),
            None => drop(self.known().pop(&hash)),
        }
    }

    fn known(&self) -> MutexGuard<'_, LruCache<TokenHash, UserId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
