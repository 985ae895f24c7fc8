//! Conversations that are not collected to their end: what a node has forgotten, because it died.

use uuid::Uuid;

use crate::server::store::{Conn, Result, on};

/// Conversations that one step looks at.
const SWEPT: i64 = 2_000;

/// Those among the next ones after `after` in the order of their ids, and where to go on. Of a conversation that was never collected,
/// its last change says whether there is something.
pub async fn sweep(conn: &mut Conn<'_>, started: i64, after: Uuid) -> Result<(Vec<Uuid>, Option<Uuid>)> {
    let rows: Vec<(Uuid, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT c.id, CASE WHEN s.version IS NOT NULL THEN c.last_seq > s.seq OR c.version > s.version \
           WHEN c.last_message_at >= $2 THEN 1 = 1 \
           ELSE EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.version = c.version \
                        AND (m.edited_at >= $2 OR m.deleted_at >= $2)) END \
         FROM conversations c LEFT JOIN event_state s ON s.conversation_id = c.id AND s.started_at = $2 \
         WHERE c.id > $1 ORDER BY c.id LIMIT $3")
        .bind(after).bind(started).bind(SWEPT).fetch_all(&mut **c).await?);
    let next = rows.last().filter(|_| rows.len() as i64 == SWEPT).map(|(id, _)| *id);
    Ok((rows.into_iter().filter(|(_, is_behind)| *is_behind).map(|(id, _)| id).collect(), next))
}
