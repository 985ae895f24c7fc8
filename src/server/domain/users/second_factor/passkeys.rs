//! The viewer's passkeys: each signs in without a password, and is a second factor beside it.

use uuid::Uuid;

use super::recovery_codes::{fresh, insert_if_none};
use crate::{
    server::{
        auth::passkeys::{Ceremony, RelyingParty},
        context::ContextInner,
        domain::{
            failed,
            users::{
                client::{Client, browser_name},
                present_password, reauthentication,
                security_events::{self, SecurityEvent},
            },
        },
        store::users::second_factor::{
            passkeys::{self, InsertOutcome, NewPasskey},
            recovery_codes,
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::PasskeyId,
        users::{Viewer, second_factor::PASSKEYS_MAX},
        values::time::{MINUTE, Timestamp},
        words,
    },
};

/// How long a browser may take to answer a challenge.
const CEREMONY_LIFETIME: i64 = 5 * MINUTE;

/// The site that passkeys belong to; a conflict if it has none.
pub(in crate::server::domain::users) fn relying_party(context: &ContextInner) -> Result<&RelyingParty> {
    let site = context.relying_party.as_ref();
    site.ok_or_else(|| ApiError::conflict(words::account_refused_no_passkeys()))
}

/// The error of an answer that is wrong, late, or to another challenge.
pub(in crate::server::domain::users) fn wrong_answer() -> ApiError {
    ApiError::forbidden(words::account_refused_passkey())
}

/// Stores a challenge, and returns the options for the browser and the id of the challenge.
pub(in crate::server::domain::users) async fn store_ceremony(
    context: &ContextInner,
    begun: Option<(String, Ceremony)>,
) -> Result<(String, Uuid)> {
    let (options, ceremony) = begun.ok_or_else(ApiError::internal)?;
    let state = ceremony.to_json().ok_or_else(ApiError::internal)?;
    let (id, now, since) = (Uuid::new_v4(), context.clock.now(), ceremonies_since(context));
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { passkeys::begin(&mut conn, id, &state, since, now).await })
        })
        .await
        .map_err(failed)?;
    Ok((options, id))
}

/// Takes the challenge with this id. Each is good once.
pub(in crate::server::domain::users) async fn take_ceremony(
    context: &ContextInner,
    id: Option<&str>,
) -> Result<Ceremony> {
    let id = id.and_then(|id| id.parse::<Uuid>().ok()).ok_or_else(wrong_answer)?;
    let since = ceremonies_since(context);
    let state = context
        .store
        .write(move |mut conn| Box::pin(async move { passkeys::take(&mut conn, id, since).await }))
        .await
        .map_err(failed)?;
    state.and_then(|state| Ceremony::read(&state)).ok_or_else(wrong_answer)
}

fn ceremonies_since(context: &ContextInner) -> Timestamp {
    context.clock.now().plus(-CEREMONY_LIFETIME)
}

/// Begins to make a passkey, by the present password. Returns the options for the browser as JSON, and the id of the challenge.
pub async fn begin(
    context: &ContextInner,
    viewer: &Viewer,
    password: &str,
    client: &Client,
) -> Result<(String, Uuid)> {
    let site = relying_party(context)?;
    present_password::check_field(context, viewer, password, "passkey_password", client).await?;
    let user = viewer.id;
    let existing = context
        .store
        .read_one(move |mut conn| Box::pin(async move { passkeys::credentials(&mut conn, user).await }))
        .await
        .map_err(failed)?;
    let begun = site.begin_registration(viewer.id.0, (&viewer.email, &viewer.name), &existing);
    store_ceremony(context, begun).await
}

/// Adds the passkey that a browser has made for this challenge, named after the browser. Returns recovery codes if the viewer
/// had none.
pub async fn finish(
    context: &ContextInner,
    viewer: &Viewer,
    ceremony: Option<&str>,
    answer: &str,
    client: &Client,
) -> Result<Vec<String>> {
    let site = relying_party(context)?;
    context.limits.change(viewer.id)?;
    let Ceremony::Register { user, state } = take_ceremony(context, ceremony).await? else {
        return Err(wrong_answer());
    };
    if user != viewer.id.0 {
        return Err(wrong_answer());
    }
    let (credential_id, credential) = site.finish_registration(&state, answer).ok_or_else(wrong_answer)?;
    let (user, name) = (viewer.id, browser_name(&client.user_agent));
    let codes = fresh()?;
    let (hashes, now) = (codes.hashes.clone(), context.clock.now());
    let event = SecurityEvent::PasskeyAdded;
    let (notice, event) = (event.notice(context, &name), event.to_row(Some(user), client, ""));
    let new = NewPasskey { id: PasskeyId::new(), user, credential_id, name, credential };
    let (outcome, are_new) = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let outcome = passkeys::insert(&mut conn, new, PASSKEYS_MAX, now).await?;
                if outcome != InsertOutcome::Yes {
                    return Ok((outcome, false));
                }
                let are_new = insert_if_none(&mut conn, user, &hashes).await?;
                security_events::add(&mut conn, event, now).await?;
                security_events::tell_owner(&mut conn, user, notice, now).await?;
                Ok((outcome, are_new))
            })
        })
        .await
        .map_err(failed)?;
    match outcome {
        InsertOutcome::Yes => Ok(if are_new { codes.texts } else { Vec::new() }),
        InsertOutcome::Taken => Err(wrong_answer()),
        InsertOutcome::TooMany => {
            Err(ApiError::conflict(words::account_refused_too_many_passkeys(&PASSKEYS_MAX.to_string())))
        }
    }
}

/// Removes one of the viewer's passkeys, with the recovery codes if they stand in for nothing else. Another user's is not found.
pub async fn remove(
    context: &ContextInner,
    viewer: &Viewer,
    token: Option<&str>,
    id: PasskeyId,
    client: &Client,
) -> Result<()> {
    context.limits.change(viewer.id)?;
    reauthentication::check(context, token).await?;
    let (user, now) = (viewer.id, context.clock.now());
    let event = SecurityEvent::PasskeyRemoved;
    let (notice, event) = (event.notice(context, ""), event.to_row(Some(user), client, ""));
    let is_done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_done = passkeys::delete(&mut conn, user, id).await?;
                if is_done {
                    recovery_codes::delete_if_useless(&mut conn, user).await?;
                    security_events::add(&mut conn, event, now).await?;
                    security_events::tell_owner(&mut conn, user, notice, now).await?;
                }
                Ok(is_done)
            })
        })
        .await
        .map_err(failed)?;
    if is_done {
        return Ok(());
    }
    let message = words::account_refused_passkey_gone().to_owned();
    Err(ApiError { message, ..ApiError::not_found(Missing::Token) })
}
