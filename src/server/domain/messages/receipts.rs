//! Read receipts and unread counts.

use crate::server::domain::failed;
use crate::shared::messages::receipts::ReadOutcome;
use crate::shared::positions::Seq;
use crate::{
    server::{context::ContextInner, store::messages::receipts},
    shared::{
        errors::{ApiError, Missing, Result},
        ids::ConversationId,
        users::Viewer,
        words,
    },
};

/// Moves the viewer's read position forward, never back and never past the last message (monotonic). A
/// position from another epoch is refused, since it belongs to another history of the database.
pub async fn mark_read(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    upto_seq: Seq,
    epoch: &str,
) -> Result<ReadOutcome> {
    if epoch != context.epoch {
        return Err(ApiError::conflict(words::message_refused_restored()));
    }
    if upto_seq < 0 {
        return Err(ApiError::invalid("upto_seq", "A position is 0 or more."));
    }
    let (user, now) = (viewer.id, context.clock.now());
    let marked = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { receipts::mark_read(&mut conn, user, conversation, upto_seq, now).await })
        })
        .await
        .map_err(failed)?;
    marked.ok_or_else(|| ApiError::not_found(Missing::Conversation))
}

/// The number of the viewer's unread messages in all conversations that are not muted.
pub async fn unread_total(context: &ContextInner, viewer: &Viewer) -> Result<i64> {
    let user = viewer.id;
    context
        .store
        .read_one(move |mut conn| {
            Box::pin(
                async move { crate::server::store::messages::receipts::unread::total(&mut conn, user).await },
            )
        })
        .await
        .map_err(failed)
}
