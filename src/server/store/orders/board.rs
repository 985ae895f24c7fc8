//! The operator orders page: all orders, those with messages that no operator has read first. Each half is
//! paged by an index of `conversations`, which holds what it is sorted and filtered by.

use uuid::Uuid;

use super::{
    query::{OrderQuery, SEARCHED_MAX},
    row::{OrderRow, select_order},
};
use crate::{
    server::store::{Conn, Result, listings::like, messages::last_message::LastMessageColumns, on},
    shared::{
        ids::{ConversationId, UserId},
        orders::{
            ORDERS_PAGE,
            board::{COUNTED_MAX, OrderBoardCursor, OrderBoardPage, OrderBoardRow, StatusCount},
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

/// Orders of the board in `$which` half, from the index that has this half in its order.
macro_rules! select_half {
    ($which:literal) => {
        select_order!(
            concat!(
                ", c.visible, c.last_message_at, COALESCE(c.desk_unread, 0) AS unread, ",
                // The first unread message, for the rows of one page only.
                "CASE WHEN c.desk_unread > 0 THEN (SELECT n.created_at FROM messages n WHERE n.conversation_id = c.id ",
                "AND n.seq > o.desk_read_seq AND n.seq > c.floor_seq AND n.sender_id = o.guest_id AND n.deleted_at IS NULL ",
                "ORDER BY n.seq LIMIT 1) END AS waiting_since, ",
                "(SELECT COUNT(*) FROM participants p WHERE p.conversation_id = c.id AND p.user_id = $1 AND p.left_at IS NULL) AS is_joined, ",
                "m.id AS message_id, m.seq AS message_seq, m.sender_id AS message_sender, m.kind AS message_kind, ",
                "m.body AS message_body, m.created_at AS message_at, m.deleted_at AS message_deleted_at"
            ),
            // In this order, so that SQLite walks the index of conversations.
            "conversations c CROSS JOIN orders o",
            concat!(
                "LEFT JOIN messages m ON m.id = c.last_message_id AND m.seq > c.floor_seq AND o.host_id IS NULL ",
                "WHERE o.id = c.order_id AND ", $which, " AND ($2 = '' OR $2 LIKE '%,' || c.order_status || ',%') ",
                "AND ($3 = '%%' OR o.folded LIKE $3 ESCAPE '\\' OR g.folded_name LIKE $3 ESCAPE '\\') ",
                "AND c.last_message_at <= $4 AND (c.last_message_at < $4 OR c.id < $5) ",
                "AND c.last_message_at >= $6 AND (c.last_message_at > $6 OR c.id >= $7) ",
                "ORDER BY c.last_message_at DESC, c.id DESC LIMIT $8"
            )
        )
    };
}

/// The end of what a search looks at from a cursor on.
macro_rules! select_window_end {
    ($which:literal) => {
        concat!(
            "SELECT c.last_message_at, c.id FROM conversations c WHERE ",
            $which,
            " AND c.last_message_at <= $1 AND (c.last_message_at < $1 OR c.id < $2) ",
            "ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1 OFFSET $3"
        )
    };
}

/// A page of all orders: those with unread messages first, then by the latest message. A search looks at a
/// bounded number of orders for each page; a page that found nothing may still have a next one.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    query: &OrderQuery,
    after: Option<OrderBoardCursor>,
) -> Result<OrderBoardPage> {
    conn.join_as_written().await?;
    let start = OrderBoardCursor { is_read: false, at: Timestamp(i64::MAX), id: ConversationId(Uuid::max()) };
    let mut after = after.unwrap_or(start);
    let (mut rows, mut next) = (Vec::new(), None);
    if !after.is_read {
        next = half(conn, user, query, after, &mut rows).await?;
        after = OrderBoardCursor { is_read: true, ..start };
    }
    if next.is_none() && !query.is_unread_only {
        next = half(conn, user, query, after, &mut rows).await?;
    }
    Ok(OrderBoardPage { rows, next, counts: counts(conn).await?, unread: unread_orders(conn).await? })
}

/// Adds rows of one half of the board until the page is full. Returns where the next page starts, if this half
/// has more.
async fn half(
    conn: &mut Conn<'_>,
    user: UserId,
    query: &OrderQuery,
    after: OrderBoardCursor,
    rows: &mut Vec<OrderBoardRow>,
) -> Result<Option<OrderBoardCursor>> {
    let cursor = |at, id| OrderBoardCursor { is_read: after.is_read, at, id };
    let window = if query.search.is_empty() { None } else { window_end(conn, after).await? };
    let end = window.unwrap_or(cursor(Timestamp(0), ConversationId(Uuid::nil())));
    let left = ORDERS_PAGE - rows.len() as i64;
    let statement = if after.is_read {
        select_half!("c.order_id IS NOT NULL AND COALESCE(c.desk_unread, 0) = 0")
    } else {
        select_half!("c.desk_unread > 0")
    };
    let found: Vec<BoardColumns> = on!(conn, c => sqlx::query_as(statement)
        .bind(user.0).bind(query.status_list()).bind(like(&query.search)).bind(after.at.0).bind(after.id.0)
        .bind(end.at.0).bind(end.id.0).bind(left + 1).persistent(false).fetch_all(&mut **c).await?);
    let has_more = found.len() as i64 > left;
    let page = &found[..found.len().min(left as usize)];
    let last = page.last().map(|row| cursor(Timestamp(row.last_message_at), row.order.conversation()));
    rows.extend(found.into_iter().take(left as usize).filter_map(BoardColumns::into_row));
    Ok(if has_more { last.or(Some(after)) } else { window })
}

/// The last order that a search looks at, if there are more behind it.
async fn window_end(conn: &mut Conn<'_>, after: OrderBoardCursor) -> Result<Option<OrderBoardCursor>> {
    let statement = if after.is_read {
        select_window_end!("c.order_id IS NOT NULL")
    } else {
        select_window_end!("c.desk_unread > 0")
    };
    let end: Option<(i64, Uuid)> = on!(conn, c => sqlx::query_as(statement)
        .bind(after.at.0).bind(after.id.0).bind(SEARCHED_MAX - 1).fetch_optional(&mut **c).await?);
    Ok(end.map(|(at, id)| OrderBoardCursor {
        is_read: after.is_read,
        at: Timestamp(at),
        id: ConversationId(id),
    }))
}

/// The number of orders by status, each counted up to [`COUNTED_MAX`].
async fn counts(conn: &mut Conn<'_>) -> Result<Vec<StatusCount>> {
    let counted: Vec<(String, i64)> = on!(conn, c => sqlx::query_as(
        "WITH statuses (status) AS (VALUES ('pending'), ('accepted'), ('in_progress'), ('completed'), ('declined'), ('cancelled')) \
         SELECT s.status, (SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE o.status = s.status LIMIT $1) AS counted) FROM statuses s")
        .bind(COUNTED_MAX).fetch_all(&mut **c).await?);
    let count = |status: Status| {
        counted.iter().find(|(counted, _)| counted == status.as_str()).map(|(_, count)| *count)
    };
    let counts =
        Status::ALL.into_iter().map(|status| StatusCount { status, count: count(status).unwrap_or(0) });
    Ok(counts.filter(|counted| counted.count > 0).collect())
}

/// The number of orders with unread messages, counted up to [`COUNTED_MAX`].
pub async fn unread_orders(conn: &mut Conn<'_>) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE desk_unread > 0 LIMIT $1) AS counted")
        .bind(COUNTED_MAX).fetch_one(&mut **c).await?))
}
