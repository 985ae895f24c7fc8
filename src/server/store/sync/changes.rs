//! Updates of a user since a cursor, as current state.

use super::positions::{self, STAMPED_MAX};
use crate::{
    server::{
        faults,
        store::{Conn, Result, conversations, messages, notifications, on},
    },
    shared::{
        conversations::update::ConversationUpdate,
        ids::UserId,
        notifications::NotificationUpdate,
        positions::SyncSeq,
        sync::changes::{Change, OpenThread},
    },
};

/// All updates of one user in (since, to]. `to` is the user's sync position or, if there is more than a page,
/// the last position that fits whole. `None` if the cursor is ahead of the user's position: it comes from
/// another epoch.
pub async fn since(
    conn: &mut Conn<'_>,
    user: UserId,
    since: SyncSeq,
    open: Vec<OpenThread>,
) -> Result<Option<(Change, bool)>> {
    let head = positions::get(conn, user).await?;
    if since > head {
        return Ok(None);
    }
    // The position at which the page is full. The page includes all rows of that position, which are never
    // more than STAMPED_MAX.
    let conversations_full_at: Option<SyncSeq> = on!(conn, c => sqlx::query_scalar(
        "SELECT changed FROM participants WHERE user_id = $1 AND changed > $2 ORDER BY changed LIMIT 1 OFFSET $3")
        .bind(user.0).bind(since).bind(STAMPED_MAX as i64 - 1).fetch_optional(&mut **c).await?);
    let notifications_full_at =
        if since < head { notifications::row::page_end(conn, user, since).await? } else { None };
    let to = conversations_full_at.into_iter().chain(notifications_full_at).min().unwrap_or(head);
    let mut conversations =
        if since < to { conversations::summary::changed(conn, user, since, to).await? } else { Vec::new() };
    if faults::is("split_head") {
        conversations.truncate(STAMPED_MAX / 2);
    }
    if faults::is("cursor_by_time") {
        // Simulates a cursor over message times, which misses other updates.
        conversations
            .retain(|update| matches!(update, ConversationUpdate::Active(row) if row.listed > since));
    }
    let mut has_more = to < head;
    let mut threads = Vec::new();
    for open in open {
        if let Some((update, is_cut)) = messages::since_version::since_version(conn, user, open).await? {
            has_more |= is_cut;
            threads.push(update);
        }
    }
    let items =
        if since < to { notifications::row::changed(conn, user, since, to).await? } else { Vec::new() };
    let (unread, totals) = notifications::totals::totals(conn, user).await?;
    let notifications = NotificationUpdate { items, totals };
    let change = Change { from: since, to, conversations, messages: threads, notifications, unread };
    Ok(Some((change, has_more)))
}
