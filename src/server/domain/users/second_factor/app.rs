//! The viewer's authenticator app (TOTP): it is set up by the present password, and in use once a code of it was typed.

use super::recovery_codes::{fresh, insert_if_none};
use crate::{
    server::{
        auth::totp::TotpSecret,
        context::ContextInner,
        domain::{
            failed,
            users::{
                client::Client,
                present_password,
                security_events::{self, SecurityEvent},
                sessions::current_hash,
            },
        },
        store::users::second_factor::{recovery_codes, totp},
    },
    shared::{
        errors::{ApiError, Result},
        users::Viewer,
        values::time::{HOUR, Timestamp},
        words,
    },
};

/// How long an app may take to be set up.
const SETUP_LIFETIME: i64 = HOUR;

/// Setups from before this are over.
pub(super) fn setup_since(context: &ContextInner) -> Timestamp {
    context.clock.now().plus(-SETUP_LIFETIME)
}

/// Begins to set up an app in this session. One that is in use stays until the new one is.
pub async fn begin(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    password: &str,
    client: &Client,
) -> Result<()> {
    let session = current_hash(token)?;
    present_password::check_field(context, viewer, password, "app_password", client).await?;
    let secret = TotpSecret::random().ok_or_else(ApiError::internal)?;
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { totp::begin(&mut conn, &session, secret.as_bytes(), now).await })
        })
        .await
        .map_err(failed)
}

/// Leaves off setting up an app.
pub async fn cancel(context: &ContextInner, token: Option<&str>) -> Result<()> {
    let session = current_hash(token)?;
    context
        .store
        .write(move |mut conn| Box::pin(async move { totp::end_setup(&mut conn, &session).await }))
        .await
        .map_err(failed)
}

/// Takes the app into use that this session is setting up, by a code of it. Returns recovery codes if the viewer had none.
pub async fn confirm(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    code: &str,
    client: &Client,
) -> Result<Vec<String>> {
    let session = current_hash(token)?;
    context.limits.change(viewer.id)?;
    let (user, since, now) = (viewer.id, setup_since(context), context.clock.now());
    let secret = context
        .store
        .read_one(move |mut conn| Box::pin(async move { totp::setup(&mut conn, &session, since).await }))
        .await
        .map_err(failed)?;
    let secret = secret.ok_or_else(|| ApiError::conflict(words::account_refused_setup_late()))?;
    let plain: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = TotpSecret::from_bytes(secret.clone()).step_of(&plain, now, 0);
    let step = step.ok_or_else(|| ApiError::invalid("app_code", words::account_refused_code()))?;
    let codes = fresh()?;
    let hashes = codes.hashes.clone();
    let event = SecurityEvent::AppAdded;
    let (notice, event) = (event.notice(context, ""), event.to_row(Some(user), client, ""));
    let are_new = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                totp::set(&mut conn, user, &secret, step, now).await?;
                totp::end_setup(&mut conn, &session).await?;
                let are_new = insert_if_none(&mut conn, user, &hashes).await?;
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok(are_new)
            })
        })
        .await
        .map_err(failed)?;
    Ok(if are_new { codes.texts } else { Vec::new() })
}

/// Ends the use of the app, with the recovery codes if they stand in for nothing else. Idempotent.
pub async fn remove(context: &ContextInner, viewer: &Viewer, password: &str, client: &Client) -> Result<()> {
    present_password::check_field(context, viewer, password, "off_password", client).await?;
    let (user, now) = (viewer.id, context.clock.now());
    let event = SecurityEvent::AppRemoved;
    let (notice, event) = (event.notice(context, ""), event.to_row(Some(user), client, ""));
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                if totp::delete(&mut conn, user).await? {
                    recovery_codes::delete_if_useless(&mut conn, user).await?;
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(failed)
}
