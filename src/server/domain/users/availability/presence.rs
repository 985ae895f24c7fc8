//! Presence as users see it: only users who share an active conversation see each other's presence.

use crate::server::domain::failed;
use crate::{
    server::{context::ContextInner, store::users::presence},
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, UserId},
        users::{
            Viewer,
            presence::{PRESENCE_REQUEST_MAX, Presence},
        },
        values::time::Timestamp,
    },
};

/// Contacts are notified of a user's presence if they are in the user's latest conversations. Beyond these
/// bounds they get the presence when they open the conversation.
const NOTIFIED_CONVERSATIONS_MAX: usize = 1_000;
const NOTIFIED_CONTACTS_MAX: usize = 10_000;

/// One user's presence. A user without a shared conversation is not found.
pub async fn get(context: &ContextInner, viewer: &Viewer, user: UserId) -> Result<Presence> {
    of(context, viewer, vec![user]).await?.pop().ok_or_else(|| ApiError::not_found(Missing::Person))
}

/// The presence of these people, at most [`PRESENCE_REQUEST_MAX`]. Users without a shared
/// conversation are left out.
pub async fn of(context: &ContextInner, viewer: &Viewer, users: Vec<UserId>) -> Result<Vec<Presence>> {
    if users.len() > PRESENCE_REQUEST_MAX {
        return Err(ApiError::invalid("user_ids", format!("Ask for {PRESENCE_REQUEST_MAX} people at most.")));
    }
    let user = viewer.id;
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { presence::of(&mut conn, user, &users).await }));
    let found = found.await.map_err(failed)?;
    Ok(found.into_iter().map(|(user, last_seen)| context.sockets.presence(user, last_seen)).collect())
}

/// The other participants of one of the viewer's conversations who show their presence to the viewer, among the first `limit`, and
/// when each was last seen.
pub async fn others(
    context: &ContextInner,
    viewer: &Viewer,
    id: ConversationId,
    limit: usize,
) -> Result<Vec<(UserId, Option<Timestamp>)>> {
    let user = viewer.id;
    let found = context.store.read_one(move |mut conn| {
        Box::pin(async move { presence::participants(&mut conn, user, id, limit).await })
    });
    let people = found.await.map_err(failed)?;
    if people.is_empty() {
        return Err(ApiError::not_found(Missing::Conversation));
    }
    let shown = people.into_iter().filter(|one| one.user != user && one.is_shown);
    Ok(shown.map(|one| (one.user, one.last_seen)).collect())
}

/// The contacts who are notified when this user comes online or goes offline.
pub async fn contacts(context: &ContextInner, user: UserId) -> Result<Vec<UserId>> {
    let found = context.store.read_one(move |mut conn| {
        Box::pin(async move {
            presence::contacts(&mut conn, user, NOTIFIED_CONVERSATIONS_MAX, NOTIFIED_CONTACTS_MAX).await
        })
    });
    found.await.map_err(failed)
}

/// Stores when these users were last seen.
pub async fn store_last_seen(context: &ContextInner, seen: Vec<(UserId, Timestamp)>) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    context
        .store
        .write(move |mut conn| Box::pin(async move { presence::store_last_seen(&mut conn, seen).await }))
        .await
        .map_err(failed)
}
