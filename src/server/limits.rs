//! Rate limits, by user, by client IP and by account. A request over its limit is refused before any work,
//! with the seconds after which it would pass. Nodes tell each other what was spent, so that a limit holds
//! for the cluster.

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
const IP_SIGN_INS_PER_MINUTE: u32 = 300;
/// Sign-ins to one account, from all browsers together that have never signed in to it.
const UNKNOWN_DEVICE_SIGN_INS_PER_MINUTE: u32 = 30;
const UNKNOWN_DEVICE_SIGN_INS_PER_HOUR: u32 = 100;
const SIGN_UPS_PER_MINUTE: u32 = 60;
const REPORTS_PER_MINUTE: u32 = 60;
/// At the usual rate of sends, and more often where that is raised.
const RENAMES_PER_HOUR: u32 = 3;
const DEFAULT_SENDS_PER_SECOND: u32 = 10;
const SENDS: SendMultiple = SendMultiple { sustained: 1, burst: 5 };
const REQUESTS: SendMultiple = SendMultiple { sustained: 5, burst: 50 };
/// All requests without a session from one client IP.
const IP_REQUESTS: SendMultiple = SendMultiple { sustained: 10, burst: 100 };
const IP_SOCKETS: SendMultiple = SendMultiple { sustained: 1, burst: 100 };
/// Changes and new sockets have a sustained rate of the sends divided by this.
const SENDS_PER_CHANGE: u32 = 10;
const SOCKET_BURST: u32 = 3;
/// If a limiter holds more keys than this, the idle ones are dropped.
const KEYS_BEFORE_CLEANING: usize = 10_000;
/// Keys that wait until their spending is published. Further ones are not published.
const UNPUBLISHED_MAX: usize = 4_096;

/// A rate as multiples of the configured sends per second.
#[derive(Clone, Copy)]
struct SendMultiple {
    sustained: u32,
    burst: u32,
}

/// The rate limits. Nodes of other versions know them by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimit {
    Send,
    Change,
    SignIn,
    #[serde(rename = "address")]
    IpSignIn,
    SignUp,
    #[serde(rename = "stranger")]
    UnknownDevice,
    #[serde(rename = "stranger_hour")]
    UnknownDeviceHour,
    Request,
    #[serde(rename = "visitor")]
    IpRequest,
    Socket,
    #[serde(rename = "address_socket")]
    IpSocket,
    Report,
    Rename,
    /// One that only a newer node knows. It is not counted here.
    #[serde(other)]
    Unknown,
}

/// What one key spent of a rate limit on one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpentRate {
    #[serde(rename = "rate")]
    pub limit: RateLimit,
    /// A user's id, or the hash of a client IP or account.
    #[serde(rename = "by")]
    pub key: Uuid,
    pub times: u32,
}

type Unpublished = HashMap<(RateLimit, Uuid), u32>;

pub struct Limits {
    /// In the order of [`RateLimit`].
    limiters: [Limiter; RateLimit::Unknown as usize],
    /// Spending that other nodes have not been told of. None on a single node.
    unpublished: Option<Mutex<Unpublished>>,
}

struct Limiter {
    /// The label in the metrics.
    name: &'static str,
    /// Whether spending is published to other nodes. Limits of frequent requests are not: they hold for each
    /// node.
    is_published: bool,
    keys: DefaultKeyedRateLimiter<Uuid>,
}

impl Limits {
    /// `sends_per_second` is the sustained rate at which one user may send messages; other rates are
    /// multiples of it. On a single node nothing is kept for publishing.
    pub fn new(sends_per_second: u32, is_single_node: bool) -> Self {
        let sends = at_least_one(sends_per_second);
        let multiple = |of: SendMultiple| {
            let quota = Quota::per_second(sends.saturating_mul(at_least_one(of.sustained)));
            quota.allow_burst(sends.saturating_mul(at_least_one(of.burst)))
        };
        let change = Quota::per_second(at_least_one(sends_per_second / SENDS_PER_CHANGE));
        let per_minute = |count| Quota::per_minute(at_least_one(count));
        let unknown_device_hour = Quota::per_hour(at_least_one(UNKNOWN_DEVICE_SIGN_INS_PER_HOUR));
        let socket = change.allow_burst(sends.saturating_mul(at_least_one(SOCKET_BURST)));
        let renames = RENAMES_PER_HOUR.saturating_mul((sends_per_second / DEFAULT_SENDS_PER_SECOND).max(1));
        let rename = Quota::per_hour(at_least_one(renames));
        let limiters = [
            (RateLimit::Send, "send", true, multiple(SENDS)),
            (RateLimit::Change, "change", true, change.allow_burst(sends)),
            (RateLimit::SignIn, "sign_in", true, per_minute(SIGN_INS_PER_MINUTE)),
            (RateLimit::IpSignIn, "address", true, per_minute(IP_SIGN_INS_PER_MINUTE)),
            (RateLimit::SignUp, "sign_up", true, per_minute(SIGN_UPS_PER_MINUTE)),
            (RateLimit::UnknownDevice, "stranger", true, per_minute(UNKNOWN_DEVICE_SIGN_INS_PER_MINUTE)),
            (RateLimit::UnknownDeviceHour, "stranger", true, unknown_device_hour),
            (RateLimit::Request, "request", false, multiple(REQUESTS)),
            (RateLimit::IpRequest, "visitor", false, multiple(IP_REQUESTS)),
            (RateLimit::Socket, "socket", false, socket),
            (RateLimit::IpSocket, "socket", false, multiple(IP_SOCKETS)),
            (RateLimit::Report, "report", false, per_minute(REPORTS_PER_MINUTE)),
            (RateLimit::Rename, "rename", true, rename),
        ];
        debug_assert!(limiters.iter().enumerate().all(|(index, (limit, ..))| *limit as usize == index));
        let limiters = limiters.map(|(_, name, is_published, quota)| Limiter {
            name,
            is_published,
            keys: RateLimiter::keyed(quota),
        });
        Self { limiters, unpublished: (!is_single_node).then(Mutex::default) }
    }

    pub fn send(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Send, user.0)
    }

    /// A change that other users are notified of or that creates something: a profile, a listing, a
    /// conversation.
    pub fn change(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Change, user.0)
    }

    /// Counts by client IP and account together, so that nobody can lock another user out, and more
    /// generously by client IP alone, so that nobody can try all accounts.
    pub fn sign_in(&self, client_ip: &str, email: &str) -> Result<()> {
        self.spend(RateLimit::IpSignIn, hashed(client_ip))?;
        self.spend(RateLimit::SignIn, hashed(&format!("{client_ip} {email}")))
    }

    /// Counts by account, for browsers that have never signed in to it. This slows down guesses from many IPs
    /// (a botnet) and does not lock out the owner, whose browser is known.
    pub fn sign_in_from_unknown_device(&self, email: &str) -> Result<()> {
        self.spend(RateLimit::UnknownDevice, hashed(email))?;
        self.spend(RateLimit::UnknownDeviceHour, hashed(email))
    }

    /// Any request: counts by user, or without a session by client IP.
    pub fn request(&self, user: Option<UserId>, client_ip: &str) -> Result<()> {
        match user {
            Some(user) => self.spend(RateLimit::Request, user.0),
            None => self.spend(RateLimit::IpRequest, hashed(client_ip)),
        }
    }

    /// A new socket: counts by user and by client IP.
    pub fn socket(&self, user: UserId, client_ip: &str) -> Result<()> {
        self.spend(RateLimit::Socket, user.0)?;
        self.spend(RateLimit::IpSocket, hashed(client_ip))
    }

    /// A new name of a user, which changes it in all that they have written.
    pub fn rename(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Rename, user.0)
    }

    /// A report that a browser sends about a page (CSP).
    pub fn report(&self, client_ip: &str) -> Result<()> {
        self.spend(RateLimit::Report, hashed(client_ip))
    }

    pub fn sign_up(&self, client_ip: &str) -> Result<()> {
        self.spend(RateLimit::SignUp, hashed(client_ip))
    }

    /// Takes the spending that is to be published to other nodes.
    pub fn take_unpublished(&self) -> Vec<SpentRate> {
        let taken = self.unpublished().map(|mut unpublished| mem::take(&mut *unpublished));
        taken.into_iter().flatten().map(|((limit, key), times)| SpentRate { limit, key, times }).collect()
    }

    /// Counts what was spent on another node, until the limit is used up.
    pub fn spend_remote(&self, spent: &SpentRate) {
        let Some(limiter) = self.limiters.get(spent.limit as usize) else { return };
        for _ in 0..spent.times {
            if limiter.keys.check_key(&spent.key).is_err() {
                return;
            }
        }
    }

    fn spend(&self, limit: RateLimit, key: Uuid) -> Result<()> {
        let Some(limiter) = self.limiters.get(limit as usize) else { return Ok(()) };
        if limiter.keys.len() > KEYS_BEFORE_CLEANING {
            limiter.keys.retain_recent();
        }
        limiter.keys.check_key(&key).map_err(|until| {
            metrics::count_rate_limited(limiter.name);
            let wait = until.wait_time_from(DefaultClock::default().now());
            ApiError::too_fast(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX - 1) + 1)
        })?;
        if limiter.is_published
            && let Some(mut unpublished) = self.unpublished()
            && (unpublished.len() < UNPUBLISHED_MAX || unpublished.contains_key(&(limit, key)))
        {
            *unpublished.entry((limit, key)).or_default() += 1;
        }
        Ok(())
    }

    fn unpublished(&self) -> Option<MutexGuard<'_, Unpublished>> {
        Some(self.unpublished.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A key of fixed size, which hides the text behind it from other nodes.
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
        let spent = here.take_unpublished();
        assert_eq!(spent, [SpentRate { limit: RateLimit::Send, key: user.0, times: 3 }]);
        there.spend_remote(&spent[0]);
        assert_eq!(here.take_unpublished(), []);
        let passed = (0..5).filter(|_| there.send(user).is_ok()).count();
        assert_eq!(passed, 2, "of five at once, three are spent");
        let wait = there.send(user).unwrap_err().retry_after.unwrap();
        assert_eq!(wait, 1, "in seconds");
        assert!(there.send(UserId::new()).is_ok(), "other users are not limited");
    }

    #[test]
    fn d9_a_rate_that_only_a_newer_node_knows_is_read_and_counts_nowhere() {
        let newer = r#"{"rate":"of_next_year","by":"00000000-0000-7000-8000-000000000001","times":9}"#;
        let spent: SpentRate = serde_json::from_str(newer).unwrap();
        assert_eq!(spent.limit, RateLimit::Unknown);
        Limits::new(1, false).spend_remote(&spent);
    }

    #[test]
    fn d9_the_names_of_rates_stay_as_older_nodes_know_them() {
        for (limit, name) in [
            (RateLimit::IpSignIn, "address"),
            (RateLimit::UnknownDevice, "stranger"),
            (RateLimit::UnknownDeviceHour, "stranger_hour"),
            (RateLimit::IpRequest, "visitor"),
            (RateLimit::IpSocket, "address_socket"),
        ] {
            let spent = SpentRate { limit, key: Uuid::nil(), times: 1 };
            let json = serde_json::json!({"rate": name, "by": Uuid::nil(), "times": 1});
            assert_eq!(serde_json::to_value(&spent).unwrap(), json);
            assert_eq!(serde_json::from_value::<SpentRate>(json).unwrap(), spent);
        }
    }
}
