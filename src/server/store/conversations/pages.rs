//! Pagination of conversations with keyset cursors: the inbox, a user's orders, and conversations with a
//! message notification. PostgreSQL plans such a page anew for its values (`persistent(false)`): for unknown values it
//! may expect so few rows that it reads and sorts all that a user has.

use uuid::Uuid;

use super::summary::{SummaryRow, only_active, select_summary, with_participants};
use crate::{
    server::store::{
        Conn, Result,
        listings::like,
        on,
        orders::query::{OrderQuery, SEARCHED_MAX},
    },
    shared::{
        conversations::{CONVERSATIONS_PAGE, Conversation, role::Role},
        ids::{ConversationId, UserId},
        notifications::NOTIFICATIONS_PAGE,
        orders::ORDERS_PAGE,
        positions::{ListedCursor, SyncSeq},
    },
};

/// Orders of one user of which a page is sorted.
const SORTED_ORDERS_MAX: i64 = 500;

/// Filter of the inbox.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// Folded text to find in the other participants' names, the listing's title and its place. Who left before
    /// the viewer's history start is not found.
    pub search: String,
    pub is_unread_only: bool,
    /// Leaves out everything but rooms.
    pub is_rooms_only: bool,
    pub archived: Option<bool>,
    pub starred: Option<bool>,
}

/// A page of the inbox after a cursor, latest message first, with the cursor of the next page. A search looks at
/// [`SEARCHED_MAX`] conversations for each page; a page that found nothing may still have a next one.
pub async fn inbox(
    conn: &mut Conn<'_>,
    user: UserId,
    filter: &InboxFilter,
    after: Option<ListedCursor>,
) -> Result<(Vec<Conversation>, Option<ListedCursor>)> {
    conn.join_as_written().await?;
    let (listed, id) = after.map_or((i64::MAX, Uuid::max()), |cursor| (cursor.listed, cursor.id.0));
    let window = window_end(conn, user, &filter.search, (listed, id)).await?;
    let (end_listed, end_id) = window.unwrap_or((0, Uuid::nil()));
    let mut rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "WHERE p.user_id = $1 AND p.left_at IS NULL AND p.listed <= $2 AND (p.listed < $2 OR p.conversation_id < $3) \
         AND p.listed >= $8 AND (p.listed > $8 OR p.conversation_id >= $9) \
         AND (c.last_seq > 0 OR p.role <> 'host') AND ($4 = 0 OR p.unread > 0 OR p.marked_unread_at IS NOT NULL) \
         AND ($5 = '%%' OR l.folded LIKE $5 ESCAPE '\\' OR o.folded LIKE $5 ESCAPE '\\' OR r.folded LIKE $5 ESCAPE '\\' OR EXISTS (SELECT 1 FROM participants o JOIN users u ON u.id = o.user_id \
              WHERE o.conversation_id = p.conversation_id AND o.user_id <> p.user_id AND u.folded_name LIKE $5 ESCAPE '\\' \
              AND (o.left_at IS NULL OR o.left_at >= COALESCE((SELECT b.created_at FROM messages b \
                   WHERE b.conversation_id = p.conversation_id AND b.seq = p.from_seq), 0)))) \
         AND ($7 = 0 OR c.kind = 'room') \
         AND ($10 = 0 OR (p.archived_seq > 0 AND p.archived_seq = c.last_seq) = ($10 > 0)) \
         AND ($11 = 0 OR (p.starred_at IS NOT NULL) = ($11 > 0)) ORDER BY p.listed DESC, p.conversation_id DESC LIMIT $6"))
        .bind(user.0).bind(listed).bind(id).bind(i64::from(filter.is_unread_only)).bind(like(&filter.search))
        .bind(CONVERSATIONS_PAGE + 1).bind(i64::from(filter.is_rooms_only)).bind(end_listed).bind(end_id)
        .bind(sign(filter.archived)).bind(sign(filter.starred))
        .persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > CONVERSATIONS_PAGE;
    rows.truncate(CONVERSATIONS_PAGE as usize);
    let next = next_cursor(&rows, has_more, window);
    Ok((only_active(with_participants(conn, user, rows).await?), next))
}

/// 0 for what does not matter, 1 for what must be, -1 for what must not.
fn sign(wanted: Option<bool>) -> i64 {
    wanted.map_or(0, |wanted| if wanted { 1 } else { -1 })
}

/// The last conversation that a search looks at, if there are more behind it.
async fn window_end(
    conn: &mut Conn<'_>,
    user: UserId,
    search: &str,
    (listed, id): (SyncSeq, Uuid),
) -> Result<Option<(SyncSeq, Uuid)>> {
    if search.is_empty() {
        return Ok(None);
    }
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT listed, conversation_id FROM participants WHERE user_id = $1 AND left_at IS NULL AND listed <= $2 \
         AND (listed < $2 OR conversation_id < $3) ORDER BY listed DESC, conversation_id DESC LIMIT 1 OFFSET $4")
        .bind(user.0).bind(listed).bind(id).bind(SEARCHED_MAX - 1).fetch_optional(&mut **c).await?))
}

/// Where the next page starts: after the last row, or else after what the search has looked at.
fn next_cursor(rows: &[SummaryRow], has_more: bool, window: Option<(SyncSeq, Uuid)>) -> Option<ListedCursor> {
    let last = rows.last().filter(|_| has_more).map(|row| (row.listed, row.id));
    last.or(window).map(|(listed, id)| ListedCursor { listed, id: ConversationId(id) })
}

/// Conversations with a message notification, latest first. It returns one more than a page, because the
/// caller merges them with notification rows.
pub(in crate::server::store) async fn with_message_notification(
    conn: &mut Conn<'_>,
    user: UserId,
    is_unread_only: bool,
    noted: SyncSeq,
    id: Uuid,
) -> Result<Vec<Conversation>> {
    let rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(select_summary!(
        "JOIN heads t ON t.user_id = p.user_id WHERE p.user_id = $1 AND p.left_at IS NULL AND p.muted_at IS NULL \
         AND p.noted > p.hidden AND p.noted <= $2 AND (p.noted < $2 OR p.conversation_id < $3) \
         AND ($4 = 0 OR (p.unread > 0 AND p.noted > p.seen AND p.noted > t.read_upto)) \
         ORDER BY p.noted DESC, p.conversation_id DESC LIMIT $5"))
        .bind(user.0).bind(noted).bind(id).bind(i64::from(is_unread_only)).bind(NOTIFICATIONS_PAGE + 1)
        .persistent(false).fetch_all(&mut **c).await?);
    Ok(only_active(with_participants(conn, user, rows).await?))
}

/// A page of orders of which this condition holds.
macro_rules! select_orders {
    ($condition:literal) => {
        select_summary!(concat!(
            "WHERE p.user_id = $1 AND p.left_at IS NULL AND p.role = $2 AND ", $condition,
            " AND p.listed <= $3 AND (p.listed < $3 OR p.conversation_id < $4) \
             AND p.listed >= $9 AND (p.listed > $9 OR p.conversation_id >= $10) \
             AND ($5 = '' OR $5 LIKE '%,' || o.status || ',%') AND ($6 = 0 OR p.unread > 0) \
             AND ($7 = '%%' OR o.folded LIKE $7 ESCAPE '\\' OR EXISTS (SELECT 1 FROM participants w JOIN users u ON u.id = w.user_id \
                  WHERE w.conversation_id = p.conversation_id AND w.user_id <> p.user_id AND u.folded_name LIKE $7 ESCAPE '\\' \
                  AND (w.left_at IS NULL OR w.left_at >= COALESCE((SELECT b.created_at FROM messages b \
                       WHERE b.conversation_id = p.conversation_id AND b.seq = p.from_seq), 0)))) \
             ORDER BY p.listed DESC, p.conversation_id DESC LIMIT $8"
        ))
    };
}

/// Whether it is faster to look at this user's conversations one after the other than to sort all orders.
async fn has_many_orders(conn: &mut Conn<'_>, user: UserId, role: Role) -> Result<bool> {
    let orders: i64 = on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE ($2 = 'guest' AND guest_id = $1) OR ($2 = 'host' AND host_id = $1) \
         LIMIT $3) AS counted")
        .bind(user.0).bind(role.as_str()).bind(SORTED_ORDERS_MAX).persistent(false).fetch_one(&mut **c).await?);
    Ok(orders == SORTED_ORDERS_MAX)
}

/// A page of the orders that this user made (as guest) or received for their listings (as host), latest
/// message first. `filter.search` is folded text to find in codes, titles and names; it looks at [`SEARCHED_MAX`]
/// conversations for each page.
pub async fn orders_page(
    conn: &mut Conn<'_>,
    user: UserId,
    role: Role,
    query: &OrderQuery,
    after: Option<ListedCursor>,
) -> Result<(Vec<Conversation>, Option<ListedCursor>)> {
    let (listed, id) = after.map_or((i64::MAX, Uuid::max()), |cursor| (cursor.listed, cursor.id.0));
    let window = window_end(conn, user, &query.search, (listed, id)).await?;
    let (end_listed, end_id) = window.unwrap_or((0, Uuid::nil()));
    let statement = if has_many_orders(conn, user, role).await? {
        select_orders!("(($2 = 'guest' AND o.guest_id = $1) OR ($2 = 'host' AND o.host_id = $1))")
    } else {
        select_orders!(
            "p.conversation_id IN (SELECT mine.id FROM orders made JOIN conversations mine ON mine.order_id = made.id \
             WHERE ($2 = 'guest' AND made.guest_id = $1) OR ($2 = 'host' AND made.host_id = $1))"
        )
    };
    let mut rows: Vec<SummaryRow> = on!(conn, c => sqlx::query_as(statement)
        .bind(user.0).bind(role.as_str()).bind(listed).bind(id).bind(query.status_list()).bind(i64::from(query.is_unread_only))
        .bind(like(&query.search)).bind(ORDERS_PAGE + 1).bind(end_listed).bind(end_id)
        .persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > ORDERS_PAGE;
    rows.truncate(ORDERS_PAGE as usize);
    let next = next_cursor(&rows, has_more, window);
    Ok((only_active(with_participants(conn, user, rows).await?), next))
}
