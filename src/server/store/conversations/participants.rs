//! Participants that a summary shows beside its viewer: all of them in a small conversation, only some in a
//! room.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on, sync::positions},
    shared::{
        conversations::{participant::Participant, role::Role, rooms::ROOM_PEOPLE_SHOWN},
        ids::{ConversationId, UserId},
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

#[derive(sqlx::FromRow)]
pub(in crate::server::store) struct ParticipantRow {
    pub conversation_id: Uuid,
    pub user_id: Uuid,
    pub name: String,
    pub hue: i64,
    pub rank: String,
    pub role: String,
    pub delivered_seq: i64,
    pub read_seq: i64,
    pub read_from: i64,
    pub read_at: Option<i64>,
}

/// All other participants of conversations that are no rooms.
pub(super) async fn pair_participants(
    conn: &mut Conn<'_>,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<ParticipantRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT o.conversation_id, o.user_id, u.name, u.hue, u.rank, o.role, o.delivered_seq, o.read_seq, o.read_from, o.read_at \
             FROM participants o JOIN users u ON u.id = o.user_id WHERE o.left_at IS NULL AND o.user_id <> ");
        query.push_bind(user.0).push(" AND o.conversation_id IN (");
        positions::push_ids(query.separated(", "), ids);
        query.push(") ORDER BY o.conversation_id, o.user_id");
        query.build_query_as().fetch_all(&mut **c).await?
    }))
}

/// A few other participants of each room, and the sender of its last message. Receipts are no part of a
/// room's summary, so they are zero here.
pub(super) async fn room_participants(
    conn: &mut Conn<'_>,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<ParticipantRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => {
        let mut query = QueryBuilder::new(
            "SELECT o.conversation_id, o.user_id, u.name, u.hue, u.rank, o.role, CAST(0 AS BIGINT) AS delivered_seq, \
             CAST(0 AS BIGINT) AS read_seq, CAST(0 AS BIGINT) AS read_from, CAST(NULL AS BIGINT) AS read_at \
             FROM (SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.conversation_id ORDER BY p.user_id) AS place \
                   FROM participants p WHERE p.left_at IS NULL AND p.user_id <> ");
        query.push_bind(user.0).push(" AND p.conversation_id IN (");
        positions::push_ids(query.separated(", "), ids);
        query.push(
            ")) o JOIN users u ON u.id = o.user_id JOIN conversations c ON c.id = o.conversation_id \
             LEFT JOIN messages m ON m.id = c.last_message_id WHERE o.place <= ");
        query.push_bind(ROOM_PEOPLE_SHOWN).push(" OR o.user_id = m.sender_id ORDER BY o.conversation_id, o.user_id");
        query.build_query_as().fetch_all(&mut **c).await?
    }))
}

/// A participant without receipts.
pub(in crate::server::store) const SELECT_SENDER: &str = "SELECT p.conversation_id, p.user_id, u.name, u.hue, u.rank, p.role, CAST(0 AS BIGINT) AS delivered_seq, \
     CAST(0 AS BIGINT) AS read_seq, CAST(0 AS BIGINT) AS read_from, CAST(NULL AS BIGINT) AS read_at \
     FROM participants p JOIN users u ON u.id = p.user_id WHERE p.conversation_id = $1 AND p.user_id = $2";

/// Whether summaries of a conversation with so many participants may not list the sender of a message.
pub(in crate::server::store) fn is_unlisted(participants: usize) -> bool {
    participants as i64 > ROOM_PEOPLE_SHOWN + 1
}

/// The sender of a new message, if summaries do not list them anyway because the conversation has more than
/// `ROOM_PEOPLE_SHOWN` others. `count` is the number of participants.
pub(in crate::server::store) async fn sender_if_unlisted(
    conn: &mut Conn<'_>,
    id: ConversationId,
    sender: UserId,
    count: usize,
) -> Result<Option<Participant>> {
    if !is_unlisted(count) {
        return Ok(None);
    }
    let row: Option<ParticipantRow> = on!(conn, c => sqlx::query_as(SELECT_SENDER)
        .bind(id.0).bind(sender.0).fetch_optional(&mut **c).await?);
    Ok(row.map(ParticipantRow::into_participant))
}

impl ParticipantRow {
    pub(in crate::server::store) fn into_participant(self) -> Participant {
        Participant {
            person: Person::new(UserId(self.user_id), self.name, self.hue)
                .with_rank(Rank::from_stored(&self.rank)),
            role: Role::parse(&self.role).unwrap_or(Role::Member),
            delivered_seq: self.delivered_seq,
            read_seq: self.read_seq,
            read_at: self.read_at.map(Timestamp),
            read_from: self.read_from,
        }
    }
}
