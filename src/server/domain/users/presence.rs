//! Who is online, for those who share an active conversation with him and for nobody else.

use crate::server::domain::failed;
use crate::{
    server::{context::ContextInner, store::users::presence},
    shared::{
        errors::{ApiError, Result},
        ids::{ConversationId, UserId},
        users::{
            Viewer,
            presence::{PRESENCE_MAX, Presence},
        },
        values::time::Timestamp,
    },
};

/// Somebody's latest conversations, and the people in them, that are told when he comes and goes;
/// who is beyond them learns it when he looks.
const CONVERSATIONS_TOLD: usize = 1_000;
const PEOPLE_TOLD: usize = 10_000;

/// One person's presence. A stranger is not found, just as nobody is.
pub async fn get(context: &ContextInner, viewer: &Viewer, user: UserId) -> Result<Presence> {
    of(context, viewer, vec![user]).await?.pop().ok_or_else(|| ApiError::not_found("person"))
}

/// The presence of these people, at most [`PRESENCE_MAX`]; strangers are left out as if there were none.
pub async fn of(context: &ContextInner, viewer: &Viewer, users: Vec<UserId>) -> Result<Vec<Presence>> {
    if users.len() > PRESENCE_MAX {
        return Err(ApiError::invalid("user_ids", format!("Ask for {PRESENCE_MAX} people at most.")));
    }
    let user = viewer.id;
    let found = context
        .store
        .read_one(move |mut conn| Box::pin(async move { presence::of(&mut conn, user, &users).await }));
    let found = found.await.map_err(failed)?;
    Ok(found.into_iter().map(|(user, last_seen)| context.sockets.presence(user, last_seen)).collect())
}

/// The others in one of the viewer's conversations, at most `limit`, and when each was last here.
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
    let mut people = found.await.map_err(failed)?;
    if people.is_empty() {
        return Err(ApiError::not_found("conversation"));
    }
    people.retain(|(other, _)| *other != user);
    Ok(people)
}

/// Who is told when this user comes and goes.
pub async fn told_of(context: &ContextInner, user: UserId) -> Result<Vec<UserId>> {
    let found = context.store.read_one(move |mut conn| {
        Box::pin(async move { presence::contacts(&mut conn, user, CONVERSATIONS_TOLD, PEOPLE_TOLD).await })
    });
    found.await.map_err(failed)
}

/// Keeps when these people were last here.
pub async fn keep(context: &ContextInner, seen: Vec<(UserId, Timestamp)>) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    context
        .store
        .write(move |mut conn| Box::pin(async move { presence::keep(&mut conn, seen).await }))
        .await
        .map_err(failed)
}
