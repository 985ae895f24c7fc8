//! Files that nobody can read any more: with their message, by retention, or because they were never sent. Their rows stay
//! until their bytes are deleted.

use uuid::Uuid;

use super::parts;
use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, FileId, UserId},
        messages::Message,
        positions::Seq,
        values::time::Timestamp,
    },
};

/// Deletes the files of a message.
pub async fn of_message(conn: &mut Conn<'_>, message: &Message, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'deleted', name = '', alt = NULL, waveform = NULL, changed_at = $4 \
         WHERE conversation_id = $1 AND seq = $2 AND message_id = $3 AND state <> 'deleted'")
        .bind(message.conversation.0).bind(message.seq).bind(message.id.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes those of messages up to a place of a conversation.
pub async fn up_to(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    seq: Seq,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'deleted', name = '', alt = NULL, waveform = NULL, changed_at = $3 \
         WHERE conversation_id = $1 AND seq <= $2 AND state <> 'deleted'")
        .bind(conversation.0).bind(seq).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes a file of a user that stands in no message. Returns whether there was one.
pub async fn unsent(conn: &mut Conn<'_>, user: UserId, id: FileId, now: Timestamp) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'deleted', name = '', alt = NULL, waveform = NULL, changed_at = $3 \
         WHERE id = $1 AND user_id = $2 AND message_id IS NULL AND state <> 'deleted'")
        .bind(id.0).bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected())
        == 1)
}

/// Deletes all of a user that stand in no message.
pub async fn all_unsent(conn: &mut Conn<'_>, user: UserId, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'deleted', name = '', alt = NULL, waveform = NULL, changed_at = $2 \
         WHERE user_id = $1 AND message_id IS NULL AND state <> 'deleted'")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes those that were not sent, and of which nothing has come since a time.
pub async fn abandoned(conn: &mut Conn<'_>, before: Timestamp, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE files SET state = 'deleted', name = '', alt = NULL, waveform = NULL, changed_at = $2 \
         WHERE message_id IS NULL AND changed_at < $1 AND state <> 'deleted'")
        .bind(before.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Files that were deleted before a time, whose bytes are still there.
pub async fn deleted(conn: &mut Conn<'_>, before: Timestamp, limit: i64) -> Result<Vec<FileId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM files WHERE state = 'deleted' AND changed_at < $1 ORDER BY changed_at LIMIT $2")
        .bind(before.0).bind(limit).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(FileId).collect())
}

/// Forgets a file whose bytes are gone.
pub async fn forget(conn: &mut Conn<'_>, id: FileId) -> Result<()> {
    parts::delete(conn, id).await?;
    on!(conn, c => sqlx::query("DELETE FROM files WHERE id = $1 AND state = 'deleted'")
        .bind(id.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
