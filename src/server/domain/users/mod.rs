//! Users: sign-up, sign-in, the lookup of a session's viewer, and the profile.

pub mod api_tokens;
mod names;
pub mod presence;
pub mod sessions;

use super::failed;
use crate::shared::users::{credentials::Email, rank::Rank};
use crate::{
    server::{
        auth::{
            password_policy,
            session_tokens::{self, Token},
        },
        context::ContextInner,
        store::{
            operators::site_settings,
            users::{self, NewUser},
        },
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        ids::UserId,
        users::{HUES, Viewer, check_hue, check_name},
        values::{
            text,
            time::{DAY, Timestamp},
        },
    },
};

/// A session expires after this time without use.
pub const SESSION_LIFETIME_MICROS: i64 = 30 * DAY;
/// The use of a session is stored at most this often.
const TOUCH_INTERVAL_MICROS: i64 = DAY / 24;
/// Sessions of one user. Further ones end the oldest.
const SESSIONS_MAX: i64 = 100;
/// User agents are cut to this. The end of common ones, which tells browsers apart, still fits.
const USER_AGENT_MAX_CHARS: usize = 240;

/// The client of a request, for rate limits and for the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub client_ip: String,
    pub user_agent: String,
    /// Kept by a browser that has signed in before, see [`session_tokens::device_token`].
    pub device_token: Option<String>,
}

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
    context.limits.sign_up(&client.client_ip)?;
    let password_hash = context.passwords.hash(&password).await?;
    let (id, initial_hash) = (UserId::new(), password_hash.clone());
    let hue = i64::from(id.0.as_bytes()[15]) % HUES;
    let user = NewUser { id, email, name, hue, rank: Rank::Member, password_hash };
    let now = context.clock.now();
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
                let is_new = users::insert(&mut conn, user, now).await?;
                Ok(if is_new { SignUp::Done } else { SignUp::AddressTaken })
            })
        })
        .await
        .map_err(failed)?;
    match done {
        SignUp::Done => {}
        SignUp::Closed => {
            return Err(ApiError::forbidden("Accounts are made by the team here. Ask them for one."));
        }
        SignUp::NameTaken => return Err(names::taken()),
        SignUp::AddressTaken => {
            return Err(ApiError {
                field: Some("email".to_owned()),
                ..ApiError::conflict("There is an account with this address. Sign in instead.")
            });
        }
    }
    open_session(context, id, initial_hash, client).await?.ok_or_else(ApiError::retry)
}

/// Signs in. An unknown e-mail address and a wrong password get the same answer after the same work (no
/// account enumeration). Only with the right password does the answer say that an account is suspended.
pub async fn sign_in(
    context: &ContextInner,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<SignedIn> {
    let wrong = || ApiError {
        field: Some("password".to_owned()),
        ..ApiError::new(ErrorCode::Forbidden, "The address or the password is wrong.")
    };
    let email = Email::parse(email)?;
    context.limits.sign_in(&client.client_ip, email.as_str())?;
    let searched = email.clone();
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { users::credentials(&mut conn, &searched).await }))
        .await
        .map_err(failed)?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let is_known_device = hash
        .as_deref()
        .is_some_and(|hash| client.device_token.as_deref() == Some(&*session_tokens::device_token(hash)));
    if !is_known_device {
        context.limits.sign_in_from_unknown_device(email.as_str())?;
    }
    let is_right = context.passwords.verify(password, hash.clone()).await?;
    match found {
        Some(found) if is_right && found.is_suspended => {
            Err(ApiError::forbidden("This account is suspended."))
        }
        Some(found) if is_right => {
            open_session(context, found.user, hash.unwrap_or_default(), client).await?.ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// Ends the session that this token belongs to, if there is one.
pub async fn sign_out(context: &ContextInner, token: Option<&str>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    let hash = session_tokens::hash(token);
    context
        .store
        .write(move |mut conn| Box::pin(async move { users::sessions::delete(&mut conn, &hash).await }))
        .await
        .map_err(failed)
}

/// The user of the session with this token. Extends the session's expiry.
pub async fn viewer(context: &ContextInner, token: &str) -> Result<Option<Viewer>> {
    let (hash, now) = (session_tokens::hash(token), context.clock.now());
    let found = context
        .store
        .read_one(move |mut conn| {
            Box::pin(async move { users::sessions::viewer(&mut conn, &hash, now).await })
        })
        .await
        .map_err(failed)?;
    let Some((viewer, used_at)) = found else { return Ok(None) };
    if now >= used_at.plus(TOUCH_INTERVAL_MICROS) {
        let expires_at = now.plus(SESSION_LIFETIME_MICROS);
        let touched = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { users::sessions::touch(&mut conn, &hash, now, expires_at).await })
            })
            .await;
        // Users can still read if nothing can be written (disk full).
        if let Err(error) = touched {
            tracing::warn!(%error, "a session was not kept from expiring");
        }
    }
    Ok(Some(viewer))
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
    if is_free { Ok(()) } else { Err(names::taken()) }
}

/// Refuses viewers who are neither operators nor admins, with the error of a page that does not exist.
pub(super) fn check_operator(viewer: &Viewer) -> Result<()> {
    if viewer.rank == Rank::Member { Err(ApiError::not_found("page")) } else { Ok(()) }
}

/// Creates a session. None if the password has changed in the meantime: a change of the password ends all
/// sessions, and the old password must not open one afterwards (race).
async fn open_session(
    context: &ContextInner,
    user: UserId,
    password_hash: String,
    client: &Client,
) -> Result<Option<SignedIn>> {
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
                users::sessions::insert(&mut conn, session, now).await?;
                users::sessions::prune(&mut conn, user, SESSIONS_MAX, now).await?;
                Ok(true)
            })
        })
        .await
        .map_err(failed)?;
    Ok(is_open.then_some(SignedIn { token, device_token }))
}
