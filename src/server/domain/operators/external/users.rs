//! Users of a marketplace: each is whom a signed identity of the same issuer names by its `sub`, before their first visit too. Never
//! found by an address.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Applied, Dated, Kind, Sender, check_changed_at, check_id, is_in_time, sender_of_one};
use crate::{
    server::{
        context::ContextInner,
        domain::{
            failed,
            users::{
                Client,
                personal_data::closing,
                sign_in::embed::accounts::{self, Person, subject_of},
            },
        },
        store::{
            Conn, Result as StoreResult, StoreError,
            operators::external,
            users::{embed_sessions, identities, personal_data::closing::CloseOutcome},
        },
    },
    shared::{
        errors::{ApiError, Result},
        users::{Viewer, check_name},
        values::time::Timestamp,
        words,
    },
};

/// A user as the marketplace has them now.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalUser {
    /// The name that others see. One that nobody may have here, such as a name of the staff, leaves the name as it was.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// When this became so, by the sender's clock: `2026-05-31T14:06:00.123Z`.
    #[schema(max_length = 40)]
    pub changed_at: String,
}

/// Makes a user, or changes the name. For admins only, as everything here.
pub async fn put(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    id: &str,
    user: ExternalUser,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    store(context, &sender, id, user).await
}

pub(super) async fn store(
    context: &ContextInner,
    sender: &Sender,
    id: &str,
    user: ExternalUser,
) -> Result<Applied> {
    let now = context.clock.now();
    let user = check(sender, id, &user, now)?;
    let run = || {
        let user = user.clone();
        context.store.write(move |mut conn| Box::pin(async move { apply(&mut conn, &user, now).await }))
    };
    let stored = match run().await {
        // Their first visit was at the same time.
        Err(StoreError::Retry) => run().await,
        stored => stored,
    };
    context.fan_out_wake_up.notify_one();
    stored.map_err(failed)
}

/// A user who was checked.
pub(super) type Checked = Person;

pub(super) fn check(
    sender: &Sender,
    id: &str,
    user: &ExternalUser,
    now: Timestamp,
) -> Result<Dated<Checked>> {
    check_id("id", id)?;
    let name = check_name(&user.name)?;
    let changed_at = check_changed_at(Some(&user.changed_at), now)?;
    let checked = Person::sent(&sender.issuer, id, Some(name));
    Ok(Dated { key: sender.record(Kind::User, id), changed_at, checked })
}

pub(super) async fn apply(
    conn: &mut Conn<'_>,
    user: &Dated<Checked>,
    now: Timestamp,
) -> StoreResult<Applied> {
    let person = &user.checked;
    let is_in_time = is_in_time(conn, &user.key, user.changed_at).await?;
    let found = identities::user_of(conn, &person.subject).await?;
    if !is_in_time {
        return Ok(Applied::late(found.map(|user| user.0)));
    }
    let id = match found {
        Some(user) => {
            accounts::set_sent_name(conn, user, person, now).await?;
            user
        }
        None => accounts::create(conn, person, now).await?,
    };
    external::set_record(conn, &user.key, user.changed_at).await?;
    Ok(Applied::to(Some(id.0)))
}

/// Closes the account of a user, as an admin does: what they wrote stays. Idempotent. Without a time it is as of now.
pub async fn delete(
    context: &ContextInner,
    viewer: &Viewer,
    (issuer, id): (Option<&str>, &str),
    changed_at: Option<&str>,
    client: &Client,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    check_id("id", id)?;
    let now = context.clock.now();
    let changed_at = check_changed_at(changed_at, now)?;
    let (key, subject) = (sender.record(Kind::User, id), subject_of(&sender.issuer, id));
    let (has_mail, admin, client) = (context.mailer.is_some(), viewer.id, client.clone());
    let outcome = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let is_in_time = is_in_time(&mut conn, &key, changed_at).await?;
                let found = identities::user_of(&mut conn, &subject).await?;
                if !is_in_time {
                    return Ok(Ok(Applied::late(found.map(|user| user.0))));
                }
                let outcome = match found {
                    Some(user) if user == admin => return Ok(Err(None)),
                    Some(user) => {
                        let closing = closing::closing(user, admin, &client);
                        closing::close_within(&mut conn, closing, has_mail, now).await?
                    }
                    None => CloseOutcome::NoPerson,
                };
                if !matches!(outcome, CloseOutcome::Closed | CloseOutcome::NoPerson) {
                    return Ok(Err(Some(outcome)));
                }
                external::set_record(&mut conn, &key, changed_at).await?;
                Ok(Ok(Applied::to(None)))
            })
        })
        .await
        .map_err(failed)?;
    context.fan_out_wake_up.notify_one();
    match outcome {
        Ok(applied) => Ok(applied),
        Err(Some(refused)) => closing::answer(refused).map(|()| Applied::to(None)),
        Err(None) => Err(ApiError::forbidden(words::operator_refused_own_account())),
    }
}

/// Ends the sessions of a user in frames, and with them their sockets: the marketplace's own sign-out. Idempotent.
pub async fn sign_out(
    context: &ContextInner,
    viewer: &Viewer,
    issuer: Option<&str>,
    id: &str,
) -> Result<Applied> {
    let sender = sender_of_one(context, viewer, issuer).await?;
    check_id("id", id)?;
    let subject = subject_of(&sender.issuer, id);
    let user = context
        .store
        .write(move |mut conn| {
            Box::pin(async move {
                let user = identities::user_of(&mut conn, &subject).await?;
                if let Some(user) = user {
                    embed_sessions::delete_of(&mut conn, user).await?;
                }
                Ok(user)
            })
        })
        .await
        .map_err(failed)?;
    Ok(Applied::to(user.map(|user| user.0)))
}
