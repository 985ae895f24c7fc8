//! How often a client may repeat what costs something. Refusals come before any work, and say when the
//! same would pass. What is spent on one node counts on the others as soon as they hear of it.

use std::{
    collections::HashMap,
    mem,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::metrics;
use crate::shared::{
    errors::{ApiError, Result},
    ids::UserId,
};

const SIGN_INS_PER_MINUTE: u32 = 10;
const ADDRESS_SIGN_INS_PER_MINUTE: u32 = 300;
const SIGN_UPS_PER_MINUTE: u32 = 60;
/// Keys are dropped once this many are held and they are idle.
const KEYS_BEFORE_CLEANING: usize = 10_000;
/// Keys of which other nodes are told at once; of more they don't hear.
const SPENT_MAX: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    Send,
    Change,
    SignIn,
    Address,
    SignUp,
}

impl Rate {
    /// As it is counted.
    fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Change => "change",
            Self::SignIn => "sign_in",
            Self::Address => "address",
            Self::SignUp => "sign_up",
        }
    }
}

/// What was spent of one rate, by whom (a user's id, or the hash of something else), and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub rate: Rate,
    pub by: Uuid,
    pub times: u32,
}

pub struct Limits {
    sends: Keyed,
    changes: Keyed,
    sign_ins: Keyed,
    addresses: Keyed,
    sign_ups: Keyed,
    /// What other nodes have not been told of; none where there are none.
    untold: Option<Mutex<HashMap<(Rate, Uuid), u32>>>,
}

type Keyed = DefaultKeyedRateLimiter<Uuid>;

impl Limits {
    /// `sends_per_second`: messages that one user may send on average; five times as many at once.
    /// `is_alone`: there are no other nodes to tell.
    pub fn new(sends_per_second: u32, is_alone: bool) -> Self {
        let sends = at_least_one(sends_per_second);
        let keyed = RateLimiter::keyed;
        Self {
            sends: keyed(Quota::per_second(sends).allow_burst(sends.saturating_mul(at_least_one(5)))),
            changes: keyed(Quota::per_second(at_least_one(sends_per_second / 10)).allow_burst(sends)),
            sign_ins: keyed(Quota::per_minute(at_least_one(SIGN_INS_PER_MINUTE))),
            addresses: keyed(Quota::per_minute(at_least_one(ADDRESS_SIGN_INS_PER_MINUTE))),
            sign_ups: keyed(Quota::per_minute(at_least_one(SIGN_UPS_PER_MINUTE))),
            untold: (!is_alone).then(Mutex::default),
        }
    }

    pub fn send(&self, user: UserId) -> Result<()> {
        self.spend(Rate::Send, user.0)
    }

    /// What others have to be told of, or what makes something new: a profile, a listing, a
    /// conversation. A tenth of the rate of sending.
    pub fn change(&self, user: UserId) -> Result<()> {
        self.spend(Rate::Change, user.0)
    }

    /// By address and account together, so that nobody can lock somebody else out; and by address
    /// alone, more generously, so that nobody can try all accounts.
    pub fn sign_in(&self, client_address: &str, email: &str) -> Result<()> {
        self.spend(Rate::Address, hashed(client_address))?;
        self.spend(Rate::SignIn, hashed(&format!("{client_address} {email}")))
    }

    pub fn sign_up(&self, client_address: &str) -> Result<()> {
        self.spend(Rate::SignUp, hashed(client_address))
    }

    /// Takes what other nodes have to be told of.
    pub fn untold(&self) -> Vec<Spent> {
        let untold = self.held().map(|mut held| mem::take(&mut *held));
        untold.into_iter().flatten().map(|((rate, by), times)| Spent { rate, by, times }).collect()
    }

    /// Counts what was spent on another node; no more than leaves nothing.
    pub fn spent_elsewhere(&self, spent: &Spent) {
        for _ in 0..spent.times {
            if self.of(spent.rate).check_key(&spent.by).is_err() {
                return;
            }
        }
    }

    fn spend(&self, rate: Rate, by: Uuid) -> Result<()> {
        let keyed = self.of(rate);
        if keyed.len() > KEYS_BEFORE_CLEANING {
            keyed.retain_recent();
        }
        keyed.check_key(&by).map_err(|until| {
            metrics::refused(rate.as_str());
            let wait = until.wait_time_from(DefaultClock::default().now());
            ApiError::too_fast(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX - 1) + 1)
        })?;
        if let Some(mut untold) = self.held()
            && (untold.len() < SPENT_MAX || untold.contains_key(&(rate, by)))
        {
            *untold.entry((rate, by)).or_default() += 1;
        }
        Ok(())
    }

    fn of(&self, rate: Rate) -> &Keyed {
        match rate {
            Rate::Send => &self.sends,
            Rate::Change => &self.changes,
            Rate::SignIn => &self.sign_ins,
            Rate::Address => &self.addresses,
            Rate::SignUp => &self.sign_ups,
        }
    }

    fn held(&self) -> Option<MutexGuard<'_, HashMap<(Rate, Uuid), u32>>> {
        Some(self.untold.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A key of fixed size that doesn't say what it stands for.
fn hashed(text: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(text).into();
    Uuid::from_slice(&hash[..16]).unwrap_or_default()
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_what_is_spent_on_one_node_counts_on_another() {
        let (here, there) = (Limits::new(1, false), Limits::new(1, false));
        let user = UserId::new();
        for _ in 0..3 {
            here.send(user).unwrap();
        }
        let untold = here.untold();
        assert_eq!(untold, [Spent { rate: Rate::Send, by: user.0, times: 3 }]);
        there.spent_elsewhere(&untold[0]);
        assert_eq!(here.untold(), []);
        let passed = (0..5).filter(|_| there.send(user).is_ok()).count();
        assert_eq!(passed, 2, "of five at once, three are spent");
        let wait = there.send(user).unwrap_err().retry_after.unwrap();
        assert_eq!(wait, 1, "in seconds");
        assert!(there.send(UserId::new()).is_ok(), "nobody else is concerned");
    }
}
