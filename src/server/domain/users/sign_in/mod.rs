//! Signing in, and opening a session.

pub mod code;
pub mod embed;
pub mod passkey;
pub(in crate::server::domain) mod refusal;

use chrono_tz::Tz;

use super::{
    client::{Client, browser_name},
    security_events::{self, SecurityEvent},
};
use crate::{
    server::{
        auth::session_tokens::{self, Token},
        context::ContextInner,
        domain::failed,
        store::{
            Conn, Result as StoreResult,
            users::{
                self, Credentials,
                identities::{self, ProviderSession},
            },
        },
    },
    shared::{
        errors::{ApiError, Result},
        ids::UserId,
        users::{
            credentials::{DEMO_DOMAIN, Email},
            rank::Rank,
        },
        values::{text, time::Timestamp},
        words,
    },
};
use refusal::SignInRefusal;

/// Sessions of one user. Further ones end the oldest.
const SESSIONS_MAX: i64 = 100;
/// User agents are cut to this. The end of common ones, which tells browsers apart, still fits.
const USER_AGENT_MAX_CHARS: usize = 240;

/// The tokens for a browser that has just signed in.
pub struct SignedIn {
    pub token: Token,
    pub device_token: String,
}

/// What the right password leads to.
pub enum SignInOutcome {
    Open(SignedIn),
    /// The user has a second factor. With this, the browser can send a code ([`code::complete`]).
    NeedsCode(String),
}

impl SignInOutcome {
    /// The session, if there is one already.
    pub fn opened(self) -> Option<SignedIn> {
        match self {
            Self::Open(signed_in) => Some(signed_in),
            Self::NeedsCode(_) => None,
        }
    }
}

/// Signs in to the account that an address belongs to, or else to the newest that claims it. An unknown e-mail address and a
/// wrong password get the same answer after the same work (no account enumeration). Only with the right password does the
/// answer say that an account is suspended.
pub async fn sign_in(
    context: &ContextInner,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<SignInOutcome> {
    check_passwords_are_a_way_in(context)?;
    let email = Email::parse(email)?;
    let searched = email.clone();
    let (owner, claimant) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let owner = users::credentials(&mut conn, &searched).await?;
                Ok((owner, users::credentials_of_claim(&mut conn, &searched).await?))
            })
        })
        .await
        .map_err(failed)?;
    let owner = owner.filter(|_| !context.is_unserved_demo_account(email.as_str()));
    let hash_of = |found: &Option<Credentials>| found.as_ref().and_then(|found| found.password_hash.clone());
    let (owner_hash, claimant_hash) = (hash_of(&owner), hash_of(&claimant));
    let is_known_device = [&owner_hash, &claimant_hash]
        .into_iter()
        .flatten()
        .any(|hash| client.device_token.as_deref() == Some(&*session_tokens::device_token(hash)));
    // A place first: a sign-in that is refused for lack of one must not use up the owner's tries.
    let place = if is_known_device {
        let place = context.passwords.place_for_known()?;
        context.limits.sign_in_from_known_device(email.as_str())?;
        place
    } else {
        let place = context.passwords.place_for_stranger(&client.client_ip)?;
        context.limits.sign_in_from_unknown_device(&client.client_ip, email.as_str())?;
        place
    };
    let mut is_right = place.verify(password, owner_hash.clone()).await?;
    let (mut found, mut hash) = (owner, owner_hash);
    // Also where nobody claims the address, since the time that it takes would tell.
    if !is_right && (context.mailer.is_some() || claimant.is_some()) {
        is_right = place.verify(password, claimant_hash.clone()).await?;
        if is_right {
            (found, hash) = (claimant, claimant_hash);
        }
    }
    drop(place);
    let refusal = match &found {
        Some(found) if is_right && found.is_suspended => SignInRefusal::Suspended,
        Some(found) if is_right => {
            let hash = hash.unwrap_or_default();
            if found.has_second_factor {
                return Ok(SignInOutcome::NeedsCode(code::pending_token(context, found.user, &hash)));
            }
            // Everybody signs in to the accounts of the demo.
            let is_told = !is_known_device && !email.as_str().ends_with(DEMO_DOMAIN);
            let event = (SecurityEvent::SignedIn, is_told);
            let basis = Basis::Password(hash);
            let opened = open_session(context, found.user, basis, client, found.rank, event).await?;
            return opened.map(SignInOutcome::Open).ok_or_else(|| SignInRefusal::WrongPassword.error());
        }
        Some(_) => SignInRefusal::WrongPassword,
        None => SignInRefusal::NoSuchAccount,
    };
    let user = found.as_ref().map(|found| found.user);
    let event = SecurityEvent::SignInRefused;
    security_events::add_refusal(context, event, user, client, refusal.as_str()).await;
    Err(refusal.error())
}

/// Refuses passwords where the identity providers are the only way in.
pub(in crate::server::domain) fn check_passwords_are_a_way_in(context: &ContextInner) -> Result<()> {
    if context.providers.are_only_way {
        return Err(ApiError::forbidden(words::provider_refused_password()));
    }
    Ok(())
}

/// By what a session is opened.
#[derive(Clone)]
pub(in crate::server::domain) enum Basis {
    /// The hash of the password.
    Password(String),
    /// A session at an identity provider; the provider's name, and the token by which this browser is known from then on.
    Provider { session: ProviderSession, name: String, device_token: String },
}

impl Basis {
    /// Whether it is still the account's, which holds until the end of the command.
    async fn holds(&self, conn: &mut Conn<'_>, user: UserId) -> StoreResult<bool> {
        match self {
            Self::Password(hash) => users::keeps_password(conn, user, hash).await,
            Self::Provider { session, .. } => identities::keeps(conn, user, &session.subject).await,
        }
    }
}

/// Creates a session, of which the owner of the account is notified if `is_told`. None if the password has changed in the
/// meantime: a change of the password ends all sessions, and the old password must not open one afterwards (race). Nor if
/// the identity was unlinked.
pub(in crate::server::domain) async fn open_session(
    context: &ContextInner,
    user: UserId,
    basis: Basis,
    client: &Client,
    rank: Rank,
    (event, is_told): (SecurityEvent, bool),
) -> Result<Option<SignedIn>> {
    let (detail, device_token) = match &basis {
        Basis::Password(hash) => ("", session_tokens::device_token(hash)),
        Basis::Provider { name, device_token, .. } => (name.as_str(), device_token.clone()),
    };
    let notice = event.notice(context, &browser_name(&client.user_agent)).filter(|_| is_told);
    let event = event.to_row(Some(user), client, detail);
    let (time_zone, language) = (client.time_zone.map(Tz::name), words::language().tag());
    let now: Timestamp = context.clock.now();
    let token = Token::new();
    let session = users::sessions::NewSession {
        token_hash: session_tokens::hash(token.as_str()),
        user,
        client: text::without_controls(&client.user_agent).chars().take(USER_AGENT_MAX_CHARS).collect(),
        expires_at: context.config.sessions.end(rank, now, now),
    };
    let is_open = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !basis.holds(&mut conn, user).await? {
                    return Ok(false);
                }
                if let Some(zone) = time_zone {
                    users::set_time_zone(&mut conn, user, zone).await?;
                }
                users::language::set(&mut conn, user, language).await?;
                let token_hash = session.token_hash;
                users::sessions::insert(&mut conn, session, now).await?;
                if let Basis::Provider { session, .. } = &basis {
                    identities::insert_session(&mut conn, &token_hash, session).await?;
                }
                users::sessions::prune(&mut conn, user, SESSIONS_MAX, now).await?;
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    Ok(is_open.then_some(SignedIn { token, device_token }))
}
