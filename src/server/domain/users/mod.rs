//! Users: sign-up, sign-in, the lookup of a session's viewer, and the profile.

pub mod address;
pub mod api_tokens;
mod client;
pub mod contact;
mod names;
pub mod password_reset;
pub mod presence;
mod present_password;
pub mod quiet_hours;
pub mod security_events;
pub mod sessions;
mod sign_in_refusal;

use std::sync::atomic::Ordering;

use chrono_tz::Tz;

pub use client::Client;
use client::browser_name;
use security_events::SecurityEvent;
use sign_in_refusal::SignInRefusal;

use super::{failed, mail};
use crate::shared::users::{
    credentials::{DEMO_DOMAIN, Email},
    rank::Rank,
};
use crate::{
    server::{
        auth::{
            password_policy,
            session_tokens::{self, Token},
        },
        context::ContextInner,
        store::{
            operators::{security_events::NewSecurityEvent, site_settings},
            users::{self, Credentials, NewUser, sessions::TokenHash},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::UserId,
        operators::site_settings::SiteSettings,
        users::{HUES, Viewer, check_hue, check_name},
        values::{
            text,
            time::{DAY, Timestamp},
        },
        words,
    },
};

/// A session expires after this time without use.
pub const SESSION_LIFETIME_MICROS: i64 = 30 * DAY;
/// A session expires this time after it was opened, however much it is used.
const SESSION_AGE_MAX_MICROS: i64 = 180 * DAY;
/// The use of a session is stored at most this often.
const TOUCH_INTERVAL_MICROS: i64 = DAY / 24;
/// Sessions of one user. Further ones end the oldest.
const SESSIONS_MAX: i64 = 100;
/// Names and addresses beside a password that is typed.
const ABOUT_MAX_BYTES: usize = 1_024;
/// User agents are cut to this. The end of common ones, which tells browsers apart, still fits.
const USER_AGENT_MAX_CHARS: usize = 240;

/// The tokens for a browser that has just signed in.
pub struct SignedIn {
    pub token: Token,
    pub device_token: String,
}

/// What became of an account that was to be created.
enum SignUp {
    Done,
    Closed,
    /// The name looks like that of a member of the staff.
    NameTaken,
    AddressTaken,
}

/// Creates an account and signs in.
pub async fn sign_up(
    context: &ContextInner,
    name: &str,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<SignedIn> {
    let name = names::check_own(name)?;
    let email = Email::parse(email)?;
    let password = password_policy::check_new(password, &[&name, email.as_str()])?;
    if is_unserved_demo_account(context, email.as_str()) {
        return Err(ApiError::invalid("email", words::account_refused_demo_address()));
    }
    let settings =
        context.store.read_one(|mut conn| Box::pin(async move { site_settings::get(&mut conn).await }));
    // Here before the slow hash, and below again under the lock.
    if let Some(refusal) = sign_up_refusal(context, settings.await.map_err(failed)?).await? {
        return Err(ApiError::forbidden(refusal));
    }
    let place = context.passwords.place_for_stranger(&client.client_ip)?;
    context.limits.sign_up(&client.client_ip)?;
    let password_hash = place.hash(&password).await?;
    drop(place);
    let (id, initial_hash) = (UserId::new(), password_hash.clone());
    let hue = i64::from(id.0.as_bytes()[15]) % HUES;
    let user = NewUser { id, email, name, hue, rank: Rank::Member, password_hash };
    let (now, language) = (context.clock.now(), words::language().tag());
    // Where mail is sent, an address is an account's once its owner says so: nobody learns here whose it is already.
    let is_claimed = context.mailer.is_some();
    let address = user.email.to_string();
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !site_settings::get(&mut conn).await?.can_sign_up {
                    return Ok(SignUp::Closed);
                }
                if names::looks_like_staff(&mut conn, user.id, &user.name).await? {
                    return Ok(SignUp::NameTaken);
                }
                let is_inserted = match is_claimed {
                    true => users::insert_claiming(&mut conn, user, now).await?,
                    false => users::insert(&mut conn, user, now).await?,
                };
                if !is_inserted {
                    return Ok(SignUp::AddressTaken);
                }
                // The first mail is in it already.
                users::language::set(&mut conn, id, language).await?;
                Ok(SignUp::Done)
            })
        })
        .await
        .map_err(failed)?;
    match done {
        SignUp::Done => {}
        SignUp::Closed => return Err(ApiError::forbidden(words::account_refused_closed())),
        SignUp::NameTaken => return Err(names::taken()),
        SignUp::AddressTaken => return Err(address_taken()),
    }
    // The account is made; the mail can be asked for again.
    if context.limits.confirmation(id, &address).is_ok() {
        let _ = mail::addresses::put_task(context, id).await;
    }
    let opened = open_session(context, id, initial_hash, client, (SecurityEvent::SignedUp, false)).await?;
    opened.ok_or_else(ApiError::retry)
}

/// Why a new password would be refused, for who is typing it. Bounded by client IP, since it takes time.
pub fn check_new_password(
    context: &ContextInner,
    viewer: Option<&Viewer>,
    password: &str,
    (name, email): (&str, &str),
    client: &Client,
) -> Result<Option<String>> {
    context.limits.password_advice(&client.client_ip)?;
    let own = viewer.map_or(("", ""), |viewer| (&*viewer.name, &*viewer.email));
    // More than a form takes is nobody's name.
    let about: Vec<_> = [name, email, own.0, own.1]
        .into_iter()
        .filter(|text| !text.is_empty() && text.len() <= ABOUT_MAX_BYTES)
        .collect();
    Ok(password_policy::check_new(password, &about).err().map(|error| error.message))
}

fn address_taken() -> ApiError {
    ApiError { field: Some("email".to_owned()), ..ApiError::conflict(words::account_refused_address_taken()) }
}

/// Signs in to the account that an address belongs to, or else to the newest that claims it. An unknown e-mail address and a
/// wrong password get the same answer after the same work (no account enumeration). Only with the right password does the
/// answer say that an account is suspended.
pub async fn sign_in(
    context: &ContextInner,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<SignedIn> {
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
    let owner = owner.filter(|_| !is_unserved_demo_account(context, email.as_str()));
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
            // Everybody signs in to the accounts of the demo.
            let is_told = !is_known_device && !email.as_str().ends_with(DEMO_DOMAIN);
            let event = (SecurityEvent::SignedIn, is_told);
            let opened = open_session(context, found.user, hash, client, event).await?;
            return opened.ok_or_else(|| SignInRefusal::WrongPassword.error());
        }
        Some(_) => SignInRefusal::WrongPassword,
        None => SignInRefusal::NoSuchAccount,
    };
    let user = found.as_ref().map(|found| found.user);
    let event = SecurityEvent::SignInRefused;
    security_events::add_refusal(context, event, user, client, refusal.as_str()).await;
    Err(refusal.error())
}

/// Whether the database has an admin whom this server lets in. Until then nobody can sign up: whoever came first could
/// take the name and the address of the one who is to be it.
pub async fn has_admin(context: &ContextInner) -> Result<bool> {
    // Once there is one there always is: nobody can demote or suspend themselves.
    if context.has_admin.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let with_demo = context.config.demo;
    let has_admin = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::has_admin(&mut conn, with_demo).await }))
        .await
        .map_err(failed)?;
    context.has_admin.fetch_or(has_admin, Ordering::Relaxed);
    Ok(has_admin)
}

/// Why nobody can sign up at present, for the page. `None` if everybody can.
pub async fn sign_up_refusal(context: &ContextInner, settings: SiteSettings) -> Result<Option<&'static str>> {
    if !settings.can_sign_up {
        return Ok(Some(words::account_refused_closed()));
    }
    Ok(if has_admin(context).await? { None } else { Some(words::account_refused_no_admin()) })
}

/// Whether this is an account of the demo on a server that does not serve it. Everybody knows its password, so it opens
/// nothing.
pub(in crate::server) fn is_unserved_demo_account(context: &ContextInner, email: &str) -> bool {
    !context.config.demo && email.ends_with(DEMO_DOMAIN)
}

/// Ends the session that this token belongs to, if there is one.
pub async fn sign_out(context: &ContextInner, token: Option<&str>, client: &Client) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    let (hash, now) = (session_tokens::hash(token), context.clock.now());
    let event = SecurityEvent::SignedOut.to_row(None, client, "");
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let found = users::sessions::find(&mut conn, &hash, now).await?;
                users::sessions::delete(&mut conn, &hash).await?;
                let Some(found) = found else { return Ok(()) };
                let event = NewSecurityEvent { user: Some(found.viewer.id), ..event };
                security_events::add(&mut conn, event, now).await
            })
        })
        .await
        .map_err(failed)
}

/// A valid session that a request has used.
pub struct UsedSession {
    pub viewer: Viewer,
    /// Whether its expiry was extended, and its cookie has to be as well.
    pub is_extended: bool,
}

/// The session with the token of this hash; an error if the account is suspended. Extends its expiry, at most once
/// an hour and never beyond [`SESSION_AGE_MAX_MICROS`].
pub async fn use_session(context: &ContextInner, hash: TokenHash) -> Result<Option<UsedSession>> {
    let now = context.clock.now();
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::sessions::find(&mut conn, &hash, now).await }))
        .await
        .map_err(failed)?;
    let served = found.filter(|found| !is_unserved_demo_account(context, &found.viewer.email));
    let Some(users::sessions::FoundSession { viewer, created_at, used_at, is_suspended }) = served else {
        return Ok(None);
    };
    if is_suspended {
        return Err(ApiError::suspended());
    }
    let mut is_extended = false;
    if now >= used_at.plus(TOUCH_INTERVAL_MICROS) {
        let expires_at = now.plus(SESSION_LIFETIME_MICROS).min(created_at.plus(SESSION_AGE_MAX_MICROS));
        let touched = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { users::sessions::touch(&mut conn, &hash, now, expires_at).await })
            })
            .await;
        is_extended = touched.is_ok();
        // Users can still read if nothing can be written (disk full).
        if let Err(error) = touched {
            tracing::warn!(%error, "a session was not kept from expiring");
        }
    }
    Ok(Some(UsedSession { viewer, is_extended }))
}

/// Changes the viewer's name and colour. Their contacts get an update.
pub async fn update_profile(context: &ContextInner, viewer: &Viewer, name: &str, hue: i64) -> Result<()> {
    let hue = check_hue(hue)?;
    let is_renamed = text::folded(name) != text::folded(&viewer.name);
    // A name that one has already stays, whatever names are reserved now.
    let name = if is_renamed { names::check_own(name)? } else { check_name(name)? };
    context.limits.change(viewer.id)?;
    if name != viewer.name {
        context.limits.rename(viewer.id)?;
    }
    let (user, is_member, now) = (viewer.id, viewer.rank == Rank::Member, context.clock.now());
    let is_free = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if is_renamed && is_member && names::looks_like_staff(&mut conn, user, &name).await? {
                    return Ok(false);
                }
                users::update_profile(&mut conn, user, &name, hue, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    if !is_free {
        return Err(names::taken());
    }
    context.fan_out_wake_up.notify_one();
    Ok(())
}

/// Refuses viewers who are neither operators nor admins, with the error of a page that does not exist.
pub(super) fn check_operator(viewer: &Viewer) -> Result<()> {
    if viewer.rank == Rank::Member { Err(ApiError::not_found(Missing::Page)) } else { Ok(()) }
}

/// Creates a session, of which the owner of the account is notified if `is_told`. None if the password has changed in the meantime: a change of the password ends all
/// sessions, and the old password must not open one afterwards (race).
async fn open_session(
    context: &ContextInner,
    user: UserId,
    password_hash: String,
    client: &Client,
    (event, is_told): (SecurityEvent, bool),
) -> Result<Option<SignedIn>> {
    let notice = event.notice(&browser_name(&client.user_agent)).filter(|_| is_told);
    let event = event.to_row(Some(user), client, "");
    let (time_zone, language) = (client.time_zone.map(Tz::name), words::language().tag());
    let now: Timestamp = context.clock.now();
    let (token, device_token) = (Token::new(), session_tokens::device_token(&password_hash));
    let session = users::sessions::NewSession {
        token_hash: session_tokens::hash(token.as_str()),
        user,
        client: text::without_controls(&client.user_agent).chars().take(USER_AGENT_MAX_CHARS).collect(),
        expires_at: now.plus(SESSION_LIFETIME_MICROS),
    };
    let is_open = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !users::keeps_password(&mut conn, user, &password_hash).await? {
                    return Ok(false);
                }
                if let Some(zone) = time_zone {
                    users::set_time_zone(&mut conn, user, zone).await?;
                }
                users::language::set(&mut conn, user, language).await?;
                users::sessions::insert(&mut conn, session, now).await?;
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
