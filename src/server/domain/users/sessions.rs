//! A person's own sessions: where he is signed in, ending them, and the password that ends them all.

use super::Client;
use crate::server::domain::failed;
use crate::shared::users::credentials::check_password;
use crate::{
    server::{
        auth::session_tokens as secrets,
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

/// The viewer's sessions. `token` is that of the one that asks.
pub async fn list(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<SessionList> {
    let this = token.map(secrets::hash);
    let session = |row: sessions::Listed| OpenSession {
        id: secrets::session_id(&row.token_hash),
        client: name_of(&row.client),
        started_at: row.created_at,
        used_at: row.used_at,
        is_this: Some(row.token_hash) == this,
    };
    let mut sessions: Vec<_> = all(context, viewer).await?.into_iter().map(session).collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(SessionList { sessions })
}

/// Ends a session of the viewer; somebody else's is not found.
pub async fn end(context: &ContextInner, viewer: &Viewer, id: SessionId) -> Result<()> {
    context.limits.change(viewer.id)?;
    let found =
        all(context, viewer).await?.into_iter().find(|row| secrets::session_id(&row.token_hash) == id);
    let Some(sessions::Listed { token_hash, .. }) = found else { return Err(ApiError::not_found("session")) };
    context
        .store
        .write(move |mut conn| Box::pin(async move { sessions::delete(&mut conn, &token_hash).await }))
        .await
        .map_err(failed)
}

/// Ends all sessions of the viewer but the one that asks.
pub async fn end_others(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, this) = (viewer.id, this(token)?);
    context
        .store
        .write(move |mut conn| Box::pin(async move { sessions::delete_others(&mut conn, user, &this).await }))
        .await
        .map_err(failed)
}

/// Changes the password from the present one to a new one, and ends the other sessions and all access
/// tokens: whoever knew the old one may hold some. Tried too often, it is refused as signing in is. Gives
/// what this browser is known by from now on.
pub async fn change_password(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    (present, new): (&str, &str),
    client: &Client,
) -> Result<String> {
    let this = this(token)?;
    check_password(new).map_err(|error| ApiError { field: Some("new_password".to_owned()), ..error })?;
    context.limits.sign_in(&client.address, &viewer.email)?;
    let user = viewer.id;
    let before = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::password(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let is_right = context.passwords.verify(present, before.clone()).await?;
    let (true, Some(before)) = (is_right, before) else {
        return Err(ApiError {
            field: Some("present_password".to_owned()),
            ..ApiError::new(ErrorCode::Forbidden, "This is not your current password.")
        });
    };
    let after = context.passwords.hash(new).await?;
    let device = secrets::device(&after);
    let is_changed = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_changed = users::change_password(&mut conn, user, &before, &after).await?;
                if is_changed {
                    sessions::delete_others(&mut conn, user, &this).await?;
                    api_tokens::delete_all(&mut conn, user).await?;
                }
                Ok(is_changed)
            })
        })
        .await
        .map_err(failed)?;
    let elsewhere = "Your password was changed elsewhere in the meantime. Sign in again with it.";
    if is_changed { Ok(device) } else { Err(ApiError::conflict(elsewhere)) }
}

async fn all(context: &ContextInner, viewer: &Viewer) -> Result<Vec<sessions::Listed>> {
    let (user, now) = (viewer.id, context.clock.now());
    context
        .store
        .read_one(move |mut conn| Box::pin(async move { sessions::of_user(&mut conn, user, now).await }))
        .await
        .map_err(failed)
}

fn this(token: Option<&str>) -> Result<TokenHash> {
    token.map(secrets::hash).ok_or_else(ApiError::signed_out)
}

/// "Firefox on Linux", of what a browser calls itself. The first that fits: each names its forebears too.
fn name_of(client: &str) -> String {
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
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| client.contains(sign)).map(|(_, name)| *name)
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
            assert_eq!(name_of(client), name, "{client}");
        }
    }
}
