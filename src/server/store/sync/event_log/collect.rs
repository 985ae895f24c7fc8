//! The collector's writes: events of messages follow their conversations, and those of the outbox are moved. All of it is one
//! transaction with the note of how far it has come, so a crash loses nothing and repeats nothing.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    lock, state,
    system::{self, kind_of},
};
use crate::{
    server::store::{Conn, Result, on, sync::positions::push_ids},
    shared::{
        conversations::system_messages::SystemMessage, ids::ConversationId, operators::events::EventType,
    },
};

/// Events of one transaction, beyond which it only ends what it has begun.
const EVENTS_MAX: usize = 400;
/// Messages of a conversation, and events of the outbox, that are read at once.
const ROWS_MAX: i64 = 200;
/// Rows of one INSERT.
const INSERTED: usize = 100;

/// What a transaction has collected.
#[derive(Debug, Default)]
pub struct Collected {
    pub events: usize,
    /// Conversations that are not collected to their end.
    pub rest: Vec<Uuid>,
    /// There is more in the outbox.
    pub has_more: bool,
}

struct Row {
    kind: &'static str,
    at: i64,
    lane: Uuid,
    conversation: Option<Uuid>,
    message: Option<Uuid>,
    user: Option<Uuid>,
    version: Option<i64>,
    detail: String,
}

#[derive(sqlx::FromRow)]
struct Told {
    id: Uuid,
    r#type: String,
    at: i64,
    lane: Uuid,
    conversation_id: Option<Uuid>,
    user_id: Option<Uuid>,
    detail: String,
}

/// How far a conversation is collected: created messages up to `seq`, and changes up to `version`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reached {
    seq: i64,
    version: i64,
}

/// Collects what these conversations and the outbox have. Nothing where nobody follows.
pub async fn collect(conn: &mut Conn<'_>, conversations: &[Uuid]) -> Result<Collected> {
    let log = lock(conn).await?;
    let Some(started) = log.started_at else { return Ok(Collected::default()) };
    let (mut rows, mut collected, mut reached) = (Vec::new(), Collected::default(), Vec::new());
    for id in conversations {
        if rows.len() >= EVENTS_MAX {
            collected.rest.push(*id);
            continue;
        }
        let before = get_reached(conn, *id, started).await?;
        let (after, is_whole) = changes(conn, *id, before, started, &mut rows).await?;
        if !is_whole {
            collected.rest.push(*id);
        }
        if after != before {
            reached.push((*id, after));
        }
    }
    // After the messages: whatever they follow is in it by now, such as the creation of their conversation.
    let told = outbox(conn).await?;
    if told.len() as i64 == ROWS_MAX {
        // It may not be all that the messages follow, so they wait.
        (rows, reached) = (Vec::new(), Vec::new());
        collected.rest = conversations.to_vec();
        collected.has_more = true;
    }
    let ids: Vec<_> = told.iter().map(|told| told.id).collect();
    let rows: Vec<Row> = told.into_iter().filter_map(row_of).chain(rows).collect();
    collected.events = rows.len();
    insert(conn, log.position, &rows).await?;
    delete_told(conn, &ids).await?;
    for (id, reached) in reached {
        set_reached(conn, id, reached, started).await?;
    }
    if !rows.is_empty() {
        on!(conn, c => sqlx::query("UPDATE event_log SET position = $1 WHERE id = 1")
            .bind(log.position + rows.len() as i64).execute(&mut **c).await?.rows_affected());
    }
    Ok(collected)
}

/// Collects what a conversation has, to its end. Nothing where nobody follows.
pub async fn all(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<()> {
    if state(conn).await?.started_at.is_none() {
        return Ok(());
    }
    loop {
        let collected = collect(conn, &[conversation.0]).await?;
        if collected.rest.is_empty() && !collected.has_more {
            return Ok(());
        }
    }
}

/// Passes over what a conversation has had since: nobody is told of it.
pub async fn skip(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<()> {
    let Some(started) = state(conn).await?.started_at else { return Ok(()) };
    let (seq, version): (i64, i64) = on!(conn, c => sqlx::query_as(
        "SELECT last_seq, version FROM conversations WHERE id = $1").bind(conversation.0).fetch_one(&mut **c).await?);
    set_reached(conn, conversation.0, Reached { seq, version }, started).await
}

async fn get_reached(conn: &mut Conn<'_>, id: Uuid, started: i64) -> Result<Reached> {
    let known: Option<(i64, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT seq, version FROM event_state WHERE conversation_id = $1 AND started_at = $2")
        .bind(id).bind(started).fetch_optional(&mut **c).await?);
    if let Some((seq, version)) = known {
        return Ok(Reached { seq, version });
    }
    // The last message before the log began. If nothing was done to it since, all that changed since is above its version.
    let last: Option<(i64, i64, bool)> = on!(conn, c => sqlx::query_as(
        "SELECT seq, version, reactions IS NULL AND COALESCE(edited_at, 0) < $2 AND COALESCE(deleted_at, 0) < $2 \
         FROM messages WHERE conversation_id = $1 AND created_at < $2 ORDER BY seq DESC LIMIT 1")
        .bind(id).bind(started).fetch_optional(&mut **c).await?);
    Ok(match last {
        Some((seq, version, true)) => Reached { seq, version },
        Some((seq, _, false)) => Reached { seq, version: 0 },
        None => Reached { seq: 0, version: 0 },
    })
}

async fn set_reached(conn: &mut Conn<'_>, id: Uuid, reached: Reached, started: i64) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO event_state (conversation_id, seq, version, started_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (conversation_id) DO UPDATE SET seq = excluded.seq, version = excluded.version, started_at = excluded.started_at")
        .bind(id).bind(reached.seq).bind(reached.version).bind(started).execute(&mut **c).await?.rows_affected());
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Changed {
    id: Uuid,
    seq: i64,
    version: i64,
    kind: String,
    /// Of a system message.
    body: String,
    created_at: i64,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
}

/// Adds the events of a conversation: new messages by `seq`, then edits and deletions by `version`. Several changes of one message
/// since the last time are one event. Says how far it came, and whether that is the end.
async fn changes(
    conn: &mut Conn<'_>,
    id: Uuid,
    from: Reached,
    started: i64,
    rows: &mut Vec<Row>,
) -> Result<(Reached, bool)> {
    let new: Vec<Changed> = on!(conn, c => sqlx::query_as(
        "SELECT id, seq, version, kind, CASE WHEN kind = 'system' THEN body ELSE '' END AS body, created_at, edited_at, deleted_at \
         FROM messages WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
        .bind(id).bind(from.seq).bind(ROWS_MAX).fetch_all(&mut **c).await?);
    let mut reached = Reached { seq: new.last().map_or(from.seq, |last| last.seq), ..from };
    rows.extend(new.iter().map(|message| created(id, message)));
    if new.len() as i64 == ROWS_MAX {
        return Ok((reached, false));
    }
    // A reaction raises the version of a message, too, whose text has one of its own then.
    let changed: Vec<Changed> = on!(conn, c => sqlx::query_as(
        "SELECT id, seq, version, kind, '' AS body, created_at, edited_at, deleted_at FROM messages \
         WHERE conversation_id = $1 AND version > $2 AND seq <= $3 AND kind = 'text' \
         AND (deleted_at >= $4 OR (deleted_at IS NULL AND edited_at >= $4 AND COALESCE(text_version, version) > $2)) \
         ORDER BY version LIMIT $5")
        .bind(id).bind(from.version).bind(reached.seq).bind(started).bind(ROWS_MAX).fetch_all(&mut **c).await?);
    let is_whole = (changed.len() as i64) < ROWS_MAX;
    let versions = changed.iter().chain(new.iter().filter(|_| is_whole)).map(|message| message.version);
    reached.version = versions.max().unwrap_or(from.version).max(from.version);
    rows.extend(changed.iter().map(|message| edited(id, message)));
    Ok((reached, is_whole))
}

fn created(conversation: Uuid, message: &Changed) -> Row {
    let (kind, detail, user) = match message.kind.as_str() {
        "system" => {
            let event = SystemMessage::from_body(&message.body);
            (kind_of(&event), system::detail(&event), system::person(&event))
        }
        _ => (EventType::MessageCreated, serde_json::json!({}), None),
    };
    row(kind, message.created_at, conversation, message, (detail.to_string(), user))
}

fn edited(conversation: Uuid, message: &Changed) -> Row {
    let (kind, at) = match message.deleted_at {
        Some(at) => (EventType::MessageDeleted, at),
        None => (EventType::MessageEdited, message.edited_at.unwrap_or(message.created_at)),
    };
    row(kind, at, conversation, message, ("{}".to_owned(), None))
}

fn row(
    kind: EventType,
    at: i64,
    conversation: Uuid,
    message: &Changed,
    (detail, user): (String, Option<Uuid>),
) -> Row {
    Row {
        kind: kind.as_str(),
        at,
        lane: conversation,
        conversation: Some(conversation),
        message: Some(message.id),
        user,
        version: Some(message.version),
        detail,
    }
}

/// Whether there is something in the outbox.
pub async fn has_told(conn: &mut Conn<'_>) -> Result<bool> {
    let first: Option<i64> = on!(conn, c => sqlx::query_scalar("SELECT at FROM event_outbox LIMIT 1")
        .fetch_optional(&mut **c).await?);
    Ok(first.is_some())
}

async fn outbox(conn: &mut Conn<'_>) -> Result<Vec<Told>> {
    Ok(on!(conn, c => sqlx::query_as(
        "SELECT id, type, at, lane, conversation_id, user_id, detail FROM event_outbox ORDER BY id LIMIT $1")
        .bind(ROWS_MAX).fetch_all(&mut **c).await?))
}

/// `None` for a type of a newer version.
fn row_of(told: Told) -> Option<Row> {
    let kind = match EventType::parse(&told.r#type) {
        Some(kind) => kind.as_str(),
        None if told.r#type == crate::shared::operators::events::TEST_EVENT => {
            crate::shared::operators::events::TEST_EVENT
        }
        None => return None,
    };
    Some(Row {
        kind,
        at: told.at,
        lane: told.lane,
        conversation: told.conversation_id,
        message: None,
        user: told.user_id,
        version: None,
        detail: told.detail,
    })
}

async fn delete_told(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    on!(conn, c => {
        let mut query = QueryBuilder::new("DELETE FROM event_outbox WHERE id IN (");
        push_ids(query.separated(", "), ids);
        query.push(")");
        query.build().persistent(false).execute(&mut **c).await?.rows_affected()
    });
    Ok(())
}

async fn insert(conn: &mut Conn<'_>, after: i64, rows: &[Row]) -> Result<()> {
    for (chunk, at) in rows.chunks(INSERTED).zip((after..).step_by(INSERTED)) {
        on!(conn, c => {
            let mut query = QueryBuilder::new(
                "INSERT INTO events (position, type, at, lane, conversation_id, message_id, user_id, version, detail) ");
            query.push_values(chunk.iter().zip(at + 1..), |mut list, (row, position)| {
                list.push_bind(position).push_bind(row.kind).push_bind(row.at).push_bind(row.lane)
                    .push_bind(row.conversation).push_bind(row.message).push_bind(row.user)
                    .push_bind(row.version).push_bind(row.detail.as_str());
            });
            query.build().persistent(false).execute(&mut **c).await?.rows_affected()
        });
    }
    Ok(())
}
