//! What is new for a user since a cursor, as current state.

use super::positions::{self, STAMPED_MAX};
use crate::server::store::{Conn, Result, conversations, messages, notifications, on};
use crate::shared::conversations::update::ConversationUpdate;
use crate::shared::positions::SyncSeq;
use crate::{
    server::faults,
    shared::{
        ids::UserId,
        notifications::NotificationUpdate,
        sync::changes::{Change, OpenThread},
    },
};

/// Everything for one user in (since, to], where `to` is his head or, if there is more than a
/// page, the last head that fits whole. `None` if the cursor is ahead of the head: it comes from
/// another history.
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
    // The row with which a page is full; all rows of its head come along, never more than
    // STAMPED_MAX, because one head stamps no more.
    let full_at: Option<SyncSeq> = on!(conn, c => sqlx::query_scalar(
        "SELECT changed FROM participants WHERE user_id = $1 AND changed > $2 ORDER BY changed LIMIT 1 OFFSET $3")
        .bind(user.0).bind(since).bind(STAMPED_MAX as i64 - 1).fetch_optional(&mut **c).await?);
    let told_at = if since < head { notifications::full_at(conn, user, since).await? } else { None };
    let to = full_at.into_iter().chain(told_at).min().unwrap_or(head);
    let mut conversations =
        if since < to { conversations::changed(conn, user, since, to).await? } else { Vec::new() };
    if faults::is("split_head") {
        conversations.truncate(STAMPED_MAX / 2);
    }
    if faults::is("cursor_by_time") {
        // As if what is new were what has a newer message.
        conversations.retain(|news| matches!(news, ConversationUpdate::Active(row) if row.listed > since));
    }
    let mut has_more = to < head;
    let mut threads = Vec::new();
    for open in open {
        if let Some((news, is_cut)) = messages::since_version(conn, user, open).await? {
            has_more |= is_cut;
            threads.push(news);
        }
    }
    let items = if since < to { notifications::changed(conn, user, since, to).await? } else { Vec::new() };
    let (unread, totals) = notifications::totals(conn, user).await?;
    let notifications = NotificationUpdate { items, totals };
    let change = Change { from: since, to, conversations, messages: threads, notifications, unread };
    Ok(Some((change, has_more)))
}
