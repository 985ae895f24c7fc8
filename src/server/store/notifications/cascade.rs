//! Cascades from a conversation to its notifications: they are read with its messages, and deleted when the
//! user leaves or the messages expire.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, UserId},
        positions::{Seq, SyncSeq},
        values::time::Timestamp,
    },
};

/// Marks the notifications about messages up to `upto` as read. The caller has raised the user's sync
/// position. True if there were any.
pub(in crate::server::store) async fn mark_read_upto(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    upto: Seq,
    now: Timestamp,
) -> Result<bool> {
    let count = on!(conn, c => sqlx::query(
        "UPDATE notifications SET read_at = $4, changed = (SELECT head FROM heads WHERE user_id = $1) \
         WHERE user_id = $1 AND conversation_id = $2 AND seq <= $3 AND read_at IS NULL AND deleted_at IS NULL")
        .bind(user.0).bind(conversation.0).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(count > 0)
}

/// Deletes the notifications of a conversation that the user leaves at position `head`.
pub(in crate::server::store) async fn delete_on_leave(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    head: SyncSeq,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $3, changed = $4 WHERE user_id = $1 AND conversation_id = $2 AND deleted_at IS NULL")
        .bind(user.0).bind(conversation.0).bind(now.0).bind(head).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes the notification of an invitation that was answered or withdrawn. The caller has raised the user's sync position.
pub(in crate::server::store) async fn delete_of_invitation(
    conn: &mut Conn<'_>,
    user: UserId,
    room: ConversationId,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $3, changed = (SELECT head FROM heads WHERE user_id = $1) \
         WHERE user_id = $1 AND conversation_id = $2 AND seq = 0 AND deleted_at IS NULL")
        .bind(user.0).bind(room.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes the notifications of new orders on the board, for a user who is no longer an operator.
pub(in crate::server::store) async fn delete_of_board(
    conn: &mut Conn<'_>,
    user: UserId,
    head: SyncSeq,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $2, changed = $3 WHERE user_id = $1 AND conversation_id IS NULL AND deleted_at IS NULL \
         AND order_id IN (SELECT id FROM orders WHERE host_id IS NULL AND guest_id <> $1)")
        .bind(user.0).bind(now.0).bind(head).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes the notifications about expired messages. The caller has raised the users' sync positions.
pub(in crate::server::store) async fn delete_expired(
    conn: &mut Conn<'_>,
    conversation: Uuid,
    upto: Seq,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $3, changed = (SELECT head FROM heads WHERE heads.user_id = notifications.user_id) \
         WHERE conversation_id = $1 AND seq <= $2 AND deleted_at IS NULL \
         AND user_id IN (SELECT user_id FROM participants WHERE conversation_id = $1 AND left_at IS NULL)")
        .bind(conversation).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "UPDATE participants SET hidden = noted WHERE conversation_id = $1 AND noted_seq <= $2 AND hidden < noted")
        .bind(conversation).bind(upto).execute(&mut **c).await?.rows_affected());
    Ok(())
}
