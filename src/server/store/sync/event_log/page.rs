//! Events as they are read: joined with what they refer to, as it is now. So edits, deletions and retention hold for them.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::server::store::{Conn, Result, on};

/// An event with what it refers to. Whatever is not there is `None`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EventRow {
    pub position: i64,
    pub r#type: String,
    pub at: i64,
    pub detail: String,
    pub user_id: Option<Uuid>,
    pub user_external_id: Option<String>,
    pub message_id: Option<Uuid>,
    pub message_kind: Option<String>,
    pub seq: Option<i64>,
    pub version: Option<i64>,
    pub sender_id: Option<Uuid>,
    pub sender_external_id: Option<String>,
    pub created_at: Option<i64>,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
    pub body: Option<String>,
    pub attached: Option<String>,
    pub is_expired: bool,
    pub conversation_id: Option<Uuid>,
    pub conversation_kind: Option<String>,
    pub listing_id: Option<Uuid>,
    pub listing_external_id: Option<String>,
    pub guest_id: Option<Uuid>,
    pub guest_external_id: Option<String>,
    pub order_id: Option<Uuid>,
    pub order_external_id: Option<String>,
    pub order_code: Option<String>,
    pub order_status: Option<String>,
}

/// A marketplace's own id of a user: by whom its signed identities name them.
macro_rules! external_id {
    ($user:literal) => {
        concat!(
            "COALESCE(",
            $user,
            ".external_id, (SELECT i.subject FROM identities i WHERE i.user_id = ",
            $user,
            ".id AND i.issuer LIKE 'embed:%' ORDER BY i.linked_at LIMIT 1))"
        )
    };
}

macro_rules! select_events {
    ($end:literal) => {
        concat!(
            "SELECT e.position, e.type, e.at, e.detail, e.user_id, ", external_id!("u"), " AS user_external_id, ",
            "m.id AS message_id, m.kind AS message_kind, m.seq, m.version, m.sender_id, ", external_id!("s"), " AS sender_external_id, ",
            "m.created_at, m.edited_at, m.deleted_at, m.body, m.attached, COALESCE(m.seq <= c.floor_seq, 1 = 0) AS is_expired, ",
            "c.id AS conversation_id, c.kind AS conversation_kind, c.listing_id, l.external_id AS listing_external_id, ",
            "c.guest_id, ", external_id!("g"), " AS guest_external_id, c.order_id, o.external_id AS order_external_id, ",
            "o.code AS order_code, o.status AS order_status FROM events e ",
            "LEFT JOIN users u ON u.id = e.user_id LEFT JOIN messages m ON m.id = e.message_id ",
            "LEFT JOIN users s ON s.id = m.sender_id LEFT JOIN conversations c ON c.id = e.conversation_id ",
            "LEFT JOIN listings l ON l.id = c.listing_id LEFT JOIN users g ON g.id = c.guest_id ",
            "LEFT JOIN orders o ON o.id = c.order_id ",
            $end
        )
    };
}

/// The events after a position that are for everybody who follows, at most `limit`, in their order.
pub async fn after(conn: &mut Conn<'_>, position: i64, limit: i64) -> Result<Vec<EventRow>> {
    conn.join_as_written().await?;
    Ok(on!(conn, c => sqlx::query_as(select_events!(
        "WHERE e.position > $1 AND e.type NOT LIKE 'webhook.%' ORDER BY e.position LIMIT $2"))
        .bind(position).bind(limit).persistent(false).fetch_all(&mut **c).await?))
}

/// These events, in their order. Those that are deleted are missing.
pub async fn at(conn: &mut Conn<'_>, positions: &[i64]) -> Result<Vec<EventRow>> {
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    conn.join_as_written().await?;
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(select_events!("WHERE e.position IN ("));
        let mut list = query.separated(", ");
        positions.iter().for_each(|position| { list.push_bind(*position); });
        query.push(") ORDER BY e.position");
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    }))
}
