//! The operator orders page: all orders, those with messages that no operator has read first.

use uuid::Uuid;

use super::{
    query::OrderQuery,
    row::{OrderRow, select_order},
};
use crate::{
    server::store::{Conn, Result, listings::like, messages::last_message::LastMessageColumns, on},
    shared::{
        ids::{ConversationId, UserId},
        orders::{
            ORDERS_PAGE,
            board::{OrderBoardCursor, OrderBoardPage, OrderBoardRow, StatusCount},
            workflow::Status,
        },
        values::time::Timestamp,
    },
};

#[derive(sqlx::FromRow)]
struct BoardColumns {
    #[sqlx(flatten)]
    order: OrderRow,
    visible: i64,
    last_message_at: i64,
    unread: i64,
    waiting_since: Option<i64>,
    is_joined: i64,
    #[sqlx(flatten)]
    message: LastMessageColumns,
}

impl BoardColumns {
    fn into_row(self) -> Option<OrderBoardRow> {
        Some(OrderBoardRow {
            last_message: self.message.last_message(),
            order: self.order.into_order()?,
            active_at: Timestamp(self.last_message_at),
            waiting_since: self.waiting_since.map(Timestamp),
            total: self.visible,
            unread: self.unread,
            is_joined: self.is_joined > 0,
        })
    }
}

/// Messages of an order that wait for an operator: sent by the guest, and read by no operator.
macro_rules! unread_by_operators {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM messages n WHERE o.host_id IS NULL AND n.conversation_id = c.id AND n.seq > o.desk_read_seq ",
            "AND n.seq > c.floor_seq AND n.sender_id = o.guest_id AND n.deleted_at IS NULL)"
        )
    };
}

/// A page of all orders: those with unread messages first, then by the latest message.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    query: &OrderQuery,
    after: Option<OrderBoardCursor>,
) -> Result<OrderBoardPage> {
    let start = OrderBoardCursor { is_read: false, at: Timestamp(i64::MAX), id: ConversationId(Uuid::max()) };
    let after = after.unwrap_or(start);
    let rows: Vec<BoardColumns> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT * FROM (",
        select_order!(
            concat!(
                ", o.folded, g.folded_name AS guest_folded, c.visible, c.last_message_at, ", unread_by_operators!("COUNT(*)"), " AS unread, ",
                unread_by_operators!("MIN(n.created_at)"), " AS waiting_since, ",
                "(SELECT COUNT(*) FROM participants p WHERE p.conversation_id = c.id AND p.user_id = $1 AND p.left_at IS NULL) AS is_joined, ",
                "m.id AS message_id, m.seq AS message_seq, m.sender_id AS message_sender, m.kind AS message_kind, ",
                "m.body AS message_body, m.created_at AS message_at, m.deleted_at AS message_deleted_at"
            ),
            "LEFT JOIN messages m ON m.id = c.last_message_id AND m.seq > c.floor_seq AND o.host_id IS NULL"
        ),
        ") AS found WHERE ($2 = '' OR $2 LIKE '%,' || order_status || ',%') AND ($3 = 0 OR unread > 0) ",
        "AND ($4 = '%%' OR folded LIKE $4 ESCAPE '\\' OR guest_folded LIKE $4 ESCAPE '\\') ",
        "AND (CASE WHEN unread > 0 THEN 0 ELSE 1 END > $5 OR (CASE WHEN unread > 0 THEN 0 ELSE 1 END = $5 ",
        "AND (last_message_at < $6 OR (last_message_at = $6 AND conversation_id < $7)))) ",
        "ORDER BY CASE WHEN unread > 0 THEN 0 ELSE 1 END, last_message_at DESC, conversation_id DESC LIMIT $8"
    ))
        .bind(user.0).bind(query.status_list()).bind(i64::from(query.is_unread_only)).bind(like(&query.search))
        .bind(i64::from(after.is_read)).bind(after.at.0).bind(after.id.0).bind(ORDERS_PAGE + 1)
        .fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > ORDERS_PAGE;
    let rows: Vec<_> =
        rows.into_iter().take(ORDERS_PAGE as usize).filter_map(BoardColumns::into_row).collect();
    let next = rows.last().filter(|_| has_more).map(|row| OrderBoardCursor {
        is_read: row.unread == 0,
        at: row.active_at,
        id: row.order.conversation,
    });
    Ok(OrderBoardPage { rows, next, counts: counts(conn).await?, unread: unread_orders(conn).await? })
}

async fn counts(conn: &mut Conn<'_>) -> Result<Vec<StatusCount>> {
    let rows: Vec<(String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT status, COUNT(*) FROM orders GROUP BY status ORDER BY status").fetch_all(&mut **c).await?);
    Ok(rows
        .into_iter()
        .filter_map(|(status, count)| Some(StatusCount { status: Status::parse(&status)?, count }))
        .collect())
}

async fn unread_orders(conn: &mut Conn<'_>) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT COUNT(*) FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.host_id IS NULL ",
        "AND c.last_seq > o.desk_read_seq AND ", unread_by_operators!("COUNT(*)"), " > 0")).fetch_one(&mut **c).await?))
}
