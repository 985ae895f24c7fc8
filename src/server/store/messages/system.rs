//! System messages, and what else a command says in a conversation besides the thing that it does.

use uuid::Uuid;

use super::{Appended, by_id, hash_of};
use crate::server::store::{
    Conn, Result,
    engine::locks,
    on,
    operators::audit::{self, Entry},
    sync::positions,
};
use crate::shared::positions::Seq;
use crate::shared::{
    ids::{ConversationId, MessageId, UserId},
    messages::MessageKind,
    system_messages::SystemMessage,
    values::time::Timestamp,
};

/// One message that a command leaves.
pub struct Line {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// Who caused it, to whom it is no news; he need not take part.
    pub cause: Option<UserId>,
    pub kind: MessageKind,
    pub body: String,
}

impl Line {
    pub fn event(
        id: MessageId,
        conversation: ConversationId,
        cause: Option<UserId>,
        event: &SystemMessage,
    ) -> Self {
        Self { id, conversation, cause, kind: MessageKind::System, body: event.to_body() }
    }
}

/// Stores these messages, each as the next of its conversation, and raises everybody's head once.
/// What else the command changes comes along: those who are told read the whole summary. Gives the place
/// of each.
pub async fn append(conn: &mut Conn<'_>, lines: &[Line], now: Timestamp) -> Result<Vec<Seq>> {
    let mut conversations: Vec<Uuid> = lines.iter().map(|line| line.conversation.0).collect();
    conversations.sort();
    conversations.dedup();
    locks::conversations(conn, &conversations).await?;
    let mut seqs = Vec::new();
    for line in lines {
        let (seq, version, at): (i64, i64, i64) = on!(conn, c => sqlx::query_as(
            "UPDATE conversations SET last_seq = last_seq + 1, version = version + 1, visible = visible + 1, last_message_id = $2, \
             last_message_at = CASE WHEN last_message_at > $3 THEN last_message_at ELSE $3 END WHERE id = $1 \
             RETURNING last_seq, version, last_message_at")
            .bind(line.conversation.0).bind(line.id.0).bind(now.0).fetch_one(&mut **c).await?);
        on!(conn, c => sqlx::query(
            "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(line.id.0).bind(line.conversation.0).bind(seq).bind(version).bind(line.cause.map(|user| user.0))
            .bind(line.kind.as_str()).bind(&line.body).bind(hash_of(line.kind, &line.body).as_slice()).bind(at)
            .execute(&mut **c).await?.rows_affected());
        seqs.push(seq);
    }
    conn.news.messages += lines.len() as u64;
    positions::raise_each(conn, &conversations).await?;
    for (line, seq) in lines.iter().zip(&seqs) {
        // What the marketplace says by itself is told like a message; of what somebody does the others are
        // told by notifications of their own.
        let noted_seq = if line.cause.is_none() { *seq } else { 0 };
        on!(conn, c => sqlx::query(
            "UPDATE participants SET listed = changed, unread = unread + CASE WHEN user_id = $2 THEN 0 ELSE 1 END, \
             noted = CASE WHEN $3 > 0 THEN changed ELSE noted END, noted_seq = CASE WHEN $3 > 0 THEN $3 ELSE noted_seq END \
             WHERE conversation_id = $1 AND left_at IS NULL")
            .bind(line.conversation.0).bind(line.cause.map_or(Uuid::nil(), |user| user.0)).bind(noted_seq)
            .execute(&mut **c).await?.rows_affected());
    }
    Ok(seqs)
}

/// Says something in nobody's name in any conversation, with its entry in the audit log.
pub async fn say(
    conn: &mut Conn<'_>,
    user: UserId,
    id: MessageId,
    conversation: ConversationId,
    event: &SystemMessage,
    now: Timestamp,
) -> Result<Appended> {
    locks::conversation(conn, conversation).await?;
    let line = Line::event(id, conversation, None, event);
    if let Some(known) = by_id(conn, id).await? {
        let is_same = known.sender_id.is_none()
            && known.conversation_id == conversation.0
            && known.first_hash == hash_of(line.kind, &line.body);
        return Ok(if is_same { Appended::Stored(known.into_message()) } else { Appended::Conflict });
    }
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT id FROM conversations WHERE id = $1")
        .bind(conversation.0).fetch_optional(&mut **c).await?);
    if found.is_none() {
        return Ok(Appended::NotParticipant);
    }
    let entry = Entry {
        user,
        action: "message_system".to_owned(),
        order: None,
        conversation: Some(conversation),
        other: None,
        detail: line.body.clone(),
    };
    append(conn, &[line], now).await?;
    audit::add(conn, entry, now).await?;
    let stored = by_id(conn, id).await?;
    Ok(stored.map_or(Appended::NotParticipant, |row| Appended::Stored(row.into_message())))
}
