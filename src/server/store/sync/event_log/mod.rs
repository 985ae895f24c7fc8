//! The event log, which programs outside follow: one numbered list of everything that they can be told of (decision 47). Messages
//! are collected behind their commits; anything else is written to an outbox by the transaction that it tells of.

pub mod cleanup;
pub mod collect;
pub mod page;
pub mod sweep;
mod system;
pub mod wake_ups;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    server::store::{Conn, Database, Result, on},
    shared::{
        ids::{ConversationId, UserId, WebhookId},
        operators::events::{EventType, TEST_EVENT},
        users::rank::Rank,
        values::time::{MINUTE, Timestamp},
    },
};

/// How far before its start the log begins, so that what is committed late, with an earlier time, is in it.
const BEGINS_BEFORE: i64 = MINUTE;

/// An event that is no message.
pub struct NewEvent {
    pub kind: EventType,
    /// Events of one lane are delivered one after the other: the id of what the event is about.
    pub lane: Uuid,
    pub conversation: Option<ConversationId>,
    /// Whom it concerns.
    pub user: Option<UserId>,
    /// Ids and codes; no text of anybody.
    pub detail: Value,
}

impl NewEvent {
    pub fn of_user(kind: EventType, user: UserId) -> Self {
        Self { kind, lane: user.0, conversation: None, user: Some(user), detail: json!({}) }
    }

    pub fn of_conversation(kind: EventType, id: ConversationId) -> Self {
        Self { kind, lane: id.0, conversation: Some(id), user: None, detail: json!({}) }
    }
}

/// Writes an event in the transaction that it tells of. Nothing where nobody follows.
pub async fn tell(conn: &mut Conn<'_>, event: NewEvent, now: Timestamp) -> Result<()> {
    let kind = event.kind.as_str();
    let (conversation, user) = (event.conversation.map(|id| id.0), event.user.map(|id| id.0));
    insert(conn, kind, (event.lane, conversation, user), &event.detail, now).await
}

/// Writes that a user has another rank.
pub async fn tell_rank(conn: &mut Conn<'_>, user: UserId, rank: Rank, now: Timestamp) -> Result<()> {
    let detail = json!({ "change": "rank", "rank": rank.as_str() });
    tell(conn, NewEvent { detail, ..NewEvent::of_user(EventType::UserUpdated, user) }, now).await
}

/// Writes the event that tests this endpoint.
pub async fn tell_test(conn: &mut Conn<'_>, webhook: WebhookId, now: Timestamp) -> Result<()> {
    insert(conn, TEST_EVENT, (webhook.0, None, None), &json!({ "webhook": webhook }), now).await
}

async fn insert(
    conn: &mut Conn<'_>,
    kind: &str,
    (lane, conversation, user): (Uuid, Option<Uuid>, Option<Uuid>),
    detail: &Value,
    now: Timestamp,
) -> Result<()> {
    let inserted = on!(conn, c => sqlx::query(
        "INSERT INTO event_outbox (id, type, at, lane, conversation_id, user_id, detail) \
         SELECT $1, $2, $3, $4, $5, $6, $7 FROM event_log WHERE started_at IS NOT NULL")
        .bind(Uuid::now_v7()).bind(kind).bind(now.0).bind(lane).bind(conversation).bind(user)
        .bind(detail.to_string()).execute(&mut **c).await?.rows_affected());
    conn.updates.events += inserted;
    Ok(())
}

/// The log: since when it tells, and the position of its last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LogState {
    /// `None`: nobody follows.
    pub started_at: Option<i64>,
    pub position: i64,
    /// Events up to here are deleted.
    pub deleted: i64,
    pub read_at: i64,
}

const SELECT_STATE: &str = "SELECT started_at, position, deleted, read_at FROM event_log WHERE id = 1";

pub async fn state(conn: &mut Conn<'_>) -> Result<LogState> {
    Ok(on!(conn, c => sqlx::query_as(SELECT_STATE).fetch_one(&mut **c).await?))
}

/// The same, locked until the end of the command: one command at a time gives positions, so they are committed in their order
/// and have no gaps.
async fn lock(conn: &mut Conn<'_>) -> Result<LogState> {
    if let Database::Postgres(c) = &mut conn.database {
        sqlx::query("SELECT 1 FROM event_log FOR NO KEY UPDATE").execute(&mut **c).await?;
    }
    state(conn).await
}

/// Starts the log, if it is not. Called when somebody begins to follow.
pub async fn start(conn: &mut Conn<'_>, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "UPDATE event_log SET started_at = $1, read_at = CASE WHEN read_at < $2 THEN $2 ELSE read_at END \
         WHERE id = 1 AND started_at IS NULL")
        .bind(now.plus(-BEGINS_BEFORE).0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Keeps that somebody follows by the API.
pub async fn touch(conn: &mut Conn<'_>, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query("UPDATE event_log SET read_at = $1 WHERE id = 1 AND read_at < $1")
        .bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
