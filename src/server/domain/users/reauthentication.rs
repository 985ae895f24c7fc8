//! Reauthentication (step-up): before what is dangerous, whoever has a session proves again who they are. A browser that was left
//! open, or a stolen cookie, is not enough.

use super::{
    client::Client, present_password, security_events::SecurityEvent, sessions::current_hash,
    sign_in::code::TypedCode,
};
use crate::{
    server::{context::ContextInner, domain::failed, store::users::sessions},
    shared::{
        errors::{ApiError, Result},
        users::{Viewer, second_factor::REAUTHENTICATION},
        values::time::MINUTE,
        words,
    },
};

/// How long a proof is good, in the session that it was given in. Signing in is one.
const PROOF_LIFETIME: i64 = 30 * MINUTE;

/// Refuses a session whose user has not proved who they are of late. The error's field is [`REAUTHENTICATION`].
pub async fn check(context: &ContextInner, token: Option<&str>) -> Result<()> {
    let session = current_hash(token)?;
    let confirmed_at = context
        .store
        .read_one(move |mut conn| Box::pin(async move { sessions::confirmed_at(&mut conn, &session).await }))
        .await
        .map_err(failed)?
        .ok_or_else(ApiError::signed_out)?;
    if context.clock.now() < confirmed_at.plus(PROOF_LIFETIME) {
        return Ok(());
    }
    let refused = ApiError::forbidden(words::account_refused_unproved());
    Err(ApiError { field: Some(REAUTHENTICATION.to_owned()), ..refused })
}

/// Notes in the session that the viewer has proved who they are, by the present password or a code of their app.
pub async fn confirm(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    proof: &str,
    client: &Client,
) -> Result<()> {
    let session = current_hash(token)?;
    match TypedCode::parse(proof) {
        Ok(code @ TypedCode::App(_)) => {
            context.limits.password_check(viewer.id)?;
            if !code.use_up(context, viewer.id).await? {
                let event = SecurityEvent::CodeRefused;
                super::security_events::add_refusal(context, event, Some(viewer.id), client, "").await;
                return Err(ApiError {
                    field: Some("proof".to_owned()),
                    ..ApiError::forbidden(words::account_refused_code())
                });
            }
        }
        _ => present_password::check_field(context, viewer, proof, "proof", client).await?,
    }
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| Box::pin(async move { sessions::confirm(&mut conn, &session, now).await }))
        .await
        .map_err(failed)
}
