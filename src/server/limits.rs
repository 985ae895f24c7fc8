//! How often a client may repeat what costs something. Refusals come before any work.

use std::{hash::Hash, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::shared::{
    errors::{ApiError, Result},
    ids::UserId,
};

const SIGN_INS_PER_MINUTE: u32 = 10;
const ADDRESS_SIGN_INS_PER_MINUTE: u32 = 300;
const SIGN_UPS_PER_MINUTE: u32 = 60;
/// Keys are dropped once this many are held and they are idle.
const KEYS_BEFORE_CLEANING: usize = 10_000;

pub struct Limits {
    sends: Keyed<UserId>,
    changes: Keyed<UserId>,
    sign_ins: Keyed<String>,
    addresses: Keyed<String>,
    sign_ups: Keyed<String>,
}

impl Limits {
    /// `sends_per_second`: messages that one user may send on average; five times as many at once.
    pub fn new(sends_per_second: u32) -> Self {
        let sends = at_least_one(sends_per_second);
        Self {
            sends: Keyed::new(Quota::per_second(sends).allow_burst(sends.saturating_mul(at_least_one(5)))),
            changes: Keyed::new(Quota::per_second(at_least_one(sends_per_second / 10)).allow_burst(sends)),
            sign_ins: Keyed::new(Quota::per_minute(at_least_one(SIGN_INS_PER_MINUTE))),
            addresses: Keyed::new(Quota::per_minute(at_least_one(ADDRESS_SIGN_INS_PER_MINUTE))),
            sign_ups: Keyed::new(Quota::per_minute(at_least_one(SIGN_UPS_PER_MINUTE))),
        }
    }

    pub fn send(&self, user: UserId) -> Result<()> {
        self.sends.check(&user)
    }

    /// What others have to be told of, or what makes something new: a profile, a listing, a
    /// conversation. A tenth of the rate of sending.
    pub fn change(&self, user: UserId) -> Result<()> {
        self.changes.check(&user)
    }

    /// By address and account together, so that nobody can lock somebody else out; and by address
    /// alone, more generously, so that nobody can try all accounts.
    pub fn sign_in(&self, client_address: &str, email: &str) -> Result<()> {
        self.addresses.check(&client_address.to_owned())?;
        self.sign_ins.check(&format!("{client_address} {email}"))
    }

    pub fn sign_up(&self, client_address: &str) -> Result<()> {
        self.sign_ups.check(&client_address.to_owned())
    }
}

struct Keyed<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(quota: Quota) -> Self {
        Self(RateLimiter::keyed(quota))
    }

    fn check(&self, key: &K) -> Result<()> {
        if self.0.len() > KEYS_BEFORE_CLEANING {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|_| ApiError::too_fast())
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
