//! Orders between two users.

use super::row::{OrderRow, select_order};
use crate::{
    server::store::{Conn, Result, on},
    shared::{ids::UserId, orders::card::OrderCard},
};

/// The newest orders that one of the two made of a listing of the other, at most `limit`.
pub async fn newest(conn: &mut Conn<'_>, one: UserId, other: UserId, limit: i64) -> Result<Vec<OrderCard>> {
    let rows: Vec<OrderRow> = on!(conn, c => sqlx::query_as(select_order!(
        "",
        "WHERE (o.guest_id = $1 AND o.host_id = $2) OR (o.guest_id = $2 AND o.host_id = $1) \
         ORDER BY o.created_at DESC, o.id DESC LIMIT $3"))
        .bind(one.0).bind(other.0).bind(limit).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().filter_map(OrderRow::into_order).map(|order| order.card).collect())
}
