//! Check of the present password, which whoever only has a session does not know. Ten guesses an hour.

use super::{
    client::Client,
    security_events::{self, SecurityEvent},
};
use crate::{
    server::{auth::passwords::Place, context::ContextInner, domain::failed, store::users},
    shared::{
        errors::{ApiError, Result},
        users::Viewer,
        words,
    },
};

/// The user's password hash, and the place in the queue with which it was verified. A wrong password is stored as
/// `refusal`.
pub(in crate::server::domain) async fn check(
    context: &ContextInner,
    viewer: &Viewer,
    present: &str,
    refusal: SecurityEvent,
    client: &Client,
) -> Result<(Place, String)> {
    let place = context.passwords.place_for_known()?;
    context.limits.password_check(viewer.id)?;
    let user = viewer.id;
    let stored = context
        .store
        .read_one(move |mut conn| Box::pin(async move { users::password(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let is_right = place.verify(present, stored.clone()).await?;
    if let Some(hash) = stored.filter(|_| is_right) {
        return Ok((place, hash));
    }
    security_events::add_refusal(context, refusal, Some(user), client, "").await;
    Err(ApiError {
        field: Some("present_password".to_owned()),
        ..ApiError::forbidden(words::account_refused_present_password())
    })
}
