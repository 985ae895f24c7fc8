//! Append on SQLite by group commit: prepared statements, run one after the other on the writer's own connection. The
//! state of each conversation is read once for a batch, and written once.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::{
    record,
    state::{ConversationState, ParticipantState},
};
use crate::{
    server::{
        faults,
        store::{
            conversations::participants::{ParticipantRow, SELECT_SENDER, is_unlisted},
            engine::batch_queue::QueuedMessage,
            messages::{
                new_message::{AppendOutcome, NewMessage},
                row::{MessageRow, SELECT_MESSAGE_BY_ID},
            },
            sync::updates::Updates,
        },
    },
    shared::{conversations::participant::Participant, ids::MessageId},
};

type Result<T> = rusqlite::Result<T>;

const SELECT_CONVERSATION: &str = "SELECT last_seq, version, last_message_at, guest_id, order_id IS NOT NULL, closed = 1 FROM conversations WHERE id = ?1";
const SELECT_PARTICIPANTS: &str = "SELECT p.user_id, p.unread, p.muted_at IS NOT NULL, h.head FROM participants p \
     JOIN heads h ON h.user_id = p.user_id WHERE p.conversation_id = ?1 AND p.left_at IS NULL";
const INSERT_MESSAGE: &str = "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at, attached) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const UPDATE_CONVERSATION: &str = "UPDATE conversations SET last_seq = ?2, version = ?3, visible = visible + ?4, \
     last_message_id = ?5, last_message_at = ?6, desk_unread = desk_unread + ?7 WHERE id = ?1";
const UPDATE_PARTICIPANT: &str = "UPDATE participants SET changed = ?3, listed = ?3, unread = ?4, \
     noted = COALESCE(?5, noted), noted_seq = COALESCE(?6, noted_seq), wrote = MAX(wrote, ?7) WHERE conversation_id = ?1 AND user_id = ?2";
const UPDATE_HEAD: &str = "UPDATE heads SET head = ?2 WHERE user_id = ?1";

/// Stores messages with different ids within the open transaction. Returns their outcomes, in their order.
pub(in crate::server::store) fn append(
    connection: &Connection,
    batch: &[QueuedMessage],
    updates: &mut Updates,
) -> Result<Vec<AppendOutcome>> {
    let mut state = BatchState::default();
    let mut outcomes = Vec::with_capacity(batch.len());
    for QueuedMessage { new, now, .. } in batch {
        let mut id = new.id.0;
        if let Some(known) = by_id(connection, id)? {
            if !faults::is("forgotten_id") {
                outcomes.push(AppendOutcome::of(Some(known), new));
                continue;
            }
            id = MessageId::new().0;
        }
        let appended =
            state.conversation(connection, new.conversation.0)?.and_then(|(conversation, heads)| {
                let row = conversation.append(new, id, *now)?;
                Some((row, conversation.raise_positions(new.sender.0, heads), conversation.is_of_order))
            });
        let outcome = match appended {
            Some((row, recipients, is_of_order)) => {
                insert(connection, &row)?;
                updates.has_order |= is_of_order;
                let sender = if is_unlisted(recipients.len()) { sender_of(connection, &row)? } else { None };
                record(updates, &row, recipients, sender);
                AppendOutcome::of(Some(row), new)
            }
            None if state.is_closed_to(new) => AppendOutcome::Closed,
            None => AppendOutcome::NotParticipant,
        };
        outcomes.push(outcome);
    }
    state.write(connection)?;
    Ok(outcomes)
}

/// Counters of the conversations of a batch and of their participants, and the participants' sync positions.
#[derive(Default)]
struct BatchState {
    /// None for one that does not exist.
    conversations: BTreeMap<Uuid, Option<ConversationState>>,
    heads: BTreeMap<Uuid, i64>,
}

impl BatchState {
    /// The state of a conversation after the messages of the batch so far.
    fn conversation(
        &mut self,
        connection: &Connection,
        id: Uuid,
    ) -> Result<Option<(&mut ConversationState, &mut BTreeMap<Uuid, i64>)>> {
        let state = match self.conversations.entry(id) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(read(connection, id)?),
        };
        Ok(state.as_mut().map(|state| (state, &mut self.heads)))
    }

    /// Whether nobody can write there any more, and the sender takes part.
    fn is_closed_to(&self, new: &NewMessage) -> bool {
        let state = self.conversations.get(&new.conversation.0).and_then(Option::as_ref);
        state.is_some_and(|state| state.is_closed && state.has(new.sender.0))
    }

    fn write(&self, connection: &Connection) -> Result<()> {
        let mut update_conversation = connection.prepare_cached(UPDATE_CONVERSATION)?;
        let mut update_participant = connection.prepare_cached(UPDATE_PARTICIPANT)?;
        for (id, state) in &self.conversations {
            let Some(state) = state.as_ref().filter(|state| state.added > 0) else { continue };
            update_conversation.execute((
                id,
                state.last_seq,
                state.version,
                state.added,
                state.last_id,
                state.last_at,
                state.added_by_guest,
            ))?;
            for person in &state.people {
                let (noted, noted_seq) = person.noted.unzip();
                update_participant.execute((
                    id,
                    person.user,
                    person.head,
                    person.unread,
                    noted,
                    noted_seq,
                    person.wrote,
                ))?;
            }
        }
        let mut update_head = connection.prepare_cached(UPDATE_HEAD)?;
        for (user, head) in &self.heads {
            update_head.execute((user, head))?;
        }
        Ok(())
    }
}

fn read(connection: &Connection, id: Uuid) -> Result<Option<ConversationState>> {
    let mut conversation = connection.prepare_cached(SELECT_CONVERSATION)?;
    let found = conversation.query_row([id], |row| {
        Ok(ConversationState {
            last_seq: row.get(0)?,
            version: row.get(1)?,
            last_at: row.get(2)?,
            last_id: Uuid::nil(),
            guest: row.get(3)?,
            is_of_order: row.get(4)?,
            is_closed: row.get(5)?,
            added: 0,
            added_by_guest: 0,
            people: Vec::new(),
        })
    });
    let Some(mut state) = found.optional()? else { return Ok(None) };
    let mut participants = connection.prepare_cached(SELECT_PARTICIPANTS)?;
    let people = participants.query_map([id], |row| {
        Ok(ParticipantState {
            user: row.get(0)?,
            unread: row.get(1)?,
            is_muted: row.get(2)?,
            head: row.get(3)?,
            noted: None,
            wrote: false,
        })
    })?;
    state.people = people.collect::<Result<_>>()?;
    Ok(Some(state))
}

fn insert(connection: &Connection, row: &MessageRow) -> Result<()> {
    let mut insert = connection.prepare_cached(INSERT_MESSAGE)?;
    insert.execute((
        row.id,
        row.conversation_id,
        row.seq,
        row.version,
        row.sender_id,
        &row.kind,
        &row.body,
        &row.first_hash,
        row.created_at,
        &row.attached,
    ))?;
    Ok(())
}

fn by_id(connection: &Connection, id: Uuid) -> Result<Option<MessageRow>> {
    let mut select = connection.prepare_cached(SELECT_MESSAGE_BY_ID)?;
    let found = select.query_row([id], |row| {
        Ok(MessageRow {
            id: row.get("id")?,
            conversation_id: row.get("conversation_id")?,
            seq: row.get("seq")?,
            version: row.get("version")?,
            sender_id: row.get("sender_id")?,
            kind: row.get("kind")?,
            body: row.get("body")?,
            first_hash: row.get("first_hash")?,
            created_at: row.get("created_at")?,
            edited_at: row.get("edited_at")?,
            deleted_at: row.get("deleted_at")?,
            attached: row.get("attached")?,
            reactions: row.get("reactions")?,
        })
    });
    found.optional()
}

/// The sender, for a room whose summary does not list everybody.
fn sender_of(connection: &Connection, row: &MessageRow) -> Result<Option<Participant>> {
    let mut select = connection.prepare_cached(SELECT_SENDER)?;
    let participant = |row: &Row<'_>| {
        Ok(ParticipantRow {
            conversation_id: row.get("conversation_id")?,
            user_id: row.get("user_id")?,
            name: row.get("name")?,
            hue: row.get("hue")?,
            rank: row.get("rank")?,
            role: row.get("role")?,
            delivered_seq: 0,
            read_seq: 0,
            read_from: 0,
            read_at: None,
        })
    };
    let found = select.query_row((row.conversation_id, row.sender_id), participant).optional()?;
    Ok(found.map(ParticipantRow::into_participant))
}
