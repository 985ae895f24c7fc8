//! Rate limits, by user, by client IP and by account. A request over its limit is refused before any work,
//! with the seconds after which it would pass. Nodes tell each other what was spent, so that a limit holds
//! for the cluster.

mod rates;

use std::{
    collections::HashMap,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{auth::client_ip::ClientIp, telemetry::metrics};
use crate::shared::{
    errors::{ApiError, Result},
    ids::UserId,
};

pub use rates::RateLimit;

/// A /48 prefix of IPv6 may spend this many times what one client IP may.
const SITE_MULTIPLE: u32 = 16;
/// If a limiter holds more keys than this, the idle ones are dropped, at most once a second.
const KEYS_BEFORE_CLEANING: usize = 10_000;
/// Keys that wait until their spending is published. Further ones are not published.
const UNPUBLISHED_MAX: usize = 4_096;

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
    limiters: [Limiter; rates::COUNT],
    /// Spending that other nodes have not been told of. None on a single node.
    unpublished: Option<Mutex<Unpublished>>,
    /// People whom a user may invite into rooms on a day.
    pub invitations_per_day: i64,
}

struct Limiter {
    /// The label in the metrics.
    name: &'static str,
    is_published: bool,
    keys: Keys,
    /// By /48 prefix, where a rate counts by client IP.
    sites: Keys,
}

/// What was spent by key.
struct Keys {
    limiter: DefaultKeyedRateLimiter<Uuid>,
    start: Instant,
    /// The seconds since the start after which idle keys may be dropped again.
    clean_after_s: AtomicU64,
}

impl Keys {
    fn new(quota: Quota) -> Self {
        let clean_after_s = AtomicU64::new(0);
        Self { limiter: RateLimiter::keyed(quota), start: Instant::now(), clean_after_s }
    }

    /// Spends once. The error has the seconds to wait.
    fn spend(&self, key: Uuid) -> std::result::Result<(), i64> {
        if self.limiter.len() > KEYS_BEFORE_CLEANING {
            self.clean();
        }
        self.limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            i64::try_from(wait.as_secs()).unwrap_or(i64::MAX - 1) + 1
        })
    }

    /// Walks over all keys, so it must not happen at each spending.
    fn clean(&self) {
        let now_s = self.start.elapsed().as_secs();
        let due = self.clean_after_s.load(Ordering::Relaxed);
        let is_mine = now_s >= due
            && self
                .clean_after_s
                .compare_exchange(due, now_s + 1, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_mine {
            self.limiter.retain_recent();
        }
    }
}

impl Limits {
    /// `sends_per_second` is the sustained rate at which one user may send messages; other rates are
    /// multiples of it. On a single node nothing is kept for publishing.
    pub fn new(sends_per_second: u32, is_single_node: bool) -> Self {
        let limiters = rates::all(sends_per_second).map(|rate| Limiter {
            name: rate.name,
            is_published: rate.is_published,
            keys: Keys::new(rate.quota),
            sites: Keys::new(site_quota(rate.quota)),
        });
        let invitations_per_day = rates::invitations_per_day(sends_per_second);
        Self { limiters, unpublished: (!is_single_node).then(Mutex::default), invitations_per_day }
    }

    pub fn send(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Send, user.0)
    }

    /// A change that other users are notified of or that creates something: a profile, a listing, a
    /// conversation.
    pub fn change(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Change, user.0)
    }

    /// A sign-in from a browser that has signed in to this account before. Nobody else can spend it.
    pub fn sign_in_from_known_device(&self, email: &str) -> Result<()> {
        self.spend(RateLimit::SignIn, hashed(&format!("known device {email}")))
    }

    /// A sign-in from a browser that has never signed in to this account. Counts by client IP, so that nobody
    /// can try all accounts; by client IP and account; and by account, which slows down guesses from many IPs
    /// (a botnet). Once the account's rate is used up each network still has a few tries: strangers can't
    /// lock out an owner who comes from a network of their own.
    pub fn sign_in_from_unknown_device(&self, client_ip: &ClientIp, email: &str) -> Result<()> {
        self.unknown_device(client_ip, email)
    }

    /// A recovery code, counted as a sign-in of an unknown device. Nobody guesses one.
    pub fn recovery_code(&self, user: UserId, client_ip: &ClientIp) -> Result<()> {
        self.unknown_device(client_ip, &format!("recovery code {}", user.0))
    }

    /// A challenge that is answered with a passkey, or the answer.
    pub fn passkey(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::IpSignIn, client_ip)
    }

    /// A code of an authenticator app: counts by account alone, from whatever network, apart for browsers that have signed in
    /// before, and anew with another password.
    pub fn app_code(&self, user: UserId, password_hash: &str, is_known_device: bool) -> Result<()> {
        self.spend(RateLimit::AppCode, hashed(&format!("{} {is_known_device} {password_hash}", user.0)))
    }

    fn unknown_device(&self, client_ip: &ClientIp, account: &str) -> Result<()> {
        self.spend_ip(RateLimit::IpSignIn, client_ip)?;
        let network = hashed(&format!("{} {account}", client_ip.network()));
        self.spend(RateLimit::SignIn, network)?;
        let account = hashed(account);
        self.spend(RateLimit::UnknownDevice, account)
            .and_then(|()| self.spend(RateLimit::UnknownDeviceHour, account))
            .or_else(|_| self.spend(RateLimit::UnknownNetwork, network))
    }

    /// A guess of a signed-in user at their present password.
    pub fn password_check(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::PasswordCheck, user.0)
    }

    /// A request of a user.
    pub fn request(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Request, user.0)
    }

    /// A page that a socket reads in place of a poll, counted as a request of its user. Waits where a request would
    /// be refused (backpressure).
    pub async fn request_when_due(&self, user: UserId) {
        let Some(limiter) = self.limiters.get(RateLimit::Request as usize) else { return };
        while let Err(until) = limiter.keys.limiter.check_key(&user.0) {
            tokio::time::sleep(until.wait_time_from(DefaultClock::default().now())).await;
        }
    }

    /// A request without a session.
    pub fn visitor_request(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::IpRequest, client_ip)
    }

    /// A request with a session or token that has to be looked up before anybody knows whose it is.
    pub fn unknown_credential(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::IpCredential, client_ip)
    }

    /// A new socket: counts by user and by client IP.
    pub fn socket(&self, user: UserId, client_ip: &ClientIp) -> Result<()> {
        self.spend(RateLimit::Socket, user.0)?;
        self.spend_ip(RateLimit::IpSocket, client_ip)
    }

    /// A report that a browser sends about a page (CSP).
    pub fn report(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::Report, client_ip)
    }

    /// A new name of a user, which changes it in all that they have written.
    pub fn rename(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Rename, user.0)
    }

    /// A user's search, which reads more rows than it finds.
    pub fn search(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Search, user.0)
    }

    /// A user's search in messages.
    pub fn message_search(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::MessageSearch, user.0)
    }

    /// A search without a session.
    pub fn visitor_search(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::Search, client_ip)
    }

    /// A refusal that is to be stored.
    pub fn stored_refusal(&self) -> Result<()> {
        self.spend(RateLimit::StoredRefusal, Uuid::nil())
    }

    /// A mail that asks a user to confirm an address: counts by user, and by address, which many users may claim.
    pub fn confirmation(&self, user: UserId, address: &str) -> Result<()> {
        self.spend(RateLimit::Confirmation, user.0)?;
        self.spend(RateLimit::Confirmation, hashed(address))
    }

    /// A link of a mail, or a guess at one.
    pub fn mail_link(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::MailLink, client_ip)
    }

    /// A mail with a link to choose a new password: counts by client IP and by address, whether it has an account or not.
    pub fn password_reset(&self, client_ip: &ClientIp, address: &str) -> Result<()> {
        self.spend_ip(RateLimit::MailLink, client_ip)?;
        self.spend(RateLimit::PasswordReset, hashed(address))
    }

    /// A look at a password that is being typed.
    pub fn password_advice(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::PasswordAdvice, client_ip)
    }

    /// A sign-in by an identity provider, or its answer.
    pub fn provider_sign_in(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::ProviderSignIn, client_ip)
    }

    /// A signed identity of a frame.
    pub fn embed_session(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::EmbedSession, client_ip)
    }

    /// A user, listing or order that a marketplace's server sends.
    pub fn external(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::External, user.0)
    }

    /// A logout token.
    pub fn provider_logout(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::ProviderLogout, client_ip)
    }

    /// A file with everything about a user, or with events of security.
    pub fn export(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Export, user.0)
    }

    /// A file that is announced.
    pub fn upload(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::Upload, user.0)
    }

    pub fn case_report(&self, user: UserId) -> Result<()> {
        self.spend(RateLimit::CaseReport, user.0)
    }

    pub fn sign_up(&self, client_ip: &ClientIp) -> Result<()> {
        self.spend_ip(RateLimit::SignUp, client_ip)
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
            if limiter.keys.spend(spent.key).is_err() {
                return;
            }
        }
    }

    /// Counts by client IP, and for IPv6 by its /48 prefix too.
    fn spend_ip(&self, limit: RateLimit, client_ip: &ClientIp) -> Result<()> {
        if let (Some(limiter), Some(site)) = (self.limiters.get(limit as usize), client_ip.site()) {
            limiter.sites.spend(hashed(site)).map_err(|wait_s| limiter.refusal(wait_s))?;
        }
        self.spend(limit, hashed(client_ip.network()))
    }

    fn spend(&self, limit: RateLimit, key: Uuid) -> Result<()> {
        let Some(limiter) = self.limiters.get(limit as usize) else { return Ok(()) };
        limiter.keys.spend(key).map_err(|wait_s| limiter.refusal(wait_s))?;
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

impl Limiter {
    fn refusal(&self, wait_s: i64) -> ApiError {
        metrics::count_rate_limited(self.name);
        ApiError::too_fast(wait_s)
    }
}

/// The quota of a whole /48 prefix.
fn site_quota(quota: Quota) -> Quota {
    let multiple = SITE_MULTIPLE.try_into().expect("more than 0");
    let burst = quota.burst_size().saturating_mul(multiple);
    let interval = quota.replenish_interval() / SITE_MULTIPLE;
    Quota::with_period(interval).map_or(quota, |quota| quota.allow_burst(burst))
}

/// A key of fixed size, which hides the text behind it from other nodes.
fn hashed(text: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(text).into();
    Uuid::from_slice(&hash[..16]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

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
    fn e7_a_customer_with_many_prefixes_of_ipv6_is_bounded() {
        let limits = Limits::new(1, true);
        let ip = |number: u16| ClientIp::from_ip(IpAddr::from([0x2001, 0xdb8, 1, number, 0, 0, 0, 1]));
        let taken = (0..10_000).take_while(|number| limits.sign_up(&ip(*number)).is_ok()).count();
        assert!((960..970).contains(&taken), "16 times 60 a minute: {taken}");
        let other = ClientIp::from_ip(IpAddr::from([0x2001, 0xdb8, 2, 0, 0, 0, 0, 1]));
        assert!(limits.sign_up(&other).is_ok(), "another customer is not concerned");
    }

    #[test]
    fn e7_strangers_do_not_lock_out_an_owner_on_a_new_browser() {
        let limits = Limits::new(1, true);
        let sign_in =
            |ip: &str| limits.sign_in_from_unknown_device(&ip.to_owned().into(), "noor@example.com");
        let from_few =
            (0..1_000).filter(|number| sign_in(&format!("botnet {}", number % 20)).is_ok()).count();
        assert!(from_few < 30 + 20 * 4, "guesses from twenty networks are bounded: {from_few}");
        assert!(sign_in("botnet 1").is_err());
        assert!((0..3).all(|_| sign_in("home").is_ok()), "the owner has a few tries from home");
        assert!(sign_in("home").is_err());
        assert!(limits.sign_in_from_known_device("noor@example.com").is_ok());
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
