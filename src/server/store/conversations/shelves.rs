//! Where a participant keeps a conversation: archived, or starred. In the participant's own row, so nobody else hears of it.

use crate::{
    server::store::{Conn, Result, engine::locks, messages::receipts, on, sync::positions},
    shared::{
        ids::{ConversationId, UserId},
        positions::Seq,
        values::time::Timestamp,
    },
};

const SET_ARCHIVED: &str = "UPDATE participants SET archived_seq = $3, marked_unread_at = NULL WHERE conversation_id = $1 AND user_id = $2";
const SET_STARRED: &str =
    "UPDATE participants SET starred_at = $3 WHERE conversation_id = $1 AND user_id = $2";
const SET_MARKED: &str =
    "UPDATE participants SET marked_unread_at = $3 WHERE conversation_id = $1 AND user_id = $2";

/// A change of where a participant keeps a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelving {
    Archived(bool),
    Starred(bool),
    /// Marked as unread.
    Marked(bool),
}

/// Archives, stars or marks a conversation, or undoes it. What is archived counts as read. False for nobody who takes part.
pub async fn set(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    change: Shelving,
    now: Timestamp,
) -> Result<bool> {
    if !locks::conversation_of_participant(conn, id, user).await? {
        return Ok(false);
    }
    let row: Option<(Seq, Seq, bool, bool, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT c.last_seq, p.archived_seq, p.starred_at IS NOT NULL, p.marked_unread_at IS NOT NULL, p.unread FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL")
        .bind(id.0).bind(user.0).fetch_optional(&mut **c).await?);
    let Some((last_seq, archived_seq, is_starred, is_marked, unread)) = row else { return Ok(false) };
    let is_archived = last_seq > 0 && archived_seq == last_seq;
    match change {
        Shelving::Archived(is_on) if is_on == is_archived || is_on && last_seq == 0 => return Ok(true),
        Shelving::Starred(is_on) if is_on == is_starred => return Ok(true),
        Shelving::Marked(is_on) if is_on == is_marked => return Ok(true),
        Shelving::Archived(true) if unread > 0 => {
            receipts::mark_read(conn, user, id, last_seq, now).await?;
            // A receipt alone would not say that it is archived: all read the whole summary.
            for delta in std::mem::take(&mut conn.updates.deltas) {
                conn.updates.raised.extend(delta.users().copied());
            }
        }
        _ => {
            let head = positions::raise(conn, user).await?;
            positions::stamp(conn, id, user, head).await?;
        }
    }
    let (set, value) = match change {
        Shelving::Archived(is_on) => (SET_ARCHIVED, Some(if is_on { last_seq } else { 0 })),
        Shelving::Starred(is_on) => (SET_STARRED, is_on.then_some(now.0)),
        Shelving::Marked(is_on) => (SET_MARKED, is_on.then_some(now.0)),
    };
    on!(conn, c => sqlx::query(set).bind(id.0).bind(user.0).bind(value).execute(&mut **c).await?.rows_affected());
    Ok(true)
}
