//! Accounts and sessions.

pub mod api_tokens;
pub mod presence;
pub mod sessions;

use super::failed;
use crate::shared::users::{
    credentials::{Email, check_password},
    rank::Rank,
};
use crate::{
    server::{
        auth::session_tokens::{self, Token},
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

/// A session ends after this time without use.
pub const SESSION_LASTS: i64 = 30 * DAY;
/// A session in use is written down at most this often.
const TOUCH_EVERY: i64 = DAY / 24;
/// Sessions of one user; the oldest end when there are more.
const SESSIONS_MAX: i64 = 100;
/// What browsers call themselves fits, with the part at its end that tells them apart.
const CLIENT_MAX_CHARS: usize = 240;

/// Who is asking, for limits and for the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub address: String,
    pub name: String,
    /// What it keeps if it has signed in before, see [`session_tokens::device`].
    pub device: Option<String>,
}

/// What a browser is given that has signed in.
pub struct Opened {
    pub token: Token,
    pub device: String,
}

/// Makes an account and signs in; gives the new session's token.
pub async fn sign_up(
    context: &ContextInner,
    name: &str,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<Opened> {
    let name = check_name(name)?;
    let email = Email::parse(email)?;
    check_password(password)?;
    context.limits.sign_up(&client.address)?;
    let password_hash = context.passwords.hash(password).await?;
    let (id, made_with) = (UserId::new(), password_hash.clone());
    let hue = i64::from(id.0.as_bytes()[15]) % HUES;
    let user = NewUser { id, email, name, hue, rank: Rank::Member, password_hash };
    let now = context.clock.now();
    let is_new = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if !site_settings::get(&mut conn).await?.can_sign_up {
                    return Ok(None);
                }
                users::insert(&mut conn, user, now).await.map(Some)
            })
        })
        .await
        .map_err(failed)?;
    let Some(is_new) = is_new else {
        return Err(ApiError::forbidden("Accounts are made by the team here. Ask them for one."));
    };
    if !is_new {
        return Err(ApiError {
            field: Some("email".to_owned()),
            ..ApiError::conflict("There is an account with this address. Sign in instead.")
        });
    }
    open_session(context, id, made_with, client).await?.ok_or_else(ApiError::retry)
}

/// Signs in; gives the new session's token. Whether the address is unknown or the password wrong, the
/// answer is the same and takes the same work. That an account is suspended hears only who knows its
/// password.
pub async fn sign_in(context: &ContextInner, email: &str, password: &str, client: &Client) -> Result<Opened> {
    let wrong = || ApiError {
        field: Some("password".to_owned()),
        ..ApiError::new(ErrorCode::Forbidden, "The address or the password is wrong.")
    };
    let email = Email::parse(email)?;
    context.limits.sign_in(&client.address, email.as_str())?;
    let wanted = email.clone();
    let found = context
        .store
        .read(move |mut conn| Box::pin(async move { users::credentials(&mut conn, &wanted).await }))
        .await
        .map_err(failed)?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let is_known =
        hash.as_deref().is_some_and(|hash| client.device.as_deref() == Some(&*session_tokens::device(hash)));
    if !is_known {
        context.limits.sign_in_as_stranger(email.as_str())?;
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

/// Who this token belongs to. A session in use is kept from expiring.
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
    if now >= used_at.plus(TOUCH_EVERY) {
        let expires_at = now.plus(SESSION_LASTS);
        let touched = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { users::sessions::touch(&mut conn, &hash, now, expires_at).await })
            })
            .await;
        // Reading goes on where nothing can be written (a full disk).
        if let Err(error) = touched {
            tracing::warn!(%error, "a session was not kept from expiring");
        }
    }
    Ok(Some(viewer))
}

/// Changes the viewer's name and colour; everybody who talks with him sees it.
pub async fn update_profile(context: &ContextInner, viewer: &Viewer, name: &str, hue: i64) -> Result<()> {
    let (name, hue) = (check_name(name)?, check_hue(hue)?);
    context.limits.change(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { users::update_profile(&mut conn, user, &name, hue).await })
        })
        .await
        .map_err(failed)
}

/// What is there for operators and admins is not there for anybody else: the answer is that of a page
/// that does not exist.
pub(super) fn check_operator(viewer: &Viewer) -> Result<()> {
    if viewer.rank == Rank::Member { Err(ApiError::not_found("page")) } else { Ok(()) }
}

/// None if the password is another by now: who changes it ends the sessions that there are, and none may
/// come after by the old one.
async fn open_session(
    context: &ContextInner,
    user: UserId,
    password_hash: String,
    client: &Client,
) -> Result<Option<Opened>> {
    let now: Timestamp = context.clock.now();
    let (token, device) = (Token::new(), session_tokens::device(&password_hash));
    let session = users::sessions::NewSession {
        token_hash: session_tokens::hash(token.as_str()),
        user,
        client: text::without_controls(&client.name).chars().take(CLIENT_MAX_CHARS).collect(),
        expires_at: now.plus(SESSION_LASTS),
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
    Ok(is_open.then_some(Opened { token, device }))
}
