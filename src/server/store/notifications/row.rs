//! The row of a notification as its user may see it, and rows by the sync position of their last change.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, NotificationId, UserId},
        notifications::{NOTIFICATIONS_PAGE, Notification, kinds::NotificationKind},
        positions::SyncSeq,
        users::Person,
        values::{dates::Day, time::Timestamp},
    },
};

#[derive(sqlx::FromRow)]
pub(in crate::server::store) struct NotificationRow {
    id: Uuid,
    kind: String,
    event: String,
    conversation_id: Option<Uuid>,
    created_at: i64,
    raised: i64,
    changed: i64,
    read_at: Option<i64>,
    deleted_at: Option<i64>,
    cause_id: Option<Uuid>,
    cause_name: Option<String>,
    cause_hue: Option<i64>,
    subject: String,
    code: Option<String>,
    starts_on: Option<i64>,
    ends_on: Option<i64>,
    guest_id: Option<Uuid>,
    may_see: bool,
}

/// `may_see` is false for a user who has left the conversation that it is about. An invitation has no seq.
macro_rules! select_notification {
    ($tail:literal) => {
        concat!(
            "SELECT n.id, n.kind, COALESCE(b.event, n.event) AS event, n.conversation_id, n.created_at, n.raised, n.changed, ",
            "n.read_at, n.deleted_at, n.cause_id, n.cause_name, n.cause_hue, n.subject, o.code, ",
            "o.starts_on, o.ends_on, o.guest_id, ",
            "(n.conversation_id IS NULL OR n.seq = 0 OR (p.user_id IS NOT NULL AND n.seq >= p.from_seq)) AS may_see FROM notifications n ",
            "LEFT JOIN broadcasts b ON b.id = n.broadcast_id LEFT JOIN orders o ON o.id = n.order_id ",
            "LEFT JOIN participants p ON p.conversation_id = n.conversation_id AND p.user_id = n.user_id AND p.left_at IS NULL ",
            $tail
        )
    };
}
pub(in crate::server::store) use select_notification;

impl NotificationRow {
    pub(in crate::server::store) fn into_notification(self, user: UserId) -> Option<Notification> {
        let kind = NotificationKind::parse(&self.kind)?;
        let gone = Notification {
            id: NotificationId(self.id),
            kind,
            event: SystemMessage::Unknown,
            person: None,
            subject: String::new(),
            starts_on: None,
            ends_on: None,
            is_guest: false,
            order_code: None,
            conversation: None,
            created_at: Timestamp(self.created_at),
            raised: self.raised,
            changed: self.changed,
            is_read: self.read_at.is_some(),
            is_deleted: true,
        };
        if self.deleted_at.is_some() || !self.may_see {
            return Some(gone);
        }
        let person = || Some(Person::new(UserId(self.cause_id?), self.cause_name?, self.cause_hue?));
        Some(Notification {
            event: SystemMessage::from_body(&self.event),
            person: person(),
            subject: self.subject,
            starts_on: self.starts_on.map(Day),
            ends_on: self.ends_on.map(Day),
            is_guest: self.guest_id == Some(user.0),
            order_code: self.code.and_then(|code| code.parse().ok()),
            conversation: self.conversation_id.map(ConversationId),
            is_deleted: false,
            ..gone
        })
    }
}

/// The sync position at which a page of updates is full, if it is. The page includes all rows of that
/// position.
pub(in crate::server::store) async fn page_end(
    conn: &mut Conn<'_>,
    user: UserId,
    since: SyncSeq,
) -> Result<Option<SyncSeq>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT changed FROM notifications WHERE user_id = $1 AND changed > $2 ORDER BY changed LIMIT 1 OFFSET $3")
        .bind(user.0).bind(since).bind(NOTIFICATIONS_PAGE - 1).fetch_optional(&mut **c).await?))
}

/// Notifications with `changed` in (since, upto], oldest change first.
pub(in crate::server::store) async fn changed(
    conn: &mut Conn<'_>,
    user: UserId,
    since: SyncSeq,
    upto: SyncSeq,
) -> Result<Vec<Notification>> {
    let rows: Vec<NotificationRow> = on!(conn, c => sqlx::query_as(select_notification!(
        "WHERE n.user_id = $1 AND n.changed > $2 AND n.changed <= $3 ORDER BY n.changed, n.id"))
        .bind(user.0).bind(since).bind(upto).fetch_all(&mut **c).await?);
    Ok(rows.into_iter().filter_map(|row| row.into_notification(user)).collect())
}
