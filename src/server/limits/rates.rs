//! The rates: how often what may be done, by whom it is counted, and whether all nodes count together.

use std::num::NonZeroU32;

use governor::Quota;
use serde::{Deserialize, Serialize};

const SIGN_INS_PER_MINUTE: u32 = 10;
const IP_SIGN_INS_PER_MINUTE: u32 = 300;
/// Sign-ins to one account, from all browsers together that have never signed in to it.
const UNKNOWN_DEVICE_SIGN_INS_PER_MINUTE: u32 = 30;
const UNKNOWN_DEVICE_SIGN_INS_PER_HOUR: u32 = 100;
/// The same from one network, once the account's own rates are used up.
const UNKNOWN_NETWORK_SIGN_INS_PER_HOUR: u32 = 3;
/// Guesses of a signed-in user at their present password.
const PASSWORD_CHECKS_PER_HOUR: u32 = 10;
/// Mails that ask a user to confirm their address.
const CONFIRMATIONS_PER_HOUR: u32 = 3;
/// Mails with a link to choose a new password, to one address. The next one comes while the link of the last is good, so
/// nobody keeps an owner from having one.
const PASSWORD_RESETS_PER_HOUR: u32 = 3;
/// Looks at passwords that are being typed. Each takes some milliseconds of a core.
const PASSWORD_ADVICE_PER_MINUTE: u32 = 60;
/// Codes of an authenticator app that are tried for an account, by whoever knows its password: three of a million are right.
const APP_CODES_PER_HOUR: u32 = 10;
/// Links of mails that a client IP opens.
const MAIL_LINKS_PER_MINUTE: u32 = 30;
/// Sign-ins by an identity provider that a client IP starts, and answers that it brings.
const PROVIDER_SIGN_INS_PER_MINUTE: u32 = 60;
/// Signed identities from one client IP: a frame brings one in ten minutes, and an office may share an IP.
const EMBED_SESSIONS_PER_MINUTE: u32 = 600;
/// Logout tokens from one client IP: all of a provider come from a few.
const PROVIDER_LOGOUTS_PER_MINUTE: u32 = 1_200;
/// Files with everything about a user, or with events of security.
const EXPORTS_PER_HOUR: u32 = 5;
/// Files that a user announces.
const UPLOADS_PER_MINUTE: u32 = 60;
const SIGN_UPS_PER_MINUTE: u32 = 60;
/// People whom a user invites into rooms, at the usual rate of sends, and more where that is raised.
const INVITATIONS_PER_DAY: u32 = 100;
/// Reports of messages, people and the like, at the usual rate of sends, and more often where that is raised.
const CASE_REPORTS_PER_HOUR: u32 = 20;
const REPORTS_PER_MINUTE: u32 = 60;
/// At the usual rate of sends, and more often where that is raised.
const RENAMES_PER_HOUR: u32 = 3;
const DEFAULT_SENDS_PER_SECOND: u32 = 10;
const SENDS: SendMultiple = SendMultiple { sustained: 1, burst: 5 };
const REQUESTS: SendMultiple = SendMultiple { sustained: 5, burst: 50 };
/// All requests without a session from one client IP.
const IP_REQUESTS: SendMultiple = SendMultiple { sustained: 10, burst: 100 };
const IP_SOCKETS: SendMultiple = SendMultiple { sustained: 1, burst: 100 };
/// What a marketplace's server sends one by one: 20 a second and 300 at once, at the usual rate of sends.
const EXTERNAL: SendMultiple = SendMultiple { sustained: 2, burst: 30 };
/// Changes and new sockets have a sustained rate of the sends divided by this.
const SENDS_PER_CHANGE: u32 = 10;
const SOCKET_BURST: u32 = 3;
/// Refusals that this node stores as events of security.
const STORED_REFUSALS_PER_HOUR: u32 = 1_000;
/// Searches have a sustained rate of the sends divided by this.
const SENDS_PER_SEARCH: u32 = 5;
/// The same for searches in messages, which read an index alone and are made while somebody types.
const SENDS_PER_MESSAGE_SEARCH: u32 = 2;
const MESSAGE_SEARCH_BURST: u32 = 2;

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
    /// Requests with a session or token that this node has not seen lately, by client IP.
    IpCredential,
    UnknownNetwork,
    PasswordCheck,
    Search,
    Rename,
    /// Refusals that are stored as events of security, of everybody together.
    StoredRefusal,
    /// Mails that ask a user to confirm their address.
    Confirmation,
    /// Links of mails, by client IP.
    MailLink,
    /// Mails with a link to choose a new password, by address.
    PasswordReset,
    /// Looks at passwords that are being typed, by client IP.
    PasswordAdvice,
    /// Codes of an authenticator app, by account and password.
    AppCode,
    /// Sign-ins by an identity provider, and their answers, by client IP.
    ProviderSignIn,
    /// Logout tokens, by client IP.
    ProviderLogout,
    /// Files with everything about a user, or with events of security.
    Export,
    /// Files that a user announces.
    Upload,
    /// Searches in messages.
    MessageSearch,
    /// Reports of messages, people and the like.
    CaseReport,
    /// Signed identities of frames, by client IP.
    EmbedSession,
    /// Users, listings and orders that a marketplace's server sends.
    External,
    /// One that only a newer node knows. It is not counted here.
    #[serde(other)]
    Unknown,
}

/// The number of rate limits.
pub const COUNT: usize = RateLimit::Unknown as usize;

/// How one rate limit counts.
pub struct Rate {
    /// The label in the metrics.
    pub name: &'static str,
    /// Whether spending is published to other nodes. Limits of frequent requests are not: they hold for each
    /// node.
    pub is_published: bool,
    pub quota: Quota,
}

/// All rates, in the order of [`RateLimit`]. `sends_per_second` is the sustained rate at which one user may
/// send messages; the rates of requests, changes and sockets are multiples of it.
pub fn all(sends_per_second: u32) -> [Rate; COUNT] {
    let sends = at_least_one(sends_per_second);
    let multiple = |of: SendMultiple| {
        let quota = Quota::per_second(sends.saturating_mul(at_least_one(of.sustained)));
        quota.allow_burst(sends.saturating_mul(at_least_one(of.burst)))
    };
    let change = Quota::per_second(at_least_one(sends_per_second / SENDS_PER_CHANGE));
    let per_minute = |count| Quota::per_minute(at_least_one(count));
    let per_hour = |count| Quota::per_hour(at_least_one(count));
    let renames = RENAMES_PER_HOUR.saturating_mul((sends_per_second / DEFAULT_SENDS_PER_SECOND).max(1));
    let case_reports =
        CASE_REPORTS_PER_HOUR.saturating_mul((sends_per_second / DEFAULT_SENDS_PER_SECOND).max(1));
    let search = Quota::per_second(at_least_one(sends_per_second / SENDS_PER_SEARCH)).allow_burst(sends);
    let message_search = Quota::per_second(at_least_one(sends_per_second / SENDS_PER_MESSAGE_SEARCH))
        .allow_burst(sends.saturating_mul(at_least_one(MESSAGE_SEARCH_BURST)));
    let socket = change.allow_burst(sends.saturating_mul(at_least_one(SOCKET_BURST)));
    let rates = [
        (RateLimit::Send, "send", true, multiple(SENDS)),
        (RateLimit::Change, "change", true, change.allow_burst(sends)),
        (RateLimit::SignIn, "sign_in", true, per_minute(SIGN_INS_PER_MINUTE)),
        (RateLimit::IpSignIn, "address", true, per_minute(IP_SIGN_INS_PER_MINUTE)),
        (RateLimit::SignUp, "sign_up", true, per_minute(SIGN_UPS_PER_MINUTE)),
        (RateLimit::UnknownDevice, "stranger", true, per_minute(UNKNOWN_DEVICE_SIGN_INS_PER_MINUTE)),
        (RateLimit::UnknownDeviceHour, "stranger", true, per_hour(UNKNOWN_DEVICE_SIGN_INS_PER_HOUR)),
        (RateLimit::Request, "request", false, multiple(REQUESTS)),
        (RateLimit::IpRequest, "visitor", false, multiple(IP_REQUESTS)),
        (RateLimit::Socket, "socket", false, socket),
        (RateLimit::IpSocket, "socket", false, multiple(IP_SOCKETS)),
        (RateLimit::Report, "report", false, per_minute(REPORTS_PER_MINUTE)),
        (RateLimit::IpCredential, "visitor", false, multiple(IP_REQUESTS)),
        (RateLimit::UnknownNetwork, "stranger", true, per_hour(UNKNOWN_NETWORK_SIGN_INS_PER_HOUR)),
        (RateLimit::PasswordCheck, "password", true, per_hour(PASSWORD_CHECKS_PER_HOUR)),
        (RateLimit::Search, "search", false, search),
        (RateLimit::Rename, "rename", true, per_hour(renames)),
        (RateLimit::StoredRefusal, "refusal", false, per_hour(STORED_REFUSALS_PER_HOUR)),
        (RateLimit::Confirmation, "confirmation", true, per_hour(CONFIRMATIONS_PER_HOUR)),
        (RateLimit::MailLink, "mail_link", true, per_minute(MAIL_LINKS_PER_MINUTE)),
        (RateLimit::PasswordReset, "password_reset", true, per_hour(PASSWORD_RESETS_PER_HOUR)),
        (RateLimit::PasswordAdvice, "password_advice", false, per_minute(PASSWORD_ADVICE_PER_MINUTE)),
        (RateLimit::AppCode, "app_code", true, per_hour(APP_CODES_PER_HOUR)),
        (RateLimit::ProviderSignIn, "provider", true, per_minute(PROVIDER_SIGN_INS_PER_MINUTE)),
        (RateLimit::ProviderLogout, "provider_logout", false, per_minute(PROVIDER_LOGOUTS_PER_MINUTE)),
        (RateLimit::Export, "export", true, per_hour(EXPORTS_PER_HOUR)),
        (RateLimit::Upload, "upload", true, per_minute(UPLOADS_PER_MINUTE)),
        (RateLimit::MessageSearch, "message_search", false, message_search),
        (RateLimit::CaseReport, "case_report", true, per_hour(case_reports)),
        (RateLimit::EmbedSession, "embed_session", false, per_minute(EMBED_SESSIONS_PER_MINUTE)),
        (RateLimit::External, "external", true, multiple(EXTERNAL)),
    ];
    debug_assert!(rates.iter().enumerate().all(|(index, (limit, ..))| *limit as usize == index));
    rates.map(|(_, name, is_published, quota)| Rate { name, is_published, quota })
}

/// People whom a user may invite into rooms on a day. The database counts them, since a repeated command counts once.
pub fn invitations_per_day(sends_per_second: u32) -> i64 {
    INVITATIONS_PER_DAY.saturating_mul((sends_per_second / DEFAULT_SENDS_PER_SECOND).max(1)).into()
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
