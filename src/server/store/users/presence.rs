//! Presence: last-seen times, and the contacts who may see them: those who are acquainted (`consent`), with no block between, and
//! neither of whom has switched presence off.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{blocks::is_blocked, consent::IS_ACQUAINTED};
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

/// Last-seen times of those of `users` who show their presence to `viewer`.
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
            "SELECT u.id, s.last_seen FROM users u JOIN users v ON v.id = ");
        query.push_bind(viewer.0).push(" LEFT JOIN presence s ON s.user_id = u.id WHERE u.id IN (");
        positions::push_ids(query.separated(", "), users.iter().map(|user| &user.0));
        query.push(") AND u.closed_at IS NULL AND u.presence_off_at IS NULL AND v.presence_off_at IS NULL AND NOT ");
        query.push(is_blocked!("u.id", "v.id")).push(" AND").push(IS_ACQUAINTED);
        query.push("v.id) ORDER BY u.id");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    Ok(rows.into_iter().map(|(user, at)| (UserId(user), at.map(Timestamp))).collect())
}

/// A participant of a conversation as another one sees them.
pub struct Seen {
    pub user: UserId,
    pub last_seen: Option<Timestamp>,
    /// Whether they show their presence to the viewer.
    pub is_shown: bool,
    /// Whether nobody can write in the conversation.
    pub is_closed: bool,
}

/// The active participants of a conversation, at most `limit`; empty if the viewer takes no part.
pub async fn participants(
    conn: &mut Conn<'_>,
    viewer: UserId,
    conversation: ConversationId,
    limit: usize,
) -> Result<Vec<Seen>> {
    let rows: Vec<(Uuid, Option<i64>, bool, bool)> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT o.user_id, s.last_seen, ((o.wrote = 1 AND m.wrote = 1) OR o.role IN ('member', 'moderator')) \
             AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id IN (o.user_id, m.user_id) AND u.presence_off_at IS NOT NULL) AND NOT ",
        is_blocked!("o.user_id", "m.user_id"), " AS is_shown, c.closed = 1 AS is_closed \
         FROM participants m JOIN conversations c ON c.id = m.conversation_id JOIN participants o ON o.conversation_id = m.conversation_id \
         LEFT JOIN presence s ON s.user_id = o.user_id \
         WHERE m.conversation_id = $1 AND m.user_id = $2 AND m.left_at IS NULL AND o.left_at IS NULL ORDER BY o.user_id LIMIT $3"))
        .bind(conversation.0).bind(viewer.0).bind(limit as i64).fetch_all(&mut **c).await?);
    let seen = |(user, at, is_shown, is_closed): (Uuid, Option<i64>, bool, bool)| Seen {
        user: UserId(user),
        last_seen: at.map(Timestamp),
        is_shown,
        is_closed,
    };
    Ok(rows.into_iter().map(seen).collect())
}

/// Users to whom this user shows their presence, of the latest `conversations` active conversations, at most `limit`.
pub async fn contacts(
    conn: &mut Conn<'_>,
    user: UserId,
    conversations: usize,
    limit: usize,
) -> Result<Vec<UserId>> {
    let rows: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT DISTINCT o.user_id FROM participants o JOIN \
         (SELECT conversation_id, wrote FROM participants WHERE user_id = $1 AND left_at IS NULL ORDER BY listed DESC LIMIT $2) AS mine \
         ON mine.conversation_id = o.conversation_id JOIN users u ON u.id = o.user_id WHERE o.left_at IS NULL AND o.user_id <> $1 \
         AND ((o.wrote = 1 AND mine.wrote = 1) OR o.role IN ('member', 'moderator')) AND u.presence_off_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM users v WHERE v.id = $1 AND v.presence_off_at IS NOT NULL) AND NOT ",
        is_blocked!("o.user_id", "$1"), " LIMIT $3"))
        .bind(user.0).bind(conversations as i64).bind(limit as i64).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().map(UserId).collect())
}

/// Whether a user shows presence to nobody.
pub async fn is_off(conn: &mut Conn<'_>, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND presence_off_at IS NOT NULL)")
        .bind(user.0).fetch_one(&mut **c).await?))
}

/// Shows the presence of a user to their contacts, or to nobody.
pub async fn set_off(conn: &mut Conn<'_>, user: UserId, is_off: bool, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE users SET presence_off_at = $2 WHERE id = $1 AND (presence_off_at IS NULL) = ($3 = 1)")
        .bind(user.0).bind(is_off.then_some(now.0)).bind(i64::from(is_off)).execute(&mut **c).await?.rows_affected());
    Ok(())
}
