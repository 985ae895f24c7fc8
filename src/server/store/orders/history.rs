//! What happened to an order: the system messages of its conversation.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{conversations::Conversation, ids::UserId, values::time::Timestamp},
};

/// Events of an order that its page shows at most. An order has few.
const EVENTS_MAX: i64 = 50;

/// The system messages that a participant may see, oldest first: who caused them, their bodies, and when.
pub async fn of(
    conn: &mut Conn<'_>,
    summary: &Conversation,
) -> Result<Vec<(Option<UserId>, String, Timestamp)>> {
    let rows: Vec<(Option<Uuid>, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT sender_id, body, created_at FROM messages WHERE conversation_id = $1 AND seq >= $2 AND kind = 'system' \
         ORDER BY seq LIMIT $3")
        .bind(summary.id.0).bind(summary.first_seq()).bind(EVENTS_MAX).fetch_all(&mut **c).await?);
    let event = |(sender, body, at): (Option<Uuid>, String, i64)| (sender.map(UserId), body, Timestamp(at));
    Ok(rows.into_iter().map(event).collect())
}
