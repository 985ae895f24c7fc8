//! Consent: two people are acquainted once both have written in a conversation of theirs, or are in a room together. Until then
//! neither shows presence to the other, and neither can invite the other.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::blocks::is_blocked;
use crate::{
    server::store::{Conn, Result, on, sync::positions},
    shared::ids::UserId,
};

/// A condition: two users, `u` and the bound one before it, share an active conversation in which both have written, or a room.
pub(super) const IS_ACQUAINTED: &str = " EXISTS (SELECT 1 FROM participants o JOIN participants m ON m.conversation_id = o.conversation_id \
     WHERE o.user_id = u.id AND o.left_at IS NULL AND m.left_at IS NULL AND ((o.wrote = 1 AND m.wrote = 1) OR o.role IN ('member', 'moderator')) \
     AND m.user_id = ";

/// Those of `users` whom this user may invite: they are acquainted, and no block stands between.
pub async fn acquainted(conn: &mut Conn<'_>, user: UserId, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Uuid> = on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT u.id FROM users u WHERE u.id IN (");
        positions::push_ids(query.separated(", "), users.iter().map(|user| &user.0));
        query.push(") AND u.closed_at IS NULL AND").push(IS_ACQUAINTED).push_bind(user.0).push(") ORDER BY u.id");
        query.build_query_scalar().fetch_all(&mut **c).await?
    });
    let mut free = Vec::new();
    for id in rows {
        let is_blocked: bool = on!(conn, c => sqlx::query_scalar(concat!("SELECT ", is_blocked!("$1", "$2")))
            .bind(user.0).bind(id).fetch_one(&mut **c).await?);
        if !is_blocked {
            free.push(UserId(id));
        }
    }
    Ok(free)
}
