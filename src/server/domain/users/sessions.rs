//! The viewer's own sessions: listing and ending them, and changing the password, which ends all others.

use super::{
    client::{Client, browser_name},
    present_password,
    security_events::{self, SecurityEvent},
    sign_in::check_passwords_are_a_way_in,
};
use crate::server::domain::failed;
use crate::{
    server::{
        auth::{
            access::{Access, Credential},
            password_policy, session_tokens as secrets,
        },
        context::ContextInner,
        store::users::{
            self, api_tokens,
            sessions::{self, TokenHash},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::SessionId,
        users::{
            Viewer,
            sessions::{OpenSession, SessionList},
        },
        words,
    },
};

/// The viewer's sessions. `token` is that of the current one.
pub async fn list(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<SessionList> {
    let current = token.map(secrets::hash);
    let session = |row: sessions::ListedSession| OpenSession {
        id: secrets::session_id(&row.token_hash),
        client: browser_name(&row.client),
        started_at: row.created_at,
        used_at: row.used_at,
        is_this: Some(row.token_hash) == current,
    };
    let mut sessions: Vec<_> = all(context, viewer).await?.into_iter().map(session).collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(SessionList { sessions })
}

/// Ends one of the viewer's sessions. Another user's is not found.
pub async fn end(context: &ContextInner, viewer: &Viewer, id: SessionId, client: &Client) -> Result<()> {
    context.limits.change(viewer.id)?;
    let found =
        all(context, viewer).await?.into_iter().find(|row| secrets::session_id(&row.token_hash) == id);
    let Some(sessions::ListedSession { token_hash, .. }) = found else {
        return Err(ApiError::not_found(Missing::Session));
    };
    let (event, now) = (SecurityEvent::SessionEnded.to_row(Some(viewer.id), client, ""), context.clock.now());
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                sessions::delete(&mut conn, &token_hash).await?;
                security_events::add(&mut conn, event, now).await
            })
        })
        .await
        .map_err(failed)
}

/// Ends all sessions of the viewer but the current one, `with_tokens` all API tokens too.
pub async fn end_others(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    with_tokens: bool,
    client: &Client,
) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, current) = (viewer.id, current_hash(token)?);
    let (event, now) =
        (SecurityEvent::OtherSessionsEnded.to_row(Some(user), client, ""), context.clock.now());
    let revoked = SecurityEvent::TokenRevoked.to_row(Some(user), client, "all");
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                sessions::delete_others(&mut conn, user, &current).await?;
                if with_tokens {
                    api_tokens::delete_all(&mut conn, user).await?;
                    security_events::add(&mut conn, revoked, now).await?;
                }
                security_events::add(&mut conn, event, now).await
            })
        })
        .await
        .map_err(failed)
}

/// Changes the password, and ends the other sessions and all API tokens, since somebody who knew the old
/// password may hold some. Returns the new device token of this browser.
pub async fn change_password(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    (present, new): (&str, &str),
    client: &Client,
) -> Result<String> {
    check_passwords_are_a_way_in(context)?;
    let current = current_hash(token)?;
    let new = password_policy::check_new(new, &[&viewer.name, &viewer.email])
        .map_err(|error| ApiError { field: Some("new_password".to_owned()), ..error })?;
    let refusal = SecurityEvent::PasswordRefused;
    let (place, before) = present_password::check(context, viewer, present, refusal, client).await?;
    let after = place.hash(&new).await?;
    let (user, device_token) = (viewer.id, secrets::device_token(&after));
    let (event, now) = (SecurityEvent::PasswordChanged.to_row(Some(user), client, ""), context.clock.now());
    let notice = SecurityEvent::PasswordChanged.notice(context, "");
    let is_changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_changed = users::change_password(&mut conn, user, Some(&before), Some(&after)).await?;
                if is_changed {
                    sessions::delete_others(&mut conn, user, &current).await?;
                    api_tokens::delete_all(&mut conn, user).await?;
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(is_changed)
            })
        })
        .await
        .map_err(failed)?;
    if is_changed {
        Ok(device_token)
    } else {
        Err(ApiError::conflict(words::account_refused_password_changed()))
    }
}

/// Whether the session or token with which a socket was opened is valid; an error if the account is suspended.
pub async fn is_valid(context: &ContextInner, credential: Credential) -> Result<bool> {
    Ok(match credential.access {
        Access::Session => super::use_session(context, credential.token_hash).await?.is_some(),
        Access::Embed => super::sign_in::embed::holder(context, credential.token_hash).await?.is_some(),
        Access::Token(_) => super::api_tokens::holder(context, credential.token_hash).await?.is_some(),
    })
}

async fn all(context: &ContextInner, viewer: &Viewer) -> Result<Vec<sessions::ListedSession>> {
    let (user, now) = (viewer.id, context.clock.now());
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { sessions::of_user(&mut conn, user, now).await }))
        .await
        .map_err(failed)
}

/// The hash of the current session's token.
pub(in crate::server::domain) fn current_hash(token: Option<&str>) -> Result<TokenHash> {
    token.map(secrets::hash).ok_or_else(ApiError::signed_out)
}
