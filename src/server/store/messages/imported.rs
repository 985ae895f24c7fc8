//! Messages of the past, stored with their own times (decision 51). All who take part have read them, and nobody is told of them.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::new_message::FirstHash;
use crate::{
    server::store::{
        Conn, Result,
        conversations::imported::Imported,
        engine::locks,
        on,
        sync::{event_log::collect, positions},
    },
    shared::{
        conversations::role::Role,
        ids::{ConversationId, MessageId, UserId},
        messages::MessageKind,
        values::time::Timestamp,
    },
};

/// Rows of one INSERT, and ids that are looked up at once.
const ROWS: usize = 250;

#[derive(Clone, Debug)]
pub struct ImportedMessage {
    pub id: MessageId,
    pub sender: UserId,
    /// Empty if it is deleted.
    pub body: String,
    pub first_hash: FirstHash,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    Stored,
    /// A later one is stored already: it has the time of that.
    StoredLate,
    /// It was there before, whatever it has become since.
    Known,
    /// The sender takes no part.
    NotParticipant,
}

/// Those of these ids that are stored.
pub async fn known(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let mut known = HashSet::new();
    for chunk in ids.chunks(ROWS) {
        let found: Vec<Uuid> = on!(conn, c => {
            let mut query = QueryBuilder::new("SELECT id FROM messages WHERE id IN (");
            positions::push_ids(query.separated(", "), chunk);
            query.push(")");
            query.build_query_scalar().persistent(false).fetch_all(&mut **c).await?
        });
        known.extend(found);
    }
    Ok(known)
}

/// Stores messages of a conversation in this order, after those that are there. The conversation and the heads of its participants are
/// locked. `known` are the ids that are stored; those that are stored now are added.
pub async fn store(
    conn: &mut Conn<'_>,
    (conversation, is_new): Imported,
    messages: &[&ImportedMessage],
    known: &mut HashSet<Uuid>,
) -> Result<Vec<ImportOutcome>> {
    let mut state = State::read(conn, conversation).await?;
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for message in messages {
        if known.contains(&message.id.0) {
            outcomes.push(ImportOutcome::Known);
        } else if !state.may_write(conn, message).await? {
            outcomes.push(ImportOutcome::NotParticipant);
        } else {
            known.insert(message.id.0);
            let row = state.append(message);
            let is_late = row.created_at > message.created_at.0;
            outcomes.push(if is_late { ImportOutcome::StoredLate } else { ImportOutcome::Stored });
            rows.push(row);
        }
    }
    if !rows.is_empty() {
        // What was said before is told as always, and what comes now counts as told.
        collect::all(conn, conversation).await?;
        insert(conn, conversation, &rows).await?;
        state.write(conn).await?;
        collect::skip(conn, conversation).await?;
    }
    if is_new || !rows.is_empty() {
        positions::raise_locked(conn, &[conversation.0]).await?;
        state.write_participants(conn).await?;
    }
    Ok(outcomes)
}

struct Row<'a> {
    message: &'a ImportedMessage,
    seq: i64,
    version: i64,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct ConversationRow {
    is_room: bool,
    last_seq: i64,
    version: i64,
    last_message_at: i64,
}

#[derive(sqlx::FromRow)]
struct ParticipantRow {
    user_id: Uuid,
    has_left: bool,
    read_seq: i64,
    unread: i64,
}

#[derive(Default)]
struct Participant {
    has_left: bool,
    read_seq: i64,
    unread: i64,
    /// Messages of theirs that are not deleted.
    own: i64,
    has_written: bool,
}

/// The counters of a conversation and of its participants, after the messages so far.
struct State {
    id: ConversationId,
    is_room: bool,
    last_seq: i64,
    version: i64,
    last_at: i64,
    last_id: Uuid,
    /// Messages that are not deleted.
    visible: i64,
    people: HashMap<Uuid, Participant>,
}

impl State {
    async fn read(conn: &mut Conn<'_>, id: ConversationId) -> Result<Self> {
        let row: ConversationRow = on!(conn, c => sqlx::query_as(
            "SELECT kind = 'room' AS is_room, last_seq, version, last_message_at FROM conversations WHERE id = $1")
            .bind(id.0).fetch_one(&mut **c).await?);
        let people: Vec<ParticipantRow> = on!(conn, c => sqlx::query_as(
            "SELECT user_id, left_at IS NOT NULL AS has_left, read_seq, unread FROM participants WHERE conversation_id = $1")
            .bind(id.0).fetch_all(&mut **c).await?);
        let people = people.into_iter().map(|ParticipantRow { user_id, has_left, read_seq, unread }| {
            (user_id, Participant { has_left, read_seq, unread, ..Participant::default() })
        });
        Ok(Self {
            id,
            is_room: row.is_room,
            last_seq: row.last_seq,
            version: row.version,
            last_at: row.last_message_at,
            last_id: Uuid::nil(),
            visible: 0,
            people: people.collect(),
        })
    }

    /// Whether the sender takes part, or did: whoever is in a room no more stays known as one who was.
    async fn may_write(&mut self, conn: &mut Conn<'_>, message: &ImportedMessage) -> Result<bool> {
        let known = self.people.get(&message.sender.0);
        if !self.is_room {
            return Ok(known.is_some());
        }
        if known.is_none() {
            on!(conn, c => sqlx::query(
                "INSERT INTO participants (conversation_id, user_id, role, from_seq, left_at, wrote, changed, listed) \
                 VALUES ($1, $2, $3, 1, $4, 1, 0, 0)")
                .bind(self.id.0).bind(message.sender.0).bind(Role::Member.as_str()).bind(message.created_at.0)
                .execute(&mut **c).await?.rows_affected());
            self.people.insert(message.sender.0, Participant { has_left: true, ..Participant::default() });
        }
        Ok(true)
    }

    fn append<'a>(&mut self, message: &'a ImportedMessage) -> Row<'a> {
        let is_visible = i64::from(message.deleted_at.is_none());
        self.last_seq += 1;
        self.version += 1;
        self.last_at = self.last_at.max(message.created_at.0);
        self.last_id = message.id.0;
        self.visible += is_visible;
        if let Some(person) = self.people.get_mut(&message.sender.0) {
            person.own += is_visible;
            person.has_written = true;
        }
        Row { message, seq: self.last_seq, version: self.version, created_at: self.last_at }
    }

    async fn write(&self, conn: &mut Conn<'_>) -> Result<()> {
        let is_of_order: bool = on!(conn, c => sqlx::query_scalar(
            "UPDATE conversations SET last_seq = $2, version = $3, visible = visible + $4, last_message_id = $5, last_message_at = $6 \
             WHERE id = $1 RETURNING order_id IS NOT NULL")
            .bind(self.id.0).bind(self.last_seq).bind(self.version).bind(self.visible).bind(self.last_id).bind(self.last_at)
            .fetch_one(&mut **c).await?);
        conn.updates.has_order |= is_of_order;
        Ok(())
    }

    /// Lists the conversation for its participants. Whoever had nothing unread has read it to its end, when the last was said.
    async fn write_participants(&self, conn: &mut Conn<'_>) -> Result<()> {
        let active = || self.people.iter().filter(|(_, person)| !person.has_left);
        let reads: Vec<Uuid> = active()
            .filter(|(_, person)| person.unread == 0 && person.read_seq < self.last_seq)
            .map(|(user, _)| *user)
            .collect();
        for (user, person) in active() {
            let unread = if person.unread == 0 { 0 } else { person.unread + self.visible - person.own };
            on!(conn, c => sqlx::query(
                "UPDATE participants SET listed = changed, unread = $3, \
                 read_from = CASE WHEN $3 = 0 THEN read_seq ELSE read_from END, read_seq = CASE WHEN $3 = 0 THEN $4 ELSE read_seq END, \
                 read_at = CASE WHEN $3 = 0 AND read_seq < $4 THEN $5 ELSE read_at END, \
                 seen = CASE WHEN $3 = 0 THEN noted ELSE seen END, \
                 delivered_seq = CASE WHEN $3 = 0 THEN $4 ELSE delivered_seq END, \
                 wrote = CASE WHEN $6 THEN 1 ELSE wrote END WHERE conversation_id = $1 AND user_id = $2")
                .bind(self.id.0).bind(user).bind(unread).bind(self.last_seq).bind(self.last_at).bind(person.has_written)
                .execute(&mut **c).await?.rows_affected());
        }
        for chunk in reads.chunks(ROWS) {
            on!(conn, c => {
                let mut query = QueryBuilder::new("INSERT INTO reads (conversation_id, user_id, upto_seq, at) ");
                query.push_values(chunk, |mut row, user| {
                    row.push_bind(self.id.0).push_bind(*user).push_bind(self.last_seq).push_bind(self.last_at);
                });
                query.build().persistent(false).execute(&mut **c).await?.rows_affected()
            });
        }
        Ok(())
    }
}

async fn insert(conn: &mut Conn<'_>, conversation: ConversationId, rows: &[Row<'_>]) -> Result<()> {
    for chunk in rows.chunks(ROWS) {
        on!(conn, c => {
            let mut query = QueryBuilder::new(
                "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at, edited_at, deleted_at) ");
            query.push_values(chunk, |mut list, row| {
                let message = row.message;
                list.push_bind(message.id.0).push_bind(conversation.0).push_bind(row.seq).push_bind(row.version)
                    .push_bind(message.sender.0).push_bind(MessageKind::Text.as_str()).push_bind(message.body.as_str())
                    .push_bind(&message.first_hash[..]).push_bind(row.created_at)
                    .push_bind(message.edited_at.map(|at| at.0)).push_bind(message.deleted_at.map(|at| at.0));
            });
            query.build().persistent(false).execute(&mut **c).await?.rows_affected()
        });
    }
    conn.updates.messages += rows.len() as u64;
    Ok(())
}

/// Marks a conversation as read to its end by all who take part: one that an import has just made.
pub async fn mark_read_by_all(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<()> {
    locks::conversations(conn, &[conversation.0]).await?;
    let mut state = State::read(conn, conversation).await?;
    state.people.values_mut().for_each(|person| person.unread = 0);
    positions::raise_locked(conn, &[conversation.0]).await?;
    state.write_participants(conn).await
}
