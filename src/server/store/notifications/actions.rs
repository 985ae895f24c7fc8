//! The user's own actions on notifications: mark as read, delete, restore, and mark all as read.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, engine::locks, on, sync::positions},
    shared::{
        ids::{ConversationId, NotificationId, UserId},
        positions::SyncSeq,
        values::time::Timestamp,
    },
};

/// A user's action on notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationAction {
    Read,
    Delete,
    /// Undoes a deletion.
    Restore,
}

/// Applies the action to those of `ids` that are the user's, and writes only where it changes something. The
/// id of a conversation means its message notification. Returns how many ids are the user's.
pub async fn apply(
    conn: &mut Conn<'_>,
    user: UserId,
    ids: &[NotificationId],
    action: NotificationAction,
    now: Timestamp,
) -> Result<usize> {
    let mut ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    ids.sort();
    ids.dedup();
    let mut looked_at = Vec::new();
    for id in ids {
        looked_at.push((id, locks::conversation_of_participant(conn, ConversationId(id), user).await?));
    }
    let (mut mine, mut changing) = (0, Vec::new());
    for (id, is_locked) in looked_at {
        let found = would_change(conn, user, id, is_locked, action).await?;
        mine += usize::from(found.is_some());
        changing.extend(found.filter(|would| *would).map(|_| id));
    }
    if changing.is_empty() {
        return Ok(mine);
    }
    let head = positions::raise(conn, user).await?;
    let (is_read, is_deleted) = match action {
        NotificationAction::Read => (true, None),
        NotificationAction::Delete => (false, Some(true)),
        NotificationAction::Restore => (false, Some(false)),
    };
    for id in changing {
        on!(conn, c => sqlx::query(
            "UPDATE notifications SET read_at = CASE WHEN $5 = 1 THEN $3 ELSE read_at END, \
             deleted_at = CASE $6 WHEN 1 THEN $3 WHEN 0 THEN NULL ELSE deleted_at END, changed = $4 WHERE id = $1 AND user_id = $2 \
             AND ($6 <> 0 OR NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = conversation_id AND seq > 0 AND c.floor_seq >= seq))")
            .bind(id).bind(user.0).bind(now.0).bind(head).bind(i64::from(is_read))
            .bind(is_deleted.map_or(-1, i64::from)).execute(&mut **c).await?.rows_affected());
        on!(conn, c => sqlx::query(
            "UPDATE participants SET seen = CASE WHEN $4 = 1 THEN noted ELSE seen END, \
             hidden = CASE $5 WHEN 1 THEN noted WHEN 0 THEN 0 ELSE hidden END, changed = $3 \
             WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL")
            .bind(id).bind(user.0).bind(head).bind(i64::from(is_read)).bind(is_deleted.map_or(-1, i64::from))
            .execute(&mut **c).await?.rows_affected());
    }
    Ok(mine)
}

/// Whether the action changes anything; `None` if the notification is not the user's. Where nothing changes,
/// nothing is written and no position is raised. The message notification of a conversation counts only if that
/// is locked. A notification that went with its expired message can't be
/// restored.
async fn would_change(
    conn: &mut Conn<'_>,
    user: UserId,
    id: Uuid,
    is_locked: bool,
    action: NotificationAction,
) -> Result<Option<bool>> {
    let found: Option<(bool, bool, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT n.read_at IS NOT NULL, n.deleted_at IS NOT NULL, c.floor_seq IS NOT NULL FROM notifications n \
         LEFT JOIN conversations c ON c.id = n.conversation_id AND n.seq > 0 AND c.floor_seq >= n.seq WHERE n.id = $1 AND n.user_id = $2 UNION ALL \
         SELECT p.seen >= p.noted, p.hidden >= p.noted, c.floor_seq >= p.noted_seq FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL AND p.noted > 0 AND $3 = 1 LIMIT 1")
        .bind(id).bind(user.0).bind(i64::from(is_locked)).fetch_optional(&mut **c).await?);
    Ok(found.map(|(is_read, is_deleted, is_gone)| match action {
        NotificationAction::Read => !is_read && !is_deleted,
        NotificationAction::Delete => !is_deleted,
        NotificationAction::Restore => is_deleted && !is_gone,
    }))
}

/// Marks everything up to a sync position as read, by one mark (`read_upto`) instead of one write per row.
pub async fn mark_all_read(conn: &mut Conn<'_>, user: UserId, upto: SyncSeq) -> Result<()> {
    let known: Option<SyncSeq> = on!(conn, c => sqlx::query_scalar(
        "UPDATE heads SET head = head + 1, read_upto = CASE WHEN $2 < head THEN $2 ELSE head END \
         WHERE user_id = $1 AND read_upto < $2 AND read_upto < head RETURNING head")
        .bind(user.0).bind(upto).fetch_optional(&mut **c).await?);
    if known.is_some() {
        conn.updates.raised.push(user);
    }
    Ok(())
}
