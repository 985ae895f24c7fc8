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

use super::telemetry::metrics;
use crate::shared::{
    errors::{ApiError, Result},
    ids::UserId,
};

const SIGN_INS_PER_MINUTE: u32 = 10;
const ADDRESS_SIGN_INS_PER_MINUTE: u32 = 300;
/// For one account, from all addresses together whose browser has never signed in to it.
const STRANGERS_PER_MINUTE: u32 = 30;
const STRANGERS_PER_HOUR: u32 = 100;
const SIGN_UPS_PER_MINUTE: u32 = 60;
const REPORTS_PER_MINUTE: u32 = 60;
/// How many times the messages a second somebody may send, on average and at once.
const REQUESTS: (u32, u32) = (5, 50);
/// The same for all at one address who are not signed in, and for the sockets that are opened there.
const ADDRESS_REQUESTS: (u32, u32) = (10, 100);
const ADDRESS_SOCKETS: (u32, u32) = (1, 100);
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
    Stranger,
    StrangerHour,
    Request,
    Visitor,
    Socket,
    AddressSocket,
    Report,
    /// One that only a newer node knows; nothing counts by it here.
    #[serde(other)]
    Unknown,
}

/// What was spent of one rate, by whom (a user's id, or the hash of something else), and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub rate: Rate,
    pub by: Uuid,
    pub times: u32,
}

pub struct Limits {
    /// In the order of `Rate`.
    counted: [Counted; Rate::Unknown as usize],
    /// What other nodes have not been told of; none where there are none.
    untold: Option<Mutex<HashMap<(Rate, Uuid), u32>>>,
}

struct Counted {
    /// As it is counted in the metrics.
    name: &'static str,
    /// Whether other nodes hear of it: not of what is asked all the time, where each can bear its share.
    is_told: bool,
    spent: DefaultKeyedRateLimiter<Uuid>,
}

impl Limits {
    /// `sends_per_second`: messages that one user may send on average; five times as many at once.
    /// `is_alone`: there are no other nodes to tell.
    pub fn new(sends_per_second: u32, is_alone: bool) -> Self {
        let sends = at_least_one(sends_per_second);
        let times = |(average, at_once): (u32, u32)| {
            let quota = Quota::per_second(sends.saturating_mul(at_least_one(average)));
            quota.allow_burst(sends.saturating_mul(at_least_one(at_once)))
        };
        let a_tenth = Quota::per_second(at_least_one(sends_per_second / 10));
        let a_minute = |count| Quota::per_minute(at_least_one(count));
        let strangers_hour = Quota::per_hour(at_least_one(STRANGERS_PER_HOUR));
        let counted = [
            (Rate::Send, "send", true, times((1, 5))),
            (Rate::Change, "change", true, a_tenth.allow_burst(sends)),
            (Rate::SignIn, "sign_in", true, a_minute(SIGN_INS_PER_MINUTE)),
            (Rate::Address, "address", true, a_minute(ADDRESS_SIGN_INS_PER_MINUTE)),
            (Rate::SignUp, "sign_up", true, a_minute(SIGN_UPS_PER_MINUTE)),
            (Rate::Stranger, "stranger", true, a_minute(STRANGERS_PER_MINUTE)),
            (Rate::StrangerHour, "stranger", true, strangers_hour),
            (Rate::Request, "request", false, times(REQUESTS)),
            (Rate::Visitor, "visitor", false, times(ADDRESS_REQUESTS)),
            (Rate::Socket, "socket", false, a_tenth.allow_burst(sends.saturating_mul(at_least_one(3)))),
            (Rate::AddressSocket, "socket", false, times(ADDRESS_SOCKETS)),
            (Rate::Report, "report", false, a_minute(REPORTS_PER_MINUTE)),
        ];
        debug_assert!(counted.iter().enumerate().all(|(place, (rate, ..))| *rate as usize == place));
        let counted = counted.map(|(_, name, is_told, quota)| Counted {
            name,
            is_told,
            spent: RateLimiter::keyed(quota),
        });
        Self { counted, untold: (!is_alone).then(Mutex::default) }
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

    /// By account, for addresses whose browser has never signed in to it: guesses from many addresses are
    /// slowed down, and the owner is not among those who are counted.
    pub fn sign_in_as_stranger(&self, email: &str) -> Result<()> {
        self.spend(Rate::Stranger, hashed(email))?;
        self.spend(Rate::StrangerHour, hashed(email))
    }

    /// Anything that is asked: by who is signed in, or else by address.
    pub fn request(&self, user: Option<UserId>, client_address: &str) -> Result<()> {
        match user {
            Some(user) => self.spend(Rate::Request, user.0),
            None => self.spend(Rate::Visitor, hashed(client_address)),
        }
    }

    /// A socket that is opened.
    pub fn socket(&self, user: UserId, client_address: &str) -> Result<()> {
        self.spend(Rate::Socket, user.0)?;
        self.spend(Rate::AddressSocket, hashed(client_address))
    }

    /// What a browser reports about a page.
    pub fn report(&self, client_address: &str) -> Result<()> {
        self.spend(Rate::Report, hashed(client_address))
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
        let Some(counted) = self.counted.get(spent.rate as usize) else { return };
        for _ in 0..spent.times {
            if counted.spent.check_key(&spent.by).is_err() {
                return;
            }
        }
    }

    fn spend(&self, rate: Rate, by: Uuid) -> Result<()> {
        let Some(counted) = self.counted.get(rate as usize) else { return Ok(()) };
        if counted.spent.len() > KEYS_BEFORE_CLEANING {
            counted.spent.retain_recent();
        }
        counted.spent.check_key(&by).map_err(|until| {
            metrics::refused(counted.name);
            let wait = until.wait_time_from(DefaultClock::default().now());
            ApiError::too_fast(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX - 1) + 1)
        })?;
        if counted.is_told
            && let Some(mut untold) = self.held()
            && (untold.len() < SPENT_MAX || untold.contains_key(&(rate, by)))
        {
            *untold.entry((rate, by)).or_default() += 1;
        }
        Ok(())
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

    #[test]
    fn d9_a_rate_that_only_a_newer_node_knows_is_read_and_counts_nowhere() {
        let newer = r#"{"rate":"of_next_year","by":"00000000-0000-7000-8000-000000000001","times":9}"#;
        let spent: Spent = serde_json::from_str(newer).unwrap();
        assert_eq!(spent.rate, Rate::Unknown);
        Limits::new(1, false).spent_elsewhere(&spent);
    }
}
