//! Append on SQLite as part of a command that does more: one round trip that reads the state and one that writes,
//! because a round trip to SQLite's thread takes longer than the statements. The one writer is the lock: nothing
//! changes in between.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Stored,
    state::{ConversationState, ParticipantState},
};
use crate::{
    server::{
        faults,
        store::{
            Conn, Database, Result,
            messages::{new_message::NewMessage, row::MessageRow},
        },
    },
    shared::{ids::MessageId, values::time::Timestamp},
};

/// Known message ids, as rows without a user; and for each conversation its counters and its participants
/// with their heads.
const SELECT_STATE: &str = "SELECT m.id, NULL AS user_id, 0 AS last_seq, 0 AS version, 0 AS last_at, 0 AS unread, 0 AS is_muted, 0 AS head, \
     NULL AS guest_id, 0 AS is_of_order, 0 AS is_closed \
     FROM json_each($1) AS new JOIN messages m ON m.id = unhex(new.value) UNION ALL \
     SELECT c.id, p.user_id, c.last_seq, c.version, c.last_message_at, p.unread, p.muted_at IS NOT NULL, h.head, \
     c.guest_id, c.order_id IS NOT NULL, c.closed = 1 \
     FROM json_each($2) AS new JOIN conversations c ON c.id = unhex(new.value) \
     JOIN participants p ON p.conversation_id = c.id AND p.left_at IS NULL JOIN heads h ON h.user_id = p.user_id";

const WRITE: &str = "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at, attached) \
     SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, \
     value ->> 6, unhex(value ->> 7), value ->> 8, value ->> 9 FROM json_each($1); \
     UPDATE conversations SET last_seq = value ->> 1, version = value ->> 2, visible = visible + (value ->> 3), \
     last_message_id = unhex(value ->> 4), last_message_at = value ->> 5, desk_unread = desk_unread + (value ->> 6) \
     FROM json_each($2) WHERE conversations.id = unhex(value ->> 0); \
     UPDATE heads SET head = value ->> 1 FROM json_each($3) WHERE user_id = unhex(value ->> 0); \
     UPDATE participants SET changed = value ->> 2, listed = value ->> 2, unread = value ->> 3, \
     noted = COALESCE(value ->> 4, noted), noted_seq = COALESCE(value ->> 5, noted_seq), wrote = MAX(wrote, value ->> 6) \
     FROM json_each($4) WHERE conversation_id = unhex(value ->> 0) AND user_id = unhex(value ->> 1)";

#[derive(sqlx::FromRow)]
struct StateRow {
    id: Uuid,
    user_id: Option<Uuid>,
    last_seq: i64,
    version: i64,
    last_at: i64,
    unread: i64,
    is_muted: bool,
    head: i64,
    guest_id: Option<Uuid>,
    is_of_order: bool,
    is_closed: bool,
}

/// Stores messages with different ids. Returns for each what was stored (`None` if its id is known or its
/// sender takes no part).
pub(super) async fn append_on_sqlite(
    conn: &mut Conn<'_>,
    messages: &[(&NewMessage, Timestamp)],
) -> Result<Vec<Option<Stored>>> {
    let (known_ids, mut conversations, mut heads) = read_state(conn, messages).await?;
    let mut stored: Vec<Option<Stored>> = Vec::new();
    for (new, now) in messages {
        let is_known = known_ids.contains(&new.id.0);
        if is_known && !faults::is("forgotten_id") {
            stored.push(None);
            continue;
        }
        let id = if is_known { MessageId::new().0 } else { new.id.0 };
        let appended = conversations.get_mut(&new.conversation.0).and_then(|conversation| {
            let row = conversation.append(new, id, *now)?;
            Some((row, conversation.raise_positions(new.sender.0, &mut heads)))
        });
        stored.push(appended);
    }
    let rows: Vec<_> = stored.iter().flatten().map(|(row, _)| row.to_json()).collect();
    if !rows.is_empty() {
        write(conn, rows, &conversations, &heads).await?;
    }
    Ok(stored)
}

type BatchState = (HashSet<Uuid>, BTreeMap<Uuid, ConversationState>, BTreeMap<Uuid, i64>);

async fn read_state(conn: &mut Conn<'_>, messages: &[(&NewMessage, Timestamp)]) -> Result<BatchState> {
    let Database::Sqlite(connection) = &mut conn.database else { return Ok(BatchState::default()) };
    let ids: Vec<_> = messages.iter().map(|(new, _)| hex(new.id.0)).collect();
    let conversations: HashSet<_> = messages.iter().map(|(new, _)| hex(new.conversation.0)).collect();
    let rows: Vec<StateRow> = sqlx::query_as(SELECT_STATE)
        .bind(json!(ids).to_string())
        .bind(json!(conversations).to_string())
        .fetch_all(&mut **connection)
        .await?;
    let (mut known_ids, mut conversations, mut heads) = BatchState::default();
    for row in rows {
        let StateRow {
            id,
            user_id,
            last_seq,
            version,
            last_at,
            unread,
            is_muted,
            head,
            guest_id,
            is_of_order,
            is_closed,
        } = row;
        let Some(user) = user_id else {
            known_ids.insert(id);
            continue;
        };
        heads.insert(user, head);
        let conversation = conversations.entry(id).or_insert(ConversationState {
            last_seq,
            version,
            last_at,
            last_id: Uuid::nil(),
            guest: guest_id,
            is_of_order,
            is_closed,
            added: 0,
            added_by_guest: 0,
            people: Vec::new(),
        });
        conversation.people.push(ParticipantState {
            user,
            unread,
            is_muted,
            head,
            noted: None,
            wrote: false,
        });
    }
    Ok((known_ids, conversations, heads))
}

async fn write(
    conn: &mut Conn<'_>,
    rows: Vec<Value>,
    conversations: &BTreeMap<Uuid, ConversationState>,
    heads: &BTreeMap<Uuid, i64>,
) -> Result<()> {
    let Database::Sqlite(connection) = &mut conn.database else { return Ok(()) };
    let changed = || conversations.iter().filter(|(_, conversation)| conversation.added > 0);
    conn.updates.has_order |= changed().any(|(_, conversation)| conversation.is_of_order);
    let conversations: Vec<_> = changed()
        .map(|(id, conversation)| {
            json!([
                hex(*id),
                conversation.last_seq,
                conversation.version,
                conversation.added,
                hex(conversation.last_id),
                conversation.last_at,
                conversation.added_by_guest
            ])
        })
        .collect();
    let participants: Vec<_> = changed()
        .flat_map(|(id, conversation)| conversation.people.iter().map(move |person| (id, person)))
        .map(|(id, person)| {
            let (noted, noted_seq) = person.noted.unzip();
            json!([
                hex(*id),
                hex(person.user),
                person.head,
                person.unread,
                noted,
                noted_seq,
                i64::from(person.wrote)
            ])
        })
        .collect();
    let heads: Vec<_> = heads.iter().map(|(user, head)| json!([hex(*user), head])).collect();
    sqlx::query(WRITE)
        .bind(Value::from(rows).to_string())
        .bind(Value::from(conversations).to_string())
        .bind(Value::from(heads).to_string())
        .bind(Value::from(participants).to_string())
        .execute(&mut **connection)
        .await?;
    Ok(())
}

impl MessageRow {
    fn to_json(&self) -> Value {
        json!([
            hex(self.id),
            hex(self.conversation_id),
            self.seq,
            self.version,
            self.sender_id.map(hex),
            self.kind,
            self.body,
            hash_hex(&self.first_hash),
            self.created_at,
            self.attached
        ])
    }
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

fn hash_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
