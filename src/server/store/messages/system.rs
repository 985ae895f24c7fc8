//! Messages that a command leaves in conversations, most of them system messages.

use uuid::Uuid;

use super::{
    new_message::{AppendOutcome, hash_of},
    row::by_id,
};
use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        on,
        operators::audit::{self, AuditEntry},
        sync::positions,
        users,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, MessageId, UserId},
        messages::MessageKind,
        positions::Seq,
        values::time::Timestamp,
    },
};

/// A message that a command leaves in a conversation.
pub struct CommandMessage {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// The user who caused it. It does not count as unread for them. They need not take part.
    pub cause: Option<UserId>,
    pub kind: MessageKind,
    pub body: String,
    /// Whether it raises the message notification, as messages of the marketplace itself do. Where a user caused it, or the
    /// command notifies by itself, it does not.
    pub notifies: bool,
}

impl CommandMessage {
    pub fn system(
        id: MessageId,
        conversation: ConversationId,
        cause: Option<UserId>,
        event: &SystemMessage,
    ) -> Self {
        let notifies = cause.is_none();
        Self { id, conversation, cause, kind: MessageKind::System, body: event.to_body(), notifies }
    }
}

/// Stores these messages, each as the next of its conversation, and raises each participant's sync position
/// once. The same update carries whatever else the command changed, because its recipients read the whole
/// summary. Returns the `seq` of each message.
pub async fn append(conn: &mut Conn<'_>, lines: &[CommandMessage], now: Timestamp) -> Result<Vec<Seq>> {
    let mut conversations: Vec<Uuid> = lines.iter().map(|line| line.conversation.0).collect();
    conversations.sort();
    conversations.dedup();
    locks::conversations(conn, &conversations).await?;
    let mut seqs = Vec::new();
    for line in lines {
        let cause = line.cause.map_or(Uuid::nil(), |user| user.0);
        let (seq, version, at, is_of_order): (i64, i64, i64, bool) = on!(conn, c => sqlx::query_as(
            "UPDATE conversations SET last_seq = last_seq + 1, version = version + 1, visible = visible + 1, last_message_id = $2, \
             last_message_at = CASE WHEN last_message_at > $3 THEN last_message_at ELSE $3 END, \
             desk_unread = desk_unread + CASE WHEN guest_id = $4 THEN 1 ELSE 0 END WHERE id = $1 \
             RETURNING last_seq, version, last_message_at, order_id IS NOT NULL")
            .bind(line.conversation.0).bind(line.id.0).bind(now.0).bind(cause).fetch_one(&mut **c).await?);
        on!(conn, c => sqlx::query(
            "INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(line.id.0).bind(line.conversation.0).bind(seq).bind(version).bind(line.cause.map(|user| user.0))
            .bind(line.kind.as_str()).bind(&line.body).bind(hash_of(line.kind, &line.body).as_slice()).bind(at)
            .execute(&mut **c).await?.rows_affected());
        conn.updates.has_order |= is_of_order;
        seqs.push(seq);
    }
    conn.updates.messages += lines.len() as u64;
    positions::raise_locked(conn, &conversations).await?;
    for (line, seq) in lines.iter().zip(&seqs) {
        let noted_seq = if line.notifies { *seq } else { 0 };
        on!(conn, c => sqlx::query(
            "UPDATE participants SET listed = changed, wrote = CASE WHEN user_id = $2 THEN 1 ELSE wrote END, unread = unread + CASE WHEN user_id = $2 THEN 0 ELSE 1 END, \
             noted = CASE WHEN $3 > 0 THEN changed ELSE noted END, noted_seq = CASE WHEN $3 > 0 THEN $3 ELSE noted_seq END \
             WHERE conversation_id = $1 AND left_at IS NULL")
            .bind(line.conversation.0).bind(line.cause.map_or(Uuid::nil(), |user| user.0)).bind(noted_seq)
            .execute(&mut **c).await?.rows_affected());
    }
    Ok(seqs)
}

/// Stores a system message of the marketplace in any conversation, with an audit entry. Idempotent by its id.
pub async fn send(
    conn: &mut Conn<'_>,
    user: UserId,
    id: MessageId,
    conversation: ConversationId,
    event: &SystemMessage,
    now: Timestamp,
) -> Result<AppendOutcome> {
    let is_staff = users::is_staff(conn, user).await?;
    locks::conversation(conn, conversation).await?;
    let line = CommandMessage::system(id, conversation, None, event);
    if let Some(known) = by_id(conn, id).await? {
        let is_same = known.sender_id.is_none()
            && known.conversation_id == conversation.0
            && known.first_hash == hash_of(line.kind, &line.body);
        return Ok(if is_same {
            AppendOutcome::Stored(known.into_message())
        } else {
            AppendOutcome::Conflict
        });
    }
    let found: Option<Uuid> = on!(conn, c => sqlx::query_scalar("SELECT id FROM conversations WHERE id = $1")
        .bind(conversation.0).fetch_optional(&mut **c).await?);
    if found.is_none() || !is_staff {
        return Ok(AppendOutcome::NotParticipant);
    }
    let entry = AuditEntry {
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
    Ok(stored.map_or(AppendOutcome::NotParticipant, |row| AppendOutcome::Stored(row.into_message())))
}
