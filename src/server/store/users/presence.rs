//! Presence: last-seen times, and the contacts who may see them.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on, sync::positions},
    shared::{
        ids::{ConversationId, UserId},
        values::time::Timestamp,
    },
};

/// Rows of one statement: all users who are online on a node, within the parameters that both databases take.
const ROWS_PER_STATEMENT: usize = 15_000;

/// Stores the last-seen times of these users.
pub async fn store_last_seen(conn: &mut Conn<'_>, mut seen: Vec<(UserId, Timestamp)>) -> Result<()> {
    seen.sort_unstable();
    for some in seen.chunks(ROWS_PER_STATEMENT) {
        on!(conn, c => {
            let mut query = QueryBuilder::new("INSERT INTO presence (user_id, last_seen) ");
            query.push_values(some, |mut row, (user, at)| {
                row.push_bind(user.0).push_bind(at.0);
            });
            query.push(" ON CONFLICT (user_id) DO UPDATE SET last_seen = excluded.last_seen");
            query.build().execute(&mut **c).await?;
        });
    }
    Ok(())
}

/// Last-seen times of those of `users` who share an active conversation with `viewer`.
pub async fn of(
    conn: &mut Conn<'_>,
    viewer: UserId,
    users: &[UserId],
) -> Result<Vec<(UserId, Option<Timestamp>)>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, Option<i64>)> = on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT u.id, s.last_seen FROM users u LEFT JOIN presence s ON s.user_id = u.id WHERE u.id IN (");
        positions::push_ids(query.separated(", "), users.iter().map(|user| &user.0));
        query.push(
            ") AND u.closed_at IS NULL AND EXISTS (SELECT 1 FROM participants o JOIN participants m ON m.conversation_id = o.conversation_id \
             WHERE o.user_id = u.id AND o.left_at IS NULL AND m.left_at IS NULL AND m.user_id = ");
        query.push_bind(viewer.0).push(") ORDER BY u.id");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    Ok(rows.into_iter().map(|(user, at)| (UserId(user), at.map(Timestamp))).collect())
}

/// The active participants of a conversation with their last-seen times, at most `limit`; empty if the viewer
/// takes no part.
pub async fn participants(
    conn: &mut Conn<'_>,
    viewer: UserId,
    conversation: ConversationId,
    limit: usize,
) -> Result<Vec<(UserId, Option<Timestamp>)>> {
    let rows: Vec<(Uuid, Option<i64>)> = on!(conn, c => sqlx::query_as(
        "SELECT o.user_id, s.last_seen FROM participants m JOIN participants o ON o.conversation_id = m.conversation_id \
         LEFT JOIN presence s ON s.user_id = o.user_id \
         WHERE m.conversation_id = $1 AND m.user_id = $2 AND m.left_at IS NULL AND o.left_at IS NULL ORDER BY o.user_id LIMIT $3")
        .bind(conversation.0).bind(viewer.0).bind(limit as i64).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(|(user, at)| (UserId(user), at.map(Timestamp))).collect())
}

/// Users who share one of this user's latest `conversations` active conversations, at most `limit`.
pub async fn contacts(
    conn: &mut Conn<'_>,
    user: UserId,
    conversations: usize,
    limit: usize,
) -> Result<Vec<UserId>> {
    let rows: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT DISTINCT o.user_id FROM participants o WHERE o.left_at IS NULL AND o.user_id <> $1 AND o.conversation_id IN \
         (SELECT conversation_id FROM participants WHERE user_id = $1 AND left_at IS NULL ORDER BY listed DESC LIMIT $2) LIMIT $3")
        .bind(user.0).bind(conversations as i64).bind(limit as i64).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(UserId).collect())
}
