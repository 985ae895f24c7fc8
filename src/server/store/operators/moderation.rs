//! Conversations as operators read them: any of them, without a trace in the participants' state.

use std::collections::{BTreeSet, HashMap};

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::audit::{self, AuditEntry};
use crate::{
    server::store::{Conn, Result, listings::like, messages, on, sync::positions},
    shared::{
        ids::{ConversationId, UserId},
        messages::Message,
        operators::{
            audit::CONVERSATION_READ,
            moderation::{MODERATION_PAGE, ModerationPage, ModerationRow, PEOPLE_SHOWN_MAX, Transcript},
        },
        positions::Seq,
        users::Person,
        values::{page_cursor::PageCursor, time::Timestamp},
    },
};

#[derive(sqlx::FromRow)]
struct ConversationColumns {
    id: Uuid,
    title: String,
    code: Option<String>,
    visible: i64,
    floor_seq: i64,
    last_message_at: i64,
}

macro_rules! select_conversation {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, COALESCE(o.title, l.title, r.name, '') AS title, o.code, c.visible, c.floor_seq, c.last_message_at ",
            "FROM conversations c LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN listings l ON l.id = c.listing_id ",
            "LEFT JOIN rooms r ON r.conversation_id = c.id ",
            $tail
        )
    };
}

/// A page of all conversations with messages, latest message first. `search` is folded text to find in names
/// (also of participants who left), titles of listings, codes of orders and names of rooms.
pub async fn page(conn: &mut Conn<'_>, search: &str, after: PageCursor) -> Result<ModerationPage> {
    let mut rows: Vec<ConversationColumns> = on!(conn, c => sqlx::query_as(select_conversation!(
        "WHERE c.last_seq > 0 AND ($1 = '%%' OR l.folded LIKE $1 ESCAPE '\\' OR o.folded LIKE $1 ESCAPE '\\' \
         OR r.folded LIKE $1 ESCAPE '\\' \
         OR EXISTS (SELECT 1 FROM participants p JOIN users u ON u.id = p.user_id \
              WHERE p.conversation_id = c.id AND u.folded_name LIKE $1 ESCAPE '\\')) \
         AND (c.last_message_at < $2 OR (c.last_message_at = $2 AND c.id < $3)) \
         ORDER BY c.last_message_at DESC, c.id DESC LIMIT $4"))
        .bind(like(search)).bind(after.at.0).bind(after.id).bind(MODERATION_PAGE + 1).persistent(false).fetch_all(&mut **c).await?);
    let has_more = rows.len() as i64 > MODERATION_PAGE;
    rows.truncate(MODERATION_PAGE as usize);
    let rows = with_participants(conn, rows).await?;
    let next = rows.last().filter(|_| has_more).map(|row| PageCursor { at: row.active_at, id: row.id.0 });
    Ok(ModerationPage { rows, next })
}

/// Reads a transcript and writes an audit entry for it. `None` if there is no such conversation.
pub async fn read_transcript(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    before: Seq,
    limit: i64,
    now: Timestamp,
) -> Result<Option<Transcript>> {
    let Some(transcript) = transcript(conn, id, before, limit).await? else { return Ok(None) };
    let entry = AuditEntry {
        user,
        action: CONVERSATION_READ.to_owned(),
        order: None,
        conversation: Some(id),
        other: None,
        // Later messages are not covered by this entry.
        detail: transcript.messages.last().map_or(0, |message| message.seq).to_string(),
    };
    audit::add(conn, entry, now).await?;
    Ok(Some(transcript))
}

/// The last `limit` messages before `before`.
pub async fn transcript(
    conn: &mut Conn<'_>,
    id: ConversationId,
    before: Seq,
    limit: i64,
) -> Result<Option<Transcript>> {
    let rows: Vec<ConversationColumns> = on!(conn, c => sqlx::query_as(select_conversation!("WHERE c.id = $1"))
        .bind(id.0).fetch_all(&mut **c).await?);
    let Some(first) = rows.first().map(|row| row.floor_seq + 1) else { return Ok(None) };
    let Some(conversation) = with_participants(conn, rows).await?.pop() else { return Ok(None) };
    let messages = messages::pages::backward(conn, id, first, before, limit).await?;
    let senders = senders(conn, &messages).await?;
    let before = messages.first().map(|message| message.seq).filter(|seq| *seq > first);
    Ok(Some(Transcript { conversation, messages, senders, before }))
}

async fn senders(conn: &mut Conn<'_>, messages: &[Message]) -> Result<Vec<Person>> {
    let ids: BTreeSet<Uuid> =
        messages.iter().filter_map(|message| message.sender).map(|sender| sender.0).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, String, i64)> = on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT id, name, hue FROM users WHERE id IN (");
        positions::push_ids(query.separated(", "), ids.iter());
        query.push(") ORDER BY id");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    Ok(rows.into_iter().map(|(id, name, hue)| Person::new(UserId(id), name, hue)).collect())
}

#[derive(sqlx::FromRow)]
struct NamedColumns {
    conversation_id: Uuid,
    user_id: Uuid,
    name: String,
    hue: i64,
    people_count: i64,
}

/// Adds the participants, in one query for all rows.
async fn with_participants(
    conn: &mut Conn<'_>,
    rows: Vec<ConversationColumns>,
) -> Result<Vec<ModerationRow>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<NamedColumns> = on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT conversation_id, user_id, name, hue, people_count FROM (\
                 SELECT p.conversation_id, p.user_id, u.name, u.hue, COUNT(*) OVER (PARTITION BY p.conversation_id) AS people_count, \
                     ROW_NUMBER() OVER (PARTITION BY p.conversation_id ORDER BY p.user_id) AS place \
                 FROM participants p JOIN users u ON u.id = p.user_id WHERE p.conversation_id IN (");
        positions::push_ids(query.separated(", "), rows.iter().map(|row| &row.id));
        query.push(")) AS everybody WHERE place <= ").push_bind(PEOPLE_SHOWN_MAX).push(" ORDER BY conversation_id, place");
        query.build_query_as().fetch_all(&mut **c).await?
    });
    let mut people = HashMap::<Uuid, (i64, Vec<Person>)>::new();
    for row in named {
        let (count, people) = people.entry(row.conversation_id).or_default();
        *count = row.people_count;
        people.push(Person::new(UserId(row.user_id), row.name, row.hue));
    }
    let row = |row: ConversationColumns| {
        let (people_count, people) = people.remove(&row.id).unwrap_or_default();
        ModerationRow {
            id: ConversationId(row.id),
            title: row.title,
            order: row.code.and_then(|code| code.parse().ok()),
            people,
            people_count,
            total: row.visible,
            active_at: Timestamp(row.last_message_at),
        }
    };
    Ok(rows.into_iter().map(row).collect())
}
