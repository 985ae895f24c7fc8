//! What has been read, and what has not.

use super::failed;
use crate::{
    server::{node::NodeInner, store::receipts},
    shared::{
        errors::{ApiError, Result},
        ids::ConversationId,
        messages::{Marked, Seq},
        users::Viewer,
    },
};

/// Moves the viewer's reading forward, never back and never past the last message. A position of
/// another epoch says nothing about this history and is refused.
pub async fn mark_read(
    node: &NodeInner,
    viewer: &Viewer,
    conversation: ConversationId,
    upto_seq: Seq,
    epoch: &str,
) -> Result<Marked> {
    if epoch != node.epoch {
        return Err(ApiError::conflict("This page is from before a restore. Reload it."));
    }
    if upto_seq < 0 {
        return Err(ApiError::invalid("upto_seq", "A position is 0 or more."));
    }
    let (user, now) = (viewer.id, node.clock.now());
    let marked = node
        .store
        .write(move |mut conn| {
            Box::pin(async move { receipts::mark_read(&mut conn, user, conversation, upto_seq, now).await })
        })
        .await
        .map_err(failed)?;
    marked.ok_or_else(|| ApiError::not_found("conversation"))
}

/// The viewer's unread messages in all conversations.
pub async fn unread_total(node: &NodeInner, viewer: &Viewer) -> Result<i64> {
    let user = viewer.id;
    node.store
        .read_one(move |mut conn| Box::pin(async move { receipts::unread_total(&mut conn, user).await }))
        .await
        .map_err(failed)
}
