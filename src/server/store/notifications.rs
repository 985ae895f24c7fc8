//! Notifications: what one person is told of, in the transaction that causes it. That of new messages
//! is part of his row among the participants: unread while something is, and told of since he marked
//! or deleted it.

use uuid::Uuid;

use super::{
    Conn, Result, conversations,
    engine::locks,
    messages::{FirstHash, receipts::select_unread},
    on,
    operators::audit::{self, Entry},
    sync::positions,
};
use crate::shared::notifications::{
    kinds::{KindSet, NotificationKind},
    preferences::Preferences,
    totals::UnreadTotals,
};
use crate::shared::positions::{Seq, SyncSeq};
use crate::shared::{
    conversations::Conversation,
    ids::{ConversationId, NotificationId, OrderId, UserId},
    notifications::{NOTIFICATIONS_PAGE, Notification, NotificationCursor, NotificationFilter},
    system_messages::SystemMessage,
    users::Person,
    values::{dates::Day, time::Timestamp},
};

/// Something that people are told of.
pub struct News<'a> {
    pub kind: NotificationKind,
    pub event: &'a SystemMessage,
    pub cause: Option<UserId>,
    /// Where it stands in words.
    pub at: Option<(ConversationId, Seq)>,
    pub order: Option<OrderId>,
}

/// Tells these users, whose heads this transaction has raised.
pub async fn tell(conn: &mut Conn<'_>, users: &[UserId], news: &News<'_>, now: Timestamp) -> Result<()> {
    for user in users {
        insert(conn, NotificationId::new(), *user, news, None, now).await?;
    }
    Ok(())
}

/// Tells all but one who take part in a conversation, whose heads this transaction has raised.
pub async fn tell_others(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    news: &News<'_>,
    now: Timestamp,
) -> Result<()> {
    let others: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT user_id FROM participants WHERE conversation_id = $1 AND user_id <> $2 AND left_at IS NULL ORDER BY user_id")
        .bind(conversation.0).bind(news.cause.map_or(Uuid::nil(), |user| user.0)).fetch_all(&mut **c).await?);
    let others: Vec<_> = others.into_iter().map(UserId).collect();
    tell(conn, &others, news, now).await
}

/// One that comes from outside. Its id is the client's.
#[derive(Clone)]
pub struct FromOutside {
    pub id: NotificationId,
    /// Who sends it, for the audit log.
    pub by: UserId,
    pub user: UserId,
    pub kind: NotificationKind,
    pub event: SystemMessage,
    pub order: Option<OrderId>,
    pub first_hash: FirstHash,
}

pub enum Sent {
    /// It is stored now, or was already under the same id, with the same words.
    Stored,
    /// The id belongs to another one.
    Conflict,
    NoUser,
}

pub async fn send(conn: &mut Conn<'_>, new: FromOutside, now: Timestamp) -> Result<Sent> {
    locks::user(conn, new.user).await?;
    if let Some(known) = known(conn, &new).await? {
        return Ok(known);
    }
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT id FROM users WHERE id = $1")
        .bind(new.user.0).fetch_optional(&mut **c).await?);
    if found.is_none() {
        return Ok(Sent::NoUser);
    }
    positions::raise(conn, new.user).await?;
    let news = News { kind: new.kind, event: &new.event, cause: None, at: None, order: new.order };
    let is_new = insert(conn, new.id, new.user, &news, Some(new.first_hash), now).await?;
    if !is_new {
        // Another has just taken the id.
        return Ok(known(conn, &new).await?.unwrap_or(Sent::Conflict));
    }
    let entry = Entry {
        user: new.by,
        action: "notification_send".to_owned(),
        order: new.order,
        conversation: None,
        other: Some(new.user),
        detail: new.event.to_body(),
    };
    audit::add(conn, entry, now).await?;
    Ok(Sent::Stored)
}

async fn known(conn: &mut Conn<'_>, new: &FromOutside) -> Result<Option<Sent>> {
    let known: Option<(Uuid, Option<Vec<u8>>)> = on!(conn, c => sqlx::query_as(
        "SELECT user_id, first_hash FROM notifications WHERE id = $1").bind(new.id.0).fetch_optional(&mut **c).await?);
    Ok(known.map(|(user, hash)| {
        let is_same = user == new.user.0 && hash.is_some_and(|hash| hash == new.first_hash);
        if is_same { Sent::Stored } else { Sent::Conflict }
    }))
}

async fn insert(
    conn: &mut Conn<'_>,
    id: NotificationId,
    user: UserId,
    news: &News<'_>,
    first_hash: Option<FirstHash>,
    now: Timestamp,
) -> Result<bool> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO notifications (id, user_id, kind, event, cause_id, cause_name, cause_hue, subject, conversation_id, seq, order_id, \
             first_hash, created_at, raised, changed) \
         SELECT $1, h.user_id, $3, $4, u.id, u.name, u.hue, \
             COALESCE((SELECT name FROM rooms WHERE conversation_id = $6), (SELECT title FROM orders WHERE id = $8), ''), \
             $6, $7, $8, $9, $10, h.head, h.head \
         FROM heads h LEFT JOIN users u ON u.id = $5 WHERE h.user_id = $2 ON CONFLICT (id) DO NOTHING")
        .bind(id.0).bind(user.0).bind(news.kind.as_str()).bind(news.event.to_body()).bind(news.cause.map(|user| user.0))
        .bind(news.at.map(|(id, _)| id.0)).bind(news.at.map_or(0, |(_, seq)| seq)).bind(news.order.map(|id| id.0))
        .bind(first_hash.map(|hash| hash.to_vec())).bind(now.0).execute(&mut **c).await?.rows_affected());
    conn.news.notifications += inserted;
    Ok(inserted > 0)
}

/// My unread messages in all conversations that I take part in and have not muted, and my unread
/// notifications of each kind.
pub async fn totals(conn: &mut Conn<'_>, user: UserId) -> Result<(i64, UnreadTotals)> {
    let rows: Vec<(String, i64)> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT 'unread', (", select_unread!(), ") UNION ALL ",
        "SELECT 'read_upto', read_upto FROM heads WHERE user_id = $1 UNION ALL ",
        "SELECT 'message', COUNT(*) FROM participants p JOIN heads h ON h.user_id = p.user_id ",
        "WHERE p.user_id = $1 AND p.unread > 0 AND p.left_at IS NULL AND p.muted_at IS NULL ",
        "AND p.noted > p.seen AND p.noted > p.hidden AND p.noted > h.read_upto UNION ALL ",
        "SELECT n.kind, COUNT(*) FROM notifications n JOIN heads h ON h.user_id = n.user_id ",
        "WHERE n.user_id = $1 AND n.read_at IS NULL AND n.deleted_at IS NULL AND n.raised > h.read_upto GROUP BY n.kind"))
        .bind(user.0).fetch_all(&mut **c).await?);
    let (mut unread, mut totals) = (0, UnreadTotals::default());
    for (what, count) in rows {
        match (what.as_str(), NotificationKind::parse(&what)) {
            ("unread", _) => unread = count,
            ("read_upto", _) => totals.read_upto = count,
            (_, Some(kind)) => totals.add(kind, count),
            _ => {}
        }
    }
    Ok((unread, totals))
}

#[derive(sqlx::FromRow)]
struct NotificationRow {
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

/// Of somebody who has left the conversation that it is about, nothing may be seen.
macro_rules! select_notification {
    ($tail:literal) => {
        concat!(
            "SELECT n.id, n.kind, COALESCE(b.event, n.event) AS event, n.conversation_id, n.created_at, n.raised, n.changed, ",
            "n.read_at, n.deleted_at, n.cause_id, n.cause_name, n.cause_hue, n.subject, o.code, ",
            "o.starts_on, o.ends_on, o.guest_id, ",
            "(n.conversation_id IS NULL OR (p.user_id IS NOT NULL AND n.seq >= p.from_seq)) AS may_see FROM notifications n ",
            "LEFT JOIN broadcasts b ON b.id = n.broadcast_id LEFT JOIN orders o ON o.id = n.order_id ",
            "LEFT JOIN participants p ON p.conversation_id = n.conversation_id AND p.user_id = n.user_id AND p.left_at IS NULL ",
            $tail
        )
    };
}

impl NotificationRow {
    fn into_notification(self, user: UserId) -> Option<Notification> {
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
        let person =
            || Some(Person { id: UserId(self.cause_id?), name: self.cause_name?, hue: self.cause_hue? });
        Some(Notification {
            event: SystemMessage::read(&self.event),
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

/// The head of the notification with which a page of changes is full; all of that head come along.
pub(super) async fn full_at(conn: &mut Conn<'_>, user: UserId, since: SyncSeq) -> Result<Option<SyncSeq>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT changed FROM notifications WHERE user_id = $1 AND changed > $2 ORDER BY changed LIMIT 1 OFFSET $3")
        .bind(user.0).bind(since).bind(NOTIFICATIONS_PAGE - 1).fetch_optional(&mut **c).await?))
}

/// Notifications with `changed` in (since, upto], oldest change first.
pub(super) async fn changed(
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

/// Of a page, what is kept for itself and what belongs to conversations.
pub type Listed = (Vec<Notification>, Vec<Conversation>, Option<NotificationCursor>);

/// A page after a position, newest first, of the kinds that are wanted in the app.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    filter: NotificationFilter,
    after: Option<NotificationCursor>,
) -> Result<Listed> {
    let kinds = choices(conn, user).await?.app;
    let (raised, id) = after.map_or((SyncSeq::MAX, Uuid::max()), |cursor| (cursor.raised, cursor.id.0));
    let wanted = filter.kind.map_or(kinds, |kind| KindSet::default().with(kind, kinds.has(kind)));
    let rows: Vec<NotificationRow> = on!(conn, c => sqlx::query_as(select_notification!(
        "JOIN heads h ON h.user_id = n.user_id WHERE n.user_id = $1 AND n.deleted_at IS NULL \
         AND n.raised <= $2 AND (n.raised < $2 OR n.id < $3) AND ' ' || $4 || ' ' LIKE '% ' || n.kind || ' %' \
         AND ($5 = 0 OR (n.read_at IS NULL AND n.raised > h.read_upto)) \
         AND (n.conversation_id IS NULL OR (p.user_id IS NOT NULL AND n.seq >= p.from_seq)) \
         ORDER BY n.raised DESC, n.id DESC LIMIT $6"))
        .bind(user.0).bind(raised).bind(id).bind(wanted.to_words()).bind(i64::from(filter.is_unread_only))
        .bind(NOTIFICATIONS_PAGE + 1).fetch_all(&mut **c).await?);
    let notifications = rows.into_iter().filter_map(|row| row.into_notification(user));
    let notifications = notifications.map(|one| ((one.raised, one.id), Ok(one)));
    let conversations = match wanted.has(NotificationKind::Message) {
        true => conversations::noted_page(conn, user, filter.is_unread_only, raised, id).await?,
        false => Vec::new(),
    };
    let conversations =
        conversations.into_iter().map(|row| ((row.noted, NotificationId(row.id.0)), Err(row)));
    let mut all: Vec<_> = notifications.chain(conversations).collect();
    all.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
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

/// What is done to some of one's notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Read,
    Delete,
    /// Undoes a deletion.
    Restore,
}

/// Does it to each that is mine and for which it changes something; the rest is left aside. The id of
/// a conversation names its notification of new messages. Gives how many are mine.
pub async fn act(
    conn: &mut Conn<'_>,
    user: UserId,
    ids: &[NotificationId],
    act: Act,
    now: Timestamp,
) -> Result<usize> {
    let mut ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    ids.sort();
    ids.dedup();
    for id in &ids {
        locks::conversation(conn, ConversationId(*id)).await?;
    }
    let (mut mine, mut changing) = (0, Vec::new());
    for id in ids {
        let found = would_change(conn, user, id, act).await?;
        mine += usize::from(found.is_some());
        changing.extend(found.filter(|would| *would).map(|_| id));
    }
    if changing.is_empty() {
        return Ok(mine);
    }
    let head = positions::raise(conn, user).await?;
    let (is_read, is_deleted) = match act {
        Act::Read => (true, None),
        Act::Delete => (false, Some(true)),
        Act::Restore => (false, Some(false)),
    };
    for id in changing {
        on!(conn, c => sqlx::query(
            "UPDATE notifications SET read_at = CASE WHEN $5 = 1 THEN $3 ELSE read_at END, \
             deleted_at = CASE $6 WHEN 1 THEN $3 WHEN 0 THEN NULL ELSE deleted_at END, changed = $4 WHERE id = $1 AND user_id = $2 \
             AND ($6 <> 0 OR NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = conversation_id AND c.floor_seq >= seq))")
            .bind(id).bind(user.0).bind(now.0).bind(head).bind(i64::from(is_read))
            .bind(is_deleted.map_or(-1, i64::from)).execute(&mut **c).await?.rows_affected());
        on!(conn, c => sqlx::query(
            "UPDATE participants SET seen = CASE WHEN $4 = 1 THEN noted ELSE seen END, \
             hidden = CASE $5 WHEN 1 THEN noted WHEN 0 THEN 0 ELSE hidden END, changed = $3 \
             WHERE conversation_id = $1 AND user_id = $2 AND left_at IS NULL")
            .bind(id).bind(user.0).bind(head).bind(i64::from(is_read)).bind(is_deleted.map_or(-1, i64::from))
            .execute(&mut **c).await?.rows_affected());
    }
    Ok(mine)
}

/// Where nothing changes nothing is written, and no head is raised. Nothing if it is not mine. What went
/// with its message does not come back.
async fn would_change(conn: &mut Conn<'_>, user: UserId, id: Uuid, act: Act) -> Result<Option<bool>> {
    let found: Option<(bool, bool, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT n.read_at IS NOT NULL, n.deleted_at IS NOT NULL, c.floor_seq IS NOT NULL FROM notifications n \
         LEFT JOIN conversations c ON c.id = n.conversation_id AND c.floor_seq >= n.seq WHERE n.id = $1 AND n.user_id = $2 UNION ALL \
         SELECT p.seen >= p.noted, p.hidden >= p.noted, c.floor_seq >= p.noted_seq FROM participants p \
         JOIN conversations c ON c.id = p.conversation_id \
         WHERE p.conversation_id = $1 AND p.user_id = $2 AND p.left_at IS NULL AND p.noted > 0 LIMIT 1")
        .bind(id).bind(user.0).fetch_optional(&mut **c).await?);
    Ok(found.map(|(is_read, is_deleted, is_gone)| match act {
        Act::Read => !is_read && !is_deleted,
        Act::Delete => !is_deleted,
        Act::Restore => is_deleted && !is_gone,
    }))
}

/// Marks everything up to a head as read: one mark for all of them.
pub async fn read_all(conn: &mut Conn<'_>, user: UserId, upto: SyncSeq) -> Result<()> {
    let known: Option<SyncSeq> = on!(conn, c => sqlx::query_scalar(
        "UPDATE heads SET head = head + 1, read_upto = CASE WHEN $2 < head THEN $2 ELSE head END \
         WHERE user_id = $1 AND read_upto < $2 AND read_upto < head RETURNING head")
        .bind(user.0).bind(upto).fetch_optional(&mut **c).await?);
    if known.is_some() {
        conn.news.raised.push(user);
    }
    Ok(())
}

/// Who has read a conversation has read what is told of it up to there. His head is that of the reading.
/// True if there was anything.
pub(super) async fn read_along(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    upto: Seq,
    now: Timestamp,
) -> Result<bool> {
    let count = on!(conn, c => sqlx::query(
        "UPDATE notifications SET read_at = $4, changed = (SELECT head FROM heads WHERE user_id = $1) \
         WHERE user_id = $1 AND conversation_id = $2 AND seq <= $3 AND read_at IS NULL AND deleted_at IS NULL")
        .bind(user.0).bind(conversation.0).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(count > 0)
}

/// Who leaves a conversation is told nothing more of it. His head is that of the leaving.
pub(super) async fn leave(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    head: SyncSeq,
    now: Timestamp,
) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $3, changed = $4 WHERE user_id = $1 AND conversation_id = $2 AND deleted_at IS NULL")
        .bind(user.0).bind(conversation.0).bind(now.0).bind(head).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// What is told of messages goes with them, when they are too old. The users' heads are those of that.
pub(super) async fn expire(conn: &mut Conn<'_>, conversation: Uuid, upto: Seq, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE notifications SET deleted_at = $3, changed = (SELECT head FROM heads WHERE heads.user_id = notifications.user_id) \
         WHERE conversation_id = $1 AND seq <= $2 AND deleted_at IS NULL \
         AND user_id IN (SELECT user_id FROM participants WHERE conversation_id = $1 AND left_at IS NULL)")
        .bind(conversation).bind(upto).bind(now.0).execute(&mut **c).await?.rows_affected());
    on!(conn, c => sqlx::query(
        "UPDATE participants SET hidden = noted WHERE conversation_id = $1 AND noted_seq <= $2 AND hidden < noted")
        .bind(conversation).bind(upto).execute(&mut **c).await?.rows_affected());
    Ok(())
}

pub async fn choices(conn: &mut Conn<'_>, user: UserId) -> Result<Preferences> {
    let row: Option<(String, String, String)> = on!(conn, c => sqlx::query_as(
        "SELECT app, sound, browser FROM notification_choices WHERE user_id = $1").bind(user.0).fetch_optional(&mut **c).await?);
    Ok(row.map_or_else(Preferences::default, |(app, sound, browser)| Preferences {
        app: KindSet::from_words(&app),
        sound: KindSet::from_words(&sound),
        browser: KindSet::from_words(&browser),
    }))
}

pub async fn choose(conn: &mut Conn<'_>, user: UserId, choices: Preferences) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO notification_choices (user_id, app, sound, browser) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET app = excluded.app, sound = excluded.sound, browser = excluded.browser")
        .bind(user.0).bind(choices.app.to_words()).bind(choices.sound.to_words()).bind(choices.browser.to_words())
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}
