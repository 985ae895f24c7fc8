//! The viewer's own sessions: listing and ending them, and changing the password, which ends all others.

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
        errors::{ApiError, ErrorCode, Result},
        ids::SessionId,
        users::{
            Viewer,
            sessions::{OpenSession, SessionList},
        },
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
pub async fn end(context: &ContextInner, viewer: &Viewer, id: SessionId) -> Result<()> {
    context.limits.change(viewer.id)?;
    let found =
        all(context, viewer).await?.into_iter().find(|row| secrets::session_id(&row.token_hash) == id);
    let Some(sessions::ListedSession { token_hash, .. }) = found else {
        return Err(ApiError::not_found("session"));
    };
    context
        .store
        .write(move |mut conn| Box::pin(async move { sessions::delete(&mut conn, &token_hash).await }))
        .await
        .map_err(failed)
}

/// Ends all sessions of the viewer but the current one.
pub async fn end_others(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, current) = (viewer.id, current_hash(token)?);
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { sessions::delete_others(&mut conn, user, &current).await })
        })
        .await
        .map_err(failed)
}

/// Changes the password, and ends the other sessions and all API tokens, since somebody who knew the old
/// password may hold some. Ten guesses at the present password an hour. Returns the new device token of this
/// browser.
pub async fn change_password(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    (present, new): (&str, &str),
) -> Result<String> {
    let current = current_hash(token)?;
    let new = password_policy::check_new(new, &[&viewer.name, &viewer.email])
        .map_err(|error| ApiError { field: Some("new_password".to_owned()), ..error })?;
    let place = context.passwords.place_for_known()?;
    context.limits.password_check(viewer.id)?;
    let user = viewer.id;
    let before = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::password(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let is_right = place.verify(present, before.clone()).await?;
    let (true, Some(before)) = (is_right, before) else {
        return Err(ApiError {
            field: Some("present_password".to_owned()),
            ..ApiError::new(ErrorCode::Forbidden, "This is not your current password.")
        });
    };
    let after = place.hash(&new).await?;
    let device_token = secrets::device_token(&after);
    let is_changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_changed = users::change_password(&mut conn, user, &before, &after).await?;
                if is_changed {
                    sessions::delete_others(&mut conn, user, &current).await?;
                    api_tokens::delete_all(&mut conn, user).await?;
                }
                Ok(is_changed)
            })
        })
        .await
        .map_err(failed)?;
    let changed_elsewhere = "Your password was changed elsewhere in the meantime. Sign in again with it.";
    if is_changed { Ok(device_token) } else { Err(ApiError::conflict(changed_elsewhere)) }
}

/// Whether the session or token with which a socket was opened is valid; an error if the account is suspended.
pub async fn is_valid(context: &ContextInner, credential: Credential) -> Result<bool> {
    Ok(match credential.access {
        Access::Session => super::use_session(context, credential.token_hash).await?.is_some(),
        Access::Token(_) => {
            super::api_tokens::holder_by_hash(context, credential.token_hash).await?.is_some()
        }
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

fn current_hash(token: Option<&str>) -> Result<TokenHash> {
    token.map(secrets::hash).ok_or_else(ApiError::signed_out)
}

/// The name of a browser by its user agent, such as "Firefox on Linux". The order matters: a user agent also
/// names the browsers that it claims compatibility with.
fn browser_name(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 11] = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("AppleWebKit/", "A browser"),
    ];
    const DEVICES: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&DEVICES)) {
        (Some(browser), Some(device)) => format!("{browser} on {device}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(device)) => format!("Something on {device}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_a_browser_is_named_as_people_know_it() {
        for (client, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "An unknown browser"),
            ("", "An unknown browser"),
        ] {
            assert_eq!(browser_name(client), name, "{client}");
        }
    }
}
