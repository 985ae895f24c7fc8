//! Retention: deletion of old messages (B7). A conversation's retention floor rises to just below its first
//! message that is young enough, and messages at or below the floor lose their text. Ids, `seq` and first
//! hashes stay, so that a late retry is still recognised.

use uuid::Uuid;

use super::site_settings;
use crate::{
    server::store::{
        Conn, Result, StoreError,
        engine::locks,
        messages::files::removal,
        notifications::cascade,
        on,
        orders::desk,
        sync::positions::{self, STAMPED_MAX},
    },
    shared::{
        ids::ConversationId,
        operators::site_settings::{RetentionPreview, RetentionStatus, retention_cutoff},
        positions::Seq,
        values::time::Timestamp,
    },
};

/// Conversations with expired messages, by id from `from` on, as many as one transaction takes. The first
/// message above the floor is the oldest one.
pub async fn find(
    conn: &mut Conn<'_>,
    from: ConversationId,
    before: Timestamp,
) -> Result<Vec<ConversationId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT c.id FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq = c.floor_seq + 1 \
         WHERE c.id >= $1 AND m.created_at < $2 ORDER BY c.id LIMIT $3")
        .bind(from.0).bind(before.0).bind(STAMPED_MAX as i64).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Result of one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Deleted messages that were still visible.
    pub messages: i64,
    /// Conversations without expired messages left.
    pub conversations: i64,
    /// The conversation where the transaction reached its bound. The next one goes on there.
    pub rest: Option<ConversationId>,
}

/// Deletes expired messages of these conversations, at most `max`. It reads the setting again under a lock
/// until COMMIT: after a change of the setting is answered, nothing is deleted by the old one.
pub async fn delete(
    conn: &mut Conn<'_>,
    conversations: &[ConversationId],
    max: i64,
    now: Timestamp,
) -> Result<Deleted> {
    locks::retention(conn).await?;
    let Some(days) = site_settings::get(conn).await?.retention_days else { return Ok(Deleted::default()) };
    let ids: Vec<Uuid> = conversations.iter().map(|id| id.0).collect();
    locks::conversations(conn, &ids).await?;
    let mut deleted = Deleted::default();
    let mut changed = Vec::new();
    let mut budget = max;
    for id in &ids {
        if budget == 0 {
            deleted.rest = Some(ConversationId(*id));
            break;
        }
        let Some(part) = find_old_part(conn, *id, retention_cutoff(days, now), budget).await? else {
            continue;
        };
        deleted.messages += delete_part(conn, *id, part).await?;
        removal::up_to(conn, ConversationId(*id), part.upto, now).await?;
        changed.push((*id, part.upto));
        budget -= part.upto - part.floor;
        if part.is_all {
            deleted.conversations += 1;
        } else {
            deleted.rest = Some(ConversationId(*id));
            break;
        }
    }
    let ids: Vec<Uuid> = changed.iter().map(|(id, _)| *id).collect();
    positions::raise_locked(conn, &ids).await?;
    for (id, upto) in &changed {
        cascade::delete_expired(conn, *id, *upto, now).await?;
    }
    if !changed.is_empty() {
        on!(conn, c => sqlx::query("UPDATE retention SET deleted = deleted + $1, deleted_at = $2 WHERE id = 1")
            .bind(deleted.messages).bind(now.0).execute(&mut **c).await?.rows_affected());
    }
    Ok(deleted)
}

/// The oldest messages of a conversation: those above its floor, up to the new floor `upto`.
#[derive(Clone, Copy)]
struct Part {
    floor: Seq,
    upto: Seq,
    /// Whether it covers all expired messages.
    is_all: bool,
}

/// The expired part, at most `max` messages; `None` if there is none.
async fn find_old_part(conn: &mut Conn<'_>, id: Uuid, before: Timestamp, max: i64) -> Result<Option<Part>> {
    // One row more than `max` tells whether there is more.
    let (floor, first_young, count): (i64, Option<i64>, i64) = on!(conn, c => sqlx::query_as(
        "SELECT c.floor_seq, MIN(CASE WHEN m.created_at >= $2 THEN m.seq END), COUNT(m.seq) FROM conversations c \
         LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq > c.floor_seq AND m.seq <= c.floor_seq + $3 + 1 \
         WHERE c.id = $1 GROUP BY c.floor_seq")
        .bind(id).bind(before.0).bind(max).fetch_one(&mut **c).await?);
    let old = first_young.map_or(count, |young| young - floor - 1);
    let part = Part { floor, upto: floor + old.min(max), is_all: old <= max };
    Ok((old > 0).then_some(part))
}

/// Deletes the texts of this part. Returns how many of its messages were still visible.
async fn delete_part(conn: &mut Conn<'_>, id: Uuid, part: Part) -> Result<i64> {
    let Part { floor, upto, .. } = part;
    let seen: i64 = on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 AND deleted_at IS NULL")
        .bind(id).bind(floor).bind(upto).fetch_one(&mut **c).await?);
    let raised = on!(conn, c => sqlx::query(
        "UPDATE conversations SET floor_seq = $3, visible = visible - $4 WHERE id = $1 AND floor_seq = $2")
        .bind(id).bind(floor).bind(upto).bind(seen).execute(&mut **c).await?.rows_affected());
    if raised == 0 {
        return Err(StoreError::Retry);
    }
    on!(conn, c => sqlx::query(
        "DELETE FROM reactions WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = $1 AND seq > $2 \
         AND seq <= $3 AND reactions IS NOT NULL)")
        .bind(id).bind(floor).bind(upto).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "UPDATE messages SET body = '', attached = NULL, reactions = NULL WHERE conversation_id = $1 AND seq > $2 AND seq <= $3 \
         AND (body <> '' OR attached IS NOT NULL)")
        .bind(id).bind(floor).bind(upto).execute(&mut **c).await?.rows_affected());
    desk::recount_unread(conn, ConversationId(id)).await?;
    // Lowers the unread counts of participants who had not read them.
    on!(conn, c => sqlx::query(
        "UPDATE participants SET unread = unread - (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = $1 \
             AND m.seq > $2 AND m.seq <= $3 AND m.seq > participants.read_seq AND m.seq >= participants.from_seq \
             AND m.deleted_at IS NULL AND (m.sender_id IS NULL OR m.sender_id <> participants.user_id)) \
         WHERE conversation_id = $1 AND unread > 0 AND read_seq < $3 AND left_at IS NULL")
        .bind(id).bind(floor).bind(upto).execute(&mut **c).await?.rows_affected());
    Ok(seen)
}

/// Records the end of a run.
pub async fn finish(conn: &mut Conn<'_>, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE retention SET ran_at = $1 WHERE id = 1")
        .bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The number of messages that this retention period would delete.
pub async fn preview(conn: &mut Conn<'_>, days: i64, now: Timestamp) -> Result<RetentionPreview> {
    let before = retention_cutoff(days, now);
    let (messages, conversations): (i64, i64) = on!(conn, c => sqlx::query_as(
        "SELECT COUNT(CASE WHEN m.deleted_at IS NULL THEN 1 END), COUNT(DISTINCT m.conversation_id) FROM conversations c \
         JOIN messages f ON f.conversation_id = c.id AND f.seq = c.floor_seq + 1 AND f.created_at < $1 \
         JOIN messages m ON m.conversation_id = c.id AND m.seq > c.floor_seq AND m.created_at < $1")
        .bind(before.0).fetch_one(&mut **c).await?);
    Ok(RetentionPreview { days, before, messages, conversations })
}

/// The state of retention, with `waiting` messages still to be deleted.
pub async fn status(conn: &mut Conn<'_>, waiting: i64) -> Result<RetentionStatus> {
    let (ran_at, deleted_at, deleted): (Option<i64>, Option<i64>, i64) = on!(conn, c => sqlx::query_as(
        "SELECT ran_at, deleted_at, deleted FROM retention WHERE id = 1").fetch_one(&mut **c).await?);
    Ok(RetentionStatus {
        ran_at: ran_at.map(Timestamp),
        deleted_at: deleted_at.map(Timestamp),
        deleted,
        waiting,
    })
}
