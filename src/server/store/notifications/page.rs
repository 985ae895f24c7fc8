//! Pagination of the notification list, which merges notification rows with conversations that have a message
//! notification.

use std::cmp::Reverse;

use uuid::Uuid;

use super::{
    preferences,
    row::{NotificationRow, select_notification},
};
use crate::{
    server::store::{Conn, Result, conversations::pages::with_message_notification, on},
    shared::{
        conversations::Conversation,
        ids::{NotificationId, UserId},
        notifications::{
            NOTIFICATIONS_PAGE, Notification, NotificationCursor, NotificationFilter,
            kinds::{KindSet, NotificationKind},
        },
        positions::SyncSeq,
    },
};

/// A page in two parts, notification rows and conversations, and the cursor of the next page.
pub type PageParts = (Vec<Notification>, Vec<Conversation>, Option<NotificationCursor>);

/// A page after a cursor, newest first, of the kinds that the user wants in the app.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    filter: NotificationFilter,
    after: Option<NotificationCursor>,
) -> Result<PageParts> {
    let kinds = preferences::get(conn, user).await?.app;
    let (raised, id) = after.map_or((SyncSeq::MAX, Uuid::max()), |cursor| (cursor.raised, cursor.id.0));
    let wanted = filter.kind.map_or(kinds, |kind| KindSet::default().with(kind, kinds.has(kind)));
    let rows: Vec<NotificationRow> = on!(conn, c => sqlx::query_as(select_notification!(
        "JOIN heads h ON h.user_id = n.user_id WHERE n.user_id = $1 AND n.deleted_at IS NULL \
         AND n.raised <= $2 AND (n.raised < $2 OR n.id < $3) AND ' ' || $4 || ' ' LIKE '% ' || n.kind || ' %' \
         AND ($5 = 0 OR (n.read_at IS NULL AND n.raised > h.read_upto)) \
         AND (n.conversation_id IS NULL OR n.seq = 0 OR (p.user_id IS NOT NULL AND n.seq >= p.from_seq)) \
         ORDER BY n.raised DESC, n.id DESC LIMIT $6"))
        .bind(user.0).bind(raised).bind(id).bind(wanted.to_words()).bind(i64::from(filter.is_unread_only))
        .bind(NOTIFICATIONS_PAGE + 1).persistent(false).fetch_all(&mut **c).await?);
    let notifications = rows.into_iter().filter_map(|row| row.into_notification(user));
    let notifications = notifications.map(|one| ((one.raised, one.id), Ok(one)));
    let conversations = match wanted.has(NotificationKind::Message) {
        true => with_message_notification(conn, user, filter.is_unread_only, raised, id).await?,
        false => Vec::new(),
    };
    let conversations =
        conversations.into_iter().map(|row| ((row.noted, NotificationId(row.id.0)), Err(row)));
    let mut all: Vec<_> = notifications.chain(conversations).collect();
    all.sort_by_key(|(position, _)| Reverse(*position));
    let has_more = all.len() as i64 > NOTIFICATIONS_PAGE;
    all.truncate(NOTIFICATIONS_PAGE as usize);
    let next = all
        .last()
        .filter(|_| has_more)
        .map(|((raised, id), _)| NotificationCursor { raised: *raised, id: *id });
    let (mut notifications, mut conversations) = (Vec::new(), Vec::new());
    for (_, one) in all {
        match one {
            Ok(notification) => notifications.push(notification),
            Err(conversation) => conversations.push(conversation),
        }
    }
    Ok((notifications, conversations, next))
}
