//! The audit log: who did what that has to be accounted for. It is only ever added to; the database
//! itself refuses anything else.

use uuid::Uuid;

use super::{Conn, Result, on};
use crate::shared::{
    ids::{ConversationId, OrderId, UserId},
    time::Timestamp,
};

pub struct Entry {
    /// Who did it.
    pub user: UserId,
    pub action: String,
    pub order: Option<OrderId>,
    pub conversation: Option<ConversationId>,
    /// To whom.
    pub other: Option<UserId>,
    pub detail: String,
}

pub async fn add(conn: &mut Conn<'_>, entry: Entry, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO audit (id, at, user_id, action, order_id, conversation_id, other_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(Uuid::now_v7()).bind(now.0).bind(entry.user.0).bind(entry.action).bind(entry.order.map(|id| id.0))
        .bind(entry.conversation.map(|id| id.0)).bind(entry.other.map(|id| id.0)).bind(entry.detail)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}
