//! The viewer's open invitations, and the answers to invitations: accepted, declined, withdrawn.

use super::{answer, command};
use crate::{
    server::{context::ContextInner, domain::conversations, domain::failed, store::rooms},
    shared::{
        conversations::{Conversation, rooms::RoomInvitations},
        errors::Result,
        ids::{ConversationId, MessageId, UserId},
        users::Viewer,
    },
};

/// The viewer's open invitations, newest first.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<RoomInvitations> {
    let (user, now) = (viewer.id, context.clock.now());
    let invitations = context
        .store
        .read(move |mut conn| {
            Box::pin(async move { rooms::invitations::of_user(&mut conn, user, now).await })
        })
        .await
        .map_err(failed)?;
    Ok(RoomInvitations { invitations })
}

/// Accepts an invitation: the viewer becomes a member. `id` is that of the system message. Idempotent.
pub async fn accept(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    id: MessageId,
) -> Result<Conversation> {
    let command = command(context, viewer, room, id)?;
    let now = context.clock.now();
    let done = context
        .store
        .write(move |mut conn| Box::pin(async move { rooms::join::accept(&mut conn, command, now).await }))
        .await
        .map_err(failed)?;
    conversations::get(context, viewer, answer(done)?).await
}

/// Declines an invitation, of which nobody is told. Idempotent.
pub async fn decline(context: &ContextInner, viewer: &Viewer, room: ConversationId) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { rooms::invitations::decline(&mut conn, user, room, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

/// Withdraws an invitation: a moderator any of the room, a member their own. Idempotent.
pub async fn withdraw(
    context: &ContextInner,
    viewer: &Viewer,
    room: ConversationId,
    person: UserId,
) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (user, now) = (viewer.id, context.clock.now());
    let done = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { rooms::invitations::withdraw(&mut conn, user, room, person, now).await })
        })
        .await
        .map_err(failed)?;
    answer(done).map(|_| ())
}

/// Invitations that are deleted in one transaction.
const DELETED_MAX: i64 = 500;

/// Deletes invitations that expired.
pub async fn delete_old(context: &ContextInner) -> Result<()> {
    let now = context.clock.now();
    loop {
        let deleted = context
            .store
            .write(move |mut conn| {
                Box::pin(async move { rooms::invitations::delete_old(&mut conn, DELETED_MAX, now).await })
            })
            .await
            .map_err(failed)?;
        if deleted < DELETED_MAX as u64 {
            return Ok(());
        }
    }
}
