//! Broadcasts: notifications of the marketplace to an audience, sent in small batches, so that messages never
//! wait for them.

use uuid::Uuid;

use super::audit::{self, AuditEntry};
use crate::{
    server::store::{Conn, Database, Result, messages::new_message::FirstHash, on, sync::positions, users},
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{BroadcastId, NotificationId, UserId},
        notifications::kinds::NotificationKind,
        operators::broadcasts::{Audience, Broadcast, BroadcastList},
        values::time::Timestamp,
    },
};

/// Users notified in one transaction.
pub const USERS_PER_BATCH: i64 = 100;
/// Broadcasts in the list.
const BROADCASTS_LISTED_MAX: i64 = 20;

#[derive(Clone)]
pub struct NewBroadcast {
    pub id: BroadcastId,
    pub by: UserId,
    pub kind: NotificationKind,
    pub audience: Audience,
    pub event: SystemMessage,
    pub first_hash: FirstHash,
}

/// Answer to the creation of a broadcast.
pub enum CreateOutcome {
    /// It is stored, now or before under the same id with the same content.
    Stored,
    /// The id belongs to another broadcast.
    Conflict,
    /// The sender is no operator any more.
    NotStaff,
}

/// Stores a broadcast to be sent. Idempotent.
pub async fn create(conn: &mut Conn<'_>, new: NewBroadcast, now: Timestamp) -> Result<CreateOutcome> {
    if !users::is_staff(conn, new.by).await? {
        return Ok(CreateOutcome::NotStaff);
    }
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO broadcasts (id, user_id, kind, audience, event, first_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO NOTHING")
        .bind(new.id.0).bind(new.by.0).bind(new.kind.as_str()).bind(new.audience.as_str()).bind(new.event.to_body())
        .bind(new.first_hash.as_slice()).bind(now.0).execute(&mut **c).await?.rows_affected());
    if inserted == 0 {
        let existing: Option<(Uuid, Vec<u8>)> = on!(conn, c => sqlx::query_as(
            "SELECT user_id, first_hash FROM broadcasts WHERE id = $1").bind(new.id.0).fetch_optional(&mut **c).await?);
        let is_same = existing.is_some_and(|(by, hash)| by == new.by.0 && hash == new.first_hash);
        return Ok(if is_same { CreateOutcome::Stored } else { CreateOutcome::Conflict });
    }
    let entry = AuditEntry {
        user: new.by,
        action: "broadcast_send".to_owned(),
        order: None,
        conversation: None,
        other: None,
        detail: new.event.to_body(),
    };
    audit::add(conn, entry, now).await?;
    Ok(CreateOutcome::Stored)
}

/// The audience as a condition on the user `u`. `$1` is one of the three names of an audience.
macro_rules! in_audience {
    () => {
        "u.suspended_at IS NULL AND ($1 = 'everybody' \
         OR ($1 = 'hosts' AND EXISTS (SELECT 1 FROM listings l WHERE l.host_id = u.id)) \
         OR ($1 = 'guests' AND EXISTS (SELECT 1 FROM orders o WHERE o.guest_id = u.id)))"
    };
}

/// Notifies the next [`USERS_PER_BATCH`] users of the oldest unfinished broadcast. False if there is none.
pub async fn advance(conn: &mut Conn<'_>, now: Timestamp) -> Result<bool> {
    let open: Option<(Uuid, String, String, Option<Uuid>)> = match &mut conn.database {
        Database::Sqlite(c) => sqlx::query_as(
            "SELECT id, kind, audience, last_user FROM broadcasts WHERE done_at IS NULL ORDER BY id LIMIT 1",
        )
        .fetch_optional(&mut **c)
        .await?,
        // One node works on a broadcast at a time; another node takes the next one.
        Database::Postgres(c) => sqlx::query_as(
            "SELECT id, kind, audience, last_user FROM broadcasts WHERE done_at IS NULL ORDER BY id LIMIT 1 \
             FOR UPDATE SKIP LOCKED",
        )
        .fetch_optional(&mut **c)
        .await?,
    };
    let Some((broadcast, kind, audience, last_user)) = open else { return Ok(false) };
    let people: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(concat!(
        "SELECT u.id FROM users u WHERE u.id > $2 AND ", in_audience!(), " ORDER BY u.id LIMIT $3"))
        .bind(&audience).bind(last_user.unwrap_or(Uuid::nil())).bind(USERS_PER_BATCH).fetch_all(&mut **c).await?);
    // By id, the order in which heads are always locked.
    for user in &people {
        positions::raise(conn, UserId(*user)).await?;
        conn.updates.notifications += on!(conn, c => sqlx::query(
            "INSERT INTO notifications (id, user_id, kind, event, broadcast_id, created_at, raised, changed) \
             SELECT $1, user_id, $3, '', $4, $5, head, head FROM heads WHERE user_id = $2 ON CONFLICT DO NOTHING")
            .bind(NotificationId::new().0).bind(*user).bind(&kind).bind(broadcast).bind(now.0)
            .execute(&mut **c).await?.rows_affected());
    }
    let is_done = (people.len() as i64) < USERS_PER_BATCH;
    on!(conn, c => sqlx::query(
        "UPDATE broadcasts SET last_user = COALESCE($2, last_user), sent = sent + $3, done_at = $4 WHERE id = $1")
        .bind(broadcast).bind(people.last().copied()).bind(people.len() as i64).bind(is_done.then_some(now.0))
        .execute(&mut **c).await?.rows_affected());
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct BroadcastRow {
    id: Uuid,
    kind: String,
    audience: String,
    event: String,
    name: String,
    created_at: i64,
    sent: i64,
    done_at: Option<i64>,
}

impl BroadcastRow {
    fn into_broadcast(self) -> Option<Broadcast> {
        Some(Broadcast {
            id: BroadcastId(self.id),
            kind: NotificationKind::parse(&self.kind)?,
            audience: Audience::parse(&self.audience)?,
            event: SystemMessage::from_body(&self.event),
            by: self.name,
            created_at: Timestamp(self.created_at),
            sent: self.sent,
            done_at: self.done_at.map(Timestamp),
        })
    }
}

/// The last broadcasts, newest first, and the size of each audience.
pub async fn list(conn: &mut Conn<'_>) -> Result<BroadcastList> {
    let rows: Vec<BroadcastRow> = on!(conn, c => sqlx::query_as(
        "SELECT b.id, b.kind, b.audience, b.event, u.name, b.created_at, b.sent, b.done_at FROM broadcasts b \
         JOIN users u ON u.id = b.user_id ORDER BY b.created_at DESC, b.id DESC LIMIT $1")
        .bind(BROADCASTS_LISTED_MAX).fetch_all(&mut **c).await?);
    Ok(BroadcastList {
        broadcasts: rows.into_iter().filter_map(BroadcastRow::into_broadcast).collect(),
        everybody: count(conn, Audience::Everybody).await?,
        hosts: count(conn, Audience::Hosts).await?,
        guests: count(conn, Audience::Guests).await?,
    })
}

async fn count(conn: &mut Conn<'_>, audience: Audience) -> Result<i64> {
    Ok(on!(conn, c => sqlx::query_scalar(concat!("SELECT COUNT(*) FROM users u WHERE ", in_audience!()))
        .bind(audience.as_str()).fetch_one(&mut **c).await?))
}
