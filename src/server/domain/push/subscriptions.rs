//! Push subscriptions of the viewer's browsers, and the kinds of notifications that are pushed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    server::{
        auth::session_tokens,
        context::ContextInner,
        domain::failed,
        outside::web_push::BrowserKeys,
        store::push::{
            self,
            subscriptions::{self, NewSubscription},
        },
    },
    shared::{
        errors::{ApiError, Result},
        notifications::kinds::KindSet,
        users::{Viewer, push::PushSettings},
    },
};

/// The longest key of a browser, as base64url: a point of P-256 without compression has 87 characters.
const KEY_MAX_CHARS: usize = 100;

/// A browser's subscription as its push service has made it.
pub struct BrowserSubscription<'a> {
    pub endpoint: &'a str,
    pub p256dh: &'a str,
    pub auth: &'a str,
    /// `None`: as in the session's earlier subscription.
    pub shows_text: Option<bool>,
}

/// What the viewer's settings say of push. `token` is that of the session.
pub async fn settings(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<PushSettings> {
    let (user, session) = (viewer.id, token.map(session_tokens::hash));
    let (kinds, shows_text) = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let kinds = push::kinds(&mut conn, user).await?;
                let Some(session) = session else { return Ok((kinds, None)) };
                Ok((kinds, subscriptions::of_session(&mut conn, &session).await?))
            })
        })
        .await
        .map_err(failed)?;
    Ok(PushSettings {
        public_key: context.web_push.public_key().to_owned(),
        is_on: shows_text.is_some(),
        shows_text: shows_text.unwrap_or(true),
        kinds,
    })
}

/// Pushes to this session's browser from now on, until the session ends.
pub async fn subscribe(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    browser: BrowserSubscription<'_>,
) -> Result<()> {
    let session = token.map(session_tokens::hash).ok_or_else(ApiError::signed_out)?;
    if !context.web_push.takes(browser.endpoint) {
        return Err(ApiError::invalid("endpoint", "This is not the URL of a push service."));
    }
    let (p256dh, auth) = (key("p256dh", browser.p256dh)?, key("auth", browser.auth)?);
    if BrowserKeys::new(&p256dh, &auth).is_none() {
        return Err(ApiError::invalid("p256dh", "These are not the keys of a browser."));
    }
    context.limits.change(viewer.id)?;
    let now = context.clock.now();
    let new = NewSubscription {
        session,
        user: viewer.id,
        endpoint: browser.endpoint.to_owned(),
        p256dh,
        auth,
        shows_text: browser.shows_text,
    };
    context
        .store
        .write(move |mut conn| Box::pin(async move { subscriptions::put(&mut conn, &new, now).await }))
        .await
        .map_err(failed)?;
    context.push_away.set_has_subscriptions(true);
    Ok(())
}

/// Pushes nothing more to this session's browser. Idempotent.
pub async fn unsubscribe(context: &ContextInner, viewer: &Viewer, token: Option<&str>) -> Result<()> {
    let session = token.map(session_tokens::hash).ok_or_else(ApiError::signed_out)?;
    context.limits.change(viewer.id)?;
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { subscriptions::delete_of_session(&mut conn, &session).await })
        })
        .await
        .map_err(failed)
}

/// Sets the kinds of notifications that are pushed to the viewer, on all devices.
pub async fn set_kinds(context: &ContextInner, viewer: &Viewer, kinds: KindSet) -> Result<()> {
    context.limits.send(viewer.id)?;
    let user = viewer.id;
    context
        .store
        .write(move |mut conn| Box::pin(async move { push::set_kinds(&mut conn, user, kinds).await }))
        .await
        .map_err(failed)
}

fn key(field: &str, text: &str) -> Result<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let decoded = (text.len() <= KEY_MAX_CHARS).then(|| BASE64_URL_SAFE_NO_PAD.decode(text).ok()).flatten();
    decoded.ok_or_else(|| ApiError::invalid(field, "This is not a key of a browser."))
}
